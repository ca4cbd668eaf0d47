internal import Earshot
internal import EarshotFormats

/// The words that declarations' expressions have beyond JMESPath, and what they mean over one document.
///
/// `$` is the whole document. `ref(table, key)` is the value of a side table under a key. `concat(a, b, …)` puts texts
/// and numbers together and is null where one of them is. `split(text, separator)` gives the parts, `unescaped(text)` has character references decoded,
/// `parsed(text)` is the JSON that a text is. `let $name = a in b` binds a variable.
final class DeclaredWords {
    /// What declarations may say.
    static let dialect = JMESPathDialect(
        functions: ["ref": 2...2, "concat": 2...16, "split": 2...2, "unescaped": 1...1, "parsed": 1...1],
        hasRoot: true)

    private let root: JSONValue
    private let tables: [DeclaredTable]
    private var filled: [String: JSONObject] = [:]
    private var budget: DocumentBudget

    /// The longest text that is put together or taken apart.
    private static let longest = 1 << 20

    /// The meanings over a document.
    init(root: JSONValue, tables: [DeclaredTable], size: Int) {
        self.root = root
        self.tables = tables
        budget = DocumentBudget(size: size)
    }

    private init(root: JSONValue, tables: [DeclaredTable], budget: DocumentBudget) {
        self.root = root
        self.tables = tables
        self.budget = budget
    }

    /// The meanings over a part of the document, at the same document's cost.
    func over(_ part: JSONValue) -> DeclaredWords { DeclaredWords(root: part, tables: tables, budget: budget) }

    /// What an expression says of a value, at the price of `steps`.
    func evaluate(
        _ expression: DeclaredExpression, over value: JSONValue, spending steps: inout Int
    ) throws(JMESPathFailure) -> JSONValue {
        let surroundings = JMESPathSurroundings(root: root) { [self] (name, arguments) throws(JMESPathFailure) in
            try call(name, arguments)
        }
        let before = steps
        defer { budget.left -= before - steps }
        guard budget.left > 0 else { throw JMESPathFailure(.limit, "the document takes too many steps", at: 0) }
        return try expression.path.evaluate(
            over: value, in: surroundings, spending: &steps, outputBytes: budget.outputBytes)
    }

    /// What an expression over the whole document may cost.
    var stepsOfAll: Int { budget.stepsOfAll }

    /// What all expressions over one record may cost together.
    var stepsOfRecord: Int { budget.stepsOfRecord }

    /// Whether the document has cost all that it may.
    var isExhausted: Bool { budget.left <= 0 }

    private func call(_ name: String, _ arguments: [JSONValue]) throws(JMESPathFailure) -> JSONValue {
        switch name {
        case "ref": try ref(arguments[0].text ?? "", arguments[1].asID)
        case "concat": try concat(arguments)
        case "split": try split(arguments[0].text, by: arguments[1].text)
        case "parsed": try parsed(arguments[0].text)
        case "unescaped": try unescaped(arguments[0].text)
        default: .null
        }
    }

    private func ref(_ name: String, _ key: String?) throws(JMESPathFailure) -> JSONValue {
        guard let key, let table = tables.first(where: { $0.name == name }) else { return .null }
        if let values = filled[name] { return values[key] ?? .null }
        filled[name] = JSONObject()
        var values = JSONObject()
        var steps = budget.stepsOfAll
        let elements = try evaluate(table.of, over: root, spending: &steps).elements ?? []
        for element in elements {
            guard let expression = table.key else {
                guard let members = element.members else { continue }
                for key in members.keys where values[key] == nil { values[key] = members[key] }
                budget.left -= members.count
                continue
            }
            var steps = budget.stepsOfRecord
            guard let key = try evaluate(expression, over: element, spending: &steps).asID else { continue }
            if values[key] == nil { values[key] = element }
        }
        filled[name] = values
        return values[key] ?? .null
    }

    private static func check(_ length: Int) throws(JMESPathFailure) {
        guard length <= longest else { throw JMESPathFailure(.limit, "a text of more than \(longest) bytes", at: 0) }
    }

    private func concat(_ parts: [JSONValue]) throws(JMESPathFailure) -> JSONValue {
        var whole = ""
        for part in parts {
            guard let text = part.asID else { return .null }
            try DeclaredWords.check(whole.utf8.count + text.utf8.count)
            whole += text
        }
        budget.left -= whole.utf8.count / 64
        return .string(whole)
    }

    private func parsed(_ text: String?) throws(JMESPathFailure) -> JSONValue {
        guard let text else { return .null }
        try DeclaredWords.check(text.utf8.count)
        budget.left -= text.utf8.count / 16
        return (try? JSONValue(parsing: text)) ?? .null
    }

    private func unescaped(_ text: String?) throws(JMESPathFailure) -> JSONValue {
        guard let text else { return .null }
        try DeclaredWords.check(text.utf8.count)
        budget.left -= text.utf8.count / 64
        return .string(Array(text.utf8).withBytes { String(decoding: HTML.unescaped($0), as: UTF8.self) })
    }

    private func split(_ text: String?, by separator: String?) throws(JMESPathFailure) -> JSONValue {
        guard let text, let separator = separator?.unicodeScalars.first else { return .null }
        try DeclaredWords.check(text.utf8.count)
        let parts = text.unicodeScalars.split(separator: separator, omittingEmptySubsequences: false)
        budget.left -= parts.count
        return .array(parts.map { .string(String($0)) })
    }
}

/// What a document may cost, so that none can hold up the others.
struct DocumentBudget {
    /// How many records of a document are read.
    static let records = 100_000
    /// How deep records may lie below records.
    static let depth = 64

    /// What is left.
    var left: Int
    /// What all expressions of one record may take together.
    let stepsOfRecord: Int
    /// What one expression over the whole document may take.
    let stepsOfAll: Int
    /// How large the result of one expression may be.
    let outputBytes: Int

    /// The budget of a document of `size` bytes: each byte can be looked at a few times, whatever the expressions.
    init(size: Int) {
        stepsOfRecord = 10_000 + size
        stepsOfAll = 10_000 + 2 * size
        outputBytes = 256 * 1024 + 4 * size
        left = 1_000_000 + 8 * size
    }
}
