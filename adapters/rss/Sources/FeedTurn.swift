internal import Earshot

/// Whose turn it is: feeds to be asked for one page, those of a host one after another, hosts side by side.
///
/// Those that were not asked for longest come first, and those that failed come after all that did not, in pages of
/// their own, so that waiting for them holds up nobody else.
struct FeedTurn {
    /// For each host its feeds, in their order.
    private(set) var lanes: [[String]] = []

    /// A feed's place among those that are due.
    private struct Place: Comparable {
        var isFailing: Bool
        var asked: Int64
        var order: Int

        static func < (one: Place, other: Place) -> Bool {
            if one.isFailing != other.isFailing { return other.isFailing }
            return one.asked == other.asked ? one.order < other.order : one.asked < other.asked
        }
    }

    /// How many feeds a page may ask however few there are, and how many of one host.
    private static let few = (feeds: 512, ofHost: 64)
    /// Which part of all feeds, and of those of one host, a page asks where that is more: what is remembered of all is
    /// read and written once a page, so that many more pages would cost a round the square of its feeds.
    private static let part = (feeds: 16, ofHost: 64)

    /// The next turn among `addresses` in the round that began at `round`.
    init(_ addresses: [String], _ state: FeedCursor, in round: Int64, at now: Int64, patience: Int64) {
        var due: [Place] = []
        for (order, address) in addresses.enumerated()
        where state.isDue(address, in: round, at: now, patience: patience) {
            let memory = state.feeds[address]
            due.append(Place(isFailing: (memory?.failures ?? 0) > 0, asked: memory?.asked ?? -1, order: order))
        }
        due.sort()
        let isFailing = due.first?.isFailing ?? false
        var lane: [String: Int] = [:]
        var count = 0
        let limit = FeedTurn.limit(of: addresses.count)
        for feed in due where count < limit.feeds && feed.isFailing == isFailing {
            let address = addresses[feed.order]
            let host = Array((state.feeds[address]?.address ?? address).utf8).withBytes { FeedLink.host(of: $0) }
            let place = lane[host, default: lanes.count]
            if place == lanes.count {
                lanes.append([])
                lane[host] = place
            }
            guard lanes[place].count < limit.ofHost else { continue }
            lanes[place].append(address)
            count += 1
        }
    }

    /// How many of so many feeds a page asks, and how many of one host.
    private static func limit(of count: Int) -> (feeds: Int, ofHost: Int) {
        (max(few.feeds, count / part.feeds), max(few.ofHost, count / part.ofHost))
    }
}
