import EarshotFormats
import Foundation
import Testing

/// Programs of chance over values of every type: none may trap, and each must end at its bound.
@Suite struct JMESPathFuzzTests {
    private let value: JSONValue = [
        "a": [[1, 2.5, "x"], ["b": [nil, true]], [], [:]], "b": ["a": [3, 1, 2], "b": "text é\u{1F6EB}"], "c": nil,
    ]

    /// How many programs each test makes; a million in all with `EARSHOT_PROGRAMS=125000`, as `make hostile` has it.
    private static let count = ProcessInfo.processInfo.environment["EARSHOT_PROGRAMS"].flatMap { Int($0) } ?? 300

    @Test(arguments: 0..<8)
    func `a program that follows the grammar ends, and its mutations are refused or end`(_ seed: Int) {
        var programs = Programs(chance: Mutations(seed: UInt64(seed)))
        let limits = JMESPathLimits(steps: 2000, outputBytes: 4096, textBytes: 4096)
        for _ in 0..<JMESPathFuzzTests.count {
            let source = programs.expression(depth: 4)
            #expect((try? JMESPath(compiling: source)) != nil, "\(source)")
            _ = try? JMESPath(compiling: source).evaluate(over: value, limits: limits)
            let broken = String(decoding: programs.chance.mutated(Array(source.utf8)), as: UTF8.self)
            _ = try? JMESPath(compiling: broken).evaluate(over: value, limits: limits)
        }
    }
}

/// Makes expressions of the grammar.
private struct Programs {
    var chance: Mutations

    private static let literals = [
        "`1`", "`-0.5`", "`null`", "`[3, 1]`", "`{\"a\": 1}`", "'x'", "`true`", "`\"\"`", "`9007199254740993`",
    ]
    private static let steps = [
        ".a", ".b", ".\"c\"", "[0]", "[-1]", "[*]", ".*", "[]", "[::-1]", "[1:]", "[:9223372036854775807:2]", "[?@]",
    ]
    private static let plain = [
        "abs", "avg", "ceil", "floor", "sum", "keys", "values", "length", "max", "min", "reverse", "sort", "to_array",
        "to_number", "to_string", "type", "not_null", "merge",
    ]

    private mutating func one(of words: [String]) -> String { words[chance.below(words.count)] }

    mutating func expression(depth: Int) -> String {
        if depth == 0 { return one(of: ["a", "b", "@", "\"c\""] + Programs.literals) }
        let inner = depth - 1
        switch chance.below(9) {
        case 0: return "(\(expression(depth: inner)))" + path()
        case 1: return "(\(expression(depth: inner)) \(one(of: ["||", "&&", "|"])) \(expression(depth: inner)))"
        case 2: return "(\(expression(depth: inner)) \(one(of: ["==", "!=", "<", ">="])) \(expression(depth: inner)))"
        case 3: return "!\(expression(depth: inner))"
        case 4: return "[\(expression(depth: inner)), \(expression(depth: inner))]" + path()
        case 5: return "{a: \(expression(depth: inner)), \"b\": \(expression(depth: inner))}" + path()
        case 6: return "\(one(of: Programs.plain))(\(expression(depth: inner)))" + path()
        case 7:
            let function = one(of: ["sort_by", "max_by", "min_by"])
            return "\(function)(\(expression(depth: inner)), &\(expression(depth: inner)))"
        default: return "map(&\(expression(depth: inner)), \(expression(depth: inner)))" + path()
        }
    }

    private mutating func path() -> String { (0..<chance.below(4)).map { _ in one(of: Programs.steps) }.joined() }
}
