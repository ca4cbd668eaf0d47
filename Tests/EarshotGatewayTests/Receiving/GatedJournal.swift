import Earshot
import Synchronization

/// A journal before which appends can be held back or refused.
final class GatedJournal: Journal {
    private struct Gate {
        var failure: JournalFailure?
        var confirmations: [JournalFailure] = []
        var isHeld = false
        var held: [CheckedContinuation<Void, Never>] = []
        var underWay = 0
        var most = 0
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let journal: any Journal
    private let gate = Mutex(Gate())

    init(_ journal: any Journal) { self.journal = journal }

    /// Refuses the next confirmations, each with a reason.
    func refuse(confirmations: [JournalFailure]) { gate.withLock { $0.confirmations = confirmations } }

    /// Refuses every append, or with nil none.
    func refuse(_ failure: JournalFailure?) { gate.withLock { $0.failure = failure } }

    /// Holds every append back.
    func hold() { gate.withLock { $0.isHeld = true } }

    /// Lets all go on.
    func letGo() {
        let held = gate.withLock { gate in
            gate.isHeld = false
            defer { gate.held = [] }
            return gate.held
        }
        for continuation in held { continuation.resume() }
    }

    /// Lets those go on that are held, and holds those that come.
    func letHeldGo() {
        let held = gate.withLock { gate in
            defer { gate.held = [] }
            return gate.held
        }
        for continuation in held { continuation.resume() }
    }

    /// How many appends are held.
    var held: Int { gate.withLock { $0.held.count } }

    /// How many appends were under way at once at the most.
    var most: Int { gate.withLock { $0.most } }

    /// Returns when so many appends are held.
    func holds(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = gate.withLock { gate in
                if gate.held.count < count { gate.watchers.append((count, continuation)) }
                return gate.held.count >= count
            }
            if isThere { continuation.resume() }
        }
    }

    func probe() async throws {
        if let failure = gate.withLock({ $0.failure }) { throw failure }
    }

    func append(_ batch: Batch, from channel: String, advancing cursor: Cursor?) async throws -> Receipt {
        if let failure = gate.withLock({ $0.failure }) { throw failure }
        gate.withLock { gate in
            gate.underWay += 1
            gate.most = max(gate.most, gate.underWay)
        }
        defer { gate.withLock { $0.underWay -= 1 } }
        await withCheckedContinuation { continuation in
            let ready = gate.withLock { gate -> [CheckedContinuation<Void, Never>] in
                guard gate.isHeld else { return [continuation] }
                gate.held.append(continuation)
                let ready = gate.watchers.filter { $0.count <= gate.held.count }.map(\.continuation)
                gate.watchers.removeAll { $0.count <= gate.held.count }
                return ready
            }
            for waiting in ready { waiting.resume() }
        }
        return try await journal.append(batch, from: channel, advancing: cursor)
    }

    func cursor(of channel: String) async throws -> Revised<Cursor>? { try await journal.cursor(of: channel) }
    func cursors() async throws -> [String: Revised<Cursor>] { try await journal.cursors() }
    func setCursor(
        _ cursor: Cursor?, of channel: String, expecting expected: Int64
    ) async throws(JournalFailure) {
        try await journal.setCursor(cursor, of: channel, expecting: expected)
    }
    func register(sink: String, fromBeginning: Bool) async throws -> SinkState? {
        try await journal.register(sink: sink, fromBeginning: fromBeginning)
    }
    func retire(sink: String) async throws { try await journal.retire(sink: sink) }
    func rewind(sink: String, to moment: Timestamp) async throws -> Int64 {
        try await journal.rewind(sink: sink, to: moment)
    }
    func mentions(after position: Int64, limits: BatchLimits) async throws -> Delivery? {
        try await journal.mentions(after: position, limits: limits)
    }
    func next(
        for sink: String, limits: BatchLimits, where filter: (@Sendable (ArraySlice<UInt8>) -> Bool)?
    ) async throws -> Delivery? { try await journal.next(for: sink, limits: limits, where: filter) }
    func begin(_ delivery: Delivery) async throws { try await journal.begin(delivery) }
    func confirm(_ delivery: Delivery, state: SinkState?, dead: [DeadLetter]) async throws {
        if let failure = gate.withLock({ $0.confirmations.popLast() }) { throw failure }
        try await journal.confirm(delivery, state: state, dead: dead)
    }
    func deadLetters(of sink: String) async throws -> [DeadLetter] { try await journal.deadLetters(of: sink) }
    func drop(deadLetters positions: [Int64], of sink: String) async throws {
        try await journal.drop(deadLetters: positions, of: sink)
    }
    func trim() async throws -> Int { try await journal.trim() }
    func finish() async { await journal.finish() }
    func status() async throws -> JournalStatus { try await journal.status() }
    func close() async throws { try await journal.close() }
}
