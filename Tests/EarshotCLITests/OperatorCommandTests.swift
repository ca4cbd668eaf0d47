import Foundation
import Glibc
import Testing

/// The commands for operators, on a journal at rest and on a gateway that runs.
@Suite(.timeLimit(.minutes(15))) struct OperatorCommandTests {
    private func message(_ number: Int) -> String {
        "From: a@example.org\nMessage-ID: <m\(number)@example.org>\nSubject: Number \(number)\n\nWhere is it?\n"
    }

    private func folder() throws -> Folder {
        let folder = try Folder()
        try folder.write(message(1), to: "in/1.eml")
        try folder.write(
            #"""
            {"data_dir": "data",
             "channels": {"mail": {"adapter": "email", "every": "250ms", "settings": {"listen": "files", "path": "in/*.eml"}}},
             "sinks": {"copy": {"sink": "file", "settings": {"path": "out/all.ndjson"}}}}
            """#, to: "earshot.json")
        return folder
    }

    @Test func `cursors, dead letters and replays of a journal at rest`() async throws {
        let folder = try folder()
        let config = folder.path("earshot.json")
        let early = try await Program.run("state", "list", "--config", config)
        #expect(early.code == 66)
        #expect(early.errors.contains("no gateway has run here yet"))
        #expect(try await Program.run("backfill", config).code == 0)

        let state = try await Program.run("state", "list", "--config", config)
        #expect(state.code == 0)
        #expect(state.lines.count == 1)
        #expect(state.output.hasPrefix(#"{"channel":"mail","revision":"#))
        let unknown = try await Program.run("state", "show", "mial", "--config", config)
        #expect(unknown.code == 64)
        #expect(unknown.errors.contains("there is no cursor of \"mial\"; there are mail"))
        #expect(try await Program.run("state", "set", "mail", "{", "--config", config).code == 64)
        #expect(try await Program.run("state", "clear", "mail", "--config", config).code == 0)
        #expect(try await Program.run("state", "list", "--config", config).output == "")

        let replay = try await Program.run("replay", "--sink", "copy", "--since", "1h", "--config", config)
        #expect(replay.errors.contains("copy is given 1 mentions again"))
        #expect(try await Program.run("backfill", config).code == 0)
        let lines = try folder.text("out/all.ndjson").split(separator: "\n")
        #expect(lines.count == 2 && lines[0] == lines[1])

        #expect(try await Program.run("dead-letters", "list", "--config", config).output == "")
        let letters = try await Program.run("dead-letters", "replay", "nobody", "--config", config)
        #expect(letters.code == 64)
        #expect(letters.errors.contains("the journal knows no sink \"nobody\"; it knows copy"))
        #expect(try await Program.run("dead-letters", "drop", "copy", "--config", config).code == 64)
        let tap = try await Program.run("tap", config)
        #expect(tap.code == 69)
        #expect(tap.errors.contains("no gateway runs on"))
    }

    @Test func `check says of every channel and sink whether it works`() async throws {
        let folder = try folder()
        let well = try await Program.run("check", folder.path("earshot.json"))
        #expect(well.code == 0)
        #expect(
            well.lines.first == #"{"channel":"mail","works":true,"says":"one file is there"}"#)
        try folder.write(
            #"""
            {"data_dir": "data",
             "channels": {"mail": {"adapter": "email", "settings": {"listen": "files", "path": "none/*.eml"}}},
             "sinks": {"desk": {"sink": "http", "settings": {"url": "http://127.0.0.1:1/in"}}}}
            """#, to: "earshot.json")
        let ill = try await Program.run("check", folder.path("earshot.json"))
        #expect(ill.code == 69)
        let parts = ill.lines.filter { !$0.contains("\"gateway\":") }
        #expect(parts.count == 2)
        #expect(parts.allSatisfy { $0.contains("\"works\":false") })
        #expect(!FileManager.default.fileExists(atPath: folder.path("data")))
    }

    @Test func `a running gateway is asked through its socket, and what passes is seen`() async throws {
        let folder = try folder()
        let config = folder.path("earshot.json")
        let gateway = Process()
        gateway.executableURL = URL(fileURLWithPath: Program.path)
        gateway.arguments = ["run", config, "--log-format", "text"]
        let log = Pipe()
        gateway.standardError = log
        gateway.standardOutput = FileHandle.nullDevice
        try gateway.run()
        defer { gateway.terminate() }
        let logged = Program.lines(of: log)
        for await line in logged where line.contains("commands are heard") { break }

        let tap = Process()
        tap.executableURL = URL(fileURLWithPath: Program.path)
        tap.arguments = ["tap", config, "--channel", "mail", "--limit", "1", "--when", "title == 'Number 2'"]
        let seen = Pipe()
        tap.standardOutput = seen
        let errors = Pipe()
        tap.standardError = errors
        try tap.run()
        for await line in Program.lines(of: errors) where line.contains("looking on") { break }
        // It looks on through a reload.
        let text = try folder.text("earshot.json")
        try folder.write(text.replacing(#""adapter":"#, with: #""label": "Care", "adapter":"#), to: "earshot.json")
        kill(gateway.processIdentifier, SIGHUP)
        for await line in logged where line.contains("commands are heard") { break }
        try folder.write(message(2), to: "in/2.eml")
        // Not to its end, as a process that another test begins may hold the pipe open.
        for await line in Program.lines(of: seen) {
            #expect(line.contains("Number 2"))
            break
        }
        await tap.ended()
        #expect(tap.terminationStatus == 0)

        let state = try await Program.run("state", "show", "mail", "--config", config)
        #expect(state.code == 0)
        #expect(state.lines.count == 1)
        let replay = try await Program.run(
            "replay", "--sink", "copy", "--since", "2020-01-01T00:00:00Z", "--config", config)
        #expect(replay.code == 0)
        #expect(replay.errors.contains("copy is given 2 mentions again"))
        gateway.terminate()
        await gateway.ended()
        #expect(gateway.terminationStatus == 0)
        #expect(try folder.text("out/all.ndjson").split(separator: "\n").count == 4)
    }
}
