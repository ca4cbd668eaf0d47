import Foundation
import Testing

/// A real tap of Singer's from PyPI, run by the built program.
@Suite(.timeLimit(.minutes(15))) struct ExecTests {
    /// The tap, which `make test` installs.
    private static let tap = Program.root.appendingPathComponent(".venv/bin/tap-jsonl").path

    private func configuration(_ folder: Folder, _ members: String = "") -> String {
        """
        {
          "channels": {
            "posts": { "adapter": "exec",
                       "settings": { "command": ["\(ExecTests.tap)", "--config", "tap.json"], "format": "singer",
                                     "adapter": "twitter"\(members) } }
          },
          "sinks": { "all": { "sink": "file", "settings": { "path": "out.ndjson" } } }
        }
        """
    }

    private func post(_ number: Int) -> String {
        #"{"id":"189000000000000010\#(number)","text":"Suitcase \#(number) is lost","created_at":"2026-01-12T08:3\#(number):00.000Z"}"#
            + "\n"
    }

    /// Writes a file that was last changed at a moment, which is what the tap goes by.
    private func write(_ text: String, to name: String, in folder: Folder, changed: TimeInterval) throws {
        let path = try folder.write(text, to: name)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: changed)], ofItemAtPath: path)
    }

    @Test func `a tap's records become mentions, and its state is handed back to it`() async throws {
        #expect(FileManager.default.isExecutableFile(atPath: ExecTests.tap), "make test installs the tap")
        let folder = try Folder()
        try folder.write(#"{"path":"\#(folder.path("posts/*.jsonl"))","stream_name":"posts"}"#, to: "tap.json")
        try write(post(1) + post(2), to: "posts/a.jsonl", in: folder, changed: 1_700_000_000)
        let file = try folder.write(configuration(folder), to: "earshot.json")

        let dry = try await Program.run("dry-run", file)
        #expect(dry.code == 0, "\(dry.errors)")
        #expect(dry.lines.count == 2)

        let first = try await Program.run("backfill", file)
        #expect(first.code == 0, "\(first.errors)")
        #expect(try folder.text("out.ndjson").split(separator: "\n").count == 2)

        // Only what is newer than the state is printed again, so only that comes in.
        try write(post(3), to: "posts/b.jsonl", in: folder, changed: 1_700_000_900)
        try FileManager.default.removeItem(atPath: folder.path("posts/a.jsonl"))
        let second = try await Program.run("backfill", file)
        #expect(second.code == 0, "\(second.errors)")
        #expect(second.errors.contains("bookmark value: 2023-11-14"))
        let lines = try folder.text("out.ndjson").split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.last?.contains(#""id":"twitter:1890000000000000103""#) == true)
        #expect(lines.last?.contains(#""provenance":{"channel":"posts","adapter":"twitter""#) == true)
    }

    @Test func `a tap that fails is a failure with its last words`() async throws {
        let folder = try Folder()
        try folder.write("{}", to: "tap.json")
        let file = try folder.write(configuration(folder), to: "earshot.json")
        let ending = try await Program.run("dry-run", file)
        #expect(ending.code == 69)
        #expect(ending.errors.contains("the program ended with exit code 1: "))
        #expect(ending.errors.contains("'path' is a required property"))
    }

    @Test func `a configuration says what is wrong with a program`() async throws {
        let folder = try Folder()
        let file = try folder.write(
            """
            { "channels": {
                "a": { "adapter": "exec", "settings": { "format": "singer" } },
                "b": { "adapter": "exec", "settings": { "command": ["tap"], "restart": "never" } },
                "c": { "adapter": "exec", "settings": { "command": ["/bin/tap"], "format": "documents", "adapter": "twiter" } },
                "d": { "adapter": "exec", "settings": { "command": [] } },
                "e": { "adapter": "rss", "settings": { "feeds": [] } },
                "f": { "adapter": "exec", "settings": { "command": ["./tap"] } } },
              "sinks": { "s": { "sink": "stdout" } } }
            """, to: "earshot.json")
        let ending = try await Program.run("validate", file)
        #expect(ending.code == 78)
        for words in [
            "/channels/a/settings", "\"command\" is missing", "\"adapter\" is missing", "/channels/b/settings/restart",
            "one of scheduled, always", "there is no adapter \"twiter\"",
            "warning: /channels/f/settings/command: the program cannot be run: ./tap: No such file or directory",
            "/channels/d/settings/command: expected one at least", "/channels/e/settings/feeds: expected one at least",
        ] {
            #expect(ending.errors.contains(words), "\(words)")
        }
    }

    @Test func `what a program prints is read by normalize as well`() async throws {
        let line = #"{"schema":"mention/1.0","network":"forum","native_id":"1","kind":"post","text":"hello"}"#
        let ending = try await Program.run("normalize", "exec", "-", input: Data("\(line)\nnonsense\n".utf8))
        #expect(ending.code == 1)
        #expect(ending.lines.count == 1 && ending.errors.contains("not JSON"))
    }
}
