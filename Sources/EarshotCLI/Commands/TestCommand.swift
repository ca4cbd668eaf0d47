internal import ArgumentParser
internal import Earshot
internal import EarshotTesting
internal import Foundation

/// `earshot test [DIR…]`
struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Read the fixtures of adapter rooms and hold them against what is expected.",
        discussion: """
            A room is a folder named after its adapter, with a folder `Fixtures` of cases: each a document, \
            `mentions.ndjson`, and `defects.txt` where defects are expected. A folder with `adapter.json` is tested \
            with what it declares.
            """)

    @Argument(help: "Rooms, or folders of rooms.")
    var folders: [String] = ["adapters"]

    @Flag(help: "Write what was read as what is expected, instead of comparing.")
    var record = false

    func run() throws {
        let rooms = try folders.flatMap { try TestCommand.rooms(in: $0) }
        guard !rooms.isEmpty else {
            throw Exit.saying("no room with fixtures in \(folders.joined(separator: ", "))", Exit.noInput)
        }
        var passed = 0
        var failed = 0
        for room in rooms {
            let adapter = try TestCommand.adapter(of: room)
            for fixture in Fixture.all(in: room.appendingPathComponent("Fixtures")) {
                let violations = try violations(about: fixture, adapter)
                let name = "\(room.lastPathComponent)/\(fixture)"
                if violations.isEmpty { passed += 1 } else { failed += 1 }
                for violation in violations { StandardError.line("\(name): \(violation)") }
            }
        }
        try LineOutput.print("\(passed) passed, \(failed) failed")
        if failed > 0 { throw Exit.partly }
    }

    /// What is wrong with a fixture; nothing where it is as expected.
    private func violations(about fixture: Fixture, _ adapter: any Adapter) throws -> [String] {
        let read = fixture.read(with: adapter)
        if record {
            try fixture.record(read)
            return []
        }
        var violations = AdapterContract.violations(of: adapter, reading: fixture.document)
        if read.lines != fixture.expectedLines {
            violations.append(TestCommand.difference(fixture.expectedLines, read.lines))
        }
        if read.defects != fixture.expectedDefects {
            violations.append("defects: " + TestCommand.difference(fixture.expectedDefects, read.defects))
        }
        return violations
    }

    /// The first line that differs, as it should be and as it is.
    private static func difference(_ expected: String, _ found: String) -> String {
        let wanted = expected.split(separator: "\n", omittingEmptySubsequences: false)
        let given = found.split(separator: "\n", omittingEmptySubsequences: false)
        let line =
            zip(wanted, given).enumerated().first { $0.element.0 != $0.element.1 }?.offset
            ?? min(wanted.count, given.count)
        let one = wanted.indices.contains(line) ? String(wanted[line]) : "nothing"
        let other = given.indices.contains(line) ? String(given[line]) : "nothing"
        return "line \(line + 1)\n  expected \(one)\n  found    \(other)"
    }

    /// The adapter that a room declares, or the one that has its name.
    private static func adapter(of room: URL) throws -> any Adapter {
        let isDeclared = FileManager.default.fileExists(atPath: room.appendingPathComponent("adapter.json").path)
        return try AdapterChoice.make(isDeclared ? room.path : room.lastPathComponent)
    }

    /// The folder itself where it has fixtures, else those of its folders, and of theirs, that have.
    private static func rooms(in path: String) throws -> [URL] {
        let folder = URL(fileURLWithPath: path)
        func hasFixtures(_ folder: URL) -> Bool {
            FileManager.default.fileExists(atPath: folder.appendingPathComponent("Fixtures").path)
        }
        if hasFixtures(folder) { return [folder] }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw Exit.saying("\(path): no such folder", Exit.noInput)
        }
        return names.sorted().map { folder.appendingPathComponent($0) }.flatMap { room in
            if hasFixtures(room) { return [room] }
            let below = (try? FileManager.default.contentsOfDirectory(atPath: room.path)) ?? []
            return below.sorted().map { room.appendingPathComponent($0) }.filter(hasFixtures)
        }
    }
}
