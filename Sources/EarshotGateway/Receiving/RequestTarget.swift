internal import Foundation
internal import HummingbirdCore

/// What a request is for: the parts of its path and the parameters of its query, escapes undone.
struct RequestTarget: Sendable {
    /// The parts of the path between slashes, without empty ones.
    let parts: [String]
    private let uri: URI

    /// A target as it stands in a request; a plus in its query is a space, as forms write one.
    init(_ text: String) {
        let mark = text.firstIndex(of: "?") ?? text.endIndex
        let query = text[mark...].replacing("+", with: "%20")
        uri = URI(String(text[..<mark]) + query)
        parts = uri.path.split(separator: "/").map { part in
            part.utf8.contains(UInt8(ascii: "%")) ? part.removingPercentEncoding ?? String(part) : String(part)
        }
    }

    /// The parameters of the query; of two of a name the last.
    var query: [String: String] {
        var query: [String: String] = [:]
        for (name, value) in uri.queryParameters { query[String(name)] = String(value) }
        return query
    }
}
