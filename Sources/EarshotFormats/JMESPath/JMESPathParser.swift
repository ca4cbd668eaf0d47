/// Makes an expression of words: recursive descent, loosest operator first (`|`, `||`, `&&`, comparisons, `!`, paths).
struct JMESPathParser {
    private let tokens: [JMESPathToken]
    private let dialect: JMESPathDialect
    private var index = 0
    private var depth = 0
    private var builders = 0
    /// The variables that can be seen.
    private var variables: [String] = []

    init(tokens: [JMESPathToken], dialect: JMESPathDialect) {
        self.tokens = tokens
        self.dialect = dialect
    }

    /// The expression that all words make.
    mutating func parse() throws(JMESPathFailure) -> JMESPathExpression {
        let expression = try pipe()
        guard token.form == .end else { throw unexpected() }
        return expression
    }

    // Words.

    private var token: JMESPathToken { tokens[index] }

    private var following: JMESPathToken.Form { tokens[min(index + 1, tokens.count - 1)].form }

    private mutating func advance() { index = min(index + 1, tokens.count - 1) }

    private mutating func take(_ form: JMESPathToken.Form) -> Bool {
        guard token.form == form else { return false }
        advance()
        return true
    }

    private mutating func expect(_ form: JMESPathToken.Form) throws(JMESPathFailure) {
        guard take(form) else { throw unexpected(expecting: "\(form)") }
    }

    private func unexpected(expecting: String? = nil) -> JMESPathFailure {
        if token.form == .assign, expecting == nil {
            return JMESPathFailure(.syntax, "'=' must be '=='", at: token.position)
        }
        let expected = expecting.map { ", \($0) expected" } ?? ""
        return JMESPathFailure(.syntax, "unexpected \(token.form)\(expected)", at: token.position)
    }

    /// Goes one level deeper; what is opened so is closed by taking the levels off `depth` again.
    private mutating func deepen() throws(JMESPathFailure) {
        depth += 1
        guard depth <= JMESPathLimits.depth else {
            throw JMESPathFailure(.syntax, "nested deeper than \(JMESPathLimits.depth)", at: token.position)
        }
    }

    private mutating func countBuilder() throws(JMESPathFailure) {
        builders += 1
        guard builders <= JMESPathLimits.builders else {
            throw JMESPathFailure(.syntax, "more than \(JMESPathLimits.builders) lists and objects", at: token.position)
        }
    }

    // Operators.

    private mutating func pipe() throws(JMESPathFailure) -> JMESPathExpression {
        try deepen()
        defer { depth -= 1 }
        var parts = [try or()]
        while take(.pipe) { parts.append(try or()) }
        return parts.count == 1 ? parts[0] : .pipe(parts)
    }

    private mutating func or() throws(JMESPathFailure) -> JMESPathExpression {
        var parts = [try and()]
        while take(.or) { parts.append(try and()) }
        return parts.count == 1 ? parts[0] : .or(parts)
    }

    private mutating func and() throws(JMESPathFailure) -> JMESPathExpression {
        var parts = [try comparison()]
        while take(.and) { parts.append(try comparison()) }
        return parts.count == 1 ? parts[0] : .and(parts)
    }

    private mutating func comparison() throws(JMESPathFailure) -> JMESPathExpression {
        let outside = depth
        defer { depth = outside }
        var left = try not()
        while case .comparator(let comparator) = token.form {
            // a == b == c nests to the left.
            try deepen()
            advance()
            left = .compare(comparator, left, try not())
        }
        return left
    }

    private mutating func not() throws(JMESPathFailure) -> JMESPathExpression {
        guard take(.not) else { return try path() }
        try deepen()
        defer { depth -= 1 }
        return .not(try not())
    }

    // Paths.

    private mutating func path() throws(JMESPathFailure) -> JMESPathExpression {
        let outside = depth
        defer { depth = outside }
        let (start, step) = try start()
        var trail = JMESPathTrail()
        if let step { try extend(&trail, by: step) }
        while try takeStep(of: &trail, openedAt: outside) {}
        return trail.isEmpty ? start : .path(start, trail)
    }

    /// What a path begins with: an expression, or a step that is taken from the current value.
    private mutating func start() throws(JMESPathFailure) -> (JMESPathExpression, JMESPathStep?) {
        let form = token.form
        switch form {
        case .name("let") where dialect.hasRoot && following.variable != nil: return (try scope(), nil)
        case .variable(let name) where dialect.hasRoot:
            guard variables.contains(name) else {
                throw JMESPathFailure(.syntax, "no variable '$\(name)' here", at: token.position)
            }
            advance()
            return (.variable(name), nil)
        case .name(let name):
            advance()
            return token.form == .open ? (try call(name), nil) : (.current, .field(name))
        case .quoted(let name):
            advance()
            if token.form == .open { throw unexpected() }
            return (.current, .field(name))
        case .literal(let value):
            advance()
            return (.literal(value), nil)
        case .current:
            advance()
            return (.current, nil)
        case .root where dialect.hasRoot:
            advance()
            return (.root, nil)
        case .open:
            advance()
            let inside = try pipe()
            try expect(.close)
            return (inside, nil)
        case .openBrace: return (try hash(), nil)
        case .star:
            advance()
            return (.current, .values)
        case .openBracket where startsList: return (try list(), nil)
        case .openBracket, .filter, .flatten: return (.current, nil)
        default: throw unexpected()
        }
    }

