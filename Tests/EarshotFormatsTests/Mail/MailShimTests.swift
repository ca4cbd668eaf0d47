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
        let shim = root.appendingPathComponent("Sources/CGMime/include/cgmime.h").path
        let source = files.temporaryDirectory.appendingPathComponent("agrees-\(UUID().uuidString).c")
        defer { try? files.removeItem(at: source) }
        let text = """
            #include <gmime/gmime.h>
            #include "\(shim)"
            _Static_assert(G_CHECKSUM_SHA256 == 2, "");
            const struct cgmime same = {
                g_mime_charset_iconv_name, g_mime_iconv_open, g_mime_iconv_close, g_mime_encoding_uudecode_step,
                g_compute_checksum_for_data, g_free,
            };

            """
        try Data(text.utf8).write(to: source)
        let flags = try run("/usr/bin/pkg-config", ["--cflags", "gmime-3.0"]).output.split(
            whereSeparator: \.isWhitespace)
        // Words of clang alone, in which the shim is written.
        let words = ["-fsyntax-only", "-Werror", "-D_Nonnull=", "-D_Nullable="]
        let result = try run(compiler, words + flags.map(String.init) + [source.path])
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
