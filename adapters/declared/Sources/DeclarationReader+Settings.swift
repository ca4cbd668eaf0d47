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
            setting.fallback = members["default"].map(\.description)
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
