/// A compiled expression; what follows one another in the source lies side by side, so that depth is true nesting.
indirect enum JMESPathExpression: Sendable {
    /// `@`
    case current
    /// `$`
    case root
    /// `` `…` `` or `'…'`
    case literal(JSONValue)
    /// `start.step[step]…`
    case path(JMESPathExpression, JMESPathTrail)
    /// `[a, b]`
    case list([JMESPathExpression])
    /// `{a: b}`
    case hash([Member])
    /// `f(a, b)`
    case call(Call)
    /// `!a`
    case not(JMESPathExpression)
    /// `a && b && c`
    case and([JMESPathExpression])
    /// `a || b || c`
    case or([JMESPathExpression])
    /// `a | b | c`
    case pipe([JMESPathExpression])
    /// `let $a = b in c` (JEP 18)
    case scope([Member], JMESPathExpression)
    /// `$a`
    case variable(String)
    /// `a == b`
    case compare(JMESPathComparator, JMESPathExpression, JMESPathExpression)

    /// A key of `{a: b}`, or the name of a variable, and what goes under it.
    struct Member: Sendable {
        let key: String
        let value: JMESPathExpression
    }

    /// A function's name, its arguments and its place in the source.
    struct Call: Sendable {
        /// What a function is given.
        enum Argument: Sendable {
            /// An expression that is evaluated first.
            case value(JMESPathExpression)
            /// `&a`: an expression that the function evaluates, as often as it needs.
            case expression(JMESPathExpression)
        }

        let name: String
        /// The function of the specification; nil for one of the dialect's.
        let function: JMESPathFunction?
        let arguments: [Argument]
        let position: Int
    }
}

/// The steps after a path's start, cut at every `[]`, which ends all projections before it and begins one of its own.
struct JMESPathTrail: Sendable {
    /// The steps before the first `[]`, between the first and the second, and so on.
    var segments: [[JMESPathStep]] = [[]]

    var isEmpty: Bool { segments.count == 1 && segments[0].isEmpty }

    mutating func append(_ step: JMESPathStep) { segments[segments.count - 1].append(step) }

    mutating func flatten() { segments.append([]) }
}

/// One step of a path.
enum JMESPathStep: Sendable {
    /// `.a`
    case field(String)
    /// `[1]`
    case index(Int)
    /// `[1:2:3]`, a projection
    case slice(JMESPathSlice)
    /// `[*]`, a projection
    case elements
    /// `.*`, a projection
    case values
    /// `[?a]`, a projection
    case filter(JMESPathExpression)
    /// `.[a, b]`, `.{a: b}` and `.f(a)`
    case evaluate(JMESPathExpression)

    /// Whether what follows is done to each of many.
    var isProjection: Bool {
        switch self {
        case .slice, .elements, .values, .filter: true
        case .field, .index, .evaluate: false
        }
    }
}

/// `[start:stop:step]`, as in Python.
struct JMESPathSlice: Sendable {
    var start: Int?
    var stop: Int?
    var step: Int?

    /// The positions that the slice takes of an array of `count` elements; `step` must not be 0.
    func positions(in count: Int) -> [Int] {
        let step = step ?? 1
        let (lowest, highest) = step > 0 ? (0, count) : (-1, count - 1)
        func place(_ bound: Int?, absent: Int) -> Int {
            guard let bound else { return absent }
            return min(max(bound < 0 ? bound &+ count : bound, lowest), highest)
        }
        let first = place(start, absent: step > 0 ? lowest : highest)
        let last = place(stop, absent: step > 0 ? highest : lowest)
        // A step beyond the array's length takes what one of that length takes: the first position alone.
        return Array(stride(from: first, to: last, by: min(max(step, -count - 1), count + 1)))
    }
}

/// How two values are compared.
enum JMESPathComparator: Sendable {
    case equal, unequal, less, lessOrEqual, greater, greaterOrEqual
}
