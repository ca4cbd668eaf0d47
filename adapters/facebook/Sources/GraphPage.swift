internal import Earshot
internal import EarshotFormats
internal import Foundation

/// What a poller needs to know of a page: its items' ids and times, where the next page is, and which lists inside of
/// the items go on.
struct GraphPage: Sendable, Equatable {
    /// An item's id and its time, 0 where it says none.
    struct Item: Sendable, Equatable {
        var id: String
        var time: Int64
    }

    /// A list inside of an item that goes on beyond what came with the item.
    struct Nested: Sendable, Equatable {
        /// The item's id.
        var object: String
        /// The list's edge.
        var edge: String
        /// The parameters that lead to its next page.
        var next: [String: String]
        /// The oldest time of what came with the item, 0 where nothing came or nothing said its time.
        var oldest: Int64
        /// How much it holds, where the item says so.
        var count: Int64?
    }

    /// The items.
    var items: [Item] = []
    /// The parameters that lead to the next page; nil where there is none.
    var next: [String: String]?
    /// The lists inside of the items that go on.
    var lists: [Nested] = []

    /// The parameters of an address that say where in a list it is; all others, tokens above all, are left behind.
    private static let places: Set<String> = [
        "after", "before", "until", "since", "offset", "__paging_token", "__after_id", "page", "pageToken",
    ]

    /// What a page says.
    init(_ body: [UInt8], timeField: String, inner: [GraphInner] = []) throws(MalformedDocument) {
        self = try JSON.read(body) { (root, _) throws(MalformedDocument) in
            guard root["data"].isArray else { throw MalformedDocument("no list") }
            return GraphPage(root, timeField: timeField, inner: inner)
        }
    }

    private init(_ root: JSONNode, timeField: String, inner: [GraphInner]) {
        root["data"].each { node in
            let id = node["id"].isString ? node["id"] : node["open_graph_story"]["id"]
            items.append(Item(id: id.string.string, time: GraphPage.time(of: node, timeField)))
            for list in inner { note(list, of: node) }
        }
        next = GraphPage.next(root["paging"])
    }

    /// When an item was made, or tagged, or changed; 0 where it does not say.
    private static func time(of node: JSONNode, _ field: String) -> Int64 {
        let said = Array(field.utf8).withBytes { node[$0] }
        return (said.exists ? said : node["created_time"]).moment?.seconds ?? 0
    }

    private mutating func note(_ inner: GraphInner, of node: JSONNode) {
        let list = Array(inner.edge.utf8).withBytes { node[$0] }
        guard list.isObject else { return }
        if let next = GraphPage.next(list["paging"]) {
            var oldest: Int64 = 0
            list["data"].each { item in
                let time = GraphPage.time(of: item, inner.timeField)
                if time != 0 { oldest = oldest == 0 ? time : min(oldest, time) }
            }
            let count = inner.countField.map { field in Array(field.utf8).withBytes { node[$0] }.int64 }
            lists.append(
                Nested(
                    object: node["id"].string.string, edge: inner.edge, next: next, oldest: oldest,
                    count: count == unsaid ? nil : count))
        }
        list["data"].each { item in for below in inner.inner { note(below, of: item) } }
    }

    /// The parameters that lead to the page after one, by what it says of its place; nil where it is the last.
    private static func next(_ paging: JSONNode) -> [String: String]? {
        guard paging["next"].isString, !paging["next"].string.isEmpty else { return nil }
        var places = GraphPage.places(of: paging["next"].string.string)
        // The cursor alone is enough, and does not age as the rest of an address does.
        if let after = paging["cursors"]["after"].isString ? paging["cursors"]["after"].string.string : nil {
            if places.keys.contains("after") || places.isEmpty { places = ["after": after] }
        }
        return places.isEmpty ? nil : places
    }

    private static func places(of address: String) -> [String: String] {
        var found: [String: String] = [:]
        for item in URLComponents(string: address)?.queryItems ?? [] where places.contains(item.name) {
            found[item.name] = item.value
        }
        return found
    }
}

/// How much a list held when it was last read whole.
struct GraphKnownCount: Codable, Sendable, Equatable {
    /// The id of what the list is in.
    var id: String
    /// How much it held.
    var count: Int64
}
