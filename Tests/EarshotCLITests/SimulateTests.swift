import Foundation
import Testing

/// `earshot simulate` against `earshot run`: what operators do before their source knows them.
@Suite(.timeLimit(.minutes(15))) struct SimulateTests {
    private let pageEvent =
        #"{"object":"page","entry":[{"id":"7","time":1767225600,"changes":[{"field":"feed","value":{"item":"comment","#
        + #""verb":"add","comment_id":"7_9","post_id":"7_8","message":"Where is my bag?","created_time":1767225600,"#
        + #""from":{"id":"5","name":"Ann"}}}]}]}"#
    private let feed =
        #"<rss version="2.0"><channel><title>N</title><item><guid>1</guid><title>Pushed</title></item></channel></rss>"#
    private let mail = "From: ann@example.org\r\nMessage-ID: <1@example.org>\r\nSubject: Bag\r\n\r\nWhere is it?\r\n"

    private var configuration: String {
        """
        {
          "data_dir": "data",
          "channels": {
            "page": { "adapter": "facebook", "settings": { "app_secret": "${KEY}", "verify_token": "${KEY}" } },
            "news": { "adapter": "rss", "settings": { "listen": "webhook", "webhook": {
              "header": "X-Sig", "prefix": "v1=", "secrets": ["${KEY}"], "signed": "{timestamp}.{body}",
              "timestamp_header": "X-Sig", "timestamp_prefix": "t=" } } },
            "posts": { "adapter": "mastodon", "settings": { "listen": "webhook", "webhook": {
              "scheme": "standard", "secrets": ["whsec_c2VjcmV0"] } } },
            "care": { "adapter": "email", "settings": { "listen": "webhook", "webhook": {
              "scheme": "mailgun", "secrets": ["${KEY}"] } } },
            "box": { "adapter": "email", "settings": { "listen": "webhook", "webhook": {
              "scheme": "postmark", "secrets": ["acme:${KEY}"] } } },
            "amazon": { "adapter": "email", "settings": { "listen": "webhook", "webhook": {
              "scheme": "ses", "topics": ["arn:aws:sns:eu-west-1:123456789012:mail"] } } }
          },
          "sinks": { "all": { "sink": "file", "settings": { "path": "all.ndjson" } } },
          "receive": { "listen": "127.0.0.1:0", "public_url": "https://hear.acme.example" }
        }
        """
    }

    @Test func `a signed delivery of every scheme is taken by the gateway that runs, a changed one refused`()
        async throws
    {
        let folder = try Folder()
        let file = try folder.write(configuration, to: "earshot.json")
        let log = Pipe()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = ["run", file, "--log-format", "text"]
        process.environment = ["KEY": "the key of the test"]
        process.standardError = log
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        var base = ""
        for await line in Program.lines(of: log) where line.contains("webhooks are received") {
            base = line.firstMatch(of: #/http:\/\/127\.0\.0\.1:[0-9]+/#).map { String($0.output) } ?? ""
            break
        }
        let bodies = [
            ("page", pageEvent), ("news", feed), ("care", mail), ("box", mail.replacing("<1@", with: "<2@")),
        ]
        for (channel, body) in bodies {
            let document = try folder.write(body, to: channel)
            let wrong = try await Program.run(
                "simulate", file, channel, document, "--url", base, "--tamper",
                environment: ["KEY": "the key of the test"])
            // Mailgun does not sign the body, a password proves no body either.
            #expect(wrong.code == (["care", "box"].contains(channel) ? 0 : 1), "\(channel): \(wrong.output)")
            let right = try await Program.run(
                "simulate", channel, document, "--config", file, "--url", base,
                environment: ["KEY": "the key of the test"])
            #expect(right.code == 0, "\(channel): \(right.output) \(right.errors)")
            #expect(right.output.contains(#""status":200"#))
            let stranger = try await Program.run(
                "simulate", file, channel, document, "--url", base, environment: ["KEY": "another key"])
            #expect(stranger.code == 1, "\(channel): \(stranger.output)")
            #expect(!right.output.contains("the key of the test"))
        }
        process.terminate()
        await process.ended()
        let lines = try folder.text("all.ndjson").split(separator: "\n")
        #expect(lines.allSatisfy { $0.contains(#""via":"push","verified":true"#) })
        #expect(
            Set(lines.compactMap { $0.firstMatch(of: #/"channel":"([a-z]+)"/#).map { String($0.output.1) } }).count == 4
        )
    }

    @Test func `what cannot be sent is said`() async throws {
        let folder = try Folder()
        let file = try folder.write(configuration, to: "earshot.json")
        let document = try folder.write(feed, to: "feed.xml")
        let key = ["KEY": "the key of the test"]
        func run(_ words: String...) async throws -> Int32 {
            try await Program.run(["simulate"] + words, environment: key).code
        }
        #expect(try await run(file, "news", document, "--url", "http://127.0.0.1:1") == 69)
        #expect(try await run(file, "news", "nothing.xml", "--url", "http://127.0.0.1:1") == 66)
        #expect(try await run(file, "nobody", document) == 64)
        #expect(try await run(file) == 64)
        #expect(try await run(file, "news", document) == 78)
        #expect(try await run(file, "news", document, "--url", "ftp://x") == 78)
        let amazon = try await Program.run(
            "simulate", file, "amazon", document, "--url", "http://127.0.0.1:1", environment: key)
        #expect(amazon.code == 78)
        #expect(amazon.errors.contains("its RSA signature needs the private key that only Amazon has"))
    }
}
