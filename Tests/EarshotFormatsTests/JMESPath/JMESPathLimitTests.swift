import EarshotFormats
import Testing

/// Expressions at each limit and one beyond it: what is within costs what it may, what is beyond is refused, and the
/// place where it is refused is a count and no clock.
@Suite struct JMESPathLimitTests {
    /// The kind of the failure, or nil where there is none.
    private func failure(
        _ source: String, over value: JSONValue = .null, limits: JMESPathLimits = JMESPathLimits()
    ) -> JMESPathFailure.Kind? {
        do throws(JMESPathFailure) {
            _ = try JMESPath(compiling: source).evaluate(over: value, limits: limits)
            return nil
        } catch {
            return error.kind
        }
    }

    /// The deepest expression of a form that compiles, up to `most`.
    private func deepest(_ most: Int, _ form: (Int) -> String) -> Int {
        (1...most).last { (try? JMESPath(compiling: form($0))) != nil } ?? 0
    }

    @Test func `the source ends at its length`() {
        let longest = "'" + String(repeating: "x", count: JMESPathLimits.sourceBytes - 2) + "'"
        #expect(failure(longest) == nil)
        #expect(failure(longest + " ") == .syntax)
    }

    @Test func `every way to nest ends at its depth, and what is within evaluates`() {
        let forms: [(Int) -> String] = [
            { String(repeating: "(", count: $0) + "@" + String(repeating: ")", count: $0) },
            { String(repeating: "!", count: $0) + "@" },
            { String(repeating: "[", count: $0) + "@" + String(repeating: "]", count: $0) },
            { String(repeating: "{a: ", count: $0) + "@" + String(repeating: "}", count: $0) },
            { String(repeating: "not_null(", count: $0) + "@" + String(repeating: ")", count: $0) },
            { String(repeating: "a[?", count: $0) + "@" + String(repeating: "]", count: $0) },
            { "@" + String(repeating: "[*]", count: $0) },
            { String(repeating: "map(&", count: $0) + "@" + String(repeating: ", @)", count: $0) },
            { String(repeating: "(@ || ", count: $0) + "@" + String(repeating: ")", count: $0) },
        ]
        for form in forms {
            let depth = deepest(400, form)
            #expect(depth > 8 && depth <= JMESPathLimits.depth * 2, "\(form(3)): \(depth)")
            #expect(failure(form(depth + 1)) == .syntax)
            // Evaluating what compiles neither overflows the stack nor passes its own bound.
            _ = failure(form(depth), over: [["a": [1, 2]]])
            _ = failure(form(depth), over: .array(Array(repeating: 1, count: 100)))
        }
    }

    @Test func `steps are counted for every element that is visited`() {
        let numbers = JSONValue.array((0..<100).map { .integer($0) })
        for source in [
            "[*]", "[?@ > `1`]", "map(&@, @)", "sort_by(@, &@)", "max_by(@, &@)", "[].[@]", "[::2].to_string(@)",
        ] {
            var limits = JMESPathLimits()
            #expect(failure(source, over: numbers, limits: limits) == nil, "\(source)")
            limits.steps = 50
            #expect(failure(source, over: numbers, limits: limits) == .limit, "\(source)")
        }
    }

    @Test(arguments: [
        "[*].[*].[*]", "map(&map(&map(&@, [@, @]), [@, @]), @)", "sort_by(@, &join('', map(&to_string(@), [@])))",
    ])
    func `projections in projections are charged what they cost`(source: String) {
        let many = JSONValue.array((0..<9000).map { .integer($0) })
        #expect(failure(source, over: many) == .limit || source == "[*].[*].[*]")
    }

    @Test func `functions that build look at the size first`() {
        let half = JSONValue.string(String(repeating: "x", count: 150 * 1024))
        let texts = JSONValue.array([half, half])
        #expect(failure("join('', @)", over: texts) == .limit)
        #expect(failure("to_string(@)", over: texts) == .limit)
        #expect(failure("[@[0], @[1]]", over: texts) == .limit)
        #expect(failure("merge({a: @[0]}, {b: @[1]})", over: texts) == .limit)
        #expect(failure("[@, @][]", over: texts) == .limit)
        var small = JMESPathLimits()
        small.textBytes = 10
        for source in ["contains(@, 'y')", "reverse(@)", "ends_with(@, 'y')", "starts_with(@, 'y')", "length(@)"] {
            let kind = failure(source, over: .string(String(repeating: "x", count: 100)), limits: small)
            #expect(kind == .limit || kind == nil)
        }
    }

    @Test func `nothing in the language reaches beyond its value`() {
        for source in [
            "env('HOME')", "file('/etc/passwd')", "eval('1')", "import('x')", "now()", "constructor", "__proto__",
            "this",
            "${HOME}", "`${HOME}`", "$ENV", "system('id')", "fetch('http://x')", "&@", "regex('(a+)+$', @)",
        ] {
            let kind = failure(source, over: "x")
            let said = try? JMESPath(compiling: source).evaluate(over: "x")
            #expect(kind != nil || said == .null || said == "${HOME}", "\(source)")
        }
    }
}
