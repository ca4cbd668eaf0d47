import Earshot
import EarshotAdapters
import EarshotTestSupport
import EarshotTesting
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization
import Testing

@testable import EarshotGateway

@Suite(.timeLimit(.minutes(15))) struct StreamListenerTests {
    private static func post(_ id: String) -> String {
        #"{"data":{"id":"\#(id)","text":"post \#(id)"},"matching_rules":[{"id":"1","tag":"earshot:brand"}]}"#
    }

    private struct Bench {
        let journal = MemoryJournal()
        let board = StatusBoard()
        let log = LogLines()
        let clock = HeldClock()

        func listener(_ base: String) throws -> StreamListener {
            let settings = #"{"listen":"stream","token":"t","base_url":"\#(base)","rules":{"brand":"@acmeair"}}"#
            let adapter = try TwitterAdapter(
                settings: JSONDecoder().decode(TwitterAdapter.Settings.self, from: Data(settings.utf8)))
            let intake = Intake(channel: "x", adapter: adapter, enrichment: Enrichment(), journal: journal)
            let client = CurlClient.patient(agent: "earshot-test")
            let context = ListenerContext(intake: intake, clock: clock.clock, board: board, log: log.logger)
            let poller = Poller(context, adapter: adapter, interval: .seconds(60), http: client)
            return StreamListener(context, adapter: adapter, poller: poller, http: client)
        }

        var stored: Int { get async throws { Int(try await journal.status().head) } }
    }

    /// Runs a listener against a server until `body` returns.
    private func run(
        _ platform: Platform, _ bench: Bench, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await platform.serve { base in
            let listener = try bench.listener(base)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await listener.run() }
                group.addTask { try await body() }
                try await group.next()
                group.cancelAll()
            }
        }
    }

    /// Waits for the next pause that is none of a watch's.
    private func pause(_ bench: Bench) async -> Duration? {
        for await sleep in bench.clock.sleeps where sleep != .seconds(30) && sleep != .seconds(60) { return sleep }
        return nil
    }

    @Test func `rules become what is configured, and those of others are let be`() async throws {
        let platform = Platform(streams: [.open([])])
        platform.rules = #"""
            {"data":[{"id":"1","value":"old","tag":"earshot:brand"},{"id":"2","value":"theirs","tag":"desk"}]}
            """#
        let bench = Bench()
        try await run(platform, bench) { await platform.hasOpened(1) }
        #expect(
            platform.changes == [
                #"{"delete":{"ids":["1"]}}"#, #"{"add":[{"value":"@acmeair","tag":"earshot:brand"}]}"#,
            ])
    }

    @Test func `lines are taken across keep-alives and pieces, and half a line is asked for again`() async throws {
        let first = Self.post("101")
        let platform = Platform(streams: [
            .ending([
                "\r\n", String(first.prefix(20)),
                String(first.dropFirst(20)) + "\r\n\r\n" + String(Self.post("102").prefix(30)),
            ]),
            .open([]),
        ])
        platform.searches = [
            "{\"meta\":{\"result_count\":0}}",
            #"{"data":[{"id":"102","text":"post 102"},{"id":"101","text":"post 101"}],"meta":{}}"#,
        ]
        let bench = Bench()
        try await run(platform, bench) {
            #expect(await pause(bench) == .milliseconds(250))
            bench.clock.wake(.milliseconds(250))
            await platform.hasSearched(2)
            await platform.hasOpened(2)
            while try await bench.stored < 2 { await Task.yield() }
        }
        // The post that came twice is one mention.
        #expect(try await bench.stored == 2)
        #expect(bench.board.all["x"]?.tally.malformed == 0)
    }

    @Test func `a stream that says nothing is opened again`() async throws {
        let platform = Platform(streams: [.open(["\r\n"]), .open([])])
        let bench = Bench()
        try await run(platform, bench) {
            await platform.hasOpened(1)
            for await sleep in bench.clock.sleeps {
                if sleep == .seconds(30) { bench.clock.wake(.seconds(30)) }
                if sleep == .milliseconds(250) { break }
            }
            #expect(bench.board.all["x"]?.trouble == "not a byte for 30.0 seconds")
            bench.clock.wake(.milliseconds(250))
            await platform.hasOpened(2)
        }
    }

    @Test func `a limit is waited for, and a refusing server twice as long each time`() async throws {
        let platform = Platform(streams: [
            .status(429, ["x-rate-limit-limit": "50", "x-rate-limit-remaining": "0", "retry-after": "77"]),
            .status(503, [:]), .status(503, [:]), .status(429, [:]), .open([]),
        ])
        let bench = Bench()
        try await run(platform, bench) {
            for expected: Duration in [.seconds(77.5), .seconds(5.25), .seconds(10.5), .seconds(63)] {
                #expect(await pause(bench) == expected)
                bench.clock.wake(expected)
            }
            await platform.hasOpened(5)
        }
    }

    @Test func `a message that ends the stream ends it, after what came before`() async throws {
        let farewell =
            #"{"errors":[{"title":"operational-disconnect","disconnect_type":"UpstreamOperationalDisconnect","detail":"bye"}]}"#
        let platform = Platform(streams: [.open([Self.post("101") + "\r\n" + farewell + "\r\n"]), .open([])])
        let bench = Bench()
        try await run(platform, bench) {
            #expect(await pause(bench) == .seconds(5.25))
            #expect(bench.board.all["x"]?.trouble?.contains("bye") == true)
            let stored = try await bench.stored
            #expect(stored == 1)
        }
    }

    @Test func `drain asks for what there is, and opens nothing`() async throws {
        let platform = Platform(streams: [])
        platform.searches = [#"{"data":[{"id":"7","text":"x"}],"meta":{}}"#]
        let bench = Bench()
        try await platform.serve { base in try await bench.listener(base).drain(nil) }
        #expect(try await bench.stored == 1)
        #expect(platform.opened == 0)
    }

    @Test func `a source that is faster than the journal is held back`() async throws {
        let line = Self.post("1") + String(repeating: " ", count: 60_000) + "\n"
        let platform = Platform(streams: [.ending(Array(repeating: line, count: 200))])
        let client = CurlClient.patient(agent: "earshot-test")
        try await platform.serve { base in
            var request = FetchRequest(base + "/2/tweets/search/stream")
            request.allowsPrivateNetworks = true
            let stream = try await client.stream(request)
            var count = 0
            var largest = 0
            for try await piece in stream {
                count += piece.count
                largest = max(largest, piece.count)
            }
            #expect(count == line.utf8.count * 200)
            #expect(largest <= (1 << 20) + (1 << 17))
        }
    }
}

/// X, as far as a stream needs it.
private final class Platform: Sendable {
    /// What one opening of the stream gives.
    enum Opening: Sendable {
        /// Pieces, and then the connection stays open.
        case open([String])
        /// Pieces, and then the connection is cut.
        case ending([String])
        /// Something else.
        case status(Int, [String: String])
    }

    private struct State {
        var openings: [Opening]
        var opened = 0
        var searched = 0
        var rules = "{}"
        var changes: [String] = []
        var searches: [String] = []
    }

    private let state: Mutex<State>

    init(streams: [Opening]) { state = Mutex(State(openings: streams)) }

    var rules: String {
        get { state.withLock { $0.rules } }
        set { state.withLock { $0.rules = newValue } }
    }

    var searches: [String] {
        get { state.withLock { $0.searches } }
        set { state.withLock { $0.searches = newValue } }
    }

    var changes: [String] { state.withLock { $0.changes } }
    var opened: Int { state.withLock { $0.opened } }

    /// Waits until the stream was opened so often.
    func hasOpened(_ count: Int) async { while opened < count { await Task.yield() } }

    /// Waits until so many searches were answered.
    func hasSearched(_ count: Int) async { while state.withLock({ $0.searched }) < count { await Task.yield() } }

    /// Serves on a loopback port of the kernel's choice while `body` runs.
    func serve(_ body: @escaping @Sendable (String) async throws -> Void) async throws {
        let router = Router()
        router.get("/2/tweets/search/stream/rules") { _, _ in self.rules }
        router.post("/2/tweets/search/stream/rules") { request, _ in
            let body = String(buffer: try await request.body.collect(upTo: 1 << 16))
            self.state.withLock { $0.changes.append(body) }
            return #"{"meta":{}}"#
        }
        router.get("/2/tweets/search/recent") { _, _ in
            self.state.withLock { state -> String in
                state.searched += 1
                return state.searches.isEmpty ? #"{"meta":{"result_count":0}}"# : state.searches.removeFirst()
            }
        }
        router.get("/2/tweets/search/stream") { _, _ in self.open() }
        try await Loopback.serve(router) { try await body("http://127.0.0.1:\($0)") }
    }

    private func open() -> Response {
        let opening = state.withLock { state -> Opening in
            state.opened += 1
            return state.openings.isEmpty ? .open([]) : state.openings.removeFirst()
        }
        switch opening {
        case .status(let code, let fields):
            var headers = HTTPFields()
            for (name, value) in fields { HTTPField.Name(name).map { headers[$0] = value } }
            return Response(
                status: .init(code: code), headers: headers, body: .init(byteBuffer: ByteBuffer(string: "{}")))
        case .open(let pieces): return Response(status: .ok, body: Platform.body(pieces, stays: true))
        case .ending(let pieces): return Response(status: .ok, body: Platform.body(pieces, stays: false))
        }
    }

    private static func body(_ pieces: [String], stays: Bool) -> ResponseBody {
        ResponseBody { writer in
            for piece in pieces { try await writer.write(ByteBuffer(string: piece)) }
            if stays {
                // Open until the other side goes, or the test ends.
                let (never, held) = AsyncStream<Void>.makeStream()
                try await writer.write(ByteBuffer(string: "\r\n"))
                for await _ in never {}
                withExtendedLifetime(held) {}
            }
            try await writer.finish(nil)
        }
    }
}
