import Earshot
import EarshotTesting
import Logging
import Synchronization
import Testing

@testable import EarshotGateway

@Suite struct PollerFailureTests {
    /// Runs a poller over outcomes, one a poll, and gives what the board said at each pause.
    private func run(_ outcomes: [ScriptedAdapter.Outcome]) async throws -> [StatusReport] {
        let board = StatusBoard()
        let reports = Mutex<[StatusReport]>([])
        let clock = GatewayClock(
            now: { Timestamp(seconds: 1_767_225_600) },
            sleep: { _ in
                let count = reports.withLock { reports in
                    reports.append(
                        StatusReport(channels: board.all, sinks: [:], marks: 0, phase: .running, version: "test"))
                    return reports.count
                }
                if count == outcomes.count { throw CancellationError() }
            }, random: { 0 })
        var log = Logger(label: "test")
        log.logLevel = .critical
        let adapter = ScriptedAdapter(outcomes)
        let journal = MemoryJournal()
        let intake = Intake(channel: "c", adapter: adapter, enrichment: Enrichment(), journal: journal)
        let poller = Poller(
            ListenerContext(intake: intake, clock: clock, board: board, log: log), adapter: adapter,
            interval: .seconds(30), http: NoNetwork())
        await #expect(throws: CancellationError.self) { try await poller.run() }
        return reports.withLock { $0 }
    }

    @Test func `an unauthorized channel is seen everywhere until it works again`() async throws {
        let reports = try await run([
            .page, .failure(.unauthorized("HTTP status 401")), .failure(.unauthorized("HTTP status 401")), .page,
        ])
        #expect(reports.map(\.isReady) == [true, true, false, true])
        #expect(reports[0].readiness == "gateway: running\nchannel c: ok\n")
        #expect(
            reports[1].readiness.contains("channel c: retrying: HTTP status 401, asked again at 2026-01-01T00:00:05"))
        #expect(
            reports[2].readiness.contains(
                "channel c: unauthorized: HTTP status 401, asked again at 2026-01-01T00:10:00"))
        #expect(reports[2].prometheus.contains("earshot_channel_state{channel=\"c\",state=\"unauthorized\"} 1\n"))
        #expect(reports[2].prometheus.contains("earshot_channel_state{channel=\"c\",state=\"ok\"} 0\n"))
        #expect(reports[2].prometheus.contains("earshot_channel_up{channel=\"c\"} 0\n"))
        #expect(reports[2].page.contains("<span class=\"bad\">unauthorized: HTTP status 401</span>"))
        #expect(reports[3].prometheus.contains("earshot_channel_state{channel=\"c\",state=\"ok\"} 1\n"))
        #expect(
            reports[3].prometheus.contains("earshot_channel_failures_total{channel=\"c\",state=\"unauthorized\"} 1\n"))
    }

    @Test func `a source that asks to be left alone is no fault of the gateway`() async throws {
        let reports = try await run([.failure(.limited("HTTP status 429", after: .seconds(900)))])
        #expect(reports[0].isReady)
        #expect(
            reports[0].readiness.contains("channel c: waiting: HTTP status 429, asked again at 2026-01-01T00:15:00"))
    }

    @Test func `whatever an adapter throws, the other channels go on`() async throws {
        let reports = try await run([.other, .malformed, .failure(.tooLarge(limit: 10)), .page])
        #expect(reports.map { $0.channels["c"]?.state } == [.retrying, .retrying, .retrying, .ok])
    }
}

/// An adapter whose polls end as they are told to.
private final class ScriptedAdapter: PollingAdapter {
    enum Outcome: Sendable { case page, failure(FetchFailure), malformed, other }
    struct Unforeseen: Error {}
    struct Settings: Decodable, Sendable {}
    static let name = "scripted"
    static let version = "1.0"
    static let about = "Ends as it is told to."
    static let settings: [Setting] = []

    private let outcomes: Mutex<[Outcome]>

    init(settings: Settings) { outcomes = Mutex([]) }
    init(_ outcomes: [Outcome]) { self.outcomes = Mutex(outcomes) }

    func read(_ document: Document) throws(MalformedDocument) -> Reading { Reading(network: "scripted") }

    func poll(after cursor: Cursor?, over http: any HTTPFetching) async throws -> Page {
        switch outcomes.withLock({ $0.isEmpty ? .other : $0.removeFirst() }) {
        case .page: return Page([], next: Cursor("1"))
        case .failure(let failure): throw failure
        case .malformed: throw MalformedDocument("no JSON")
        case .other: throw Unforeseen()
        }
    }
}
