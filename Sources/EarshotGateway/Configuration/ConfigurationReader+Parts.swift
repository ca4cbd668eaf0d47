internal import Earshot
internal import EarshotFormats

extension ConfigurationReader {
    /// The gateway's keys of a channel or sink, and its settings; nil where it is no object.
    mutating func parts(
        _ value: JSONValue, _ keys: [Setting], _ settings: [Setting], known: Bool, at pointer: String
    ) -> (JSONObject, JSONObject)? {
        var own = value.members ?? JSONObject()
        let given = own["settings"]
        if given != nil { own["settings"] = [:] }
        let hint: (String) -> String? = { key in
            settings.contains { $0.name == key } ? "it belongs into \"settings\"" : nil
        }
        guard let checked = check.object(value.members == nil ? value : .object(own), keys, at: pointer, hint: hint)
        else { return nil }
        guard known else { return (checked, JSONObject()) }
        let isOperators = given?["listen"]?.text == "webhook" && given?["webhook"] != nil
        let isFiles = given?["listen"]?.text == "files"
        var waived = isOperators ? settings.map(\.unneeded) : isFiles ? settings.map(\.optional) : settings
        if checked["auth"] != nil { waived = waived.map { $0.isCredential ? $0.unneeded : $0 } }
        return (checked, check.object(given ?? [:], waived, at: pointer + "/settings") ?? JSONObject())
    }

    /// The members of a section whose keys are names.
    mutating func named(_ value: JSONValue, at pointer: String, kind: String) -> JSONObject? {
        guard let members = value.members else {
            check.refuse(pointer, expected: "an object with a member for each \(kind)")
            return nil
        }
        for name in members.keys where !Configuration.isName(name) {
            check.note(
                Problem(
                    pointer + "/" + JSONPointer.escape(name),
                    "a \(kind)'s name has 1 to 64 letters, digits, '-', '_' and '.', and begins with a letter or digit")
            )
        }
        return members
    }

    /// Notes secrets that would go out unencrypted.
    mutating func note(clearText problems: [Problem]) {
        for problem in problems { check.note(problem) }
        result.clearText += problems.map(\.pointer)
    }

    /// The names of all sinks.
    var sinkNames: [String] { catalog.sinks.map { $0.name } }

    /// Both, as they are said in a sentence.
    var names: (adapters: String, sinks: String) {
        (catalog.adapterNames.joined(separator: ", "), sinkNames.joined(separator: ", "))
    }
}

extension Configuration {
    /// Whether a text can name a channel or sink: names stand in paths, metrics and file names.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 64, first.isLetterOrDigit else { return false }
        return text.utf8.allSatisfy { $0.isLetterOrDigit || "-_.".utf8.contains($0) }
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        (self >= 0x30 && self <= 0x39) || (self | 0x20 >= 0x61 && self | 0x20 <= 0x7A)
    }
}
