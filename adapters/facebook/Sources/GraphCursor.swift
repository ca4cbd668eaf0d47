internal import Earshot
internal import EarshotFormats
internal import Foundation

/// Where a channel got to in a list: when the last round's newest item was made, and the place in the current round.
struct GraphCursor: Codable, Sendable, Equatable {
    /// The newest item's time in the last whole round, in seconds since 1970.
    var since: Int64?
    /// Ids of the last round's newest items; only ever as many as `seenLimit`.
    var seen: [String] = []
    /// The place in the current round, as parameters of the next address; nil at its beginning.
    var page: [String: String]?
    /// The newest item's time so far in the current round.
    var newest: Int64?
    /// Ids of the current round's newest items.
    var fresh: [String] = []
    /// How many whole rounds there were; every so many go back far.
    var round = 0
    /// When the current round began, by the platform's clock.
    var began: Int64?
    /// When the last whole round began, and the last that went back far: lists inside of items were read up to then.
    var heard: Int64?
    var heardFar: Int64?
    /// Lists inside of items that are to be read on, the next one first.
    var open: [GraphOpenList] = []
    /// How much lists of no known order held when they were last read whole.
    var counts: [GraphKnownCount] = []
    /// Whether the current round has all its items, and only lists inside of them are left.
    var isListed = false
    /// Whether the current round lost its place and began again.
    var hasRestarted = false
    /// Whether smaller pages are asked for, as the platform finds the usual ones too large.
    var isSmall = false
    /// What a search found that the list is named by.
    var found: String?
    /// What was made before this is left alone until there is a whole round: a first start goes no further back.
    var floor: Int64?

    /// How many ids are remembered.
    static let seenLimit = 100
    /// One round of so many goes back as far as the settings say.
    static let farEvery = 10

    /// The beginning.
    init() {}

    /// A cursor that a gateway kept; one that cannot be read means the beginning.
    init(_ cursor: Cursor?) {
        let kept = cursor.flatMap { try? JSONDecoder().decode(GraphCursor.self, from: Data($0.text.utf8)) }
        self = kept ?? GraphCursor()
    }

