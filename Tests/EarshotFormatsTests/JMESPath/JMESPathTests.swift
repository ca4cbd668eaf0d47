import Earshot
import EarshotFormats
import Testing

/// What the compliance suite does not ask: bounds, messages, the choices of our own.
@Suite struct JMESPathTests {
    private let mention: JSONValue = [
        "visibility": "private", "author": ["own": false, "handle": "ada"], "metrics": ["views": 20_000],
        "entities": [["type": "hashtag", "value": "acme"], ["type": "url", "value": "https://acme.example"]],
    ]

    private func failure(_ source: String, over value: JSONValue = .null, dialect: JMESPathDialect = .standard)
        -> JMESPathFailure?
    {
        do throws(JMESPathFailure) {
            _ = try JMESPath(compiling: source, dialect: dialect).evaluate(over: value)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        ("visibility == 'private' || metrics.views > `10000`", true),
        ("metrics.views > `20000` && visibility == 'private'", false),
        ("!author.own", true),
        ("!author.handle", false),
        ("!visibility == 'public'", false),
        ("contains(entities[?type == 'hashtag'].value, 'acme')", true),
        ("entities[?type == 'cashtag']", false),
        ("nothing.at.all > `1`", false), ("contains(nothing, 'acme')", false), ("!contains(nothing, 'acme')", true),
        ("contains(nothing, 'acme') && visibility != 'private'", false), ("length(nothing) > `3`", false),
        ("type(nothing) == 'null'", true), ("not_null(nothing, visibility) == 'private'", true),
    ])
    func `an expression holds or does not`(_ source: String, _ holds: Bool) throws {
        #expect(try JMESPath(compiling: source).holds(for: mention) == holds)
    }

    @Test(arguments: [
        "visibility", "@.visibility == 'private'", "*", "length(@) > `3`", "length(@) > `4`",
        "keys(@)[0] == 'visibility'",
        "{a: visibility, b: metrics.views}.a == 'private'", "[visibility, author] | [1].handle == 'ada'", "[0]", "[]",
        "entities[].value | [0] == 'acme'", "sort_by(entities, &value)[0].value == 'acme'",
        "author.[handle, own] | [0]",
        "not_null(nothing, visibility) == 'private'", "!nothing && !author.own", "`true`", "metrics || nothing",
        "values(@)[?@ == 'private']", "max_by(entities, &length(value)).type == 'url'", "@ | visibility",
        "map(&type, entities)",
    ])
    func `of a JSON text no more is taken than is asked for, which changes nothing`(_ source: String) throws {
        let condition = try JMESPath(compiling: source)
        #expect(try condition.holds(forJSON: mention.bytes) == condition.holds(for: mention))
    }

    @Test func `a JSON text that is none is told`() throws {
        let condition = try JMESPath(compiling: "visibility")
        #expect(throws: MalformedDocument.self) { try condition.holds(forJSON: Array("{\"visibility\":".utf8)) }
        #expect(try condition.holds(forJSON: Array("[\"visibility\"]".utf8)) == false)
    }

    @Test(arguments: [
        ("metrics.views >", JMESPathFailure.Kind.syntax, 15, "unexpected the end"),
        ("visibility = 'private'", .syntax, 11, "'=' must be '=='"),
        ("lenght(text)", .unknownFunction, 0, "there is no function lenght()"),
        ("a && length(b, c)", .invalidArity, 5, "length() takes 1 arguments, not 2"),
        ("sort_by(a, b)", .invalidType, 0, "sort_by() takes an expression (&…) as argument 2, not a value"),
        ("a[?b == 'c'", .syntax, 11, "unexpected the end, ']' expected"),
        ("'open", .syntax, 0, "' is not closed"),
        ("$.a", .syntax, 0, "unexpected '$'"),
        ("\u{1F6EB}", .syntax, 0, "unexpected '\u{1F6EB}'"),
        ("a.", .syntax, 2, "unexpected the end, a name, '*', '[' or '{' expected"),
        ("a[99999999999999999999]", .syntax, 2, "'99999999999999999999' is no number"),
    ])
    func `what is wrong is said with its place`(
        _ source: String, _ kind: JMESPathFailure.Kind, _ position: Int, _ reason: String
    ) {
        #expect(failure(source) == JMESPathFailure(kind, reason, at: position))
    }

    @Test func `depth is bounded when compiling`() {
        let deep = String(repeating: "(", count: 200) + "a" + String(repeating: ")", count: 200)
        #expect(failure(deep)?.kind == .syntax)
        #expect(failure(String(repeating: "!", count: 60_000) + "a")?.kind == .syntax)
        #expect(failure("a" + String(repeating: "[*]", count: 20_000))?.kind == .syntax)
        #expect(failure(String(repeating: "a[?", count: 20_000))?.kind == .syntax)
        #expect(failure(String(repeating: "[@] | ", count: 300) + "@")?.kind == .syntax)
        #expect(failure("a" + String(repeating: "==a", count: 10_000))?.kind == .syntax)
        #expect(failure(String(repeating: "a", count: 70_000))?.kind == .syntax)
        #expect(failure("a" + String(repeating: ".a", count: 4000)) == nil)
        #expect(failure("a" + String(repeating: "[]", count: 4000)) == nil)
    }

