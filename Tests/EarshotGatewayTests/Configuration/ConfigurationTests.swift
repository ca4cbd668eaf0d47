import Earshot
import EarshotFormats
import EarshotGateway
import Foundation
import Testing

@Suite struct ConfigurationTests {
    private let text = """
        {
          "//": "All of it.",
          "$schema": "../schemas/configuration.v1.json",
          "data_dir": "state",
          "channels": {
            "//": "Two.",
            "wire": {
              "adapter": "telex", "every": "250ms", "silent_after": "2d", "label": "The wire", "keep_raw": true,
              "settings": { "//": "x", "query": "acme \\"air\\"", "token": "${TOKEN}", "limit": "${LIMIT}",
                            "headers": { "//": "y", "A": "${TOKEN}!" } }
            },
            "cuttings": { "adapter": "paper", "settings": { "listen": "files", "path": "in/*.xml" } }
          },
          "own_accounts": { "twitter": ["acmeair"], "email": ["care@acme.example"] },
          "watch": { "baggage": { "any": ["lost luggage", "#acmefail"], "languages": ["en", "fi"] } },
          "dedupe": { "window": "6h", "repeats": "drop", "same_url": "keep", "near": { "similarity": 0.85 },
                      "bursts": "keep", "capacity": 1000 },
          "sinks": {
            "all": { "sink": "shelf", "settings": { "path": "out" } },
            "some": { "sink": "shelf", "settings": { "path": "/abs" }, "when": "metrics.views > `10000`" }
          },
          "receive": { "listen": "[::1]:${PORT}" },
          "admin": { "token": "${TOKEN}-and-some-more-of-it" }
        }
        """

    @Test func `every section is read`() throws {
        let configuration = try Configuration.read(text).get()
        #expect(configuration.warnings.map(\.pointer) == ["/receive"])
        #expect(configuration.dataDirectory == "/etc/acme/state")
        #expect(configuration.ownAccounts == ["twitter": ["acmeair"], "email": ["care@acme.example"]])
        #expect(configuration.watch.map(\.name) == ["baggage"])
        #expect(configuration.watch.first?.any == ["lost luggage", "#acmefail"])
        #expect(configuration.watch.first?.languages == ["en", "fi"])
        var dedupe = DedupePolicy(window: .seconds(21_600), repeats: .drop, sameURL: .keep, capacity: 1000)
        dedupe.similarity = 0.85
        #expect(configuration.dedupe == dedupe)
        #expect(configuration.receive?.host == "::1")
        #expect(configuration.receive?.port == 9000)
        #expect(configuration.admin?.address.description == "127.0.0.1:4196")
        #expect(configuration.admin?.token?.reveal() == "s3cret-token-of-the-test-and-some-more-of-it")
    }

    @Test func `bursts are kept, or sampled, for which texts are compared`() throws {
        func dedupe(_ written: String) throws -> DedupePolicy {
            let channels = #""channels": {"t": {"adapter": "telex", "settings": {"listen": "files", "path": "/in"}}}"#
            return try Configuration.read("{\(channels), \"dedupe\": \(written)}").get().dedupe
        }
        #expect(try dedupe("{}").bursts == .keep)
        #expect(try dedupe("{}").similarity == nil)
        let sampled = try dedupe(#"{"bursts": "sample"}"#)
        #expect(sampled.bursts == .sample && sampled.similarity == 0.85)
        #expect(try dedupe(#"{"bursts": "sample", "near": {"similarity": 0.7}}"#).similarity == 0.7)
    }

    @Test func `a channel has its adapter, its times and its settings`() throws {
        let channels = try Configuration.read(text).get().channels
        #expect(channels.map(\.name) == ["wire", "cuttings"])
        let wire = try #require(channels.first)
        #expect(wire.adapter.name == TelexAdapter.name)
        #expect(wire.every == .milliseconds(250))
        #expect(wire.silentAfter == .seconds(172_800))
        #expect(wire.label == "The wire")
        #expect(
            try JSONValue(parsing: wire.settings.bytes) == [
                "query": "acme \"air\"", "token": "s3cret-token-of-the-test", "limit": 7,
                "headers": ["A": "s3cret-token-of-the-test!"], "keep_raw": true,
            ])
        #expect(try (wire.makeAdapter() as? TelexAdapter)?.configured.limit == 7)
    }

