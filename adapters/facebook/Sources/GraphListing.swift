internal import Earshot

/// A list of the Graph API that a channel polls: what to ask for, and when to stop.
struct GraphListing: Sendable {
    /// The address before the version, as `https://graph.facebook.com`.
    var base = "https://graph.facebook.com"
    /// The version, as `v25.0`.
    var version = "v25.0"
    /// The object and its edge, as `700100/feed`.
    var path: String
    /// What is asked for beside the place in the list.
    var query: [(name: String, value: String)]
    /// The field of an item that says when it was made or changed.
    var timeField: String
    /// Whether the edge takes `since`.
    var takesSince = false
    /// Whether later items stand first, so that the first old one ends the list.
    var isNewestFirst = true
    /// Whether the list goes on for ever, so that a page without news ends it (hashtags).
    var endsWithoutNews = false
    /// How far behind the last item each round begins, in seconds: items appear late, and counts change.
    var overlap: Int64 = 3600
    /// How far behind it one of ten rounds begins, as people also comment on what is old.
    var lookBack: Int64 = 3600
    /// How far back the first round goes, in seconds.
    var backfill: Int64 = 30 * 86_400
    /// The lists that come inside of the items, the first few of each.
    var inner: [GraphInner] = []
    /// What finds the object whose list it is, where that is not known by its id.
    var search: GraphSearch?
    /// The token, sent in a header so that it is in no address; nil where the gateway shows it.
    var token: String?
    /// The app's secret, by which the token is proven; nil where the app does not ask for a proof.
    var appSecret: String?
    /// Whether the operator wrote the base, which may then lie in a private network.
    var isOperators = false

    /// The address of one page; no token is ever in it.
    func address(at cursor: GraphCursor) -> String {
        var parts = query
        if takesSince, cursor.since != nil || cursor.floor != nil {
            parts.append(("since", String(max(cursor.bound(in: self), 0))))
        }
        if cursor.isSmall { parts = parts.map { $0.name == "limit" ? ($0.name, "5") : $0 } }
        return address(
            cursor.found.map { "\(GraphListing.encoded($0))/\(path)" } ?? path, parts, at: cursor.page ?? [:])
    }

    /// The address of a page of a list inside of an item; nil where there is no such list.
    func address(of list: GraphOpenList) -> String? {
        inner(list.edge).map { address("\(GraphListing.encoded(list.object))/\(list.edge)", $0.query, at: list.page) }
    }

    /// The address of a path, parameters and a place in a list.
    func address(
        _ path: String, _ query: [(name: String, value: String)], at place: [String: String] = [:]
    ) -> String {
        let parts = query.filter { place[$0.name] == nil } + place.map { ($0.key, $0.value) }
        let text = parts.sorted { $0.name < $1.name }
            .map { "\($0.name)=\(GraphListing.encoded($0.value))" }.joined(separator: "&")
        return "\(base)/\(version)/\(path)?\(text)"
    }

    /// The list of an edge inside of items, or inside of those.
    func inner(_ edge: String) -> GraphInner? {
        inner.first { $0.edge == edge } ?? inner.flatMap(\.inner).first { $0.edge == edge }
    }

    /// A value as it stands in a query (RFC 3986).
    static func encoded(_ value: String) -> String {
        var text = ""
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: ","), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "("),
                UInt8(ascii: ")"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }
}

/// A list that comes inside of an item, the first few, and can be read on: a post's comments, a comment's replies.
struct GraphInner: Sendable {
    /// Its edge, which is also the field that it comes in.
    var edge: String
    /// What is asked for where it is read on.
    var query: [(name: String, value: String)]
    /// The field of its items that says when they were made.
    var timeField: String
    /// Whether later items stand first, as far as one knows.
    var isNewestFirst = true
    /// Whether that order was asked for; where it was not, a list that holds another number than before is read whole.
    var isOrderPromised = true
    /// The field of the item around it that says how much it holds.
    var countField: String?
    /// The lists inside of its items.
    var inner: [GraphInner] = []
}

/// A search for the object whose list is wanted; the first that it finds is it.
struct GraphSearch: Sendable {
    /// Where it is asked.
    var path: String
    /// What it is asked.
    var query: [(name: String, value: String)]
}

extension GraphListing {
    /// Sets where the Graph API is, as an operator said it.
    mutating func place(_ base: String?, version: String?) {
        if let version { self.version = version }
        guard let base else { return }
        self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
        isOperators = true
    }

    /// The seconds of the setting `name` as it is written; a month where it is not.
    static func seconds(_ duration: String?, of name: String = "look_back") throws -> Int64 {
        guard let duration else { return 30 * 86_400 }
        guard let seconds = Quantity.duration(duration)?.components.seconds else {
            throw WrongSettings("\(name) is written like \"30d\", not \"\(duration)\"")
        }
        return seconds
    }
}
