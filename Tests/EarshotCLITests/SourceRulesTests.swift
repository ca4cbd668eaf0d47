import Foundation
import Testing

/// What the sources must not hold, as bytes from outside could make an end of the process, or of a statement, with it.
@Suite struct SourceRulesTests {
    /// The lines of all sources of the program, without comments, each with its place.
    private func lines() throws -> [(place: String, text: String)] {
        var lines: [(String, String)] = []
        for folder in ["Sources", "adapters"] {
            let root = Program.root.appendingPathComponent(folder)
            for case let name as String in FileManager.default.enumerator(atPath: root.path) ?? .init()
            where name.hasSuffix(".swift") && !name.contains("Tests/") && !name.contains(".build/") {
                let text = try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
                for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                    let code = line.trimmingCharacters(in: .whitespaces)
                    if !code.hasPrefix("//") { lines.append(("\(folder)/\(name):\(number + 1)", code)) }
                }
            }
        }
        return lines
    }

    @Test(arguments: [
        "try!", "fatalError(", "preconditionFailure(", " as! ", "Regex(", "NSRegularExpression",
        "firstMatch(of: /", "load_extension", " system(", "popen(", "/bin/sh",
        "CURLOPT_COOKIEFILE", "CURLOPT_NETRC", "_PARSE_HUGE", "_PARSE_NOENT", "_PARSE_DTDLOAD", "xmlTextReader",
        "support_format_all", "support_filter_all", "archive_write_disk", "SSL_VERIFYPEER, 0", "SSL_VERIFYHOST, 0",
    ]) func `what must not be in the sources is not`(words: String) throws {
        let lines = try lines()
        #expect(lines.count > 10_000)
        let found = lines.filter { $0.text.contains(words) }.map(\.place)
        #expect(found.isEmpty, "\(words): \(found)")
    }

    /// A statement is built of words of ours alone: values are bound.
    @Test func `no statement is built of what somebody else says`() throws {
        let own = ["quick_check\\(check)", "user_version = \\(version)"]
        let statements = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "PRAGMA "]
        let built = try lines().filter { line in
            statements.contains { line.text.contains($0) } && line.text.contains("\\(")
                && !own.contains { line.text.contains($0) }
        }
        #expect(built.isEmpty, "\(built)")
    }
}
