internal import Earshot
internal import EarshotFormats

/// Holds values against the settings that describe them, and notes every problem instead of stopping at the first.
struct SettingsCheck {
    /// The configuration as written: what messages quote, so that no message holds what a `${…}` stood for.
    private let original: JSONValue
    /// The pointers of the texts in which something was replaced.
    private let replaced: Set<String>
    /// The files that every user of the machine can read, by the texts that they were taken into.
    private let exposed: [String: String]
    /// What was found.
    private(set) var problems: [Problem] = []
    /// The values of every setting that is a secret.
    private(set) var secrets: [Secret] = []

    /// A check that begins with the problems of texts in which something could not be replaced.
    init(
        original: JSONValue, replaced: Set<String>, exposed: [String: String] = [:], problems: [Problem] = []
    ) {
        self.original = original
        self.replaced = replaced
        self.exposed = exposed
        self.problems = problems
    }

    mutating func note(_ problem: Problem) { problems.append(problem) }

    /// Notes that a value is not what it should be.
    mutating func refuse(_ pointer: String, expected: String, among known: [String] = []) {
        let near = original.value(at: pointer)?.text.flatMap { NearName.of($0, among: known) }
        note(Problem(pointer, expected: expected, found: found(at: pointer), near: near))
    }

    /// Whether a text had a `${…}` in it.
    func isReplaced(_ pointer: String) -> Bool { replaced.contains(pointer) }

    /// What stands at a place, in words.
    private func found(at pointer: String) -> String {
        switch original.value(at: pointer) {
        case nil: return "nothing"
        case .null?: return "null"
        case .object?: return "an object"
        case .array?: return "a list"
        case let value?:
            let text = value.description
            return text.count > 60 ? text.prefix(60) + "…" : text
        }
    }

    // Objects.

    /// The members of an object that may have the keys of `settings`; nil where it is no object.
    ///
    /// A member that is wrong is left out, so that what is left can be taken as it is.
    mutating func object(
        _ value: JSONValue, _ settings: [Setting], at pointer: String, hint: (String) -> String? = { _ in nil }
    ) -> JSONObject? {
        guard var members = value.members else {
            refuse(pointer, expected: "an object with keys such as \"\(settings.first?.name ?? "…")\"")
            return nil
        }
        for key in members.keys where isLeftOut(members[key] ?? .null, at: pointer + "/" + JSONPointer.escape(key)) {
            members[key] = nil
        }
        var checked = JSONObject()
        for (key, member) in members {
            let place = pointer + "/" + JSONPointer.escape(key)
            guard let setting = settings.first(where: { $0.name == key }) else {
                noteUnknown(key, settings, at: place, hint: hint(key))
                continue
            }
            if let good = self.value(member, setting.form, at: place) { checked[key] = good }
        }
        noteMissing(members, settings, at: pointer)
        return checked
    }

    private mutating func noteUnknown(_ key: String, _ settings: [Setting], at place: String, hint: String?) {
        let names = settings.map(\.name)
        var message = "unknown key \"\(key)\""
        if let near = NearName.of(key, among: names) {
            message += "; did you mean \"\(near)\"?"
        } else if let hint {
            message += "; \(hint)"
        } else {
            message += names.isEmpty ? "; there are no settings" : "; known are \(names.joined(separator: ", "))"
        }
        note(Problem(place, message))
    }

    private mutating func noteMissing(_ members: JSONObject, _ settings: [Setting], at pointer: String) {
        for setting in settings where members[setting.name]?.elements?.isEmpty ?? (members[setting.name] == nil) {
            if let substitute = setting.substitute, members[substitute] != nil { continue }
            guard let need = SettingsCheck.need(of: setting, among: settings, members) else { continue }
            if members[setting.name] != nil {
                note(Problem("\(pointer)/\(setting.name)", "expected one at least: \(setting.about.asClause)"))
            } else {
                note(Problem(pointer, "\"\(setting.name)\"\(need): \(setting.about.asClause)"))
            }
        }
    }

