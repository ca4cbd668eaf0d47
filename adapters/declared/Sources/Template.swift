/// A text with names in braces, such as `https://{host}/new`.
struct Template {
    /// What it is made of, in order.
    private var parts: [(text: String, isName: Bool)] = []

    /// The template that a text is; a brace that is not closed, or holds anything but a name, stands for itself.
    init(_ text: String) {
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = rest[rest.index(after: open)..<close]
            let isName = !name.isEmpty && name.allSatisfy { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
            parts.append((String(rest[..<open]), false))
            parts.append(isName ? (String(name), true) : (String(rest[open...close]), false))
            rest = rest[rest.index(after: close)...]
        }
        parts.append((String(rest), false))
    }

    /// The names.
    var names: [String] { parts.filter(\.isName).map(\.text) }

    /// The text with every name replaced, or nil where one has no value.
    func filled(_ value: (_ name: String, _ isFirst: Bool) -> String?) -> String? {
        var whole = ""
        for part in parts {
            guard part.isName else {
                whole += part.text
                continue
            }
            guard let value = value(part.text, whole.isEmpty) else { return nil }
            whole += value
        }
        return whole
    }
}
