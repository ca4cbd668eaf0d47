/// A tag of sanitized HTML, as somebody reads it who knows only the grammar that it is written in.
struct SanitizedTag {
    let name: String
    let attributes: [String: String]

    /// Elements that must never be written, whatever stands in them.
    static let deadly: Set<String> = [
        "script", "style", "iframe", "frame", "frameset", "object", "embed", "applet", "form", "input", "button",
        "select", "textarea", "svg", "math", "template", "noscript", "noembed", "noframes", "title", "meta", "link",
        "base", "body", "html", "head", "xmp", "plaintext", "listing", "marquee", "isindex", "keygen", "portal",
        "param",
    ]

    /// Attributes that must never be.
    static let deadlyAttributes: Set<String> = ["srcdoc", "formaction", "xlink:href", "id", "name", "srcset", "ping"]
    /// Attributes that are addresses.
    static let addresses: Set<String> = ["href", "src", "poster", "background", "action", "data", "cite", "longdesc"]

    /// Whether an address runs nothing, wherever it leads.
    static func isHarmless(_ address: String) -> Bool {
        ["http://", "https://", "mailto:"].contains { address.lowercased().hasPrefix($0) }
    }

    /// Every tag of a text of the grammar; nil where anything in it is of another.
    ///
    ///     html  = { text | "<" name { " " name "=" '"' value '"' } [ " /" ] ">" | "</" name ">" }
    ///     text  = characters but < > "
    ///     value = characters but < > "
    static func all(in html: String) -> [SanitizedTag]? {
        var reader = Reader(bytes: Array(html.utf8))
        return reader.all()
    }

    private struct Reader {
        let bytes: [UInt8]
        var place = 0
        var open: [String] = []
        var tags: [SanitizedTag] = []

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func all() -> [SanitizedTag]? {
            while place < bytes.count {
                let byte = bytes[place]
                if byte == UInt8(ascii: ">") || byte == UInt8(ascii: "\"") || byte == 0 { return nil }
                place += 1
                if byte == UInt8(ascii: "<") && !tag() { return nil }
            }
            return open.isEmpty ? tags : nil
        }

        private mutating func tag() -> Bool {
            if take("/") {
                guard let name = word(), take(">") else { return false }
                return open.popLast() == name
            }
            guard let name = word() else { return false }
            var attributes: [String: String] = [:]
            while !take(">") {
                guard take(" ") else { return false }
                if take("/") {
                    tags.append(SanitizedTag(name: name, attributes: attributes))
                    return take(">")
                }
                guard let key = word(), take("="), take("\""), let value = value(), attributes[key] == nil else {
                    return false
                }
                attributes[key] = value
            }
            open.append(name)
            tags.append(SanitizedTag(name: name, attributes: attributes))
            return true
        }

        private mutating func take(_ byte: Unicode.Scalar) -> Bool {
            guard place < bytes.count, bytes[place] == UInt8(ascii: byte) else { return false }
            place += 1
            return true
        }

        private mutating func value() -> String? {
            guard let end = bytes[place...].firstIndex(of: UInt8(ascii: "\"")) else { return nil }
            let value = bytes[place..<end]
            place = end + 1
            guard !value.contains(UInt8(ascii: "<")), !value.contains(UInt8(ascii: ">")) else { return nil }
            return String(decoding: value, as: UTF8.self)
        }

        private mutating func word() -> String? {
            let start = place
            while place < bytes.count, Reader.isOfWord(bytes[place]) { place += 1 }
            return place == start ? nil : String(decoding: bytes[start..<place], as: UTF8.self)
        }

        private static func isOfWord(_ byte: UInt8) -> Bool {
            (byte >= 0x61 && byte <= 0x7A) || (byte >= 0x30 && byte <= 0x3A) || byte == UInt8(ascii: "-")
        }
    }
}
