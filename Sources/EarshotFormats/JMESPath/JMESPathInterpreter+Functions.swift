internal import Earshot

extension JMESPathInterpreter {
    /// The elements of an array, each of which takes a step.
    mutating func elements(_ argument: JMESPathArgument) throws(JMESPathFailure) -> [JSONValue] {
        let elements = argument.value.elements ?? []
        try charge(elements.count)
        return elements
    }

    /// What an expression that was given as an argument says of a value.
    mutating func evaluate(
        _ argument: JMESPathArgument, over value: JSONValue
    ) throws(JMESPathFailure) -> JSONValue {
        guard case .expression(let expression) = argument else { return .null }
        return try evaluate(expression, over: value)
    }

    /// Whether one of the elements is the one that is sought.
    mutating func elements(
        _ elements: [JSONValue], contain sought: JSONValue
    ) throws(JMESPathFailure) -> Bool {
        try charge(elements.count)
        for element in elements where try areEqual(element, sought) { return true }
        return false
    }

    /// Whether a text has another in it; what was compared is charged, so that no pair of texts is slow.
    mutating func text(_ text: String, contains part: String) throws(JMESPathFailure) -> Bool {
        try charge(text: text)
        guard let first = part.utf8.first else { return true }
        let (whole, sought) = (Array(text.utf8), Array(part.utf8))
        var start = 0
        var compared = 0
        while start + sought.count <= whole.count,
            let found = whole.withBytes({ $0.firstIndex(of: first, from: start) }), found + sought.count <= whole.count
        {
            var length = 1
            while length < sought.count, whole[found + length] == sought[length] { length += 1 }
            if length == sought.count { return true }
            compared += length
            if compared > 4096 {
                try charge(compared / 256)
                compared = 0
            }
            start = found + 1
        }
        return false
    }

    /// The elements' keys: what an expression says of each, or they themselves; numbers only or texts only.
    private mutating func keys(
        of elements: [JSONValue], by expression: JMESPathArgument?
    ) throws(JMESPathFailure) -> [JSONValue] {
        guard let expression else { return elements }
        let place = position
        var keys: [JSONValue] = []
        for element in elements { keys.append(try evaluate(expression, over: element)) }
        position = place
        guard keys.allSatisfy({ $0.double != nil }) || keys.allSatisfy({ $0.text != nil }) else {
            throw JMESPathFailure(.invalidType, "the keys are neither all numbers nor all strings", at: place)
        }
        return keys
    }

    /// The first element whose key stands before (or after) all others, or null where there is none.
    mutating func extreme(
        of argument: JMESPathArgument, by expression: JMESPathArgument?, _ order: JMESPathOrder
    ) throws(JMESPathFailure) -> JSONValue {
        let elements = try elements(argument)
        let keys = try keys(of: elements, by: expression)
        guard var best = keys.indices.first else { return .null }
        for index in keys.indices where JMESPathOrder(keys[index], keys[best]) == order { best = index }
        return elements[best]
    }

    /// The elements in the order of their keys; equal ones stay as they were.
    mutating func sorted(
        _ argument: JMESPathArgument, by expression: JMESPathArgument?
    ) throws(JMESPathFailure) -> JSONValue {
        let elements = try elements(argument)
        let keys = try keys(of: elements, by: expression)
        // About n log n comparisons, a few to a step.
        try charge(keys.count * (Int.bitWidth - keys.count.leadingZeroBitCount) / 4)
        let order = keys.indices.sorted { left, right in
            switch JMESPathOrder(keys[left], keys[right]) {
            case .before: true
            case .after: false
            case .same, nil: left < right
            }
        }
        return .array(order.map { elements[$0] })
    }
}
