internal import Earshot
internal import EarshotFormats

extension DeclarationReader {
    /// The settings, each under its name.
    mutating func settings(_ value: JSONValue) -> [Setting] {
        named(value, at: "/settings").compactMap { name, value, pointer in
            let known = ["form", "choices", "required", "required_when", "default", "about", "minimum", "maximum"]
            guard let members = object(value, known: known, required: ["form", "about"], at: pointer),
                let form = form(members, at: pointer), let about = text(members["about"], at: pointer + "/about")
            else { return nil }
            var setting = Setting(name, form, about: about)
            setting.isRequired = truth(members["required"], at: pointer + "/required") ?? false
            if !DeclarationReader.isWord(name) {
                note(pointer, "expected a name of letters, digits, '-' and '_', found \"\(name)\"")
            }
            setting.fallback = fallback(members["default"], form, at: pointer + "/default")
            if let listen = members["required_when"] {
                guard let words = listen.elements?.compactMap(\.text), !words.isEmpty else {
                    note(pointer + "/required_when", "expected a list of what \"listen\" can be")
                    return setting
                }
                setting.requiredWhen = ("listen", words)
            }
            return setting
        }
    }

    /// What holds where nothing is set, as JSON; nil where it is not said or not of the form.
    private mutating func fallback(_ value: JSONValue?, _ form: Setting.Form, at pointer: String) -> String? {
        guard let value else { return nil }
        let (isRight, expected) = DeclarationReader.judged(value, by: form)
        if !isRight { note(pointer, "expected \(expected), found \(value.description)") }
        return isRight ? value.description : nil
    }

    private static func judged(_ value: JSONValue, by form: Setting.Form) -> (isRight: Bool, expected: String) {
        switch form {
        case .integer(let bounds):
            let whole = value.wholeNumber.flatMap { Int(exactly: $0) }
            return (
                whole.map { bounds.contains($0) } ?? false,
                "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
            )
        case .boolean: return (value.truth != nil, "true or false")
        case .choice(let words):
            return (value.text.map { words.contains($0) } ?? false, "one of \(words.joined(separator: ", "))")
        case .duration:
            return (
                value.text.flatMap { Quantity.duration($0) } != nil, "a duration such as \"30s\", \"10m\" or \"2d\""
            )
        case .url:
            let isURL = value.text.map { $0.hasPrefix("https://") || $0.hasPrefix("http://") } ?? false
            return (isURL, "an http or https address")
        default: return (value.text != nil, "a text")
        }
    }

    /// Whether a name can stand in braces.
    private static func isWord(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy {
                (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F
            }
    }

    private mutating func form(_ members: JSONObject, at pointer: String) -> Setting.Form? {
        let words = ["text", "secret", "url", "path", "integer", "boolean", "duration", "choice"]
        switch choice(members["form"], among: words, at: pointer + "/form") {
        case "text": return .text
        case "secret": return .secret
        case "url": return .url
        case "path": return .path
        case "boolean": return .boolean
        case "duration": return .duration
        case "integer":
            let all = -1_000_000_000...1_000_000_000
            let least = number(members["minimum"], within: all, at: pointer + "/minimum") ?? 0
            let most = number(members["maximum"], within: all, at: pointer + "/maximum") ?? 1_000_000_000
            guard least <= most else {
                note(pointer + "/maximum", "expected a number not below \(least)")
                return nil
            }
            return .integer(least...most)
        case "choice":
            let choices = members["choices"]?.elements?.compactMap(\.text) ?? []
            if choices.isEmpty { note(pointer + "/choices", "expected a list of words") }
            return .choice(choices)
        default: return nil
        }
    }
}
