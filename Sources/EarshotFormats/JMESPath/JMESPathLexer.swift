/// A word of an expression, and how many characters come before it.
struct JMESPathToken: Sendable {
    /// What sort of word.
    enum Form: Sendable, Equatable {
        case name(String), quoted(String), literal(JSONValue), number(Int)
        case dot, star, flatten, filter, openBracket, closeBracket, openBrace, closeBrace, open, close
        case comma, colon, pipe, or, and, not, ampersand, current, root, variable(String), assign, end
        case comparator(JMESPathComparator)
    }

    let form: Form
    let position: Int
}

/// Cuts an expression into words.
struct JMESPathLexer {
    private let characters: [Unicode.Scalar]
    private var position = 0

    /// The words of an expression, with `end` at the end.
    static func tokens(of source: String) throws(JMESPathFailure) -> [JMESPathToken] {
        var lexer = JMESPathLexer(characters: Array(source.unicodeScalars))
        var tokens: [JMESPathToken] = []
        while let token = try lexer.next() { tokens.append(token) }
        tokens.append(JMESPathToken(form: .end, position: lexer.position))
        return tokens
    }

    private init(characters: [Unicode.Scalar]) { self.characters = characters }

    private var character: Unicode.Scalar? { position < characters.count ? characters[position] : nil }

    /// Takes a character if it comes next.
    private mutating func take(_ expected: Unicode.Scalar) -> Bool {
        guard character == expected else { return false }
        position += 1
        return true
    }

    private mutating func next() throws(JMESPathFailure) -> JMESPathToken? {
        while let character, " \t\r\n".unicodeScalars.contains(character) { position += 1 }
        let start = position
        guard let character else { return nil }
        position += 1
        return JMESPathToken(form: try form(startingWith: character), position: start)
    }

    private mutating func form(startingWith first: Unicode.Scalar) throws(JMESPathFailure) -> JMESPathToken.Form {
        switch first {
        case ".": .dot
        case "*": .star
        case "]": .closeBracket
        case "{": .openBrace
        case "}": .closeBrace
        case "(": .open
        case ")": .close
        case ",": .comma
        case ":": .colon
        case "@": .current
        case "$": dollar()
        case "[": take("]") ? .flatten : take("?") ? .filter : .openBracket
        case "|": take("|") ? .or : .pipe
        case "&": take("&") ? .and : .ampersand
        case "!": take("=") ? .comparator(.unequal) : .not
        case "<": .comparator(take("=") ? .lessOrEqual : .less)
        case ">": .comparator(take("=") ? .greaterOrEqual : .greater)
        case "=": take("=") ? .comparator(.equal) : .assign
        case "'": .literal(.string(try raw()))
        case "\"": .quoted(try quoted())
        case "`": .literal(try literal())
        case "-", "0"..."9": .number(try number())
        case "_", "a"..."z", "A"..."Z": .name(name())
        default: throw failure("unexpected '\(first.description)'")
        }
    }

    private func failure(_ reason: String, at position: Int? = nil) -> JMESPathFailure {
        JMESPathFailure(.syntax, reason, at: position ?? self.position - 1)
    }

    /// `$`, or `$name`.
    private mutating func dollar() -> JMESPathToken.Form {
        guard let character, character.isNamePart, !("0"..."9").contains(character) else { return .root }
        position += 1
        return .variable(name())
    }

    private mutating func name() -> String {
        let start = position - 1
        while let character, character.isNamePart { position += 1 }
        return text(start..<position)
    }

    private mutating func number() throws(JMESPathFailure) -> Int {
        let start = position - 1
        while let character, ("0"..."9").contains(character) { position += 1 }
        guard let number = Int(text(start..<position)) else {
            throw failure("'\(text(start..<position))' is no number", at: start)
        }
        return number
    }

    /// `'…'`: only a quote can be escaped; every other backslash stands for itself.
    private mutating func raw() throws(JMESPathFailure) -> String {
        String(try delimited(by: "'", keepingEscapes: false))
    }

    /// `"…"`: a string as in JSON.
    private mutating func quoted() throws(JMESPathFailure) -> String {
        let start = position - 1
        let inside = try delimited(by: "\"", keepingEscapes: true)
        guard let value = try? JSONValue(parsing: "\"\(String(inside))\""), let text = value.text else {
            throw failure("not a JSON string", at: start)
        }
        return text
    }

    /// `` `…` ``: any JSON; what is no JSON is taken as text, as the specification's first version had it.
    private mutating func literal() throws(JMESPathFailure) -> JSONValue {
        let start = position - 1
        let inside = String(try delimited(by: "`", keepingEscapes: false))
        if let value = try? JSONValue(parsing: inside) { return value }
        let spaces = inside.prefix { $0 == " " || $0 == "\t" || $0 == "\n" }
        guard let value = try? JSONValue(parsing: "\"\(inside.dropFirst(spaces.count))\"") else {
            throw failure("`\(inside)` is no JSON", at: start)
        }
        return value
    }

    /// What stands up to a closing quote. An escaped quote loses its backslash, unless escapes are kept.
    private mutating func delimited(
        by quote: Unicode.Scalar, keepingEscapes: Bool
    ) throws(JMESPathFailure) -> String.UnicodeScalarView {
        let start = position - 1
        var inside = String.UnicodeScalarView()
        while let character {
            position += 1
            if character == quote { return inside }
            guard character == "\\", let escaped = self.character else {
                inside.append(character)
                continue
            }
            position += 1
            if keepingEscapes || escaped != quote { inside.append(character) }
            inside.append(escaped)
        }
        throw failure("\(quote) is not closed", at: start)
    }

    private func text(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: characters[range])
        return String(view)
    }
}

extension Unicode.Scalar {
    fileprivate var isNamePart: Bool {
        switch self {
        case "_", "a"..."z", "A"..."Z", "0"..."9": true
        default: false
        }
    }
}

extension JMESPathToken.Form: CustomStringConvertible {
    /// The word as written, for messages.
    var description: String {
        switch self {
        case .name(let name): "'\(name)'"
        case .quoted(let name): "\"\(name)\""
        case .literal: "a literal"
        case .number(let number): "\(number)"
        case .dot: "'.'"
        case .star: "'*'"
        case .flatten: "'[]'"
        case .filter: "'[?'"
        case .openBracket: "'['"
        case .closeBracket: "']'"
        case .openBrace: "'{'"
        case .closeBrace: "'}'"
        case .open: "'('"
        case .close: "')'"
        case .comma: "','"
        case .colon: "':'"
        case .pipe: "'|'"
        case .or: "'||'"
        case .and: "'&&'"
        case .not: "'!'"
        case .ampersand: "'&'"
        case .current: "'@'"
        case .root: "'$'"
        case .variable(let name): "'$\(name)'"
        case .assign: "'='"
        case .end: "the end"
        case .comparator: "a comparison"
        }
    }
}
