import Earshot
import EarshotFormats
import Foundation
import Testing

/// JSONTestSuite, where the corpora are: `y_` must be accepted, `n_` refused, `i_` either.
@Suite(.enabled(if: Corpora.has("json/JSONTestSuite")))
struct JSONSuiteTests {
    /// What is refused by the grammar and yet repaired, as platforms do send it.
    private static let repaired = [
        "n_string_unescaped_ctrl_char.json", "n_string_unescaped_newline.json", "n_string_unescaped_tab.json",
    ]

    private static let files = Corpora.files(in: "json/JSONTestSuite/test_parsing", ending: ".json")

    @Test(arguments: files.filter { $0.lastPathComponent.hasPrefix("y_") })
    func `what must be accepted is, and needs no repair`(_ file: URL) throws {
        let bytes = try Corpora.bytes(of: file)
        #expect(throws: Never.self) { try JSONValue(parsing: bytes) }
        let isRepaired = try JSON.read(bytes) { _, isRepaired throws(MalformedDocument) in isRepaired }
        #expect(!isRepaired)
    }

    @Test(arguments: files.filter { $0.lastPathComponent.hasPrefix("n_") })
    func `what must be refused is, and is repaired only where we say so`(_ file: URL) throws {
        let bytes = try Corpora.bytes(of: file)
        #expect(throws: MalformedDocument.self) { try JSONValue(parsing: bytes) }
        let isRepaired = try? JSON.read(bytes) { _, isRepaired throws(MalformedDocument) in isRepaired }
        #expect(isRepaired == (JSONSuiteTests.repaired.contains(file.lastPathComponent) ? true : nil))
    }

    @Test(
        arguments: Corpora.files(in: "json/JSONTestSuite/test_transform", ending: ".json")
            + files.filter { $0.lastPathComponent.hasPrefix("i_") })
    func `what may be either is read or refused, and what is read is written and read again`(_ file: URL) throws {
        let bytes = try Corpora.bytes(of: file)
        let value = try? JSON.read(bytes) { root, _ throws(MalformedDocument) in JSONValue(root) }
        guard let value else { return }
        #expect(try JSONValue(parsing: value.bytes) == value)
    }
}
