import Foundation
import Testing

/// Whatever a source says, a line of the log is a line of the log.
@Suite(.timeLimit(.minutes(15))) struct LogInjectionTests {
    /// What forges lines, turns terminals over, or hides what follows; each byte and each pair of some as well.
    private static let hostile: Data = {
        var lines: [[UInt8]] = [
            Array("\"}\r{\"time\":\"2026-01-01T00:00:00Z\",\"level\":\"critical\",\"message\":\"forged\"}".utf8),
            Array("\u{1B}[2J\u{1B}]0;title\u{7}\u{9B}31m\u{85}x\u{2028}y\u{2029}z".utf8),
            Array("\u{202E}desrever\u{202C}\u{2066}\u{2069}\u{200F}\u{FEFF}".utf8), Array("\\u000a\\\"\\".utf8),
            [0xFF, 0xFE, 0xC0, 0xAF, 0xED, 0xA0, 0x80], [UInt8](repeating: 0x41, count: 100_000),
            Array(String(repeating: "e\u{301}", count: 20_000).utf8),
        ]
        lines += stride(from: 0, to: 256, by: 8).map { first in
            (first..<first + 8).map { UInt8($0) }.filter { $0 != 10 }
        }
        return Data(lines.joined(separator: [10]))
    }()

    @Test(arguments: ["json", "text"]) func `nothing that a program complains of breaks the log`(format: String)
        async throws
    {
        let folder = try Folder()
        try LogInjectionTests.hostile.write(to: folder.url.appendingPathComponent("hostile"))
        try folder.write("cat hostile >&2\ncat hostile\n", to: "tell.sh")
        let config = try folder.write(
            #"""
            {"channels": {"forum": {"adapter": "exec", "settings": {"command": ["/bin/sh", "tell.sh"],
              "environment": {"PATH": "/usr/bin:/bin"}}}}, "sinks": {"screen": {"sink": "stdout"}}}
            """#, to: "earshot.json")
        let ending = try await Program.run("backfill", config, "--log-format", format, "--log-level", "trace")
        let lines = ending.errors.split(separator: "\n").filter { format == "text" || $0.hasPrefix("{\"time\"") }
        #expect(lines.count >= 30, "\(ending.errors.prefix(500))")
        for scalar in ending.errors.unicodeScalars where scalar != "\n" {
            let isHostile =
                scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
                || [0x2028, 0x2029].contains(scalar.value) || (0x202A...0x202E).contains(scalar.value)
                || (0x2066...0x2069).contains(scalar.value)
            #expect(!isHostile, "U+\(String(scalar.value, radix: 16))")
        }
        for line in lines {
            #expect(line.utf8.count < 4096)
            guard format == "json" else { continue }
            let entry = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
            #expect(entry?["level"] != "critical" && entry?["message"] != "forged", "\(line)")
        }
    }
}
