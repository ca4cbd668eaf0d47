package import Earshot
package import Logging
internal import Synchronization

/// Carries mentions from the journal to one sink: next, deliver, confirm.
///
/// What fails for a while is tried again for ever, so that nothing is lost; what will never be taken is found by
/// halving its batch and becomes a dead letter; a sink that is blocked keeps its mentions until an operator has acted.
package final class Courier: Sendable {
    /// Which mentions a sink takes, told from their lines.
    package typealias Filter = @Sendable (ArraySlice<UInt8>) -> Bool

    /// The sink's name in the configuration.
    package let name: String

    let sink: any Sink
    let journal: any Journal
    private let filter: Filter?
    private let fromBeginning: Bool
    private let policy: RetryPolicy
    let clock: GatewayClock
    private let log: Logger
    private let current = Mutex(CourierStanding())
    /// Held from a delivery to its confirmation, as what a sink remembers must be kept in the order it was said.
    let turn = Turnstile()

    /// A courier for a sink; one that the journal does not know yet begins with what comes next, or with all there is.
    package init(
        name: String, sink: any Sink, journal: any Journal, filter: Filter? = nil, fromBeginning: Bool = false,
        policy: RetryPolicy = RetryPolicy(), clock: GatewayClock, log: Logger
    ) {
        self.name = name
        self.sink = sink
        self.journal = journal
        self.filter = filter
        self.fromBeginning = fromBeginning
        self.policy = policy
        self.clock = clock
        self.log = log
    }

    /// How it is doing.
    package var standing: CourierStanding { current.withLock { $0 } }

    /// Works until the journal is finished and the sink has had everything, or the sink's reader has gone away.
    package func run() async throws {
        do {
            try await carryAll()
        } catch {
            await sink.close()
            throw error
        }
        await sink.close()
    }

    /// Tries whether the sink would take mentions.
    package func check() async throws -> String { try await sink.check() }

    private func carryAll() async throws {
        let state = try await journal.register(sink: name, fromBeginning: fromBeginning)
        let position = try await journal.status().sinks[name] ?? 0
        note { $0.position = position }
        guard try await open(resuming: state) else { return }
        note { $0.isOpen = true }
        defer { note { $0.isOpen = false } }
        while let delivery = try await journal.next(for: name, limits: sink.limits, where: filter) {
            guard try await carry(delivery) else { return }
        }
    }

    /// Opens the sink, however long it takes; false where it is gone for good.
    private func open(resuming state: SinkState?) async throws -> Bool {
        while true {
            switch try await attempt({ [sink] () async throws(DeliveryFailure) in
                try await sink.open(resuming: state)
                return nil
            }) {
            case .done:
                await turn.leave()
                return true
            case .closed: return false
            case .refused(let reason, _):
                fail(reason, isBlocked: true)
                try await clock.sleep(policy.blocked)
            }
        }
    }

    /// A part of a delivery, and how often its mentions were tried already.
    private struct Piece {
        var batch: Batch
        var attempts = 0
    }

    /// Carries one delivery, in halves where the sink refuses it; false where the sink is gone for good.
    private func carry(_ delivery: Delivery) async throws -> Bool {
        if delivery.batch.isEmpty {
            try await confirm(delivery, state: nil, dead: [])
            return true
        }
        var pieces = [Piece(batch: delivery.batch)]
        while let piece = pieces.popLast() {
            let batch = piece.batch
            let last = batch.entries.last?.position ?? delivery.upTo
            let part = Delivery(
                sink: name, batch: batch, after: delivery.after, upTo: pieces.isEmpty ? delivery.upTo : last)
            note { $0.oldestPending = batch.entries.map(\.observedAt).min() }
            switch try await attempt({ [sink] () async throws(DeliveryFailure) in try await sink.deliver(batch) }) {
            case .done(let state):
                do {
                    try await confirm(part, state: state, dead: [])
                    await turn.leave()
                } catch {
                    await turn.leave()
                    throw error
                }
            case .closed: return false
            case .refused(let reason, let attempts) where batch.count <= 1:
                let letter = deadLetter(part, reason, attempts + piece.attempts)
                try await confirm(part, state: nil, dead: [letter])
            case .refused(_, let attempts):
                let middle = batch.count / 2
                let tried = piece.attempts + attempts
                pieces.append(Piece(batch: batch.slice(middle..<batch.count), attempts: tried))
                pieces.append(Piece(batch: batch.slice(0..<middle), attempts: tried))
            }
        }
        return true
    }

    private func deadLetter(_ part: Delivery, _ reason: String, _ attempts: Int) -> DeadLetter {
        log.error("a mention became a dead letter", metadata: ["sink": "\(name)", "reason": "\(reason)"])
        return DeadLetter(
            sink: name, position: part.batch.entries.first?.position ?? part.upTo, reason: reason, attempts: attempts,
            at: clock.now(), line: part.batch.isEmpty ? [] : Array(part.batch.line(0)))
    }

    /// How an effort ended.
    private enum Outcome {
        /// It succeeded, and the turn is held until the caller leaves.
        case done(SinkState?)
        case refused(reason: String, attempts: Int)
        case closed
    }

    /// Makes an effort until it succeeds, is refused for good, or the sink is gone.
    private func attempt(
        _ effort: () async throws(DeliveryFailure) -> SinkState?
    ) async throws -> Outcome {
        var attempts = 0
        while true {
            attempts += 1
            let failure: DeliveryFailure
            await turn.enter()
            do throws(DeliveryFailure) {
                return .done(try await effort())
            } catch {
                await turn.leave()
                failure = error
            }
            switch failure {
            case .closed: return .closed
            case .permanent(let reason):
                fail(reason, isBlocked: false)
                return .refused(reason: reason, attempts: attempts)
            case .blocked(let reason):
                fail(reason, isBlocked: true)
                try await clock.sleep(policy.blocked)
            case .transient(let reason, let asked):
                fail(reason, isBlocked: false)
                try await clock.sleep(policy.delay(after: attempts, asked: asked, random: clock.random()))
            }
        }
    }

    /// Tells the journal, again and again where it is full: what was delivered must not be delivered once more.
    private func confirm(_ part: Delivery, state: SinkState?, dead: [DeadLetter]) async throws {
        while true {
            do {
                try await journal.confirm(part, state: state, dead: dead)
                break
            } catch JournalFailure.full(let reason) {
                fail(reason, isBlocked: false)
                try await clock.sleep(policy.full)
            }
        }
        note { standing in
            standing.delivered += part.batch.count - dead.count
            standing.deadLettered += dead.count
            standing.passedOver += max(Int(part.upTo - standing.position) - part.batch.count, 0)
            standing.position = max(standing.position, part.upTo)
            standing.trouble = nil
            standing.isBlocked = false
            standing.oldestPending = nil
        }
    }

    private func fail(_ reason: String, isBlocked: Bool) {
        let isNews = current.withLock { standing in
            defer {
                standing.failures += 1
                standing.trouble = reason
                standing.isBlocked = isBlocked
            }
            return standing.trouble != reason
        }
        if isNews {
            log.warning(
                "\(isBlocked ? "blocked" : "not delivered")", metadata: ["sink": "\(name)", "reason": "\(reason)"])
        }
    }

    private func note(_ change: (inout CourierStanding) -> Void) { current.withLock { change(&$0) } }
}