    /// `let $a = b, $c = d in e` (JEP 18); `e` is all that follows.
    private mutating func scope() throws(JMESPathFailure) -> JMESPathExpression {
        advance()
        var bindings: [JMESPathExpression.Member] = []
        repeat {
            guard let name = token.form.variable else { throw unexpected(expecting: "a variable") }
            advance()
            try expect(.assign)
            bindings.append(JMESPathExpression.Member(key: name, value: try pipe()))
        } while take(.comma)
        try expect(.name("in"))
        variables += bindings.map(\.key)
        defer { variables.removeLast(bindings.count) }
        return .scope(bindings, try pipe())
    }

    /// Whether the bracket that comes next opens a list, and not an index, a slice or `[*]`.
    private var startsList: Bool {
        switch following {
        case .number, .colon: false
        case .star: tokens[min(index + 2, tokens.count - 1)].form != .closeBracket
        default: true
        }
    }

    private mutating func extend(_ trail: inout JMESPathTrail, by step: JMESPathStep) throws(JMESPathFailure) {
        if step.isProjection { try deepen() }
        trail.append(step)
    }

    /// Takes the next step, if there is one.
    private mutating func takeStep(
        of trail: inout JMESPathTrail, openedAt outside: Int
    ) throws(JMESPathFailure) -> Bool {
        switch token.form {
        case .dot:
            advance()
            try extend(&trail, by: try stepAfterDot())
        case .openBracket where !startsList: try extend(&trail, by: try bracket())
        case .filter:
            advance()
            let condition = try pipe()
            try expect(.closeBracket)
            try extend(&trail, by: .filter(condition))
        case .flatten:
            advance()
            trail.flatten()
            // All projections so far end here and one begins.
            depth = outside
            try deepen()
        default: return false
        }
        return true
    }

    private mutating func stepAfterDot() throws(JMESPathFailure) -> JMESPathStep {
        switch token.form {
        case .name(let name):
            advance()
            return token.form == .open ? .evaluate(try call(name)) : .field(name)
        case .quoted(let name):
            advance()
            if token.form == .open { throw unexpected() }
            return .field(name)
        case .star:
            advance()
            return .values
        case .openBracket: return .evaluate(try list())
        case .openBrace: return .evaluate(try hash())
        default: throw unexpected(expecting: "a name, '*', '[' or '{'")
        }
    }

    /// `[1]`, `[1:2]` or `[*]`.
    private mutating func bracket() throws(JMESPathFailure) -> JMESPathStep {
        try expect(.openBracket)
        if take(.star) {
            try expect(.closeBracket)
            return .elements
        }
        if case .number(let number) = token.form, following == .closeBracket {
            advance()
            advance()
            return .index(number)
        }
        return .slice(try slice())
    }

    private mutating func slice() throws(JMESPathFailure) -> JMESPathSlice {
        var parts: [Int?] = [nil]
        let position = token.position
        while token.form != .closeBracket {
            switch token.form {
            case .number(let number) where parts[parts.count - 1] == nil: parts[parts.count - 1] = number
            case .colon where parts.count < 3: parts.append(nil)
            default: throw unexpected()
            }
            advance()
        }
        try expect(.closeBracket)
        if parts.count == 3, parts[2] == 0 {
            throw JMESPathFailure(.invalidValue, "a slice's step must not be 0", at: position)
        }
        return JMESPathSlice(start: parts[0], stop: parts[1], step: parts.count == 3 ? parts[2] : nil)
    }

    // Lists, objects, calls.

    private mutating func list() throws(JMESPathFailure) -> JMESPathExpression {
        try countBuilder()
        try expect(.openBracket)
        var parts = [try pipe()]
        while take(.comma) { parts.append(try pipe()) }
        try expect(.closeBracket)
        return .list(parts)
    }

    private mutating func hash() throws(JMESPathFailure) -> JMESPathExpression {
        try countBuilder()
        try expect(.openBrace)
        var members: [JMESPathExpression.Member] = []
        repeat {
            guard let key = token.form.identifier else { throw unexpected(expecting: "a key") }
            advance()
            try expect(.colon)
            members.append(JMESPathExpression.Member(key: key, value: try pipe()))
        } while take(.comma)
        try expect(.closeBrace)
        return .hash(members)
    }

    private mutating func call(_ name: String) throws(JMESPathFailure) -> JMESPathExpression {
        let position = tokens[index - 1].position
        try expect(.open)
        var arguments: [JMESPathExpression.Call.Argument] = []
        if !take(.close) {
            repeat {
                arguments.append(take(.ampersand) ? .expression(try pipe()) : .value(try pipe()))
            } while take(.comma)
            try expect(.close)
        }
        try countBuilder()
        let function = JMESPathFunction.named[name]
        let call = JMESPathExpression.Call(
            name: name, function: function, arguments: arguments, position: position)
        try call.check(in: dialect)
        return .call(call)
    }
}

extension JMESPathToken.Form {
    /// The name of a variable.
    fileprivate var variable: String? {
        if case .variable(let name) = self { name } else { nil }
    }

    /// The name that an identifier is, quoted or not.
    fileprivate var identifier: String? {
        switch self {
        case .name(let name), .quoted(let name): name
        default: nil
        }
    }
}
