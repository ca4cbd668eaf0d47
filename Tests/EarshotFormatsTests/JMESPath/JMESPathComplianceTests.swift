import EarshotFormats
import Foundation
import Testing

/// The compliance suite of jmespath.org, where the corpora are.
@Suite(.enabled(if: Corpora.has("jmespath/jmespath.test")))
struct JMESPathComplianceTests {
    @Test(arguments: Corpora.files(in: "jmespath/jmespath.test", ending: ".json"))
    func `every case of a file gives its result or its error`(_ file: URL) throws {
        let suites = try #require(try JSONValue(parsing: Corpora.bytes(of: file)).elements)
        for suite in suites {
            let given = try #require(suite["given"])
            for (number, test) in (suite["cases"]?.elements ?? []).enumerated() {
                let source = try #require(test["expression"]?.text)
                #expect(outcome(of: source, over: given) == wish(of: test), "case \(number): \(source)")
            }
        }
    }

    private enum Outcome: Equatable {
        case value(JSONValue), error(String), anything

        static func == (one: Outcome, other: Outcome) -> Bool {
            switch (one, other) {
            case (.value(let left), .value(let right)): left == right
            case (.error(let left), .error(let right)): left == right
            case (.value, .anything), (.anything, .value): true
            default: false
            }
        }
    }

    private func wish(of test: JSONValue) -> Outcome {
        if let error = test["error"]?.text { return .error(error) }
        return test["result"].map { .value($0) } ?? .anything
    }

    private func outcome(of source: String, over given: JSONValue) -> Outcome {
        do throws(JMESPathFailure) {
            return .value(try JMESPath(compiling: source).evaluate(over: given))
        } catch {
            return .error(error.kind.rawValue)
        }
    }
}