    @Test(arguments: [
        "[*][*][*]", "map(&map(&map(&@, @), @), @)", "map(&sort_by(@, &to_string(@)), @)", "@ == @ && @ == @ && @ == @",
        "[@, @, @, @][] | [@, @, @, @][] | [@, @, @, @][]", "[][][][][][][][]",
    ])
    func `an evaluation over many elements ends at its bound`(_ source: String) {
        let many = JSONValue.array((0..<4000).map { .array([.integer($0)]) })
        #expect(failure(source, over: .array([many, many, many]))?.kind == .limit)
    }

    @Test func `a result that doubles itself is refused`() {
        let doubling = String(repeating: "[@, @] | ", count: 100) + "@"
        #expect(failure(doubling, over: "x")?.kind == .limit)
        #expect(failure("to_string(" + doubling + ")", over: "x")?.kind == .limit)
        #expect(failure("[@, @, @]", over: .string(String(repeating: "x", count: 100_000)))?.kind == .limit)
        #expect(
            failure(
                "join(a, b)",
                over: [
                    "a": .string(String(repeating: "x", count: 9000)),
                    "b": .array(
                        Array(repeating: "", count: 100)),
                ])?.kind == .limit)
    }

    @Test func `a text of near misses is searched in bounds`() {
        let text = JSONValue.string(String(repeating: "a", count: 500_000))
        let part = JSONValue.string(String(repeating: "a", count: 250_000) + "b")
        #expect(failure("contains(a, b)", over: ["a": text, "b": part])?.kind == .limit)
        #expect(failure("contains(a, 'b')", over: ["a": text]) == nil)
    }

    @Test func `whole numbers never overflow`() throws {
        let most = JSONValue.integer(.max)
        let sum = try JMESPath(compiling: "sum(@)").evaluate(over: [most, most])
        #expect(sum == .number(Double(Int64.max) * 2))
        let least: JSONValue = ["a": .integer(-.max)]
        #expect(try JMESPath(compiling: "abs(a)").evaluate(over: least) == most)
        #expect(try JMESPath(compiling: "ceil(a)").evaluate(over: ["a": 1e300]) == 1e300)
        #expect(try JMESPath(compiling: "a[-9223372036854775807]").evaluate(over: ["a": [1]]) == .null)
        #expect(try JMESPath(compiling: "a[::9223372036854775807]").evaluate(over: ["a": [1, 2]]) == [1])
        #expect(try JMESPath(compiling: "a[::-9223372036854775807]").evaluate(over: ["a": [1, 2]]) == [2])
    }

    @Test(
        arguments: [
            ("let $who = name in items[].{who: $who, n: @} | [?n > `1`]", [["who": "Ada", "n": 2]]),
            ("let $n = `1` in items[?@ == $n]", [1]),
            ("items | let $all = @ in map(&[@, length($all)], $all)", [[1, 2], [2, 2]]),
            ("let $a = name, $b = items[0] in let $a = $b, $b = $a in [$a, $b]", [1, "Ada"]),
            ("[let $a = name in $a, name]", ["Ada", "Ada"]), ("let $name = name in $name.x || [$name]", ["Ada"]),
            ("(let $let = let in $let).in", "in"), ("let.in", "in"),
            ("(let $a = name in $a) || let $a = items in $a", "Ada"),
        ] as [(String, JSONValue)])
    func `a variable stands for a value in all that follows`(_ source: String, _ result: JSONValue) throws {
        let dialect = JMESPathDialect(functions: [:], hasRoot: true)
        let value: JSONValue = ["name": "Ada", "items": [1, 2], "let": ["in": "in"]]
        let path = try JMESPath(compiling: source, dialect: dialect)
        #expect(try path.evaluate(over: value, in: JMESPathSurroundings(root: value)) == result)
    }

    @Test(arguments: [
        ("$a", 0, "no variable '$a' here"), ("(let $a = b in $a) | $a", 21, "no variable '$a' here"),
        ("let $a = $a in b", 9, "no variable '$a' here"), ("let $a = b", 10, "unexpected the end, 'in' expected"),
        ("let $a in b", 7, "unexpected 'in', '=' expected"),
        ("let $a = b, c = d in e", 12, "unexpected 'c', a variable expected"),
    ])
    func `what is wrong about a variable is told`(_ source: String, _ position: Int, _ reason: String) {
        let found = failure(source, dialect: JMESPathDialect(functions: [:], hasRoot: true))
        #expect(found?.position == position)
        #expect(found?.reason == reason)
        #expect(failure(source)?.kind == .syntax)
    }

    @Test func `a dialect has functions and a root of its own`() throws {
        let dialect = JMESPathDialect(functions: ["ref": 2...2], hasRoot: true)
        let path = try JMESPath(compiling: "ref('users', author).name || $.fallback", dialect: dialect)
        let surroundings = JMESPathSurroundings(root: ["fallback": "?"]) { name, arguments in
            name == "ref" && arguments == ["users", "7"] ? ["name": "Ada"] : .null
        }
        #expect(try path.evaluate(over: ["author": "7"], in: surroundings) == "Ada")
        #expect(try path.evaluate(over: ["author": "8"], in: surroundings) == "?")
        #expect(failure("ref('a')", dialect: dialect)?.kind == .invalidArity)
    }
}
