import Earshot
import EarshotGateway
import Logging
import Synchronization
import Testing

@Suite struct PatientDrainTests {
    /// A source that fails in an order of its own; nil is a page.
    private final class Source: ChannelListener {
        let channel: String
        private let script: Mutex<[FetchFailure?]>

        init(_ script: [FetchFailure?], for channel: String = "brand") {
            self.script = Mutex(script)
            self.channel = channel
        }

        func run() async throws {}

        func check() async throws -> String { "" }

        func drain(_ taken: (@Sendable (IntakeTally) -> Void)?) async throws {
            while !script.withLock({ $0.isEmpty }) {
                if let failure = script.withLock({ $0.removeFirst() }) { throw failure }
                taken?(IntakeTally())
            }
        }
    }

    /// Runs a script; gives how many pages came, the waits, and the failure at the end.
    private func run(_ script: [FetchFailure?]) async -> (pages: Int, waits: [Duration], failure: FetchFailure?) {
        let waits = Mutex<[Duration]>([])
        let pages = Mutex(0)
        let clock = GatewayClock(
            now: { Timestamp(seconds: 0) }, sleep: { wait in waits.withLock { $0.append(wait) } }, random: { 0 })
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let drain = PatientDrain(listener: Source(script), clock: clock, log: log)
        var failure: FetchFailure?
        do {
            try await drain.run { _ in pages.withLock { $0 += 1 } }
        } catch {
            failure = error as? FetchFailure
        }
        return (pages.withLock { $0 }, waits.withLock { $0 }, failure)
    }

    @Test func `a wait that the source asks for is waited out, however often`() async {
        let limit = FetchFailure.limited("429", after: .seconds(900))
        let result = await run([nil, limit, nil, limit, limit, nil])
        #expect(result.pages == 3)
        #expect(result.waits == [.seconds(900), .seconds(900), .seconds(900)])
        #expect(result.failure == nil)
    }

    @Test func `a source that goes on failing ends it, and one that gives something in between does not`() async {
        let down = FetchFailure.unreachable("down")
        let ended = await run([nil] + Array(repeating: down, count: 9))
        #expect(ended.failure == down)
        #expect(ended.waits.count == 5)
        let slow = await run((0..<10).flatMap { _ in [down, nil] })
        #expect(slow.failure == nil)
        #expect(slow.pages == 10)
    }

    @Test func `a wait of a day, and credentials refused twice, are for the operator`() async {
        let day = FetchFailure.limited("quota", after: .seconds(86_400))
        #expect(await run([nil, day]).failure == day)
        let refused = FetchFailure.unauthorized("401")
        let twice = await run([refused, refused])
        #expect(twice.failure == refused)
        #expect(twice.waits == [.seconds(5)])
    }

    @Test func `channels come in their order, and none is kept back by one that waits or fails`() async throws {
        let hand = HandClock()
        let limit = FetchFailure.limited("429", after: .seconds(900))
        let scripts: [(String, [FetchFailure?])] = [
            ("a", [nil, limit, nil]), ("b", [.untrusted("a certificate"), nil]), ("c", [nil, nil]),
        ]
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let drains = scripts.map { channel, script in
            PatientDrain(listener: Source(script, for: channel), clock: hand.clock, log: log)
        }
        let seen = Mutex<[String]>([])
        let (events, event) = AsyncStream<Void>.makeStream()
        @Sendable func note(_ text: String) {
            seen.withLock { $0.append(text) }
            event.yield()
        }
        async let ended: Void = DrainQueue(drains).run { channel, _ in
            note(channel)
        } failed: { channel, _ in
            note(channel + " failed")
        }
        var iterator = events.makeAsyncIterator()
        for _ in 0..<4 { await iterator.next() }
        await hand.waits(for: .seconds(900))
        hand.advance(by: .seconds(900))
        try await ended
        #expect(seen.withLock { $0 } == ["a", "b failed", "c", "c", "a"])
    }
}
