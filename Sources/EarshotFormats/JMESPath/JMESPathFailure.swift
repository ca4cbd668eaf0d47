/// What is wrong with an expression, or with what it was evaluated over.
public struct JMESPathFailure: Error, Sendable, Equatable {
    /// The specification's kinds of errors, and one for what costs too much.
    public enum Kind: String, Sendable {
        /// The expression is none.
        case syntax
        /// A function was given a value of a type that it does not take.
        case invalidType = "invalid-type"
        /// A function was given too few or too many values.
        case invalidArity = "invalid-arity"
        /// A value is of the right type and still makes no sense, such as a slice's step of 0.
        case invalidValue = "invalid-value"
        /// There is no such function.
        case unknownFunction = "unknown-function"
        /// The evaluation took more steps, or made more, than it may.
        case limit
    }

    /// The kind of error.
    public var kind: Kind
    /// What is wrong, for the operator.
    public var reason: String
    /// Where in the expression: how many characters (Unicode scalars) come before.
    public var position: Int

    /// A failure at a place in the expression.
    public init(_ kind: Kind, _ reason: String, at position: Int) {
        self.kind = kind
        self.reason = reason
        self.position = position
    }
}

extension JMESPathFailure: CustomStringConvertible {
    /// The reason and the place in one line; places are counted from 1, as people do.
    public var description: String { "\(reason) (character \(position + 1))" }
}
