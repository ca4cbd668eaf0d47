import EarshotTestSupport
import Foundation
import Glibc
import Hummingbird
import Testing

@Suite(.timeLimit(.minutes(15))) struct ReloadTests {
    /// A source on a loopback port that knows one token.
    private static func serve(_ body: @escaping @Sendable (Int) async throws -> Void) async throws {
        let router = Router()
        router.get("/**") { request, _ in
            let isKnown = request.headers[.authorization] == "Bearer new-token"
            return Response(status: isKnown ? .ok : .unauthorized, body: .init(byteBuffer: .init(string: "[]")))
        }
        try await Loopback.serve(router, while: body)
    }

    @Test func `SIGHUP has an unauthorized channel asked again at once, with or without a new token`() async throws {
        let folder = try Folder()
        try await ReloadTests.serve { port in
            try folder.keep("old-token", in: "token")
            try folder.write(
                #"{"data_dir":"data","channels":{"social":{"adapter":"mastodon","settings":{"listen":"home","#
                    + #""url":"http://127.0.0.1:\#(port)","token":"${file:\#(folder.path("token"))}"}}},"#
                    + #""sinks":{"a":{"sink":"file","settings":{"path":"a.ndjson"}}}}"#, to: "earshot.json")
            let log = Pipe()
            let process = Process()
            process.executableURL = URL(fileURLWithPath: Program.path)
            process.arguments = ["run", folder.path("earshot.json"), "--log-format", "json"]
            process.standardError = log
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            let lines = Program.lines(of: log)
            func wait(for text: String) async {
                for await line in lines {
                    #expect(!line.contains("old-token") && !line.contains("new-token"))
                    if line.contains(text) { return }
                }
                Issue.record("the log ended before it said \(text)")
            }
            // One refusal is no reason to believe it; the second is, some seconds later.
            await wait(for: #""state":"unauthorized""#)
            kill(process.processIdentifier, SIGHUP)
            await wait(for: "reloaded: nothing has changed")
            await wait(for: "asked again at once: social")
            await wait(for: "social: unauthorized")
            try folder.keep("new-token", in: "token")
            kill(process.processIdentifier, SIGHUP)
            await wait(for: "reloaded: channel social changed: settings")
            await wait(for: "listening")
            process.terminate()
            await wait(for: "stopped")
            await process.ended()
            #expect(process.terminationStatus == 0)
        }
    }
}
