/// Evaluates a compiled expression and counts what it costs.
struct JMESPathInterpreter {
    private let surroundings: JMESPathSurroundings
    let limits: JMESPathLimits
    /// How many steps were taken.
    private(set) var steps = 0
    /// The variables that can be seen, those of inner scopes last.
    private var variables: [(name: String, value: JSONValue)] = []
    /// Whether a function that is given null, and takes none, says null instead of failing.
    var keepsNull = false
    /// Where in the source the function stands that is being called.
    var position = 0

    init(surroundings: JMESPathSurroundings, limits: JMESPathLimits) {
        self.surroundings = surroundings
        self.limits = limits
    }

    /// Takes `count` steps off what is left.
    mutating func charge(_ count: Int = 1) throws(JMESPathFailure) {
        steps = steps &+ count
        guard steps <= limits.steps else {
            throw JMESPathFailure(.limit, "takes more than \(limits.steps) steps", at: position)
        }
    }

    /// What an expression says of a value.
    mutating func evaluate(
        _ expression: JMESPathExpression, over value: JSONValue
    ) throws(JMESPathFailure) -> JSONValue {
        try charge()
        switch expression {
        case .current: return value
        case .root: return surroundings.root
        case .literal(let literal): return literal
        case .path(let start, let trail): return try follow(trail, from: try evaluate(start, over: value))
        case .list(let parts): return try list(parts, over: value)
        case .hash(let members): return try hash(members, over: value)
        case .call(let call): return try self.call(call, over: value)
        case .not(let inner): return .boolean(!(try evaluate(inner, over: value).isTruthlike))
        case .and(let parts): return try first(of: parts, over: value) { !$0.isTruthlike }
        case .or(let parts): return try first(of: parts, over: value) { $0.isTruthlike }
        case .pipe(let parts):
            var result = value
            for part in parts { result = try evaluate(part, over: result) }
            return result
        case .variable(let name): return variables.last { $0.name == name }?.value ?? .null
        case .scope(let bindings, let body): return try scope(bindings, body, over: value)
        case .compare(let comparator, let left, let right):
            return try compare(comparator, try evaluate(left, over: value), try evaluate(right, over: value))
        }
    }

    /// The first result that `decides`, or the last.
    private mutating func first(
        of parts: [JMESPathExpression], over value: JSONValue, where decides: (JSONValue) -> Bool
    ) throws(JMESPathFailure) -> JSONValue {
        var result = JSONValue.null
        for part in parts {
            result = try evaluate(part, over: value)
            if decides(result) { break }
        }
        return result
    }

    private mutating func list(
        _ parts: [JMESPathExpression], over value: JSONValue
    ) throws(JMESPathFailure) -> JSONValue {
        if value.isNull { return .null }
        var elements: [JSONValue] = []
        for part in parts { elements.append(try evaluate(part, over: value)) }
        return .array(elements)
    }

    private mutating func hash(
        _ members: [JMESPathExpression.Member], over value: JSONValue
    ) throws(JMESPathFailure) -> JSONValue {
        if value.isNull { return .null }
        var object = JSONObject()
        for member in members { object[member.key] = try evaluate(member.value, over: value) }
        return .object(object)
    }

    private mutating func scope(
        _ bindings: [JMESPathExpression.Member], _ body: JMESPathExpression, over value: JSONValue
    ) throws(JMESPathFailure) -> JSONValue {
        let outside = variables.count
        defer { variables.removeLast(variables.count - outside) }
        // None of them sees another.
        var bound: [(name: String, value: JSONValue)] = []
        for binding in bindings { bound.append((binding.key, try evaluate(binding.value, over: value))) }
        variables += bound
        return try evaluate(body, over: value)
    }

    // Paths.

    private mutating func follow(_ trail: JMESPathTrail, from start: JSONValue) throws(JMESPathFailure) -> JSONValue {
        var value = try walk(trail.segments[0][...], from: start)
        for segment in trail.segments.dropFirst() {
            guard case .array(let elements) = value else { return .null }
            value = try project(try flatten(elements), through: segment[...])
        }
        return value
    }

    /// Takes the steps of one segment; at a projection, the rest is done to each of its elements.
    private mutating func walk(
        _ steps: ArraySlice<JMESPathStep>, from start: JSONValue
    ) throws(JMESPathFailure) -> JSONValue {
        var value = start
        for (position, step) in zip(steps.indices, steps) {
            try charge()
            switch step {
            case .field(let name): value = value[name] ?? .null
            case .index(let index): value = element(index, of: value)
            case .evaluate(let expression): value = try evaluate(expression, over: value)
            case .slice, .elements, .values, .filter:
                guard let elements = try elements(of: value, by: step) else { return .null }
                return try project(elements, through: steps[(position + 1)...])
            }
        }
        return value
    }

    private func element(_ index: Int, of value: JSONValue) -> JSONValue {
        guard case .array(let elements) = value else { return .null }
        let place = index < 0 ? index &+ elements.count : index
        return elements.indices.contains(place) ? elements[place] : .null
    }

