/// Feeds that end in the middle, as where a connection broke and nobody had said how much would come.
enum FeedCut {
    /// What stands before the entry in the midst of which a feed was cut off; nil where it was not.
    static func before(in body: [UInt8]) -> [UInt8]? {
        let end = String(decoding: body.suffix(1000), as: UTF8.self).lowercased()
        let ends = ["</rss", "</feed", "rdf>", "</channel", "</html", "}"]
        guard !body.isEmpty, !ends.contains(where: { end.contains($0) }) else { return nil }
        var first = body.endIndex
        for start in body.indices.reversed() where body[start] == UInt8(ascii: "<") {
            let tag = String(decoding: body[start...].prefix(8), as: UTF8.self).lowercased()
            if tag == "</entry>" { return Array(body[..<(start + 8)]) }
            if tag.hasPrefix("</item>") { return Array(body[..<(start + 7)]) }
            if tag.hasPrefix("<item") || tag.hasPrefix("<entry") { first = start }
        }
        return Array(body[..<first])
    }
}
