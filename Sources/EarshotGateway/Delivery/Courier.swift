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
    let policy: RetryPolicy
    let letterLimit: Int
    let clock: GatewayClock
    let log: Logger
    let current = Mutex(CourierStanding())
    /// Held from a delivery to its confirmation, as what a sink remembers must be kept in the order it was said.
    let turn = Turnstile()

    /// A courier for a sink; one that the journal does not know yet begins with what comes next, or with all there is.
    /// Rather than leave more than `letterLimit` dead letters it waits until an operator has seen to them.
    package init(
        name: String, sink: any Sink, journal: any Journal, filter: Filter? = nil, fromBeginning: Bool = false,
        policy: RetryPolicy = RetryPolicy(), letterLimit: Int = Keeping().deadLetters, clock: GatewayClock,
        log: Logger
    ) {
        self.name = name
        self.sink = sink
        self.journal = journal
        self.filter = filter
        self.fromBeginning = fromBeginning
        self.policy = policy
        self.letterLimit = max(letterLimit, 1)
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
        let state = try await register(fromBeginning: fromBeginning)
        guard try await open(resuming: state) else { return }
        note { $0.isOpen = true }
        defer { note { $0.isOpen = false } }
        while let delivery = try await journal.next(for: name, limits: sink.limits, where: filter) {
            guard try await carry(delivery) else { return }
        }
    }

    /// Makes the sink known to the journal and gives what it remembers of itself, which is never nothing once it has
    /// something to remember.
    func register(fromBeginning: Bool) async throws -> SinkState? {
        let known = try await journal.register(sink: name, fromBeginning: fromBeginning)
        let position = try await journal.status().sinks[name] ?? 0
        note { $0.position = position }
        guard known == nil, let first = sink.firstState else { return known }
        let nothing = Delivery(sink: name, batch: Batch(), after: position, upTo: position)
        try await untilStored { try await journal.confirm(nothing, state: first, dead: []) }
        return first
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
            case .closed:
                fail(DeliveryFailure.closed.summary, isBlocked: true)
                return false
            case .refused(let reason, _):
                fail(reason, isBlocked: true)
                try await clock.sleep(policy.blocked)
            case .partly:
                // There is nothing yet of which a part could be taken.
                fail("it is open in part", isBlocked: true)
                try await clock.sleep(policy.blocked)
            }
        }
    }

    /// A part of a delivery.
    private struct Piece {
        /// What of it is still to be delivered.
        var batch: Batch
        /// How far in the log it reaches.
        var upTo: Int64
        /// How often its mentions were tried.
        var attempts = 0
        /// How often in a row nothing of it was taken, which tells how long to wait.
        var failures = 0
        /// The mentions of it that will never be taken.
        var dead: [DeadLetter] = []
        /// How many mentions it had at first.
        let count: Int

        init(_ batch: Batch, upTo: Int64, attempts: Int = 0) {
            self.batch = batch
            self.upTo = upTo
            self.attempts = attempts
            count = batch.count
        }
    }

    /// Carries one delivery, in halves where the sink refuses it; false where the sink is gone for good.
    private func carry(_ delivery: Delivery) async throws -> Bool {
        if sink.repeatsBatches, !delivery.batch.isEmpty {
            try await untilStored { try await journal.begin(delivery) }
        }
        var pieces = [Piece(delivery.batch, upTo: delivery.upTo)]
        while var piece = pieces.popLast() {
            if piece.batch.isEmpty {
                try await confirm(piece, of: delivery, state: nil)
                continue
            }
            let batch = piece.batch
            let effort = { [sink] () async throws(DeliveryFailure) in try await sink.deliver(batch) }
            switch try await attempt(after: piece.failures, effort) {
            case .done(let state):
                Failpoint.afterSend.reach()
                try await confirmInTurn(piece, of: delivery, state: state)
            case .closed:
                fail(DeliveryFailure.closed.summary, isBlocked: true)
                return false
            case .partly(let refused, let pending, let wait):
                try await requireRoom(for: piece.dead.count + refused.count)
                settle(&piece, refused: refused, pending: pending)
                pieces.append(piece)
                if !piece.batch.isEmpty { try await clock.sleep(wait) }
            case .refused(let reason, let attempts) where batch.count <= 1:
                try await requireRoom(for: piece.dead.count + 1)
                piece.dead.append(deadLetter(batch, 0, reason, attempts + piece.attempts))
                try await confirm(piece, of: delivery, state: nil)
            case .refused(_, let attempts):
                pieces += halves(of: piece, attempts: attempts)
            }
        }
        return true
    }

    /// What is tried after a piece was refused, the last first; those given up already go with what is confirmed last.
    private func halves(of piece: Piece, attempts: Int) -> [Piece] {
        let batch = piece.batch
        let middle = batch.count / 2
        let last = batch.entries[middle - 1].position
        var second = Piece(batch.slice(middle..<batch.count), upTo: piece.upTo, attempts: piece.attempts + attempts)
        second.dead = piece.dead
        return [second, Piece(batch.slice(0..<middle), upTo: last, attempts: piece.attempts + attempts)]
    }

    /// Takes out of a piece what the sink has told of, mention by mention.
    private func settle(_ piece: inout Piece, refused: [Int: String], pending: [Int]) {
        let indices = piece.batch.entries.indices
        for (index, reason) in refused.sorted(by: { $0.key < $1.key }) where indices.contains(index) {
            piece.dead.append(deadLetter(piece.batch, index, reason, piece.attempts + 1))
        }
        var rest = Batch(networks: piece.batch.networks, channels: piece.batch.channels)
        for index in Set(pending).sorted() where indices.contains(index) && refused[index] == nil {
            rest.entries.append(piece.batch.copy(index, to: &rest.lines))
        }
        piece.failures = rest.count < indices.count ? 0 : piece.failures + 1
        piece.batch = rest
        piece.attempts += 1
    }

    private func deadLetter(_ batch: Batch, _ index: Int, _ reason: String, _ attempts: Int) -> DeadLetter {
        log.error("a mention became a dead letter", metadata: ["sink": "\(name)", "reason": "\(reason)"])
        return DeadLetter(
            sink: name, position: batch.entries[index].position, reason: reason, attempts: attempts, at: clock.now(),
            line: Array(batch.line(index)))
    }

    /// How an effort ended.
    private enum Outcome {
        /// It succeeded, and the turn is held until the caller leaves.
        case done(SinkState?)
        case refused(reason: String, attempts: Int)
        case partly(refused: [Int: String], pending: [Int], wait: Duration)
        case closed
    }

    /// Makes an effort until it succeeds, is refused for good, or the sink is gone; `failures` of the same came before.
    private func attempt(
        after failures: Int = 0, _ effort: () async throws(DeliveryFailure) -> SinkState?
    ) async throws -> Outcome {
        var attempts = failures
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
            // What was broken off is no fault of the sink.
            try Task.checkCancellation()
            switch failure {
            case .closed: return .closed
            case .partial(let refused, let pending, let reason, let asked):
                fail(reason, isBlocked: false)
                let wait = policy.delay(after: attempts, asked: asked, random: clock.random())
                return .partly(refused: refused, pending: pending, wait: wait)
            case .permanent(let reason):
                fail(reason, isBlocked: false)
                return .refused(reason: reason, attempts: attempts - failures)
            case .blocked(let reason):
                fail(reason, isBlocked: true)
                try await clock.sleep(policy.blocked)
            case .transient(let reason, let asked):
                fail(reason, isBlocked: false)
                try await clock.sleep(policy.delay(after: attempts, asked: asked, random: clock.random()))
            }
        }
    }

    /// Confirms what was delivered in the turn that is held since, and ends the turn.
    private func confirmInTurn(_ piece: Piece, of delivery: Delivery, state: SinkState?) async throws {
        do {
            try await confirm(piece, of: delivery, state: state)
            await turn.leave()
        } catch {
            await turn.leave()
            throw error
        }
    }

    /// Tells the journal what became of a piece.
    private func confirm(_ piece: Piece, of delivery: Delivery, state: SinkState?) async throws {
        let part = Delivery(sink: name, batch: piece.batch, after: delivery.after, upTo: piece.upTo)
        Failpoint.beforeMark.reach()
        try await untilStored { try await journal.confirm(part, state: state, dead: piece.dead) }
        Failpoint.afterMark.reach()
        note { standing in
            standing.delivered += piece.count - piece.dead.count
            standing.deadLettered += piece.dead.count
            standing.passedOver += max(Int(part.upTo - standing.position) - piece.count, 0)
            standing.position = max(standing.position, part.upTo)
            standing.trouble = nil
            standing.isBlocked = false
        }
    }

    /// Tells the journal something again and again where it cannot store it for a while: what was delivered must not
    /// be delivered once more.
    private func untilStored(_ effort: () async throws -> Void) async throws {
        while true {
            do {
                return try await effort()
            } catch let failure as JournalFailure where failure.isPassing {
                fail(failure.summary, isBlocked: false)
                try await clock.sleep(policy.full)
            }
        }
    }

    /// Notes what is wrong, and says it where it is news.
    func fail(_ reason: String, isBlocked: Bool) {
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
