import Foundation
import Testing

struct MailShimTests {
    @Test func `the declarations of GMime agree with its headers`() throws {
        let headers = "/usr/include/gmime-3.0/gmime/gmime.h"
        let compiler = "/usr/bin/cc"
        let files = FileManager.default
        guard files.fileExists(atPath: headers), files.isExecutableFile(atPath: compiler),
            files.isExecutableFile(atPath: "/usr/bin/pkg-config")
        else { return }
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let shim = root.appendingPathComponent("Sources/CGMime/shim.h").path
        let source = files.temporaryDirectory.appendingPathComponent("agrees-\(UUID().uuidString).c")
        defer { try? files.removeItem(at: source) }
        try Data("#include <gmime/gmime.h>\n#include \"\(shim)\"\n_Static_assert(G_CHECKSUM_SHA256 == 2, \"\");\n".utf8)
            .write(to: source)
        let flags = try run("/usr/bin/pkg-config", ["--cflags", "gmime-3.0"]).output.split(
            whereSeparator: \.isWhitespace)
        let result = try run(compiler, ["-fsyntax-only"] + flags.map(String.init) + [source.path])
        #expect(result.status == 0, "\(result.output)")
    }

    private func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
