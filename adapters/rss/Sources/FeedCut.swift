internal import Earshot

/// Feeds that end in the middle, as where a connection broke and nobody had said how much would come.
enum FeedCut {
    /// Whether a feed ends as one does: nobody who sent less may say later that nothing has changed.
    static func isWhole(_ body: [UInt8]) -> Bool {
        let text = body.withBytes { $0.trimmed.array }
        guard let first = text.first(where: { $0 > 0x20 && $0 < 0x80 }) else { return false }
        if first == UInt8(ascii: "{") { return text.last == UInt8(ascii: "}") }
        if first == UInt8(ascii: "[") { return text.last == UInt8(ascii: "]") }
        let end = String(decoding: text.suffix(1000), as: UTF8.self).lowercased()
        return ["</rss", "</feed", "rdf>", "</channel", "</html"].contains { end.contains($0) }
    }

    /// What stands before the entry in the midst of which a feed was cut off; nil where it was not, or is no XML.
    static func before(in body: [UInt8]) -> [UInt8]? {
        guard !isWhole(body), body.contains(UInt8(ascii: "<")) else { return nil }
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
