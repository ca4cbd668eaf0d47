import Foundation
import Testing

/// What ends a program, and what does not.
@Suite struct StandardErrorTests {
    @Test(arguments: [
        ["normalize", "twitter", "README.md"], ["validate", "README.md"], ["adapters", "nonsense"],
        ["backfill", "--adapter", "twitter", "--to", "-", "schemas/examples/quickstart/twitter/search.json"],
    ])
    func `a standard error that nothing can be written to is no end`(arguments: [String]) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = arguments
        process.currentDirectoryURL = Program.root
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle(forWritingAtPath: "/dev/full")
        try process.run()
        await process.ended()
        #expect(process.terminationReason == .exit)
    }
}
