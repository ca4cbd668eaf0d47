package import Earshot
internal import EarshotFormats

/// JSON Schemas (2020-12), made from what adapters, sinks and the gateway say of their settings.
package enum SchemaText {
    /// The schema of a configuration that names the adapters and sinks of a catalog.
    package static func configuration(of catalog: Catalog) -> String {
        var schema = JSONObject()
        schema["$schema"] = .string(dialect)
        schema["$id"] = "https://earshot.example/schemas/configuration.v1.json"
        schema["title"] = "Earshot's configuration, version 1"
        schema["description"] = .string(
            "One file, or the .json files of a directory merged by section. A key \"//\" is a comment wherever it "
                + "stands. Within texts ${NAME}, ${NAME:-default} and ${file:PATH} are replaced. Unknown keys are errors."
        )
        for (key, value) in object(top(catalog)) { schema[key] = value }
        var definitions = JSONObject()
        for adapter in catalog.adapters {
            definitions["adapter-\(adapter.name)"] = adapterSettings(adapter.settings, adapter.about)
        }
        for sink in catalog.sinks { definitions["sink-\(sink.name)"] = settings(sink.settings, sink.about) }
        schema["$defs"] = .object(definitions)
        return text(.object(schema))
    }

    /// The schema of the settings of an adapter or a sink, as `settings.schema.json` of its room holds it.
    package static func settings(of name: String, _ settings: [Setting]) -> String {
        var schema = JSONObject()
        schema["$schema"] = .string(dialect)
        schema["title"] = .string("Settings of \(name)")
        for (key, value) in object(settings) { schema[key] = value }
        return text(.object(schema))
    }

    /// A key `"//"` may say anything.
    private static let comment: JSONValue = ["^//$": true]

    private static let dialect = "https://json-schema.org/draft/2020-12/schema"

    /// The gateway's sections, in which channels and sinks lead to the settings of what they name.
    private static func top(_ catalog: Catalog) -> [(Setting, JSONValue?)] {
        ConfigurationKeys.top.map { setting in
            switch setting.name {
            case "channels":
                let names = catalog.adapterNames
                return (setting, map(of: choosing("adapter", among: names, ConfigurationKeys.channel)))
            case "sinks":
                let names = catalog.sinks.map { $0.name }
                return (setting, map(of: choosing("sink", among: names, ConfigurationKeys.sink)))
            default: return (setting, nil)
            }
        }
    }

    private static func settings(_ settings: [Setting], _ about: String) -> JSONValue {
        var schema: JSONObject = ["description": .string(about)]
        for (key, value) in object(settings) { schema[key] = value }
        return .object(schema)
    }

    /// An adapter's settings, or those of files, which need nothing that the adapter needs.
    ///
    /// Credentials are not required either: a channel's `auth`, which this schema does not see, may stand in their
    /// place.
    private static func adapterSettings(_ own: [Setting], _ about: String) -> JSONValue {
        let own = own.map { $0.isCredential ? $0.unneeded : $0 }
        let required = own.filter { $0.isRequired }.map { JSONValue.string($0.name) }
        guard var schema = settings(Setting.withCommon(own).map { $0.optional }, about).members, !required.isEmpty
        else {
            return settings(Setting.withCommon(own), about)
        }
        let files: JSONValue = ["properties": ["listen": ["const": "files"]], "required": ["listen"]]
        let conditions = schema["allOf"]?.elements ?? []
        schema["allOf"] = .array(conditions + [["if": files, "else": ["required": .array(required)]]])
        return .object(schema)
    }

    /// An object whose `settings` are those of the adapter or sink that its member `key` names.
    private static func choosing(_ key: String, among names: [String], _ settings: [Setting]) -> JSONValue {
        let described = settings.map { setting -> (Setting, JSONValue?) in
            switch setting.name {
            case "adapter": (setting, ["anyOf": [["enum": .array(names.map { .string($0) })], ["pattern": "/"]]])
            case key: (setting, .object(["enum": .array(names.map { .string($0) })]))
            case "settings": (setting, .object(["type": "object"]))
            default: (setting, nil)
            }
        }
        var schema = object(described)
        schema["allOf"] = .array(
            names.map { name in
                [
                    "if": ["properties": .object([key: ["const": .string(name)]])],
                    "then": ["properties": ["settings": ["$ref": .string("#/$defs/\(key)-\(name)")]]],
                ]
            })
        return .object(schema)
    }

    private static func map(of element: JSONValue) -> JSONValue {
        [
            "type": "object", "propertyNames": ["pattern": "^(//|[A-Za-z0-9][A-Za-z0-9._-]{0,63})$"],
            "patternProperties": comment, "additionalProperties": element,
        ]
    }

    // Objects.

    private static func object(_ settings: [Setting]) -> JSONObject { object(settings.map { ($0, nil) }) }

    /// An object with known keys; a setting may come with a schema that is made already.
    private static func object(_ settings: [(Setting, JSONValue?)]) -> JSONObject {
        var schema: JSONObject = ["type": "object"]
        let required = settings.filter { $0.0.isRequired }.map { JSONValue.string($0.0.name) }
        if !required.isEmpty { schema["required"] = .array(required) }
        var properties = JSONObject()
        for (setting, made) in settings {
            var property = made?.members ?? form(setting.form)
            property["description"] = .string(setting.about)
            if let fallback = setting.fallbackValue { property["default"] = fallback }
            properties[setting.name] = .object(property)
        }
        schema["properties"] = .object(properties)
        schema["patternProperties"] = comment
        schema["additionalProperties"] = false
        let conditions = settings.compactMap { condition($0.0, among: settings.map(\.0)) }
        if !conditions.isEmpty { schema["allOf"] = .array(conditions) }
        return schema
    }

    /// That a setting must be there where another has one of some values, or would have it if it were there.
    private static func condition(_ setting: Setting, among settings: [Setting]) -> JSONValue? {
        guard let (key, values) = setting.requiredWhen else { return nil }
        let fallback = settings.first { $0.name == key }?.fallbackValue?.text
        var test: JSONObject = ["properties": .object([key: ["enum": .array(values.map { .string($0) })]])]
        if !values.contains(fallback ?? "") { test["required"] = [.string(key)] }
        let own: JSONValue = ["required": [.string(setting.name)]]
        guard let substitute = setting.substitute else { return ["if": .object(test), "then": own] }
        return ["if": .object(test), "then": ["anyOf": [own, ["required": [.string(substitute)]]]]]
    }

    // Values.

    private static func form(_ form: Setting.Form) -> JSONObject {
        switch form {
        case .text, .path, .adapter: ["type": "string", "minLength": 1]
        case .secret: ["type": "string", "minLength": 1, "writeOnly": true]
        case .url: ["type": "string", "pattern": "^([Hh][Tt][Tt][Pp][Ss]?://[^ ]+|.*\\$\\{.+\\}.*)$"]
        case .duration: ["type": "string", "pattern": "^([0-9]+(ms|s|m|h|d)|.*\\$\\{.+\\}.*)$"]
        case .positiveDuration:
            ["type": "string", "pattern": "^([0-9]*[1-9][0-9]*(ms|s|m|h|d)|.*\\$\\{.+\\}.*)$"]
        case .positiveSize: ["type": "string", "pattern": "^([0-9]*[1-9][0-9]*(B|KiB|MiB|GiB)|.*\\$\\{.+\\}.*)$"]
        case .size: ["type": "string", "pattern": "^([0-9]+(B|KiB|MiB|GiB)|.*\\$\\{.+\\}.*)$"]
        case .choice(let words): ["anyOf": [["enum": .array(words.map { .string($0) })], substituted]]
        case .integer(let bounds):
            [
                "anyOf": [
                    [
                        "type": "integer", "minimum": .integer(Int64(bounds.lowerBound)),
                        "maximum": .integer(Int64(bounds.upperBound)),
                    ], substituted,
                ]
            ]
        case .number(let bounds):
            [
                "anyOf": [
                    ["type": "number", "minimum": .number(bounds.lowerBound), "maximum": .number(bounds.upperBound)],
                    substituted,
                ]
            ]
        case .boolean: ["anyOf": [["type": "boolean"], substituted]]
        case .list(let form): ["type": "array", "items": .object(self.form(form))]
        case .map(let form):
            ["type": "object", "patternProperties": comment, "additionalProperties": .object(self.form(form))]
        case .object(let settings): object(settings)
        }
    }

    /// A text in which something is replaced before it is looked at.
    private static let substituted: JSONValue = ["type": "string", "pattern": "\\$\\{.+\\}"]

    // Text.

    /// The value as JSON with two spaces a level; what fits a line stands on one.
    private static func text(_ value: JSONValue) -> String { text(value, indent: "", column: width) + "\n" }

    /// The widest line that an array or an object stands on.
    private static let width = 118

    /// The value as it stands from a column on, its further lines indented.
    private static func text(_ value: JSONValue, indent: String, column: Int) -> String {
        let flat = spaced(value)
        if column + flat.count < width { return flat }
        let inner = indent + "  "
        switch value {
        case .array(let elements) where !elements.isEmpty:
            let lines = elements.map { inner + text($0, indent: inner, column: inner.count) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let members) where !members.isEmpty:
            let lines = members.map { key, value in
                let head = "\(inner)\(JSONValue.string(key)): "
                return head + text(value, indent: inner, column: head.count)
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        default: return flat
        }
    }

    /// The value on one line, with a space after every comma and colon.
    private static func spaced(_ value: JSONValue) -> String {
        switch value {
        case .array(let elements): "[" + elements.map { spaced($0) }.joined(separator: ", ") + "]"
        case .object(let members):
            members.isEmpty
                ? "{}"
                : "{ " + members.map { "\(JSONValue.string($0.key)): \(spaced($0.value))" }.joined(separator: ", ")
                    + " }"
        default: value.description
        }
    }
}