    /// What a projection goes over, or nil where the value is not of its type.
    private mutating func elements(
        of value: JSONValue, by step: JMESPathStep
    ) throws(JMESPathFailure) -> [JSONValue]? {
        switch (step, value) {
        case (.elements, .array(let elements)): return elements
        case (.values, .object(let members)):
            try charge(members.count)
            return members.values
        case (.slice(let slice), .array(let elements)): return slice.positions(in: elements.count).map { elements[$0] }
        case (.filter(let condition), .array(let elements)):
            var kept: [JSONValue] = []
            for element in elements where try evaluate(condition, over: element).isTruthlike { kept.append(element) }
            return kept
        default: return nil
        }
    }

    /// What the steps make of each element, without the nulls.
    private mutating func project(
        _ elements: [JSONValue], through steps: ArraySlice<JMESPathStep>
    ) throws(JMESPathFailure) -> JSONValue {
        try charge(elements.count)
        var results: [JSONValue] = []
        for element in elements {
            let result = try walk(steps, from: element)
            if !result.isNull { results.append(result) }
        }
        return .array(results)
    }

    private mutating func flatten(_ elements: [JSONValue]) throws(JMESPathFailure) -> [JSONValue] {
        var flat: [JSONValue] = []
        for element in elements {
            if case .array(let inner) = element {
                try charge(inner.count)
                flat += inner
            } else {
                flat.append(element)
            }
        }
        return flat
    }

    // Comparisons.

    private mutating func compare(
        _ comparator: JMESPathComparator, _ left: JSONValue, _ right: JSONValue
    ) throws(JMESPathFailure) -> JSONValue {
        switch comparator {
        case .equal: return .boolean(try areEqual(left, right))
        case .unequal: return .boolean(!(try areEqual(left, right)))
        case .less, .lessOrEqual, .greater, .greaterOrEqual: break
        }
        // "Ordering operators … are only valid for numbers. Evaluating any other type … will yield a null value."
        guard let order = JMESPathOrder(left, right), left.double != nil else { return .null }
        switch comparator {
        case .less: return .boolean(order == .before)
        case .lessOrEqual: return .boolean(order != .after)
        case .greater: return .boolean(order == .after)
        default: return .boolean(order != .before)
        }
    }

    /// Whether two values are the same, at the price of what is compared.
    mutating func areEqual(_ left: JSONValue, _ right: JSONValue) throws(JMESPathFailure) -> Bool {
        switch (left, right) {
        case (.array(let one), .array(let other)):
            guard one.count == other.count else { return false }
            try charge(one.count)
            for (left, right) in zip(one, other) where !(try areEqual(left, right)) { return false }
            return true
        case (.object(let one), .object(let other)):
            guard one.count == other.count else { return false }
            try charge(one.count)
            for member in one {
                guard let value = other[member.key], try areEqual(member.value, value) else { return false }
            }
            return true
        case (.string(let one), .string(let other)):
            try charge(min(one.utf8.count, other.utf8.count) / 256)
            return left == right
        default: return left == right
        }
    }

    // Calls and sizes.

    private mutating func call(
        _ call: JMESPathExpression.Call, over value: JSONValue
    ) throws(JMESPathFailure) -> JSONValue {
        var arguments: [JMESPathArgument] = []
        for argument in call.arguments {
            switch argument {
            case .value(let expression): arguments.append(.value(try evaluate(expression, over: value)))
            case .expression(let expression): arguments.append(.expression(expression))
            }
        }
        position = call.position
        guard let function = call.function else {
            return try surroundings.call(call.name, arguments.map(\.value))
        }
        if keepsNull, function.isKept(from: arguments) { return .null }
        try function.check(arguments, at: call.position)
        return try function.body(&self, arguments)
    }

    /// Throws where a text is longer than a function may look at; takes steps for its length.
    mutating func charge(text: String) throws(JMESPathFailure) {
        let count = text.utf8.count
        guard count <= limits.textBytes else {
            throw JMESPathFailure(.limit, "a text of \(count) bytes is too long", at: position)
        }
        try charge(count / 256)
    }

    /// Throws where a value would be larger than a result may be; stops as soon as it is known.
    func checkSize(of value: JSONValue) throws(JMESPathFailure) {
        var rest = limits.outputBytes
        try takeSize(of: value, from: &rest)
    }

    private func takeSize(of value: JSONValue, from rest: inout Int) throws(JMESPathFailure) {
        rest -= 2
        switch value {
        case .string(let text): rest -= text.utf8.count
        case .array(let elements):
            for element in elements { try takeSize(of: element, from: &rest) }
        case .object(let members):
            for member in members {
                rest -= member.key.utf8.count + 3
                try takeSize(of: member.value, from: &rest)
            }
        default: rest -= 2
        }
        if rest < 0 {
            throw JMESPathFailure(.limit, "gives more than \(limits.outputBytes / 1024) KiB", at: position)
        }
    }
}

/// How two numbers or two texts stand to each other; texts by code point.
enum JMESPathOrder {
    case before, same, after

    /// Nil where they are not two numbers or two texts.
    init?(_ left: JSONValue, _ right: JSONValue) {
        switch (left, right) {
        case (.integer(let one), .integer(let other)): self = one < other ? .before : one > other ? .after : .same
        case (.string(let one), .string(let other)):
            // The order of UTF-8's bytes is the order of code points.
            self =
                one.utf8.lexicographicallyPrecedes(other.utf8)
                ? .before : other.utf8.lexicographicallyPrecedes(one.utf8) ? .after : .same
        default:
            guard let one = left.double, let other = right.double else { return nil }
            self = one < other ? .before : one > other ? .after : .same
        }
    }
}
