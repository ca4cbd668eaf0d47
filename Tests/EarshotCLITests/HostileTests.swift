import Foundation
import Testing

/// The share of `make hostile` that every run of the tests has.
@Suite(.timeLimit(.minutes(15))) struct HostileTests {
    @Test func `hostile documents neither end the program nor fill its memory`() async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", Program.root.appendingPathComponent("Tests/Hostile/run.py").path, Program.path, "220",
        ]
        process.standardInput = FileHandle.nullDevice
        let folder = try Folder()
        process.standardOutput = try folder.file("output")
        process.standardError = try folder.file("errors")
        try process.run()
        await process.ended()
        let told = try folder.text("output") + folder.text("errors")
        #expect(process.terminationStatus == 0, "\(told)")
        #expect(told.contains("220 hostile documents"))
    }
}
