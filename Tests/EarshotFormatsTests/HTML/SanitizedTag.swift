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

    /// Every tag of a text of the grammar; nil where anything in it is of another.
    ///
    ///     html  = { text | "<" name { " " name "=" '"' value '"' } [ " /" ] ">" | "</" name ">" }
    ///     text  = characters but < > "
    ///     value = characters but < > "
    static func all(in html: String) -> [SanitizedTag]? {
        var tags: [SanitizedTag] = []
        var rest = Array(html.unicodeScalars)[...]
        var open: [String] = []
        while let scalar = rest.popFirst() {
            if scalar == ">" || scalar == "\"" || scalar.value == 0 { return nil }
            guard scalar == "<" else { continue }
            if rest.first == "/" {
                rest.removeFirst()
                guard let name = word(&rest), rest.popFirst() == ">", open.popLast() == name else { return nil }
                continue
            }
            guard let name = word(&rest) else { return nil }
            var attributes: [String: String] = [:]
            while rest.first == " ", rest.dropFirst().first != "/" {
                rest.removeFirst()
                guard let key = word(&rest), rest.popFirst() == "=", rest.popFirst() == "\"",
                    let end = rest.firstIndex(of: "\"")
                else { return nil }
                let value = rest[..<end]
                guard !value.contains("<"), !value.contains(">"), attributes[key] == nil else { return nil }
                attributes[key] = String(String.UnicodeScalarView(value))
                rest = rest[(end + 1)...]
            }
            if rest.first == " " {
                guard rest.dropFirst().first == "/" else { return nil }
                rest = rest.dropFirst(2)
            } else {
                open.append(name)
            }
            guard rest.popFirst() == ">" else { return nil }
            tags.append(SanitizedTag(name: name, attributes: attributes))
        }
        return open.isEmpty ? tags : nil
    }

    private static func word(_ rest: inout ArraySlice<Unicode.Scalar>) -> String? {
        let end = rest.firstIndex {
            !($0.properties.isLowercase && $0.isASCII) && !"0123456789:-".unicodeScalars.contains($0)
        }
        let word = rest[..<(end ?? rest.endIndex)]
        rest = rest[word.endIndex...]
        return word.isEmpty ? nil : String(String.UnicodeScalarView(word))
    }
}
