import EarshotFormats
import Foundation
import Testing

/// Counts for the table of `make conformance`: each test prints `conformance NAME CASES HELD`.
@Suite struct ConformanceTests {
    @Test(.enabled(if: Corpora.has("jmespath/jmespath.test")))
    func `the JMESPath compliance suite holds`() throws {
        var counter = Counter("jmespath")
        for file in Corpora.files(in: "jmespath/jmespath.test", ending: ".json") {
            for suite in try #require(try JSONValue(parsing: Corpora.bytes(of: file)).elements) {
                let given = try #require(suite["given"])
                for test in suite["cases"]?.elements ?? [] where test["bench"] == nil {
                    let source = try #require(test["expression"]?.text)
                    counter.count(JMESPathOutcome(of: source, over: given) == JMESPathOutcome(expectedBy: test))
                }
            }
        }
        counter.report()
    }

    @Test(.enabled(if: Corpora.has("json/JSONTestSuite")))
    func `JSONTestSuite holds`() throws {
        var accepted = Counter("jsontestsuite-accepted")
        var refused = Counter("jsontestsuite-refused")
        for file in Corpora.files(in: "json/JSONTestSuite/test_parsing", ending: ".json") {
            let isRead = (try? JSONValue(parsing: Corpora.bytes(of: file))) != nil
            if file.lastPathComponent.hasPrefix("y_") { accepted.count(isRead) }
            if file.lastPathComponent.hasPrefix("n_") { refused.count(!isRead) }
        }
        accepted.report()
        refused.report()
    }

    @Test(.enabled(if: TwitterTextCase.isAvailable))
    func `twitter-text's extraction holds`() {
        var counter = Counter("twitter-text")
        for example in TwitterTextCase.all() { counter.count(example.found() == example.expected) }
        counter.report()
    }
}

/// How many cases of a set there are, and how many hold.
private struct Counter {
    let name: String
    var cases = 0
    var held = 0

    init(_ name: String) { self.name = name }

    mutating func count(_ isHeld: Bool) {
        cases += 1
        if isHeld { held += 1 }
    }

    func report() {
        print("conformance \(name) \(cases) \(held)")
        #expect(held > 0)
    }
}
