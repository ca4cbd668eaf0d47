import Earshot
import EarshotAdapters
import EarshotSinks
import EarshotTesting
import Foundation
import Logging
import Testing

@testable import EarshotGateway

/// From a configuration's text to what a declared adapter's source is asked.
@Suite struct DeclaredAuthorizationTests {
    private let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

    private static let catalog = Catalog(
        adapters: BuiltInAdapters.names, sinks: BuiltInSinks.all, finding: { try BuiltInAdapters.kind(of: $0) })

    private func configuration(_ channel: String) throws -> Configuration {
        let text = #"{"data_dir": "data", "channels": {"brand": \#(channel)}}"#
        return try Configuration.check(
            [.init(name: "earshot.json", bytes: Array(text.utf8))], in: directory.path, Self.catalog, .test)
    }

    @Test(arguments: [
        (
            #""reddit", "settings": {"listen": "posts", "subreddits": "acmeair"}"#, 401, "{}",
            #"{"kind":"Listing","data":{"children":[],"after":null}}"#
        ),
        (
            #""bluesky", "settings": {"query": "acme"}"#, 400, #"{"error":"ExpiredToken","message":"over"}"#,
            #"{"posts":[]}"#
        ),
        (
            #""facebook", "settings": {"listen": "feed", "page_id": "7"}"#, 400,
            #"{"error":{"code":190,"message":"over"}}"#,
            #"{"data":[]}"#
        ),
    ])
    func `a token that is over is renewed while an adapter polls`(
        adapter: String, status: Int, refusal: String, page: String
    ) async throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let source = ScriptedSource { request, number in
            if request.method == "POST" {
                return .answer(200, #"{"access_token":"A\#(number)","refresh_token":"R\#(number)","expires_in":60}"#)
            }
            guard let token = request["Authorization"], token != "Bearer A1" || number == 2 else {
                return .answer(status, refusal)
            }
            return .answer(200, page)
        }
        let configuration = try configuration(
            """
            {"adapter": \(adapter), "auth": {"kind": "oauth2", "token_url": "https://www.acme.example/token",
             "client_id": "id", "client_secret": "${TOKEN}", "refresh_token": "R0"}}
            """)
        var log = Logger(label: "test")
        log.logLevel = .critical
        let assembly = try Assembly(
            configuration, in: .init(journal: MemoryJournal(), http: source, clock: source.clock, log: log))
        let listener = try #require(assembly.listeners.first)
        try await listener.drain(nil)
        // The second time the token is refused before it is over.
        try await listener.drain(nil)
        #expect(
            source.requests.map { $0.method == "POST" ? "token" : $0["Authorization"] ?? "none" }
                == ["token", "Bearer A1", "Bearer A1", "token", "Bearer A4"])
        #expect(source.requests[3].form.contains("refresh_token=R1"))
        let file = directory.appendingPathComponent("data/tokens/brand.json")
        #expect(try String(contentsOf: file, encoding: .utf8).contains("R4"))
    }

    @Test func `a declaration that was changed is a change that a reload sees`() throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let folder = directory.appendingPathComponent("acme")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        func write(_ about: String) throws {
            let text = """
                {"name": "acme", "version": "1.0", "about": "\(about)",
                 "records": {"a": {"at": "@", "kind": "post", "fields": {"native_id": "id"}}}}
                """
            try Data(text.utf8).write(to: folder.appendingPathComponent("adapter.json"))
        }
        let channel = #"{"adapter": "./acme", "settings": {"listen": "files", "path": "in"}}"#
        try write("Acme's own.")
        let before = try configuration(channel)
        #expect(try configuration(channel).changes(since: before).isEmpty)
        try write("Acme's own, mended.")
        #expect(try configuration(channel).changes(since: before) == ["channel brand changed: adapter"])
    }

    @Test func `a back-fill goes back as far as it is told, whatever the settings say`() throws {
        let configuration = try configuration(
            #"{"adapter": "twitter", "settings": {"query": "acme", "token": "${TOKEN}", "backfill": "1d"}}"#)
        let now = Timestamp(seconds: 1_767_225_600)
        let channel = configuration.channels[0].reaching(
            back: Timestamp(seconds: 1_767_225_600 - 86_400 * 6), from: now)
        #expect(String(decoding: channel.settings.bytes, as: UTF8.self).contains(#""backfill":"518400s""#))
        #expect(
            configuration.channels[0].reaching(back: .earliest, from: now).settings
                == configuration.channels[0].settings)
    }
}
