import Earshot
import EarshotGateway
import EarshotTesting
import Logging
import Synchronization
import Testing

@Suite struct PollerTests {
    private func poller(
        _ adapter: any PollingAdapter, _ journal: any Journal, _ board: StatusBoard, _ clock: GatewayClock = .fixed
    ) -> Poller {
        var log = Logger(label: "test")
        log.logLevel = .critical
        let intake = Intake(channel: "c", adapter: adapter, enrichment: Enrichment(), journal: journal)
        return Poller(
            ListenerContext(intake: intake, clock: clock, board: board, log: log), adapter: adapter,
            interval: .seconds(30), http: NoNetwork())
    }

    @Test func `every page is taken once, and polling again goes on after the last`() async throws {
        let journal = MemoryJournal()
        let board = StatusBoard()
        let poller = poller(LineAdapter(settings: .init(pages: ["a\nb", "b\nc\nbroken", "d"])), journal, board)
        try await poller.drain(nil)
        try await poller.drain(nil)
        let status = try await journal.status()
        #expect(status.head == 4)
        #expect(board.all["c"]?.tally.mentions == 5)
        #expect(board.all["c"]?.tally.receipt.repeated == 1)
        #expect(board.all["c"]?.tally.defects == 1)
        let cursor = try await journal.cursor(of: "c")
        #expect(cursor?.value == Cursor("3"))
    }

    @Test func `polls drift apart by up to a tenth of their interval`() async throws {
        let chances = [0, 0.5, 0.875]
        let pauses = Mutex<[Duration]>([])
        let clock = GatewayClock(
            now: { Timestamp(seconds: 1_767_225_600) },
            sleep: { pause in
                let count = pauses.withLock { pauses in
                    pauses.append(pause)
                    return pauses.count
                }
                if count == chances.count { throw CancellationError() }
            }, random: { chances[pauses.withLock { $0.count }] })
        let poller = poller(LineAdapter(settings: .init()), MemoryJournal(), StatusBoard(), clock)
        await #expect(throws: CancellationError.self) { try await poller.run() }
        let milliseconds = pauses.withLock { $0.map { ($0 / .milliseconds(1)).rounded() } }
        #expect(milliseconds == [30_000, 31_500, 32_625])
    }

    @Test func `a page that cannot be fetched leaves the cursor where it was`() async throws {
        let journal = MemoryJournal()
        let poller = poller(FailingAdapter(settings: .init()), journal, StatusBoard())
        await #expect(throws: FetchFailure.self) { try await poller.drain(nil) }
        let cursor = try await journal.cursor(of: "c")
        #expect(cursor == nil)
    }
}

/// Refuses every request.
struct NoNetwork: HTTPFetching {
    func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        throw .unreachable("no network in this test")
    }
}

/// An adapter whose source is never there.
private struct FailingAdapter: PollingAdapter {
    struct Settings: Decodable, Sendable {}
    static let name = "failing"
    static let version = "1.0"
    static let about = "Never there."
    static let settings: [Setting] = []
    init(settings: Settings) {}
    func read(_ document: Document) throws(MalformedDocument) -> Reading { Reading(network: "failing") }
    func poll(after cursor: Cursor?, over http: any HTTPFetching) async throws -> Page {
        _ = try await http.fetch(FetchRequest("https://example.com/"))
        return Page([], next: Cursor("1"))
    }
}
