internal import Earshot
internal import EarshotFormats

/// Makes a declaration of what is written in `adapter.json`, or says everything that is wrong with it.
struct DeclarationReader {
    var problems: [DeclarationProblem] = []
    private(set) var declaration = Declaration()
    /// The names of the side tables, to tell a `ref` that leads nowhere.
    private var tables: Set<String> = []

    /// The declaration that a text makes; throws every problem.
    static func read(_ bytes: [UInt8], file: String) throws(DeclarationFailure) -> Declaration {
        let value: JSONValue
        do throws(MalformedDocument) {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw DeclarationFailure(file: file, problems: [.init(pointer: "", reason: error.description)])
        }
        var reader = DeclarationReader()
        reader.read(value)
        guard reader.problems.isEmpty else { throw DeclarationFailure(file: file, problems: reader.problems) }
        return reader.declaration
    }

    private mutating func read(_ value: JSONValue) {
        let known = [
            "$schema", "name", "version", "network", "about", "container", "settings", "knows", "error",
            "unauthorized", "tables", "records", "ask",
        ]
        let required = ["name", "version", "about", "records"]
        guard let top = object(value, known: known, required: required, at: "") else { return }
        names(top)
        if let settings = top["settings"] { declaration.settings = self.settings(settings) }
        if let container = choice(top["container"], among: ["single", "lines"], at: "/container") {
            declaration.container = container == "lines" ? .lines : .single
        }
        tables = Set(top["tables"]?.members?.keys ?? [])
        declaration.tables = named(top["tables"], at: "/tables").compactMap { table($0.name, $0.value, at: $0.pointer) }
        declaration.knows = expression(top["knows"], "knows", at: "/knows")
        declaration.error = expression(top["error"], "error", at: "/error")
        declaration.unauthorized = expression(top["unauthorized"], "unauthorized", at: "/unauthorized")
        if let records = top["records"] { declaration.records = self.records(records) }
        if let ask = top["ask"] { declaration.asking = asking(ask) }
        declare(
            Setting("keep_raw", .boolean, fallback: "false", about: "Whether mentions carry the source's own record."))
    }

    private mutating func names(_ top: JSONObject) {
        declaration.name = text(top["name"], at: "/name") ?? ""
        declaration.version = text(top["version"], at: "/version") ?? ""
        declaration.about = text(top["about"], at: "/about") ?? ""
        declaration.network = text(top["network"], at: "/network") ?? declaration.name
        for (key, name) in [("name", declaration.name), ("network", declaration.network)]
        where !name.isEmpty && !DeclarationReader.isName(name) {
            note("/" + key, "expected small letters, digits, '-' and '_', beginning with a letter, found \"\(name)\"")
        }
    }

    /// Whether a name can be that of a network, and so the beginning of ids.
    static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 64, (0x61...0x7A).contains(first) else {
            return false
        }
        return name.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F
        }
    }

    private mutating func table(_ name: String, _ value: JSONValue, at pointer: String) -> DeclaredTable? {
        guard let members = object(value, known: ["of", "key"], required: ["of"], at: pointer),
            let of = expression(members["of"], name, at: pointer + "/of")
        else { return nil }
        return DeclaredTable(name: name, of: of, key: expression(members["key"], name, at: pointer + "/key"))
    }

    // What every part is read with.

    /// Adds a setting that follows from the rest, unless it is declared.
    mutating func declare(_ setting: Setting) {
        if !isSetting(setting.name) { declaration.settings.append(setting) }
    }

    /// Whether a setting is declared.
    func isSetting(_ name: String) -> Bool { declaration.settings.contains { $0.name == name } }

    /// Notes a problem.
    mutating func note(_ pointer: String, _ reason: String) {
        let problem = DeclarationProblem(pointer: pointer, reason: reason)
        if !problems.contains(problem) { problems.append(problem) }
    }

    /// The members of an object, comments left out; notes keys that are unknown or missing.
    mutating func object(
        _ value: JSONValue, known: [String], required: [String] = [], at pointer: String
    ) -> JSONObject? {
        guard var members = value.members else {
            note(pointer, "expected an object, found \(value.sort)")
            return nil
        }
        members["//"] = nil
        for key in members.keys where !known.contains(key) {
            note(
                pointer + "/" + JSONPointer.escape(key),
                "there is no such key; there are \(known.joined(separator: ", "))")
        }
        for key in required where members[key] == nil { note(pointer, "\"\(key)\" is missing") }
        return members
    }

    /// The members of an object whose keys are names of the declaration's own.
    mutating func named(_ value: JSONValue?, at pointer: String) -> [(name: String, value: JSONValue, pointer: String)]
    {
        guard let value else { return [] }
        guard let members = value.members else {
            note(pointer, "expected an object, found \(value.sort)")
            return []
        }
        return members.filter { $0.key != "//" }.map { ($0.key, $0.value, pointer + "/" + JSONPointer.escape($0.key)) }
    }

    /// A text that is there; nil where there is none.
    mutating func text(_ value: JSONValue?, at pointer: String) -> String? {
        guard let value else { return nil }
        guard let text = value.text, !text.isEmpty else {
            note(pointer, "expected a text, found \(value.text == nil ? value.sort : "an empty one")")
            return nil
        }
        return text
    }

    /// A truth; nil where there is none.
    mutating func truth(_ value: JSONValue?, at pointer: String) -> Bool? {
        guard let value else { return nil }
        if value.truth == nil { note(pointer, "expected true or false, found \(value.sort)") }
        return value.truth
    }

    /// A whole number within bounds; nil where there is none.
    mutating func number(_ value: JSONValue?, within bounds: ClosedRange<Int>, at pointer: String) -> Int? {
        guard let value else { return nil }
        guard let number = value.wholeNumber.flatMap({ Int(exactly: $0) }), bounds.contains(number) else {
            note(pointer, "expected a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
            return nil
        }
        return number
    }

    /// One of some words; nil where there is none.
    mutating func choice(_ value: JSONValue?, among words: [String], at pointer: String) -> String? {
        guard let text = text(value, at: pointer) else { return nil }
        if words.contains(text) { return text }
        note(pointer, "expected one of \(words.joined(separator: ", ")), found \"\(text)\"")
        return nil
    }

    /// A compiled expression; nil where there is none, or none that compiles.
    mutating func expression(_ value: JSONValue?, _ name: String, at pointer: String) -> DeclaredExpression? {
        guard let source = text(value, at: pointer) else { return nil }
        for name in DeclarationReader.referred(in: source) where !tables.contains(name) {
            note(pointer, "ref('\(name)', …): there is no table \"\(name)\" under /tables")
        }
        do throws(JMESPathFailure) {
            return DeclaredExpression(
                path: try JMESPath(compiling: source, dialect: DeclaredWords.dialect), name: name)
        } catch {
            note(pointer, "not a JMESPath expression: \(error.description)")
            return nil
        }
    }

    /// The tables that `ref('…'` names in an expression.
    private static func referred(in source: String) -> [String] {
        var names: [String] = []
        var rest = Array(source.utf8)[...]
        while let open = rest.firstIndex(of: UInt8(ascii: "(")) {
            let isRef = rest[..<open].suffix(3).elementsEqual("ref".utf8)
            rest = rest[(open + 1)...].drop { $0 == 0x20 }
            guard isRef, rest.first == UInt8(ascii: "'") else { continue }
            let name = rest.dropFirst().prefix { $0 != UInt8(ascii: "'") }
            names.append(String(decoding: name, as: UTF8.self))
        }
        return names
    }
}
