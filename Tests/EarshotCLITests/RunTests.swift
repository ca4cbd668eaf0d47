import Foundation
import Glibc
import Testing

@Suite(.timeLimit(.minutes(15))) struct RunTests {
    private static let items = 120
    private static let messages = 30

    /// A feed of numbered items.
    private func feed(_ numbers: Range<Int>) -> String {
        let items = numbers.map { number in
            """
            <item><title>Item \(number)</title><guid isPermaLink="false">item-\(number)</guid>\
            <link>https://news.example/\(number)</link><description>Suitcase \(number) is lost.</description></item>
            """
        }
        return "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>News</title>"
            + "<link>https://news.example/</link>\(items.joined(separator: "\n"))</channel></rss>"
    }

    /// An mbox of numbered messages.
    private func mbox() -> String {
        (0..<RunTests.messages).map { number in
            """
            From a@example.org Mon Jan 12 07:30:00 2026
            From: a@example.org
            Message-ID: <m\(number)@example.org>
            Subject: Message \(number)

            Where is suitcase \(number)?


            """
        }.joined()
    }

    private func configuration(feedPort: Int, sinkPort: Int) -> String {
        """
        {
          "data_dir": "data",
          "channels": {
            "press": { "adapter": "rss", "every": "1s",
                       "settings": { "feeds": ["http://127.0.0.1:\(feedPort)/feed.xml"] } },
            "mail":  { "adapter": "email", "every": "1s", "settings": { "listen": "files", "path": "box/*.mbox" } }
          },
          "sinks": {
            "desk": { "sink": "http", "settings": { "url": "http://127.0.0.1:\(sinkPort)/in", "batch_count": 7 } },
            "copy": { "sink": "file", "settings": { "path": "out/all.ndjson" } }
          }
        }
        """
    }

    /// Starts the gateway; should it end by itself, nobody waits for the endpoint any more.
    func start(_ folder: Folder, for endpoint: FlakyEndpoint) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = ["run", folder.path("earshot.json")]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try folder.file("log-\(UUID().uuidString)")
        process.terminationHandler = { _ in endpoint.release() }
        try process.run()
        return process
    }

    @Test func `SIGHUP reads the configuration anew, and a wrong one leaves the old one`() async throws {
        let folder = try Folder()
        let text =
            #"{"data_dir":"data","channels":{"mail":{"adapter":"email","settings":{"listen":"files","path":"*.eml"}}},"#
        let sinks = #""sinks":{"a":{"sink":"file","settings":{"path":"a.ndjson"}}}}"#
        try folder.write(text + sinks, to: "earshot.json")
        let log = Pipe()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = ["run", folder.path("earshot.json"), "--log-format", "text"]
        process.standardError = log
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let lines = Program.lines(of: log)
        func wait(for text: String) async {
            for await line in lines where line.contains(text) { return }
            Issue.record("the log ended before it said \(text)")
        }
        await wait(for: "listening")
        try folder.write("{", to: "earshot.json")
        kill(process.processIdentifier, SIGHUP)
        await wait(for: "the old one stays")
        try folder.write(text + sinks.replacing("\"a\":", with: "\"b\":"), to: "earshot.json")
        kill(process.processIdentifier, SIGHUP)
        await wait(for: "reloaded: sink b added")
        await wait(for: "listening")
        // Right, and yet it cannot be run: somebody has the port.
        let port = TakenPort()
        let admin = #""admin":{"listen":"127.0.0.1:\#(port.number)"},"#
        try folder.write(text + admin + sinks.replacing("\"a\":", with: "\"c\":"), to: "earshot.json")
        kill(process.processIdentifier, SIGHUP)
        let refusal = "cannot be run and the old one goes on: /admin/listen: cannot listen at 127.0.0.1"
        for await line in lines {
            #expect(!line.contains("reloaded: sink c added"))
            if line.contains(refusal) { break }
        }
        withExtendedLifetime(port) {}
        let known = try await Program.run(["state", "list", "--config", "earshot.json"], in: folder.url)
        #expect(!known.output.contains(#""c""#), "\(known.output)")
        process.terminate()
        await wait(for: "stopped")
        await process.ended()
        #expect(process.terminationStatus == 0)
    }

    @Test func `without a sink everything is kept, and running goes on until it is stopped`() async throws {
        let folder = try Folder()
        try folder.write(mbox(), to: "box/one.mbox")
        try folder.write(
            #"{"data_dir":"data","sinks":{},"channels":{"brand":{"#
                + #""adapter":"email","settings":{"listen":"files","path":"box/*.mbox"}}}}"#,
            to: "earshot.json")
        let imported = try await Program.run(["backfill", "earshot.json"], in: folder.url)
        #expect(imported.code == 0, "\(imported.errors)")
        #expect(imported.errors.contains("\(RunTests.messages)"), "\(imported.errors)")
        let log = Pipe()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = ["run", folder.path("earshot.json"), "--log-format", "text"]
        process.standardError = log
        try process.run()
        let lines = Program.lines(of: log)
        for await line in lines where line.contains("commands are heard") { break }
        // It hears a command, so it is there; and the signal is what ends it.
        let heard = try await Program.run(["state", "list", "--config", "earshot.json"], in: folder.url)
        #expect(heard.code == 0, "\(heard.errors)")
        process.terminate()
        var wasTold = false
        for await line in lines where line.contains("stopping") { wasTold = true }
        #expect(wasTold)
        await process.ended()
        #expect(process.terminationStatus == 0)
    }

    @Test func `a feed, a mailbox and an endpoint that fails: everything arrives, once, through two stops`()
        async throws
    {
        let folder = try Folder()
        try folder.write(feed(0..<RunTests.items / 2), to: "www/feed.xml")
        try folder.write(mbox(), to: "box/one.mbox")
        let nginx = try Nginx(serving: folder)
        let feedPort = nginx.port
        let endpoint = FlakyEndpoint()
        try await endpoint.serve { port in
            try folder.write(configuration(feedPort: feedPort, sinkPort: port), to: "earshot.json")
            // Stopped politely in the midst of delivering.
            let first = try start(folder, for: endpoint)
            await endpoint.hasTaken(20)
            // Its end is meant, and releases nobody: the handler may run when the next one is waited for.
            first.terminationHandler = nil
            first.terminate()
            await first.ended()
            #expect(first.terminationStatus == 0)
            // Killed in the midst of delivering; more items have come meanwhile.
            try folder.write(feed(0..<RunTests.items), to: "www/feed.xml")
            let second = try start(folder, for: endpoint)
            await endpoint.hasTaken(100)
            second.terminationHandler = nil
            kill(second.processIdentifier, SIGKILL)
            await second.ended()
            // Left to finish.
            let third = try start(folder, for: endpoint)
            await endpoint.hasTaken(RunTests.items + RunTests.messages)
            third.terminate()
            await third.ended()
            #expect(third.terminationStatus == 0)
        }
        withExtendedLifetime(nginx) {}
        let ids = endpoint.ids
        #expect(ids.count == RunTests.items + RunTests.messages)
        // What was in flight at the kill, one batch at the most, may have come twice.
        #expect(ids.values.count { $0.count > 1 } <= 7)
        #expect(endpoint.requests > ids.count / 7)
        let lines = try folder.text("out/all.ndjson").split(separator: "\n")
        #expect(lines.count == RunTests.items + RunTests.messages)
        let copied = Set(lines.compactMap { $0.split(separator: "\"id\":\"").dropFirst().first?.prefix { $0 != "\"" } })
        #expect(copied.count == lines.count)
    }
}