    /// What is said of a setting that is not given though it is needed; nil where it is not.
    private static func need(of setting: Setting, among settings: [Setting], _ members: JSONObject) -> String? {
        if setting.isRequired { return " is missing" }
        guard let condition = setting.requiredWhen,
            let other = members[condition.key] ?? settings.first(where: { $0.name == condition.key })?.fallbackValue,
            let word = other.text, condition.values.contains(word)
        else { return nil }
        return "\(setting.alternative) is missing, which \"\(condition.key)\": \"\(word)\" needs"
    }

    // Values.

    /// The value, if it is of a form; a text that a `${…}` stood for may also be a number or a truth.
    mutating func value(_ value: JSONValue, _ form: Setting.Form, at pointer: String) -> JSONValue? {
        switch form {
        case .text, .path, .adapter: return text(value, at: pointer, expected: "a text") { !$0.isEmpty }
        case .secret: return secret(value, at: pointer)
        case .url:
            // Not quoted: it holds a password.
            if let authority = value.text.flatMap({ SettingsCheck.authority(of: $0) }), authority.contains("@") {
                note(Problem(pointer, "expected an address without a user and a password: those are not sent"))
                return nil
            }
            warnOfSecret(inAddressAt: pointer)
            return text(value, at: pointer, expected: "an http or https address", where: SettingsCheck.isURL)
        case .duration, .positiveDuration:
            if case .positiveDuration = form, value.text.flatMap({ Quantity.duration($0) }) == .zero {
                return wrong(pointer, "a duration above zero")
            }
            return text(value, at: pointer, expected: "a duration such as \"30s\", \"10m\" or \"2d\"") {
                Quantity.duration($0) != nil
            }
        case .size, .positiveSize:
            if case .positiveSize = form, value.text.flatMap({ Quantity.size($0) }) == 0 {
                return wrong(pointer, "a size above zero")
            }
            return text(value, at: pointer, expected: "a size such as \"64KiB\" or \"10MiB\"") {
                Quantity.size($0) != nil
            }
        case .choice(let words):
            let expected = words.count == 1 ? "\"\(words[0])\"" : "one of \(words.joined(separator: ", "))"
            return text(value, at: pointer, expected: expected, among: words) { words.contains($0) }
        case .integer(let bounds):
            guard let number = plain(value, at: pointer).wholeNumber, let whole = Int(exactly: number),
                bounds.contains(whole)
            else { return wrong(pointer, "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)") }
            return .integer(number)
        case .number(let bounds):
            guard let number = plain(value, at: pointer).double, bounds.contains(number) else {
                return wrong(pointer, "a number from \(bounds.lowerBound) to \(bounds.upperBound)")
            }
            return .number(number)
        case .boolean:
            guard let truth = plain(value, at: pointer).truth else { return wrong(pointer, "true or false") }
            return .boolean(truth)
        case .list(let form): return list(value, form, at: pointer)
        case .map(let form): return map(value, form, at: pointer)
        case .object(let settings): return object(value, settings, at: pointer).map { .object($0) }
        }
    }

    /// Whether a value is what `${NAME:-}` gives where the variable is not set: nothing, and meant so.
    private func isLeftOut(_ value: JSONValue, at pointer: String) -> Bool {
        value.text?.isEmpty == true && original.value(at: pointer)?.text?.hasSuffix(":-}") == true
    }

    private mutating func wrong(_ pointer: String, _ expected: String) -> JSONValue? {
        refuse(pointer, expected: expected)
        return nil
    }

    private mutating func text(
        _ value: JSONValue, at pointer: String, expected: String, among words: [String] = [],
        where isRight: (String) -> Bool
    ) -> JSONValue? {
        // What an unset variable left empty has its problem already; one that is set to nothing has not.
        let isNoted = problems.contains { $0.pointer == pointer }
        if let text = value.text, isRight(text) || (text.isEmpty && isNoted) { return value }
        refuse(pointer, expected: expected, among: words)
        return nil
    }

