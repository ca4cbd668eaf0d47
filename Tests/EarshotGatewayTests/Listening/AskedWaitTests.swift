import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Synchronization
import Testing

@testable import EarshotGateway

@Suite struct AskedWaitTests {
    private static let settings =
        #"{"url":"https://social.example","token":"T0KEN","listen":"hashtag","hashtag":"acme"}"#

    /// A life of a poller that dies in its first sleep of at least so long.
    private func live(
        over source: ScriptedSource, in directory: TestDirectory, dyingIn shortest: Duration
    ) async throws -> (board: StatusBoard, slept: [Duration]) {
        let slept = Mutex<[Duration]>([])
        let clock = GatewayClock(
            now: { source.now },
            sleep: { duration in
                slept.withLock { $0.append(duration) }
                guard duration < shortest else { throw CancellationError() }
                source.pass(duration)
            }, random: { 0 })
        let journal = try SQLiteJournal.testing(directory) { source.now }
        let kind = try #require(BuiltInAdapters.kinds.first { $0.name == "mastodon" })
        let adapter = try #require(try kind.make(settings: Array(Self.settings.utf8)) as? any PollingAdapter)
        let board = StatusBoard()
        let intake = Intake(channel: "c", adapter: adapter, enrichment: Enrichment(), journal: journal)
        let poller = Poller(
            ListenerContext(intake: intake, clock: clock, board: board, log: ReceiverBench.log), adapter: adapter,
            interval: .seconds(3600), http: source)
        await #expect(throws: CancellationError.self) { try await poller.run() }
        return (board, slept.withLock { $0 })
    }

    @Test func `a wait that a source asked for outlives a kill`() async throws {
        let source = ScriptedSource { _, number in
            number == 1 ? .answer(429, "{}", [("Retry-After", "900")]) : .answer(200, "[]")
        }
        let directory = TestDirectory(inMemory: true)
        let begin = source.now
        let first = try await live(over: source, in: directory, dyingIn: .seconds(600))
        #expect(first.board.all["c"]?.state == .waiting && first.slept == [.seconds(900)])
        source.pass(.seconds(100))
        let second = try await live(over: source, in: try directory.copy(), dyingIn: .seconds(3600))
        #expect(second.slept == [.seconds(800), .seconds(3600)])
        #expect(source.requests.count == 2 && source.now.milliseconds == begin.milliseconds + 900_000)
        #expect(second.board.all["c"]?.state == .ok)
    }

    @Test func `a wait is seen, is no longer than a day, and is forgotten with what it was asked of`() async throws {
        let source = ScriptedSource { _, _ in .answer(429, "{}", [("Retry-After", "600000")]) }
        let directory = TestDirectory(inMemory: true)
        _ = try await live(over: source, in: directory, dyingIn: .seconds(600))
        let copy = try directory.copy()
        let again = try await live(over: source, in: copy, dyingIn: .seconds(600))
        #expect(again.slept == [.seconds(86_400)] && source.requests.count == 1)
        let report = StatusReport(
            channels: again.board.all, sinks: [:], marks: 0, phase: .running, version: "test")
        #expect(
            report.readiness.contains(
                "channel c: waiting: the source asked for it before the restart, asked again at 2026-01-02T00:00:00Z"))
        let last = try copy.copy()
        let journal = try SQLiteJournal.testing(last)
        try await AskedWait(channel: "c", journal: journal, clock: source.clock).forget()
        try await journal.close()
        _ = try await live(over: source, in: last, dyingIn: .seconds(600))
        #expect(source.requests.count == 2)
    }

    @Test func `a back-fill does not ask either`() async throws {
        let source = ScriptedSource { _, _ in .answer(200, "[]") }
        let journal = MemoryJournal()
        let wait = AskedWait(channel: "c", journal: journal, clock: source.clock)
        await wait.keep(.seconds(60))
        let adapter = LineAdapter(settings: .init(pages: ["a"]))
        let intake = Intake(channel: "c", adapter: adapter, enrichment: Enrichment(), journal: journal)
        let poller = Poller(
            ListenerContext(intake: intake, clock: source.clock, board: StatusBoard(), log: ReceiverBench.log),
            adapter: adapter, interval: .seconds(30), http: source)
        await #expect(throws: FetchFailure.limited("it asked to be left alone before", after: .seconds(60))) {
            try await poller.drain(nil)
        }
        source.pass(.seconds(60))
        try await poller.drain(nil)
    }
}
