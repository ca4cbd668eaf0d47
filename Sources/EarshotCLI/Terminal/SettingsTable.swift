internal import Earshot

/// Settings as lines for people.
enum SettingsTable {
    /// A name and what it is, in two columns.
    static func row(_ name: String, _ about: String) -> String {
        "  \(name.padded(to: 18)) \(about)"
    }

    /// A line for each setting: its name, form, whether it must be there or what holds otherwise, and what it does.
    static func text(_ settings: [Setting]) -> String {
        settings.map { setting in
            var notes = [words(for: setting.form)]
            if setting.isRequired { notes.append("required") }
            if let condition = setting.requiredWhen {
                notes.append("required when \(condition.key) is \(condition.values.joined(separator: " or "))")
            }
            if let fallback = setting.fallback { notes.append("default \(fallback)") }
            return row(setting.name, "\(setting.about) (\(notes.joined(separator: "; ")))") + "\n"
        }.joined()
    }

    private static func words(for form: Setting.Form) -> String {
        switch form {
        case .text: "text"
        case .secret: "text, secret"
        case .url: "http or https address"
        case .path: "path"
        case .adapter: "adapter's name, or the path of a declared one"
        case .integer(let bounds): "whole number, \(bounds.lowerBound) to \(bounds.upperBound)"
        case .number(let bounds): "number, \(bounds.lowerBound) to \(bounds.upperBound)"
        case .boolean: "true or false"
        case .duration: "duration such as \"30s\""
        case .positiveDuration: "duration above zero, such as \"30s\""
        case .size: "size such as \"10MiB\""
        case .positiveSize: "size above zero, such as \"10MiB\""
        case .choice(let values): "one of \(values.joined(separator: ", "))"
        case .list(let form): "list of: \(words(for: form))"
        case .map(let form): "object of: \(words(for: form))"
        case .object(let settings): "object with \(settings.map(\.name).joined(separator: ", "))"
        }
    }
}

extension String {
    /// The text with spaces after it until it is `width` characters wide.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
