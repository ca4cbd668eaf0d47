import Earshot
import EarshotTesting
import Logging
import Synchronization
import Testing

@testable import EarshotGateway

/// A sink that answers as it is told and keeps what it took.
private final class ScriptedSink: Sink {
    struct Settings: Decodable, Sendable {}
    struct Memory {
        var taken: [String] = []
        var calls: [Int] = []
        var opened: [SinkState?] = []
        var closed = 0
    }

    static let name = "scripted"
    static let about = "For tests."
    static let settings: [Setting] = []

    let limits = BatchLimits(count: 100)
    let memory = Mutex(Memory())
    private let answer: @Sendable (Batch, Int) -> DeliveryFailure?
    private let opening: @Sendable (Int) -> DeliveryFailure?

    init(settings: Settings, surroundings: SinkSurroundings) throws {
        answer = { _, _ in nil }
        opening = { _ in nil }
    }

    init(
        opening: @escaping @Sendable (Int) -> DeliveryFailure? = { _ in nil },
        answer: @escaping @Sendable (Batch, Int) -> DeliveryFailure? = { _, _ in nil }
    ) {
        self.answer = answer
        self.opening = opening
    }

    func open(resuming state: SinkState?) async throws(DeliveryFailure) {
        let calls = memory.withLock { memory in
            memory.opened.append(state)
            return memory.opened.count
        }
        if let failure = opening(calls) { throw failure }
    }

    func deliver(_ batch: Batch) async throws(DeliveryFailure) -> SinkState? {
        let calls = memory.withLock { memory in
            memory.calls.append(batch.count)
            return memory.calls.count
        }
        if let failure = answer(batch, calls) { throw failure }
        return memory.withLock { memory in
            memory.taken += batch.texts
            return SinkState("{\"taken\":\(memory.taken.count)}")
        }
    }

    func close() async { memory.withLock { $0.closed += 1 } }
}

/// A clock whose waits are over at once and are written down.
private final class Waits: Sendable {
    let list = Mutex<[Duration]>([])

    func clock(random: Double = 1) -> GatewayClock {
        GatewayClock(
            now: { Fixture.observedAt },
            sleep: { duration in
                try Task.checkCancellation()
                self.list.withLock { $0.append(duration) }
            }, random: { random })
    }
}

@Suite struct CourierTests {
    private let journal = MemoryJournal()
    private let waits = Waits()

