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

    /// How many ids are remembered.
    static let seenLimit = 100

    /// The beginning.
    init() {}

    /// A cursor that a gateway kept; one that cannot be read means the beginning.
    init(_ cursor: Cursor?) {
        let kept = cursor.flatMap { try? JSONDecoder().decode(GraphCursor.self, from: Data($0.text.utf8)) }
        self = kept ?? GraphCursor()
    }

    /// The text that the gateway keeps.
    var kept: Cursor {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { return Cursor("{}") }
        return Cursor(String(decoding: data, as: UTF8.self))
    }

    /// The cursor after a page, and whether the round goes on.
    func advanced(by page: GraphPage, in listing: GraphListing) -> (cursor: GraphCursor, hasMore: Bool) {
        var next = self
        let known = Set(seen + fresh)
        let hasNews = page.items.contains { !known.contains($0.id) }
        next.newest = page.items.reduce(newest) { latest, item in max(latest ?? item.time, item.time) }
        let added = page.items.map(\.id).filter { !known.contains($0) }
        next.fresh = Array((listing.isNewestFirst ? fresh + added : added + fresh).prefix(GraphCursor.seenLimit))
        let isOld =
            listing.isNewestFirst && page.items.contains { $0.time != 0 && $0.time < (since ?? 0) - listing.overlap }
        let isOver = page.next == nil || page.next == self.page && !hasNews || isOld
        if isOver || listing.endsWithoutNews && !hasNews {
            next.since = [since, next.newest].compactMap(\.self).max()
            next.seen = next.fresh.isEmpty ? seen : next.fresh
            next.page = nil
            next.newest = nil
            next.fresh = []
            return (next, false)
        }
        next.page = page.next
        return (next, true)
    }
}

/// What a poller needs to know of a page: its items' ids and times, and where the next page is.
struct GraphPage: Sendable, Equatable {
    /// An item's id and its time, 0 where it says none.
    struct Item: Sendable, Equatable {
        var id: String
        var time: Int64
    }

    /// The items.
    var items: [Item] = []
    /// The parameters that lead to the next page; nil where there is none.
    var next: [String: String]?

    /// The parameters of an address that say where in a list it is; all others, tokens above all, are left behind.
    private static let places: Set<String> = [
        "after", "before", "until", "since", "offset", "__paging_token", "__after_id", "page", "pageToken",
    ]

    /// What a page says.
    init(_ body: [UInt8], timeField: String) throws(MalformedDocument) {
        self = try JSON.read(body) { root, _ in GraphPage(root, timeField: timeField) }
    }

    private init(_ root: JSONNode, timeField: String) {
        root["data"].each { node in
            let id = node["id"].isString ? node["id"] : node["open_graph_story"]["id"]
            let time = Array(timeField.utf8).withBytes { node[$0] }.moment
            items.append(Item(id: id.string.string, time: time?.seconds ?? 0))
        }
        let paging = root["paging"]
        guard paging["next"].isString, !paging["next"].string.isEmpty else { return }
        var places = GraphPage.places(of: paging["next"].string.string)
        // The cursor alone is enough, and does not age as the rest of an address does.
        if let after = paging["cursors"]["after"].isString ? paging["cursors"]["after"].string.string : nil {
            if places.keys.contains("after") || places.isEmpty { places = ["after": after] }
        }
        next = places.isEmpty ? nil : places
    }

    private static func places(of address: String) -> [String: String] {
        var found: [String: String] = [:]
        for item in URLComponents(string: address)?.queryItems ?? [] where places.contains(item.name) {
            found[item.name] = item.value
        }
        return found
    }
}
