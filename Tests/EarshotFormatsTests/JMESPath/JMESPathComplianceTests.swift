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
                #expect(
                    JMESPathOutcome(of: source, over: given) == JMESPathOutcome(expectedBy: test),
                    "case \(number): \(source)")
            }
        }
    }
}

/// What an expression gives: a value, or an error of a kind; some cases only ask for no error.
enum JMESPathOutcome: Equatable {
    case value(JSONValue), error(String), anything

    /// What the suite expects.
    init(expectedBy test: JSONValue) {
        if let error = test["error"]?.text {
            self = .error(error)
        } else {
            self = test["result"].map { .value($0) } ?? .anything
        }
    }

    /// What an expression gives over a value.
    init(of source: String, over given: JSONValue) {
        do throws(JMESPathFailure) {
            self = .value(try JMESPath(compiling: source).evaluate(over: given))
        } catch {
            self = .error(error.kind.rawValue)
        }
    }

    static func == (one: JMESPathOutcome, other: JMESPathOutcome) -> Bool {
        switch (one, other) {
        case (.value(let left), .value(let right)): left == right
        case (.error(let left), .error(let right)): left == right
        case (.value, .anything), (.anything, .value): true
        default: false
        }
    }
}