    /// Decodes a cursor, in which everything may be left out.
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        since = try values.decodeIfPresent(Int64.self, forKey: .since)
        seen = try values.decodeIfPresent([String].self, forKey: .seen) ?? []
        page = try values.decodeIfPresent([String: String].self, forKey: .page)
        newest = try values.decodeIfPresent(Int64.self, forKey: .newest)
        fresh = try values.decodeIfPresent([String].self, forKey: .fresh) ?? []
        round = try values.decodeIfPresent(Int.self, forKey: .round) ?? 0
        began = try values.decodeIfPresent(Int64.self, forKey: .began)
        heard = try values.decodeIfPresent(Int64.self, forKey: .heard)
        heardFar = try values.decodeIfPresent(Int64.self, forKey: .heardFar)
        open = try values.decodeIfPresent([GraphOpenList].self, forKey: .open) ?? []
        counts = try values.decodeIfPresent([GraphKnownCount].self, forKey: .counts) ?? []
        isListed = try values.decodeIfPresent(Bool.self, forKey: .isListed) ?? false
        hasRestarted = try values.decodeIfPresent(Bool.self, forKey: .hasRestarted) ?? false
        isSmall = try values.decodeIfPresent(Bool.self, forKey: .isSmall) ?? false
        found = try values.decodeIfPresent(String.self, forKey: .found)
        floor = try values.decodeIfPresent(Int64.self, forKey: .floor)
    }

    /// The text that the gateway keeps.
    var kept: Cursor {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { return Cursor("{}") }
        return Cursor(String(decoding: data, as: UTF8.self))
    }

    /// Whether the current round goes back as far as the settings say.
    var isFar: Bool { heardFar == nil || round % GraphCursor.farEvery == 0 }

    /// Whether there is more to be had at once.
    var isUnderWay: Bool { page != nil || !open.isEmpty }

    /// The cursor after a page of items.
    func advanced(by page: GraphPage, in listing: GraphListing, at moment: Int64?) -> GraphCursor {
        var next = self
        if began == nil { next.began = moment ?? page.items.map(\.time).max() }
        let known = Set(seen + fresh)
        let hasNews = page.items.contains { !known.contains($0.id) }
        next.newest = page.items.reduce(newest) { latest, item in max(latest ?? item.time, item.time) }
        let added = page.items.map(\.id).filter { !known.contains($0) }
        next.fresh = Array((listing.isNewestFirst ? fresh + added : added + fresh).prefix(GraphCursor.seenLimit))
        next.openLists(in: page, of: listing)
        let isOld = listing.isNewestFirst && page.items.contains { $0.time != 0 && $0.time < bound(in: listing) }
        let isOver = page.next == nil || page.next == self.page && !hasNews || isOld
        next.isListed = isOver || listing.endsWithoutNews && !hasNews
        next.page = next.isListed ? nil : page.next
        next.endRound()
        return next
    }

    /// The cursor after a page of the list inside of an item that is first in turn.
    func advanced(past list: GraphOpenList, by page: GraphPage, in listing: GraphListing) -> GraphCursor {
        var next = closingFirst()
        let isOld = list.until.map { until in page.items.contains { $0.time != 0 && $0.time < until } } ?? false
        if let place = page.next, place != list.page, !isOld {
            var rest = list
            rest.page = place
            next.open.insert(rest, at: 0)
        }
        next.openLists(in: page, of: listing)
        next.endRound()
        return next
    }

    /// The cursor with the first of the open lists given up.
    func closed() -> GraphCursor {
        var next = closingFirst()
        next.endRound()
        return next
    }

    /// The cursor at the beginning of the round again; nil where that is where it is.
    func restarted() -> GraphCursor? {
        guard page != nil else { return nil }
        var next = self
        (next.page, next.newest, next.fresh, next.hasRestarted) = (nil, nil, [], true)
        return next
    }

    /// Items before this moment are left alone in the current round.
    func bound(in listing: GraphListing) -> Int64 {
        guard let since else { return floor ?? 0 }
        return since - (isFar ? max(listing.lookBack, listing.overlap) : listing.overlap)
    }

    private func closingFirst() -> GraphCursor {
        var next = self
        if !next.open.isEmpty { next.open.removeFirst() }
        return next
    }

    /// Ends the round where nothing of it is left.
    private mutating func endRound() {
        guard isListed, open.isEmpty else { return }
        since = [since, newest].compactMap(\.self).max()
        if since != nil { floor = nil }
        seen = fresh.isEmpty ? seen : fresh
        if isFar { heardFar = began ?? heardFar }
        heard = began ?? heard
        (newest, fresh, began, isListed, hasRestarted, isSmall) = (nil, [], nil, false, false, false)
        round = round &+ 1
    }
}

/// A list inside of an item that is to be read on, such as the comments of a post beyond those that came with it.
struct GraphOpenList: Codable, Sendable, Equatable {
    /// The item's id.
    var object: String
    /// The list's edge.
    var edge: String
    /// The place in the list, as parameters of the next address.
    var page: [String: String]
    /// What is older than this was read before; nil where the whole list is to be read.
    var until: Int64?
}

extension GraphCursor {
    /// How late something may appear in a list, in seconds before a round began.
    private static let lateness: Int64 = 3600
    /// Of how many lists it is remembered how much they held.
    private static let countLimit = 500

    /// Opens those lists inside of a page's items that may hold what was not read before.
    fileprivate mutating func openLists(in page: GraphPage, of listing: GraphListing) {
        let until = (isFar ? heardFar : heard).map { $0 - GraphCursor.lateness }
        var opened: [GraphOpenList] = []
        for list in page.lists {
            guard let inner = listing.inner(list.edge) else { continue }
            var open = GraphOpenList(object: list.object, edge: list.edge, page: list.next, until: until)
            let mayBeNew = inner.isNewestFirst && (until.map { list.oldest == 0 || list.oldest >= $0 } ?? true)
            let hasGrown = isFar && !inner.isOrderPromised && note(list)
            if hasGrown { open.until = nil }
            if mayBeNew || hasGrown { opened.append(open) }
        }
        // What is inside of inside comes first, so that few lists are open at a time.
        self.open.insert(contentsOf: opened, at: 0)
    }

    /// Remembers how much a list holds, and tells whether that is not as it was.
    private mutating func note(_ list: GraphPage.Nested) -> Bool {
        guard let count = list.count else { return true }
        let known = counts.first { $0.id == list.object }
        counts.removeAll { $0.id == list.object }
        counts.append(GraphKnownCount(id: list.object, count: count))
        counts.removeFirst(max(counts.count - GraphCursor.countLimit, 0))
        return known?.count != count
    }
}
