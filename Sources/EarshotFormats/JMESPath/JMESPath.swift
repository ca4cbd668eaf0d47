/// A JMESPath expression (jmespath.org, the specification of 2013 with all its functions), compiled once.
///
/// The language is total: no loops, no host access, and every evaluation runs under a bound of steps. One choice goes
/// beyond the specification's grammar, which leaves it open: `!a.b` negates `a.b`, not `a`.
public struct JMESPath: Sendable {
    /// The expression as written.
    public let source: String
    private let expression: JMESPathExpression
    /// The members of an object that it asks for; nil where it may ask for any.
    package let members: Set<String>?

    /// Compiles an expression; throws what is wrong with it and where, unknown functions included.
    public init(compiling source: String, dialect: JMESPathDialect = .standard) throws(JMESPathFailure) {
        guard source.utf8.count <= JMESPathLimits.sourceBytes else {
            throw JMESPathFailure(.syntax, "longer than \(JMESPathLimits.sourceBytes / 1024) KiB", at: 0)
        }
        var parser = JMESPathParser(tokens: try JMESPathLexer.tokens(of: source), dialect: dialect)
        self.source = source
        expression = try parser.parse()
        members = dialect.hasRoot ? nil : expression.membersAsked
    }

    /// What the expression says of a value.
    public func evaluate(
        over value: JSONValue, in surroundings: JMESPathSurroundings? = nil, limits: JMESPathLimits = JMESPathLimits()
    ) throws(JMESPathFailure) -> JSONValue {
        var interpreter = JMESPathInterpreter(surroundings: surroundings ?? .init(root: value), limits: limits)
        let result = try interpreter.evaluate(expression, over: value)
        try interpreter.checkSize(of: result)
        return result
    }

    /// What the expression says of a value, at the price of steps out of a budget that several evaluations share.
    public func evaluate(
        over value: JSONValue, in surroundings: JMESPathSurroundings, spending steps: inout Int, outputBytes: Int
    ) throws(JMESPathFailure) -> JSONValue {
        let limits = JMESPathLimits(steps: steps, outputBytes: outputBytes)
        var interpreter = JMESPathInterpreter(surroundings: surroundings, limits: limits)
        defer { steps = max(steps - interpreter.steps, 0) }
        let result = try interpreter.evaluate(expression, over: value)
        try interpreter.checkSize(of: result)
        return result
    }

    /// Whether the expression holds for a value: anything but null, false, and what is empty.
    ///
    /// A function that is given null, and takes none, says null, where the specification has an error: what a mention
    /// does not say contains nothing.
    public func holds(for value: JSONValue, limits: JMESPathLimits = JMESPathLimits()) throws(JMESPathFailure) -> Bool {
        var interpreter = JMESPathInterpreter(surroundings: .init(root: value), limits: limits)
        interpreter.keepsNull = true
        return try interpreter.evaluate(expression, over: value).isTruthlike
    }

    /// Whether the expression holds for what a JSON text says, of which no more is taken than it asks for.
    ///
    /// Throws a `MalformedDocument` where it is no JSON, else a `JMESPathFailure`.
    public func holds(forJSON text: [UInt8]) throws -> Bool {
        let value = try JSON.parse(text) { root -> JSONValue in
            guard let members, root.kind == .object else { return JSONValue(root) }
            return .object(JSONObject(root, keeping: members))
        }
        return try holds(for: value)
    }
}

/// How much one evaluation may cost.
public struct JMESPathLimits: Sendable {
    /// How long an expression may be, in bytes.
    public static let sourceBytes = 64 * 1024
    /// How deep an expression may nest; a projection within a projection counts, as each is evaluated in the other.
    public static let depth = 128
    /// How many lists and objects an expression may build, which bounds how deep what it builds can nest.
    public static let builders = 256

    /// How many nodes and elements may be visited.
    public var steps: Int
    /// How many bytes the result may have, roughly as JSON.
    public var outputBytes: Int
    /// How many bytes a text may have that a function looks at.
    public var textBytes: Int

    /// Ten thousand steps, 256 KiB of output, texts of a mebibyte.
    public init(steps: Int = 10_000, outputBytes: Int = 256 * 1024, textBytes: Int = 1024 * 1024) {
        self.steps = steps
        self.outputBytes = outputBytes
        self.textBytes = textBytes
    }
}

/// What an expression may say beyond the specification.
public struct JMESPathDialect: Sendable {
    /// Further functions, each with how many arguments it takes; all are values.
    public var functions: [String: ClosedRange<Int>]
    /// Whether `$` stands for the surroundings' root, and variables may be bound: `let $a = b in c` (JEP 18).
    public var hasRoot: Bool

    /// The specification and nothing else.
    public static let standard = JMESPathDialect(functions: [:], hasRoot: false)

    /// A dialect with further functions.
    public init(functions: [String: ClosedRange<Int>], hasRoot: Bool) {
        self.functions = functions
        self.hasRoot = hasRoot
    }
}

/// What a dialect's further words mean during one evaluation.
public struct JMESPathSurroundings {
    /// What `$` stands for.
    public var root: JSONValue
    /// Answers a call of one of the dialect's functions; the caller bounds its cost.
    public var call: (_ function: String, _ arguments: [JSONValue]) throws(JMESPathFailure) -> JSONValue

    /// Surroundings in which every further function says `null`, unless told otherwise.
    public init(
        root: JSONValue,
        call: @escaping (_ function: String, _ arguments: [JSONValue]) throws(JMESPathFailure) -> JSONValue = {
            _, _ in .null
        }
    ) {
        self.root = root
        self.call = call
    }
}

extension JSONValue {
    /// What JMESPath takes for true: anything but null, false, and what is empty.
    public var isTruthlike: Bool {
        switch self {
        case .null: false
        case .boolean(let truth): truth
        case .integer, .number: true
        case .string(let text): !text.isEmpty
        case .array(let elements): !elements.isEmpty
        case .object(let members): !members.isEmpty
        }
    }
}