    private func courier(_ sink: ScriptedSink, filter: Courier.Filter? = nil, random: Double = 1) -> Courier {
        Courier(
            name: "desk", sink: sink, journal: journal, filter: filter, fromBeginning: true,
            clock: waits.clock(random: random), log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Puts mentions into the journal and ends it.
    private func fill(_ count: Int) async throws -> [String] {
        let batch = Batch(SampleMention.numbered(0..<count), from: "brand")
        _ = try await journal.append(batch, from: "brand", advancing: nil)
        await journal.finish()
        return batch.texts
    }

    @Test func `everything is delivered once, in order, and the sink is closed`() async throws {
        let lines = try await fill(250)
        let sink = ScriptedSink()
        let courier = courier(sink)
        try await courier.run()
        #expect(sink.memory.withLock { $0.taken } == lines)
        #expect(sink.memory.withLock { $0.calls } == [100, 100, 50])
        #expect(sink.memory.withLock { $0.closed } == 1)
        #expect(try await journal.status().sinks == ["desk": 250])
        #expect(courier.standing.delivered == 250)
        #expect(courier.standing.trouble == nil)
        #expect(try await journal.register(sink: "desk", fromBeginning: true) == SinkState("{\"taken\":250}"))
    }

    @Test func `what fails for a while is tried again, with waits that double`() async throws {
        let lines = try await fill(3)
        let sink = ScriptedSink(answer: { _, call in call < 5 ? .transient(reason: "busy") : nil })
        let courier = courier(sink)
        try await courier.run()
        #expect(sink.memory.withLock { $0.taken } == lines)
        #expect(waits.list.withLock { $0 } == [1, 2, 4, 8].map { .seconds($0) })
        #expect(courier.standing.failures == 4)
        #expect(courier.standing.trouble == nil)
    }

    @Test func `a sink is never tried before the moment that it asked for`() async throws {
        _ = try await fill(1)
        let asked = [Duration.seconds(30), .seconds(86_400)]
        let sink = ScriptedSink(answer: { _, call in
            call <= 2 ? .transient(reason: "busy", retryAfter: asked[call - 1]) : nil
        })
        try await courier(sink, random: 0).run()
        #expect(waits.list.withLock { $0 } == [.seconds(30), .seconds(3600)])
    }

    @Test(arguments: [[3], [0], [99], [4, 5], [], Array(0..<8)])
    func `what will never be taken is found and becomes a dead letter`(_ bad: [Int]) async throws {
        let lines = try await fill(100)
        let refused = Set(bad.map { lines[$0] })
        let sink = ScriptedSink(answer: { batch, _ in
            batch.texts.contains { refused.contains($0) } ? .permanent(reason: "status 422: no") : nil
        })
        let courier = courier(sink)
        try await courier.run()
        #expect(sink.memory.withLock { $0.taken } == lines.filter { !refused.contains($0) })
        let letters = try await journal.deadLetters(of: "desk")
        #expect(letters.map { Int($0.position) - 1 } == bad)
        #expect(letters.map { String(decoding: $0.line, as: UTF8.self) } == bad.map { lines[$0] })
        #expect(letters.allSatisfy { $0.reason == "status 422: no" && $0.attempts > 1 })
        #expect(courier.standing.deadLettered == bad.count)
        #expect(courier.standing.delivered == 100 - bad.count)
        #expect(waits.list.withLock { $0 } == [])
    }

    @Test func `a sink that tells item by item is asked again only for what is pending`() async throws {
        let lines = try await fill(10)
        let sink = ScriptedSink(answer: { batch, call in
            switch call {
            case 1: .partial(refused: [2: "no"], pending: [4, 5, 9], reason: "status 429", retryAfter: .seconds(7))
            case 2: .partial(refused: [1: "not this"], pending: [2], reason: "status 429")
            default: nil
            }
        })
        let courier = courier(sink)
        try await courier.run()
        #expect(sink.memory.withLock { $0.calls } == [10, 3, 1])
        #expect(sink.memory.withLock { $0.taken } == [lines[9]])
        let letters = try await journal.deadLetters(of: "desk")
        #expect(letters.map(\.position) == [3, 6])
        #expect(letters.map(\.reason) == ["no", "not this"])
        #expect(letters.map(\.attempts) == [1, 2])
        #expect(waits.list.withLock { $0.first } == .seconds(7))
        #expect(try await journal.status().sinks == ["desk": 10])
        #expect(courier.standing.delivered == 8)
        #expect(courier.standing.passedOver == 0)
    }

    @Test func `a journal that is full for a while is told again, and nothing is delivered twice`() async throws {
        let lines = try await fill(10)
        let full = GatedJournal(journal)
        full.refuse(confirmations: [.full("no room"), .unavailable("busy"), .full("no room")])
        let sink = ScriptedSink()
        let courier = Courier(
            name: "desk", sink: sink, journal: full, fromBeginning: true, clock: waits.clock(),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await courier.run()
        #expect(sink.memory.withLock { $0.taken } == lines)
        #expect(waits.list.withLock { $0 } == [.seconds(5), .seconds(5), .seconds(5)])
    }

    @Test func `a blocked sink keeps its mentions and is tried each minute`() async throws {
        let lines = try await fill(3)
        let standing = Mutex<CourierStanding?>(nil)
        let shown = Mutex<Courier?>(nil)
        let sink = ScriptedSink(answer: { _, call in
            if call == 3 { standing.withLock { $0 = shown.withLock { $0?.standing } } }
            return call < 3 ? .blocked(reason: "status 401") : nil
        })
        let courier = courier(sink)
        shown.withLock { $0 = courier }
        try await courier.run()
        #expect(sink.memory.withLock { $0.taken } == lines)
        #expect(waits.list.withLock { $0 } == [.seconds(60), .seconds(60)])
        #expect(standing.withLock { $0?.isBlocked } == true)
        #expect(standing.withLock { $0?.trouble } == "status 401")
        #expect(courier.standing.isBlocked == false)
        #expect(try await journal.deadLetters(of: "desk") == [])
    }

    @Test func `dead letters are tried once more, one by one, under their old places`() async throws {
        let lines = try await fill(10)
        let refusing = Mutex(true)
        let positions = Mutex<[Int64]>([])
        let sink = ScriptedSink(answer: { batch, _ in
            positions.withLock { $0 += batch.entries.map(\.position) }
            let isBad = batch.texts.contains { $0 == lines[3] || $0 == lines[8] }
            return isBad && (refusing.withLock { $0 } || batch.texts == [lines[8]]) ? .permanent(reason: "no") : nil
        })
        let courier = courier(sink)
        try await courier.run()
        #expect(try await journal.deadLetters(of: "desk").map(\.position) == [4, 9])
        refusing.withLock { $0 = false }
        positions.withLock { $0 = [] }
        #expect(try await courier.redeliver(nil).trouble == "the sink is not open: it is starting")
        #expect(try await courier.redeliverAlone(nil) == Courier.Redelivery(delivered: 1, refused: 1))
        #expect(positions.withLock { $0 } == [4, 9])
        #expect(sink.memory.withLock { $0.taken.last } == lines[3])
        let left = try await journal.deadLetters(of: "desk")
        #expect(left.map(\.position) == [9])
        #expect(left.first.map { $0.attempts > 1 && $0.reason == "no" } == true)
        #expect(try await journal.status().sinks == ["desk": 10])
        #expect(try await courier.redeliverAlone([4]) == Courier.Redelivery())
    }

    @Test func `a letter that is refused item by item holds up no other`() async throws {
        _ = try await fill(3)
        let isStrict = Mutex(true)
        let sink = ScriptedSink(answer: { batch, _ in
            let refused = batch.entries.indices.filter { index in
                isStrict.withLock { $0 } || batch.entries[index].position == 1
            }
            guard !refused.isEmpty else { return nil }
            let reasons = Dictionary(uniqueKeysWithValues: refused.map { ($0, "not this") })
            return .partial(refused: reasons, pending: [], reason: "some items are refused")
        })
        let courier = courier(sink)
        try await courier.run()
        #expect(try await journal.deadLetters(of: "desk").count == 3)
        isStrict.withLock { $0 = false }
        #expect(try await courier.redeliverAlone(nil) == Courier.Redelivery(delivered: 2, refused: 1))
        #expect(try await journal.deadLetters(of: "desk").map { $0.attempts } == [2])
    }

    @Test func `what stays pending is tried ever more seldom until something of it is taken`() async throws {
        _ = try await fill(2)
        let sink = ScriptedSink(answer: { batch, call in
            switch call {
            case 1...4: .partial(refused: [:], pending: [0, 1], reason: "busy")
            case 5: .partial(refused: [:], pending: [1], reason: "busy")
            case 6: .partial(refused: [:], pending: [0], reason: "busy")
            default: nil
            }
        })
        try await courier(sink).run()
        #expect(waits.list.withLock { $0 } == [1, 2, 4, 8, 16, 1].map { .seconds($0) })
    }

    @Test func `dead letters of a sink that does not answer stay as they are`() async throws {
        let lines = try await fill(2)
        let isDown = Mutex(false)
        let sink = ScriptedSink(answer: { batch, _ in
            if isDown.withLock({ $0 }) { return .transient(reason: "no answer") }
            return batch.texts.contains(lines[0]) ? .permanent(reason: "no") : nil
        })
        let courier = courier(sink)
        try await courier.run()
        let letters = try await journal.deadLetters(of: "desk")
        isDown.withLock { $0 = true }
        #expect(try await courier.redeliverAlone(nil) == Courier.Redelivery(trouble: "no answer"))
        #expect(try await journal.deadLetters(of: "desk") == letters)
    }

    @Test func `at their limit dead letters block the sink until there is room, and none is dropped`() async throws {
        let lines = try await fill(7)
        let shown = Mutex<(courier: Courier?, standings: [CourierStanding])>((nil, []))
        let sink = ScriptedSink(answer: { _, _ in .permanent(reason: "no") })
        let journal = journal
        let courier = Courier(
            name: "desk", sink: sink, journal: journal, fromBeginning: true, letterLimit: 5,
            clock: GatewayClock(
                now: { Fixture.observedAt },
                sleep: { _ in
                    shown.withLock { shown in shown.courier.map { shown.standings.append($0.standing) } }
                    #expect(try await journal.deadLetters(of: "desk").count == 5)
                    try await journal.drop(deadLetters: [1, 2, 3], of: "desk")
                }, random: { 0 }), log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        shown.withLock { $0.courier = courier }
        try await courier.run()
        #expect(
            try await journal.deadLetters(of: "desk").map { String(decoding: $0.line, as: UTF8.self) }
                == lines.suffix(4))
        #expect(try await journal.status().sinks == ["desk": 7])
        let standings = shown.withLock { $0.standings }
        #expect(standings.map(\.isBlocked) == [true])
        #expect(standings.first?.isFilling == true)
        let trouble = standings.first?.trouble ?? ""
        #expect(trouble.hasPrefix("5 dead letters, and 5 are the limit (journal.dead_letters)"))
        #expect(trouble.contains("earshot dead-letters replay desk"))
        #expect(courier.standing.trouble == nil)
    }

    @Test func `a sink that refuses more at once than it may have is not held up for good`() async throws {
        _ = try await fill(10)
        let sink = ScriptedSink(answer: { batch, _ in
            .partial(
                refused: Dictionary(uniqueKeysWithValues: (0..<batch.count).map { ($0, "no") }), pending: [],
                reason: "no", retryAfter: nil)
        })
        let courier = Courier(
            name: "desk", sink: sink, journal: journal, fromBeginning: true, letterLimit: 3, clock: waits.clock(),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await courier.run()
        #expect(try await journal.deadLetters(of: "desk").count == 10)
    }

    @Test func `a reader that went away ends the courier without fault`() async throws {
        _ = try await fill(3)
        let sink = ScriptedSink(answer: { _, _ in .closed })
        try await courier(sink).run()
        #expect(try await journal.status().sinks == ["desk": 0])
        #expect(sink.memory.withLock { $0.closed } == 1)
    }

    @Test func `a sink that does not open is tried again`() async throws {
        let lines = try await fill(2)
        let sink = ScriptedSink(opening: { call in
            [DeliveryFailure.transient(reason: "a"), .blocked(reason: "b"), .permanent(reason: "c")]
                .dropFirst(call - 1).first
        })
        try await courier(sink).run()
        #expect(sink.memory.withLock { $0.taken } == lines)
        #expect(waits.list.withLock { $0 } == [.seconds(1), .seconds(60), .seconds(60)])
    }

    @Test func `what the filter refuses is counted and confirmed`() async throws {
        let lines = try await fill(20)
        let sink = ScriptedSink()
        let courier = courier(sink, filter: { String(decoding: $0, as: UTF8.self).contains("7 of") })
        try await courier.run()
        #expect(sink.memory.withLock { $0.taken } == [lines[7], lines[17]])
        #expect(courier.standing.passedOver == 18)
        #expect(try await journal.status().sinks == ["desk": 20])
    }

    @Test func `a courier that is cancelled while it waits confirms nothing and closes its sink`() async throws {
        _ = try await fill(3)
        let sink = ScriptedSink(answer: { _, _ in .transient(reason: "busy") })
        let courier = Courier(
            name: "desk", sink: sink, journal: journal, fromBeginning: true,
            clock: GatewayClock(
                now: { Fixture.observedAt },
                sleep: { _ in
                    unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                    try Task.checkCancellation()
                }, random: { 0 }), log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let isCancelled = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    try await courier.run()
                    return false
                } catch {
                    return error is CancellationError
                }
            }
            return await group.next()
        }
        #expect(isCancelled == true)
        #expect(try await journal.status().sinks == ["desk": 0])
        #expect(sink.memory.withLock { $0.closed } == 1)
    }

    @Test(arguments: [(1, 1), (2, 2), (6, 32), (7, 45), (1000, 45)])
    func `waits grow, and a sink that is back is found within a minute`(_ failures: Int, _ seconds: Int) {
        let policy = RetryPolicy()
        #expect(policy.delay(after: failures, asked: nil, random: 1) == .seconds(seconds))
        #expect(policy.delay(after: failures, asked: nil, random: 0) == .zero)
    }
}
