/// What a function is given: a value, or an expression to evaluate.
enum JMESPathArgument {
    case value(JSONValue)
    case expression(JMESPathExpression)

    /// The value; `null` where it is an expression.
    var value: JSONValue {
        guard case .value(let value) = self else { return .null }
        return value
    }
}

/// A function of the specification: what it takes, and what it does.
struct JMESPathFunction: Sendable {
    /// The types that a parameter takes.
    struct Types: OptionSet, Sendable {
        let rawValue: UInt16

        static let null = Types(rawValue: 1)
        static let boolean = Types(rawValue: 2)
        static let number = Types(rawValue: 4)
        static let string = Types(rawValue: 8)
        static let array = Types(rawValue: 16)
        static let object = Types(rawValue: 32)
        static let expression = Types(rawValue: 64)
        static let numbers = Types(rawValue: 128)
        static let strings = Types(rawValue: 256)
        static let any: Types = [.null, .boolean, .number, .string, .array, .object]
    }

    /// What a function does with its arguments, which have been checked.
    typealias Body = @Sendable (inout JMESPathInterpreter, [JMESPathArgument]) throws(JMESPathFailure) -> JSONValue

    let name: String
    let parameters: [Types]
    /// Whether the last parameter may be given again and again.
    let isVariadic: Bool
    let body: Body

    init(_ name: String, _ parameters: [Types], isVariadic: Bool = false, body: @escaping Body) {
        self.name = name
        self.parameters = parameters
        self.isVariadic = isVariadic
        self.body = body
    }

    /// Every function of the specification by its name.
    static let named = Dictionary(
        uniqueKeysWithValues: (numbers + texts + collections + orders + conversions).map { ($0.name, $0) })

    /// What the parameter at a position takes.
    func types(at position: Int) -> Types { parameters[min(position, parameters.count - 1)] }

    /// Whether a value is null where none is taken.
    func isKept(from arguments: [JMESPathArgument]) -> Bool {
        arguments.enumerated().contains { position, argument in
            guard case .value(.null) = argument else { return false }
            return !types(at: position).take(.null)
        }
    }

    /// Throws where a value is of a type that its parameter does not take.
    func check(_ arguments: [JMESPathArgument], at place: Int) throws(JMESPathFailure) {
        for (position, argument) in arguments.enumerated() {
            guard case .value(let value) = argument, !types(at: position).take(value) else { continue }
            throw JMESPathFailure(
                .invalidType,
                "\(name)() takes \(types(at: position)) as argument \(position + 1), not \(value.typeName)", at: place)
        }
    }
}

extension JMESPathFunction.Types: CustomStringConvertible {
    /// Whether a value is of one of the types.
    func take(_ value: JSONValue) -> Bool {
        switch value {
        case .null: contains(.null)
        case .boolean: contains(.boolean)
        case .integer, .number: contains(.number)
        case .string: contains(.string)
        case .object: contains(.object)
        case .array(let elements):
            contains(.array) || (contains(.numbers) && elements.allSatisfy { $0.double != nil })
                || (contains(.strings) && elements.allSatisfy { $0.text != nil })
        }
    }

    /// The types in words.
    var description: String {
        let words: [(JMESPathFunction.Types, String)] = [
            (.null, "null"), (.boolean, "a boolean"), (.number, "a number"), (.string, "a string"),
            (.array, "an array"), (.object, "an object"), (.expression, "an expression (&…)"),
            (.numbers, "an array of numbers"), (.strings, "an array of strings"),
        ]
        return words.filter { contains($0.0) }.map(\.1).joined(separator: " or ")
    }
}

extension JSONValue {
    /// What `type()` says.
    var typeName: String {
        switch self {
        case .null: "null"
        case .boolean: "boolean"
        case .integer, .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

extension JMESPathExpression.Call {
    /// Throws where there is no such function, or where it does not take so many arguments or such.
    func check(in dialect: JMESPathDialect) throws(JMESPathFailure) {
        if function == nil, let arity = dialect.functions[name] {
            guard arity.contains(arguments.count) else {
                throw arityFailure("\(arity.lowerBound) to \(arity.upperBound)")
            }
            return try checkExpressions { _ in .any }
        }
        guard let function else { throw unknown(in: dialect) }
        let count = function.parameters.count
        guard function.isVariadic ? arguments.count >= count : arguments.count == count else {
            throw arityFailure(function.isVariadic ? "\(count) or more" : "\(count)")
        }
        try checkExpressions { function.types(at: $0) }
    }

    private func unknown(in dialect: JMESPathDialect) -> JMESPathFailure {
        JMESPathFailure(.unknownFunction, "there is no function \(name)()", at: position)
    }

    private func arityFailure(_ expected: String) -> JMESPathFailure {
        JMESPathFailure(.invalidArity, "\(name)() takes \(expected) arguments, not \(arguments.count)", at: position)
    }

    private func checkExpressions(
        _ types: (Int) -> JMESPathFunction.Types
    ) throws(JMESPathFailure) {
        for (index, argument) in arguments.enumerated() {
            var isExpression = false
            if case .expression = argument { isExpression = true }
            guard isExpression != types(index).contains(.expression) else { continue }
            let found = isExpression ? "an expression (&…)" : "a value"
            throw JMESPathFailure(
                .invalidType, "\(name)() takes \(types(index)) as argument \(index + 1), not \(found)", at: position)
        }
    }
}