    /// Warns where a `${…}` stands in the path or query of an address that a channel asks: mentions say where they
    /// are from.
    private mutating func warnOfSecret(inAddressAt pointer: String) {
        guard pointer.hasPrefix("/channels/"), !pointer.contains("/auth/"),
            let written = original.value(at: pointer)?.text,
            let scheme = written.firstRange(of: "://"),
            let path = written[scheme.upperBound...].firstIndex(where: { $0 == "/" || $0 == "?" }),
            written[path...].contains("${")
        else { return }
        note(
            Problem(
                pointer, "an address is told with mentions, in logs and on pages: it is no place for a secret",
                severity: .warning))
    }

    private mutating func secret(_ value: JSONValue, at pointer: String) -> JSONValue? {
        guard let text = value.text else {
            // Not quoted: a secret that lost its quotes is still one.
            note(Problem(pointer, "expected a text, which is a secret"))
            return nil
        }
        // What an unset variable left empty has its problem already.
        if text.isEmpty, !problems.contains(where: { $0.pointer == pointer }) {
            refuse(pointer, expected: "a secret, which is not empty")
        }
        secrets.append(Secret(text))
        if let path = exposed[pointer] {
            note(Problem(pointer, "every user of this machine can read the secret in \(path): chmod o-rwx \(path)"))
        }
        if !isReplaced(pointer) {
            note(
                Problem(
                    pointer, "a secret is written out; better take it from ${NAME} or ${file:PATH}",
                    severity: .warning))
        }
        return value
    }

    /// What a text says as JSON, where a `${…}` stood for it.
    private func plain(_ value: JSONValue, at pointer: String) -> JSONValue {
        guard let text = value.text, isReplaced(pointer) else { return value }
        return (try? JSONValue(parsing: text)) ?? value
    }

    private mutating func list(_ value: JSONValue, _ form: Setting.Form, at pointer: String) -> JSONValue? {
        guard let elements = value.elements else { return wrong(pointer, "a list of \(form.plural)") }
        var checked: [JSONValue] = []
        for (position, element) in elements.enumerated() {
            if let good = self.value(element, form, at: "\(pointer)/\(position)") { checked.append(good) }
        }
        return .array(checked)
    }

    private mutating func map(_ value: JSONValue, _ form: Setting.Form, at pointer: String) -> JSONValue? {
        guard let members = value.members else { return wrong(pointer, "an object of \(form.plural)") }
        var checked = JSONObject()
        for (key, member) in members {
            let place = pointer + "/" + JSONPointer.escape(key)
            if isLeftOut(member, at: place), case .text = form { checked[key] = member; continue }
            if let good = self.value(member, form, at: place) { checked[key] = good }
        }
        return .object(checked)
    }

    private static func isURL(_ text: String) -> Bool {
        guard let authority = authority(of: text) else { return false }
        return (Address(String(authority)) ?? Address(authority + ":80")) != nil && !text.utf8.contains { $0 <= 0x20 }
    }

    /// What stands between the `//` of an http or https address and its path.
    private static func authority(of text: String) -> Substring? {
        guard let scheme = text.firstRange(of: "://"),
            ["http", "https"].contains(text[..<scheme.lowerBound].lowercased())
        else { return nil }
        return text[scheme.upperBound...].prefix { !"/?#".contains($0) }
    }
}

extension Setting.Form {
    /// Several values of the form, in words.
    fileprivate var plural: String {
        switch self {
        case .text: "texts"
        case .secret: "secrets"
        case .url: "addresses"
        case .path: "paths"
        case .adapter: "adapters"
        case .integer: "whole numbers"
        case .number: "numbers"
        case .boolean: "truths"
        case .duration, .positiveDuration: "durations"
        case .size, .positiveSize: "sizes"
        case .choice(let words): "words out of \(words.joined(separator: ", "))"
        case .list: "lists"
        case .map, .object: "objects"
        }
    }
}

extension String {
    /// A sentence as part of another.
    fileprivate var asClause: String {
        let body = hasSuffix(".") ? dropLast() : self[...]
        guard let first = body.first, !(body.dropFirst().first?.isUppercase ?? false) else { return String(body) }
        return first.lowercased() + body.dropFirst()
    }
}

extension Setting {
    /// What may be there in its place, for a sentence.
    fileprivate var alternative: String { substitute.map { " (or \"\($0)\")" } ?? "" }
}
