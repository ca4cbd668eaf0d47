import Earshot
import EarshotGateway
import EarshotTestSupport
import Foundation
import Glibc
import Synchronization
import Testing

/// A gateway that knows a secret of every kind, with sources and sinks that repeat what they are shown in every word of
/// theirs: none of the secrets may be found again, wherever somebody may look.
@Suite(.timeLimit(.minutes(15))) struct CanaryTests {
    /// The secrets by the variable that each stands in: every one has signs that addresses, JSON and base64 write in
    /// other ways, and the word that is looked for.
    private static let secrets: [String: String] = {
        let kinds = [
            "BEARER", "CLIENT_SECRET", "REFRESH", "USER_PASSWORD", "API_KEY", "CONSUMER", "CONSUMER_SECRET", "TOKEN1",
            "TOKEN_SECRET", "APP_SECRET", "VERIFY", "PAGE_TOKEN", "IMAP", "PROGRAM", "SINK_TOKEN", "SINK_SECRET",
            "SINK_HEADER",
            "SINK_PASSWORD", "YOUTUBE", "FEED_HEADER",
        ]
        return Dictionary(uniqueKeysWithValues: kinds.map { ("S_\($0)", "CANARY\($0.lowercased())/x+y=\"z\\&w 9") })
            .merging(["S_ADMIN": "CANARYadmin-of-more-than-32-characters"]) { $1 }
    }()

    /// What the token endpoint gives, which no configuration knows.
    private static let given = ["CANARYaccess/given+1=", "CANARYrefresh/given+2="]

    private func configuration(http: Int, imap: Int, admin: Int, receive: Int) -> String {
        let api = "http://127.0.0.1:\(http)"
        return """
            {
              "data_dir": "data",
              "channels": {
                "bearer": { "adapter": "twitter", "every": "1s",
                  "settings": { "query": "acme", "token": "${S_BEARER}", "base_url": "\(api)/401" } },
                "broken": { "adapter": "twitter", "every": "1s",
                  "settings": { "query": "acme", "token": "${S_BEARER}", "base_url": "\(api)/503" } },
                "oauth": { "adapter": "twitter", "every": "1s",
                  "auth": { "kind": "oauth2", "token_url": "\(api)/token", "client_id": "me",
                            "client_secret": "${S_CLIENT_SECRET}", "refresh_token": "${S_REFRESH}" },
                  "settings": { "query": "acme", "base_url": "\(api)/401" } },
                "signed": { "adapter": "twitter", "every": "1s",
                  "auth": { "kind": "oauth1", "consumer_key": "${S_CONSUMER}", "consumer_secret": "${S_CONSUMER_SECRET}",
                            "token": "${S_TOKEN1}", "token_secret": "${S_TOKEN_SECRET}" },
                  "settings": { "listen": "mentions", "user_id": "1", "base_url": "\(api)/403" } },
                "basic": { "adapter": "rss", "every": "1s",
                  "auth": { "kind": "basic", "user": "me", "password": "${S_USER_PASSWORD}" },
                  "settings": { "feeds": ["\(api)/401/feed.xml"] } },
                "key": { "adapter": "rss", "every": "1s",
                  "auth": { "kind": "api_key", "name": "key", "in": "query", "key": "${S_API_KEY}" },
                  "settings": { "feeds": ["\(api)/302/away/feed.xml"], "headers": { "X-Key": "${S_FEED_HEADER}" } } },
                "page": { "adapter": "facebook", "every": "1s",
                  "settings": { "listen": "feed", "page_id": "1", "token": "${S_PAGE_TOKEN}", "base_url": "\(api)/400" } },
                "video": { "adapter": "youtube", "every": "1s",
                  "settings": { "listen": "comments", "channel_id": "UCx", "key": "${S_YOUTUBE}", "base_url": "\(api)/403" } },
                "hook": { "adapter": "facebook",
                  "settings": { "app_secret": "${S_APP_SECRET}", "verify_token": "${S_VERIFY}" } },
                "post": { "adapter": "email", "every": "1s",
                  "settings": { "listen": "imap", "url": "imap://127.0.0.1:\(imap)", "tls": "none", "user": "care",
                                "password": "${S_IMAP}" } },
                "program": { "adapter": "exec", "every": "1s",
                  "settings": { "command": ["/bin/sh", "tell.sh"], "secrets": { "TOLD": "${S_PROGRAM}" } } },
                "mail": { "adapter": "email", "every": "1s", "settings": { "listen": "files", "path": "in/*.eml" } }
              },
              "sinks": {
                "desk": { "sink": "http", "settings": { "url": "\(api)/400/in", "token": "${S_SINK_TOKEN}",
                          "secret": "${S_SINK_SECRET}", "headers": { "X-Desk": "${S_SINK_HEADER}" } } },
                "shut": { "sink": "http", "settings": { "url": "\(api)/401/in", "user": "me", "password": "${S_SINK_PASSWORD}" } },
                "copy": { "sink": "file", "settings": { "path": "out/all.ndjson" } }
              },
              "receive": { "listen": "127.0.0.1:\(receive)" },
              "admin": { "listen": "127.0.0.1:\(admin)", "token": "${S_ADMIN}" }
            }
            """
    }

    /// What is found of the secrets in bytes: the word, as it is or in base64 wherever it begins.
    private func hits(in bytes: Data) -> [String] {
        let words = (0..<3).map { offset -> String in
            let text = Data([UInt8](repeating: 0, count: offset) + Array("CANARY".utf8)).base64EncodedString()
            // The signs that are the word's alone.
            return String(text.dropFirst((offset * 8 + 5) / 6).prefix((48 - (6 - offset * 8 % 6) % 6) / 6 - 1))
        }
        return (["CANARY"] + words).filter { bytes.range(of: Data($0.utf8)) != nil }
    }

    private func hits(in text: String) -> [String] { hits(in: Data(text.utf8)) }

    /// A server in Python, with the ports that it printed.
    private func echo() async throws -> (process: Process, input: Pipe, ports: [Int]) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["python3", Program.root.appendingPathComponent("Tests/Hostile/echo.py").path] + CanaryTests.given
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        for await line in Program.lines(of: output) {
            return (process, input, line.split(separator: " ").compactMap { Int($0) })
        }
        throw CocoaError(.fileReadUnknown)
    }

    /// Asks a path of a server on this machine; everything that it answers.
    private func ask(
        _ port: Int, _ path: String, _ headers: [(name: String, value: String)] = [], body: String? = nil
    ) async throws -> String {
        var request = FetchRequest("http://127.0.0.1:\(port)\(path)")
        request.allowsPrivateNetworks = true
        request.headers = headers
        if let body {
            request.method = "POST"
            request.body = Array(body.utf8)
        }
        let response = try await CurlClient(agent: "canary").fetch(request)
        return "\(response.headers) " + String(decoding: response.body, as: UTF8.self)
    }

    private func operators(_ config: String) async throws -> [(String, Program.Ending)] {
        let commands = [
            ["state", "list", "--config", config], ["dead-letters", "list", "--config", config],
            ["dead-letters", "show", "desk", "--config", config],
            ["dead-letters", "replay", "desk", "--config", config],
            ["replay", "--sink", "shut", "--since", "2020-01-01T00:00:00Z", "--config", config],
        ]
        var endings: [(String, Program.Ending)] = []
        for command in commands {
            endings.append(
                (command.joined(separator: " "), try await Program.run(command, environment: CanaryTests.secrets)))
        }
        return endings
    }

    /// What is said of wrong configurations that have secrets in wrong places.
    private func wrongConfigurations(_ text: String, _ folder: Folder) async throws -> [(String, Program.Ending)] {
        let configurations = [
            text.replacing("\"every\": \"1s\"", with: "\"every\": \"${S_BEARER}\""),
            text.replacing("\"acme\"", with: "[\"${S_IMAP}\"]"),
            text.replacing("\"token\": \"${S_ADMIN}\"", with: "\"token\": [\"${S_ADMIN}\"]"),
            text.replacing("\"adapter\": \"rss\"", with: "\"adapter\": \"${S_API_KEY}\""),
            text.replacing("\(CanaryTests.secrets["S_VERIFY"] ?? "")", with: ""), text + "${S_BEARER}",
            text.replacing("imap://127.0.0.1", with: "${S_IMAP}://"),
            text.replacing("\"listen\": \"feed\"", with: "\"listen\": \"${S_PAGE_TOKEN}\""),
        ]
        var endings: [(String, Program.Ending)] = []
        for (number, wrong) in configurations.enumerated() {
            let file = try folder.write(wrong, to: "wrong/\(number).json")
            let ending = try await Program.run(["validate", file], environment: CanaryTests.secrets)
            endings.append(("wrong configuration \(number)", ending))
        }
        return endings
    }

    @Test func `no secret of any kind is found in the log, the page, the data, the letters or an answer`() async throws
    {
        let echo = try await echo()
        defer { try? echo.input.fileHandleForWriting.close() }
        let free = try Loopback.freePorts(2)
        let (admin, receive) = (free[0], free[1])
        let folder = try Folder()
        let text = configuration(http: echo.ports[0], imap: echo.ports[1], admin: admin, receive: receive)
        let config = try folder.write(text, to: "earshot.json")
        try folder.write(
            "From: a@example.org\nMessage-ID: <1@example.org>\nSubject: Lost\n\nWhere is it?\n", to: "in/1.eml")
        try folder.write("echo \"$TOLD\"; echo \"I know $TOLD\" >&2; exit 3\n", to: "tell.sh")

        let gateway = Process()
        gateway.executableURL = URL(fileURLWithPath: Program.path)
        gateway.arguments = ["run", config, "--log-level", "trace", "--log-format", "json"]
        gateway.environment = ProcessInfo.processInfo.environment.merging(CanaryTests.secrets) { $1 }
        let log = Pipe()
        gateway.standardError = log
        gateway.standardOutput = try folder.file("output")
        try gateway.run()
        defer { gateway.terminate() }
        let lines = Program.lines(of: log)
        var logged = ""
        // Each has failed, and said so.
        var awaited: Set<String> = [
            "bearer", "broken", "oauth", "signed", "basic", "key", "page", "video", "post", "program", "desk", "shut",
        ]
        for await line in lines {
            logged += line + "\n"
            for name in awaited
            where (line.contains("\"channel\":\"\(name)\"") || line.contains("\"sink\":\"\(name)\""))
                && (line.contains("\"level\":\"warning\"") || line.contains("\"level\":\"error\""))
            {
                awaited.remove(name)
            }
            if awaited.isEmpty { break }
        }
        #expect(awaited.isEmpty)
        var said: [(place: String, text: String)] = []
        let bearer = [(name: "Authorization", value: "Bearer \(CanaryTests.secrets["S_ADMIN"] ?? "")")]
        for path in ["/", "/metrics", "/readyz", "/livez"] {
            said.append((path, try await ask(admin, path, bearer)))
            said.append(("\(path) without a token", try await ask(admin, path)))
        }
        #expect(said[0].text.contains("401") || said[0].text.contains("unauthorized"))
        said.append(
            (
                "a forged delivery",
                try await ask(receive, "/hooks/hook", [("X-Hub-Signature-256", "sha256=00")], body: "{}")
            ))
        said.append(
            (
                "a wrong question",
                try await ask(receive, "/hooks/hook?hub.mode=subscribe&hub.verify_token=x&hub.challenge=1")
            ))
        for (name, ending) in try await operators(config) {
            said.append((name, ending.output + ending.errors))
        }
        #expect(said.contains { $0.place.hasPrefix("dead-letters list") && $0.text.contains("\"sink\":\"desk\"") })
        for (name, ending) in try await wrongConfigurations(text, folder) {
            said.append((name, ending.output + ending.errors))
        }
        for command in ["check", "dry-run", "validate"] {
            let arguments = command == "validate" ? [command, config] : [command, config, "--log-level", "trace"]
            let ending = try await Program.run(arguments, environment: CanaryTests.secrets)
            said.append((command, ending.output + ending.errors))
        }
        try folder.write(text.replacing("\"every\": \"1s\"", with: "\"every\": \"${S_BEARER}\""), to: "earshot.json")
        kill(gateway.processIdentifier, SIGHUP)
        for await line in lines {
            logged += line + "\n"
            if line.contains("the old one stays") { break }
        }
        gateway.terminate()
        for await line in lines {
            logged += line + "\n"
            if line.contains("\"stopped\"") { break }
        }
        await gateway.ended()
        #expect(logged.contains("***"))

        for (place, text) in said { #expect(hits(in: text).isEmpty, "\(place): \(text.prefix(2000))") }
        let found = logged.split(separator: "\n").filter { !hits(in: String($0)).isEmpty }
        #expect(found.isEmpty, "the log: \(found.prefix(3))")
        #expect(hits(in: try folder.text("output")).isEmpty)
        try lookThrough(folder)
    }

    /// Every file that was left, but the one that keeps the newest refresh token, which is its owner's alone.
    private func lookThrough(_ folder: Folder) throws {
        var isKept = false
        let files = FileManager.default.enumerator(at: folder.url, includingPropertiesForKeys: nil)
        for case let file as URL in files ?? .init() {
            let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
            guard attributes[.type] as? FileAttributeType == .typeRegular else { continue }
            let mode = try #require(attributes[.posixPermissions] as? Int)
            let path = file.path.dropFirst(folder.url.path.count + 1)
            if path.hasPrefix("data/") || path.hasPrefix("out/") {
                #expect(mode & 0o077 == 0, "\(path) \(String(mode, radix: 8))")
            }
            if path == "data/tokens/oauth.json" {
                isKept = true
                continue
            }
            #expect(hits(in: try Data(contentsOf: file)).isEmpty, "\(path)")
        }
        #expect(isKept)
    }

    @Test func `what is looked for is found where it is`() {
        for text in [
            "xCANARYy", Data("CANARY".utf8).base64EncodedString(), Data("u:CANARYx".utf8).base64EncodedString(),
            Data("us:CANARY".utf8).base64EncodedString(),
        ] {
            #expect(!hits(in: text).isEmpty, "\(text)")
        }
        #expect(hits(in: "nothing of it: Q0Fu").isEmpty)
    }
}
