internal import Earshot
internal import EarshotFormats

/// How far a channel of feeds has come: the round it is in, and what is remembered of each feed and of their list.
struct FeedCursor {
    /// When the round at hand began, in seconds since 1970; nil between rounds.
    var round: Int64?
    /// By the address that a feed is known by.
    var feeds: [String: FeedMemory] = [:]
    /// What is remembered of the list of feeds, where that is fetched.
    var list = FeedMemory()

    /// The latest moment that is believed, in seconds since 1970.
    static let latest: Int64 = 253_402_300_799
    /// The longest text of a cursor, in bytes.
    static let sizeLimit = 15 * 1024 * 1024

    /// The cursor that a text holds; one that cannot be read is the beginning.
    init(_ cursor: Cursor?) {
        guard let cursor else { return }
        let known = try? JSON.read(Array(cursor.text.utf8)) { (root, _) throws(MalformedDocument) in
            var known = FeedCursor(nil)
            let round = root["round"]
            if round.kind == .integer { known.round = min(max(round.int64, 0), FeedCursor.latest) }
            known.list = FeedMemory(root["list"])
            root["feeds"].fields { address, memory in
                if memory.isObject { known.feeds[address.string] = FeedMemory(memory) }
            }
            return known
        }
        if let known { self = known }
    }

    /// The cursor as text; equal cursors are equal texts.
    var cursor: Cursor {
        var output = Output(capacity: feeds.count * 320 + 256)
        output.literal("{\"feeds\":{")
        var fields = JSONFields()
        var isFirst = true
        for (address, memory) in feeds.sorted(by: { $0.key < $1.key }) {
            if !isFirst { output.byte(UInt8(ascii: ",")) }
            isFirst = false
            output.string(address)
            output.byte(UInt8(ascii: ":"))
            memory.write(to: &fields)
            fields.withBytes { if $0.isEmpty { output.literal("{}") } else { output.raw($0) } }
            fields.removeAll()
        }
        output.byte(UInt8(ascii: "}"))
        list.write(to: &fields)
        fields.withBytes { bytes in
            guard !bytes.isEmpty else { return }
            output.literal(",\"list\":")
            output.raw(bytes)
        }
        if let round {
            output.literal(",\"round\":")
            output.integer(round)
        }
        output.byte(UInt8(ascii: "}"))
        return Cursor(output.string)
    }

    /// A moment at which every feed is due.
    var end: Timestamp {
        let moments = feeds.values.map { max($0.due, $0.asked ?? 0) } + [round ?? 0, list.due]
        return Timestamp(seconds: (moments.max() ?? 0) + 1)
    }

    /// Whether a feed is to be asked in the round at hand; a moment that is yet to come by far was said by a wrong
    /// clock.
    func isDue(_ feed: String, in round: Int64, at now: Int64, patience: Int64) -> Bool {
        guard let memory = feeds[feed] else { return true }
        guard !memory.isGone else { return false }
        if let asked = memory.asked, asked <= now {
            guard asked < round else { return false }
            if memory.pace.isSkipped(now), now - asked < patience { return false }
        }
        return memory.due <= round || memory.due > now + FeedCursor.farthest || memory.isAhead(of: now)
    }

    /// The seconds from now beyond which nothing is put off.
    private static let farthest: Int64 = 31 * 86_400

    /// The seconds until the next of some feeds is due, 0 where one is.
    func wait(for addresses: [String], at now: Int64) -> Int64 {
        let moments = addresses.compactMap { address -> Int64? in
            guard let memory = feeds[address] else { return now }
            return memory.isGone ? nil : memory.isAhead(of: now) ? now : memory.due
        }
        return max((moments.min() ?? now) - now, 0)
    }
}
