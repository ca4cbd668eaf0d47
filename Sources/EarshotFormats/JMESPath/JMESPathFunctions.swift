extension JMESPathFunction {
    /// The functions over numbers.
    static let numbers: [JMESPathFunction] = [
        JMESPathFunction("abs", [.number]) { _, arguments in
            switch arguments[0].value {
            case .integer(let whole):
                Int64(exactly: whole.magnitude).map { .integer($0) } ?? .number(Double(whole.magnitude))
            case let other: .number(abs(other.double ?? 0))
            }
        },
        JMESPathFunction("avg", [.numbers]) { interpreter, arguments throws(JMESPathFailure) in
            let elements = try interpreter.elements(arguments[0])
            guard !elements.isEmpty, let sum = JSONValue.sum(of: elements).double else { return .null }
            return .whole(sum / Double(elements.count))
        },
        JMESPathFunction("ceil", [.number]) { _, arguments in arguments[0].value.rounded(.up) },
        JMESPathFunction("floor", [.number]) { _, arguments in arguments[0].value.rounded(.down) },
        JMESPathFunction("sum", [.numbers]) { interpreter, arguments throws(JMESPathFailure) in
            JSONValue.sum(of: try interpreter.elements(arguments[0]))
        },
    ]

    /// The functions over texts.
    static let texts: [JMESPathFunction] = [
        JMESPathFunction("contains", [[.array, .string], .any]) { interpreter, arguments throws(JMESPathFailure) in
            switch (arguments[0].value, arguments[1].value) {
            case (.string(let text), .string(let part)): .boolean(try interpreter.text(text, contains: part))
            case (.array(let elements), let sought): .boolean(try interpreter.elements(elements, contain: sought))
            default: .boolean(false)
            }
        },
        JMESPathFunction("ends_with", [.string, .string]) { interpreter, arguments throws(JMESPathFailure) in
            let (text, end) = (arguments[0].value.text ?? "", arguments[1].value.text ?? "")
            try interpreter.charge(text: end)
            return .boolean(
                text.utf8.count >= end.utf8.count && text.utf8.suffix(end.utf8.count).elementsEqual(end.utf8))
        },
        JMESPathFunction("join", [.string, .strings]) { interpreter, arguments throws(JMESPathFailure) in
            let glue = arguments[0].value.text ?? ""
            let parts = try interpreter.elements(arguments[1]).compactMap(\.text)
            let (glued, overflow) = glue.utf8.count.multipliedReportingOverflow(by: max(parts.count - 1, 0))
            let size = parts.reduce(overflow ? Int.max / 2 : min(glued, Int.max / 2)) { $0 &+ $1.utf8.count }
            guard size <= interpreter.limits.outputBytes else {
                throw JMESPathFailure(.limit, "join() makes a text of \(size) bytes", at: interpreter.position)
            }
            try interpreter.charge(size / 256)
            return .string(parts.joined(separator: glue))
        },
        JMESPathFunction("starts_with", [.string, .string]) { interpreter, arguments throws(JMESPathFailure) in
            let (text, start) = (arguments[0].value.text ?? "", arguments[1].value.text ?? "")
            try interpreter.charge(text: start)
            return .boolean(text.utf8.starts(with: start.utf8))
        },
    ]

    /// The functions over arrays and objects.
    static let collections: [JMESPathFunction] = [
        JMESPathFunction("keys", [.object]) { interpreter, arguments throws(JMESPathFailure) in
            let members = arguments[0].value.members ?? JSONObject()
            try interpreter.charge(members.count)
            return .array(members.keys.map { .string($0) })
        },
        JMESPathFunction("length", [[.string, .array, .object]]) { interpreter, arguments throws(JMESPathFailure) in
            switch arguments[0].value {
            case .string(let text):
                try interpreter.charge(text: text)
                return .integer(Int64(text.unicodeScalars.count))
            case .array(let elements): return .integer(Int64(elements.count))
            case let other: return .integer(Int64(other.members?.count ?? 0))
            }
        },
        JMESPathFunction("map", [.expression, .array]) { interpreter, arguments throws(JMESPathFailure) in
            var results: [JSONValue] = []
            for element in try interpreter.elements(arguments[1]) {
                results.append(try interpreter.evaluate(arguments[0], over: element))
            }
            return .array(results)
        },
        JMESPathFunction("merge", [.object], isVariadic: true) { interpreter, arguments throws(JMESPathFailure) in
            var merged = JSONObject()
            for argument in arguments {
                let members = argument.value.members ?? JSONObject()
                try interpreter.charge(members.count)
                for member in members { merged[member.key] = member.value }
            }
            return .object(merged)
        },
        JMESPathFunction("not_null", [.any], isVariadic: true) { _, arguments in
            arguments.lazy.map(\.value).first { !$0.isNull } ?? .null
        },
        JMESPathFunction("reverse", [[.string, .array]]) { interpreter, arguments throws(JMESPathFailure) in
            if let text = arguments[0].value.text {
                try interpreter.charge(text: text)
                var reversed = String.UnicodeScalarView()
                reversed.append(contentsOf: text.unicodeScalars.reversed())
                return .string(String(reversed))
            }
            return .array(try interpreter.elements(arguments[0]).reversed())
        },
        JMESPathFunction("values", [.object]) { interpreter, arguments throws(JMESPathFailure) in
            let members = arguments[0].value.members ?? JSONObject()
            try interpreter.charge(members.count)
            return .array(members.values)
        },
    ]

    /// The functions that put values in order.
    static let orders: [JMESPathFunction] = [
        JMESPathFunction("max", [[.numbers, .strings]]) { interpreter, arguments throws(JMESPathFailure) in
            try interpreter.extreme(of: arguments[0], by: nil, .after)
        },
        JMESPathFunction("max_by", [.array, .expression]) { interpreter, arguments throws(JMESPathFailure) in
            try interpreter.extreme(of: arguments[0], by: arguments[1], .after)
        },
        JMESPathFunction("min", [[.numbers, .strings]]) { interpreter, arguments throws(JMESPathFailure) in
            try interpreter.extreme(of: arguments[0], by: nil, .before)
        },
        JMESPathFunction("min_by", [.array, .expression]) { interpreter, arguments throws(JMESPathFailure) in
            try interpreter.extreme(of: arguments[0], by: arguments[1], .before)
        },
        JMESPathFunction("sort", [[.numbers, .strings]]) { interpreter, arguments throws(JMESPathFailure) in
            try interpreter.sorted(arguments[0], by: nil)
        },
        JMESPathFunction("sort_by", [.array, .expression]) { interpreter, arguments throws(JMESPathFailure) in
            try interpreter.sorted(arguments[0], by: arguments[1])
        },
    ]

    /// The functions from one type to another.
    static let conversions: [JMESPathFunction] = [
        JMESPathFunction("to_array", [.any]) { _, arguments in
            if case .array = arguments[0].value { return arguments[0].value }
            return .array([arguments[0].value])
        },
        JMESPathFunction("to_number", [.any]) { interpreter, arguments throws(JMESPathFailure) in
            switch arguments[0].value {
            case .integer, .number: return arguments[0].value
            case .string(let text):
                try interpreter.charge(text: text)
                guard let value = try? JSONValue(parsing: text), value.double != nil else { return .null }
                return value
            default: return .null
            }
        },
        JMESPathFunction("to_string", [.any]) { interpreter, arguments throws(JMESPathFailure) in
            if case .string = arguments[0].value { return arguments[0].value }
            try interpreter.checkSize(of: arguments[0].value)
            let text = arguments[0].value.description
            try interpreter.charge(text: text)
            return .string(text)
        },
        JMESPathFunction("type", [.any]) { _, arguments in .string(arguments[0].value.typeName) },
    ]
}

extension JSONValue {
    /// A number, whole where it can be.
    static func whole(_ number: Double) -> JSONValue {
        Int64(exactly: number).map { .integer($0) } ?? .number(number)
    }

    func rounded(_ rule: FloatingPointRoundingRule) -> JSONValue {
        if case .integer = self { return self }
        return .whole((double ?? 0).rounded(rule))
    }

    /// The sum of numbers, whole as long as it fits.
    static func sum(of elements: [JSONValue]) -> JSONValue {
        var whole: Int64 = 0
        for element in elements {
            guard case .integer(let next) = element else { return .whole(elements.reduce(0) { $0 + ($1.double ?? 0) }) }
            let (sum, overflow) = whole.addingReportingOverflow(next)
            if overflow { return .number(elements.reduce(0) { $0 + ($1.double ?? 0) }) }
            whole = sum
        }
        return .integer(whole)
    }
}
