internal import Earshot
internal import EarshotFormats

/// Tells web pages from feeds, and where a page says its feeds are.
enum HTMLPage {
    /// Why a document that is a web page is not read, or nil where it is none.
    static func refusal(_ bytes: Bytes, url: String?) -> String? {
        guard isPage(bytes) else { return nil }
        let feeds = offers(bytes, url: url)
        guard !feeds.isEmpty else { return "an HTML page, not a feed" }
        return "an HTML page, not a feed; it offers \(feeds.joined(separator: ", "))"
    }

    /// The feeds that a document offers, if it is a web page.
    static func offers(_ bytes: Bytes, url: String?) -> [String] {
        isPage(bytes) ? feeds(in: bytes[0..<262_144], url: url) : []
    }

    private static func isPage(_ bytes: Bytes) -> Bool {
        var head = bytes[0..<4096].trimmed
        if head.hasPrefix("\u{FEFF}") { head = head[3..<head.count].trimmed }
        let beginning = head[0..<64].string.lowercased()
        if beginning.hasPrefix("<!doctype html") || beginning.hasPrefix("<html") { return true }
        while let end = endOfProlog(head) { head = head[end..<head.count].trimmed }
        return head[0..<5].string.lowercased() == "<html"
    }

    /// Where the XML declaration, comment or document type that a text begins with ends; nil where it begins with none.
    private static func endOfProlog(_ head: Bytes) -> Int? {
        let ending: StaticString
        if head.hasPrefix("<!--") {
            ending = "-->"
        } else if head.hasPrefix("<?") {
            ending = "?>"
        } else if head[0..<9].string.lowercased() == "<!doctype" {
            ending = ">"
        } else {
            return nil
        }
        return (2..<max(head.count, 2)).first { head[$0..<head.count].hasPrefix(ending) }
            .map { $0 + ending.utf8CodeUnitCount }
    }

    /// The feeds that `<link rel=alternate>` of a page names.
    private static func feeds(in bytes: Bytes, url: String?) -> [String] {
        var found: [String] = []
        var looked = 0
        var place = bytes.firstIndex(of: UInt8(ascii: "<"))
        while let start = place, found.count < 5 {
            let reach = bytes[start..<(start + 2048)]
            let tag = reach[0..<(reach.firstIndex(of: UInt8(ascii: ">")) ?? reach.count)]
            if looked < 100, tag[0..<5].string.lowercased() == "<link" {
                looked += 1
                let rel = attribute("rel", of: tag).lowercased()
                let type = attribute("type", of: tag).lowercased()
                let isFeed = type.contains("rss") || type.contains("atom") || type.contains("feed+json")
                let address = attribute("href", of: tag)
                if rel.contains("alternate"), isFeed, !address.isEmpty {
                    found.append(URLs.resolved(address, base: url ?? "") ?? address)
                }
            }
            place = bytes.firstIndex(of: UInt8(ascii: "<"), from: start + 1)
        }
        return found
    }

    /// The value of an attribute within a tag's text.
    private static func attribute(_ name: String, of tag: Bytes) -> String {
        let text = tag.string
        let lower = text.lowercased()
        guard lower.utf8.count == text.utf8.count else { return "" }
        let units = Array(text.utf8)
        let wanted = Array((name + "=").utf8)
        let folded = Array(lower.utf8)
        guard units.count > wanted.count else { return "" }
        for start in 1..<(units.count - wanted.count)
        where folded[start - 1] <= 0x20 && folded[start..<(start + wanted.count)] == wanted[...] {
            let rest = units[(start + wanted.count)...]
            guard let quote = rest.first else { return "" }
            let isQuoted = quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
            let value =
                isQuoted
                ? rest.dropFirst().prefix { $0 != quote } : rest.prefix { $0 > 0x20 }
            return HTML.text(of: String(decoding: value, as: UTF8.self))
        }
        return ""
    }
}
