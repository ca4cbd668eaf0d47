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
    /// The token, sent in a header so that it is in no address.
    var token: String
    /// Whether the operator wrote the base, which may then lie in a private network.
    var isOperators = false

    /// The address of one page; no token is ever in it.
    func address(at cursor: GraphCursor) -> String {
        var parts = query
        if takesSince, let since = cursor.since { parts.append(("since", String(max(since - overlap, 0)))) }
        for (name, value) in cursor.page ?? [:] {
            parts.removeAll { $0.name == name }
            parts.append((name, value))
        }
        let text = parts.sorted { $0.name < $1.name }
            .map { "\($0.name)=\(GraphListing.encoded($0.value))" }.joined(separator: "&")
        return "\(base)/\(version)/\(path)?\(text)"
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