    @Test func `every adapter can listen to files`() throws {
        let channels = try Configuration.read(text).get().channels
        #expect(channels.last?.files == "/etc/acme/in/*.xml")
        #expect(channels.last?.settings.bytes == Array("{}".utf8))
        let telex = #"{"channels": {"t": {"adapter": "telex", "settings": {"listen": "files", "path": "/in"}}}}"#
        #expect(try Configuration.read(telex).get().channels.first?.files == "/in")
    }

    @Test func `a sink has its condition`() throws {
        let sinks = try Configuration.read(text).get().sinks
        #expect(sinks.map(\.name) == ["all", "some"])
        #expect(sinks[0].condition == nil)
        #expect(try sinks[1].condition?.holds(for: ["metrics": ["views": 10_001]]) == true)
    }

    @Test func `a reload says what changed`() throws {
        let old = try Configuration.read(text).get()
        #expect(old.changes(since: old).isEmpty)
        let new = try Configuration.read(
            text.replacingOccurrences(of: "\"250ms\"", with: "\"1s\"")
                .replacingOccurrences(of: "acme \\\"air\\\"", with: "acme")
                .replacingOccurrences(of: "\"cuttings\"", with: "\"clippings\"")
                .replacingOccurrences(of: "`10000`", with: "`1`")
                .replacingOccurrences(of: "\"6h\"", with: "\"7h\"")
        ).get()
        #expect(
            new.changes(since: old) == [
                "channel cuttings removed", "channel wire changed: settings, every", "channel clippings added",
                "sink some changed: when", "dedupe changed",
            ])
    }

    @Test func `nothing shows a secret`() throws {
        let configuration = try Configuration.read(text).get()
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!"\(configuration) \(String(reflecting: configuration)) \(dumped)".contains("s3cret"))
        #expect(configuration.secrets.fixed.map { $0.reveal() }.allSatisfy { $0.hasPrefix("s3cret") })
        #expect(configuration.secrets.fixed.count == 3)
        #expect(configuration.secrets.masked("token=s3cret-token-of-the-test;") == "token=***;")
        let wrong = text.replacingOccurrences(of: "\"acme \\\"air\\\"\"", with: "\"*\"")
            .replacingOccurrences(of: "\"250ms\"", with: "\"${TOKEN}\"")
        #expect(!Configuration.problems(wrong).joined().contains("s3cret"))
    }

    @Test func `the files of a directory are merged by section`() throws {
        let one = #"{"channels": {"a": {"adapter": "paper", "settings": {"listen": "files", "path": "a"}}}}"#
        let two = """
            {"channels": {"b": {"adapter": "paper", "settings": {"listen": "files", "path": "b"}}},
             "sinks": {"s": {"sink": "shelf", "settings": {"path": "x"}}}}
            """
        #expect(try Configuration.read(one, two).get().channels.map(\.name) == ["a", "b"])
        #expect(Configuration.problems(one, two, one) == ["/channels/a: stands in two files, again in 2.json"])
        #expect(
            Configuration.problems(#"{"data_dir": "a"}"#, #"{"data_dir": "b"}"#, two)
                == ["/data_dir: stands in two files, again in 1.json"])
    }

    @Test func `a key that stands twice is an error`() {
        let twice = #"{"channels": {"a": {"adapter": "paper", "adapter": "telex"}}, "sinks": {}}"#
        #expect(
            Configuration.problems(twice).contains("/channels/a/adapter: the key stands twice; the last would hold"))
    }

    @Test func `a directory and a file are loaded, and what is not there is missing`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("all.json")
        try Data(text.utf8).write(to: file)
        let one = try Configuration.load(file.path, catalog: .test, source: .test)
        #expect(one.dataDirectory == folder.path + "/state")
        #expect(try Configuration.load(folder.path, catalog: .test, source: .test).directory == folder.path)
        let failure = #expect(throws: ConfigurationFailure.self) {
            try Configuration.load(folder.path + "/none", catalog: .test, source: .test)
        }
        #expect(failure?.isMissing == true)
    }

    @Test func `every truncation of a configuration is refused or read, never a trap`() {
        let bytes = Array(text.utf8)
        for count in 0..<bytes.count {
            _ = try? Configuration.check(
                [.init(name: "x", bytes: Array(bytes.prefix(count)))], in: "/etc/acme", .test, .test)
        }
    }
}
