import Earshot
import EarshotAdapters
import EarshotTesting
import Logging
import Synchronization
import Testing

@testable import EarshotGateway

/// Feeds as the gateway listens to them: their settings, and that they are told what time it is.
@Suite struct FeedsListeningTests {
    private static func problems(_ settings: String) -> [String] {
        switch read(settings) {
        case .success: []
        case .failure(let failure): failure.problems.filter { $0.severity == .error }.map(\.shown)
        }
    }

    private static func read(_ settings: String) -> Result<Configuration, ConfigurationFailure> {
        let text = """
            {"channels": {"press": {"adapter": "rss", "settings": \(settings)}},
             "sinks": {"shelf": {"sink": "shelf", "settings": {"path": "out"}}}}
            """
        let catalog = Catalog(adapters: BuiltInAdapters.kinds, sinks: [ShelfSink.self])
        return Result { () throws(ConfigurationFailure) in
            try Configuration.check([.init(name: "a.json", bytes: Array(text.utf8))], in: "/etc/acme", catalog, .test)
        }
    }

    @Test func `a list of feeds may stand in the place of feeds`() {
        #expect(FeedsListeningTests.problems(#"{"opml": "feeds.opml"}"#) == [])
        #expect(FeedsListeningTests.problems(#"{"feeds": ["https://acme.example/feed"]}"#) == [])
        let missing = FeedsListeningTests.problems("{}")
        #expect(missing.count == 1)
        #expect(missing.first?.contains(#""feeds" (or "opml") is missing"#) == true)
        #expect(FeedsListeningTests.problems(#"{"opml": "a.opml", "patience": "1 day"}"#).count == 1)
    }

    @Test(arguments: [
        ("feeds.opml", "/etc/acme/feeds.opml"), ("/srv/feeds.opml", "/srv/feeds.opml"),
        ("https://acme.example/feeds.opml", "https://acme.example/feeds.opml"),
    ])
    func `a path among an adapter's settings starts from the configuration`(_ written: String, _ path: String) throws {
        let configuration = try FeedsListeningTests.read(#"{"opml": "\#(written)"}"#).get()
        let settings = String(decoding: try #require(configuration.channels.first).settings.bytes, as: UTF8.self)
        #expect(settings.contains(#""opml":"\#(path)""#) || settings.contains(#""opml": "\#(path)""#))
    }

    @Test func `a feed is asked when the gateway's clock says that it is time`() async throws {
        let moment = Mutex(Timestamp(seconds: 1_772_409_600))
        let network = CountedFeed()
        let adapter = try #require(
            try BuiltInAdapters.kinds.first { $0.name == "rss" }?
                .make(settings: Array(#"{"feeds": ["https://acme.example/feed"]}"#.utf8)) as? any PollingAdapter)
        let journal = MemoryJournal()
        let clock = GatewayClock(now: { moment.withLock { $0 } }, sleep: { _ in }, random: { 0 })
        let poller = Poller(
            ListenerContext(
                intake: Intake(channel: "press", adapter: adapter, enrichment: Enrichment(), journal: journal),
                clock: clock, board: StatusBoard(), log: Logger(label: "test")),
            adapter: adapter, interval: .seconds(600), http: network)
        for minutes in [0, 10, 719, 720] as [Int64] {
            moment.withLock { $0 = Timestamp(seconds: 1_772_409_600 + minutes * 60) }
            try await poller.drain(nil)
        }
        #expect(network.count == 2)
        #expect(try await journal.status().head == 1)
    }
}

extension FeedsListeningTests {
    @Test func `a channel that is well but for one feed says which`() async throws {
        let network = HalfOfTheFeeds()
        let feeds = #"{"feeds": ["https://acme.example/feed", "https://dead.example/feed"]}"#
        let adapter = try #require(
            try BuiltInAdapters.kinds.first { $0.name == "rss" }?.make(settings: Array(feeds.utf8))
                as? any PollingAdapter)
        let (journal, board) = (MemoryJournal(), StatusBoard())
        let poller = Poller(
            ListenerContext(
                intake: Intake(channel: "press", adapter: adapter, enrichment: Enrichment(), journal: journal),
                clock: .fixed, board: board, log: Logger(label: "test")),
            adapter: adapter, interval: .seconds(600), http: network)
        try await poller.drain(nil)
        let report = StatusReport(channels: board.all, sinks: [:], marks: 0, phase: .running, version: "1")
        let words = "1 of 2 feeds cannot be had: https://dead.example/feed"
        #expect(report.readiness.contains("channel press: ok, but \(words)"))
        #expect(report.page.contains(words))
    }
}

/// Feeds of which those on one host cannot be had.
private struct HalfOfTheFeeds: HTTPFetching {
    func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        if request.url.contains("dead") { throw .unreachable("no route") }
        let feed = "<rss><channel><title>x</title><item><title>a</title></item></channel></rss>"
        return FetchResponse(status: 200, body: Array(feed.utf8), url: request.url)
    }
}

/// A feed that wants to be asked twice a day.
private final class CountedFeed: HTTPFetching {
    private let asked = Mutex(0)

    var count: Int { asked.withLock { $0 } }

    func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        asked.withLock { $0 += 1 }
        let feed = "<rss><channel><title>x</title><ttl>720</ttl><item><title>a</title></item></channel></rss>"
        return FetchResponse(status: 200, body: Array(feed.utf8), url: request.url)
    }
}
