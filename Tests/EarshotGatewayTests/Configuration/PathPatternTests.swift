import Testing

@testable import EarshotGateway

@Suite struct PathPatternTests {
    @Test(arguments: [
        ("a.ndjson", "a.ndjson", true), ("a.ndjson", "b.ndjson", false), ("{network}.ndjson", "web.ndjson", true),
        ("{network}.ndjson", "out/web.ndjson", false), ("out/{network}", "out/{channel}", true),
        ("{network}-a", "{channel}-b", false), ("a-{date}", "{channel}-b", true), ("{date}/{hour}", "2026/07", true),
        ("{date}/{hour}", "2026", false), ("public-{network}", "private-{network}", false), ("{a}", "", true),
        ("x{a}", "{b}/y", false), ("{a}{b}", "web", true), ("web{a}", "web", true),
    ])
    func `two paths overlap where some file is meant by both`(_ one: String, _ other: String, _ expected: Bool) {
        #expect(PathPattern.overlap(one, other) == expected)
        #expect(PathPattern.overlap(other, one) == expected)
    }
}
