public import Earshot
internal import Synchronization

/// A journal in memory: for dry runs, and as the model that every other journal is compared with.
///
/// What it holds lives in its `Store`, so that a second journal on the same store is the first one opened again.
public final class MemoryJournal: Journal {
    /// What outlives a journal, as a disk would.
    public final class Store: Sendable {
        let contents = Mutex(MemoryLog())

        /// An empty store.
        public init() {}
    }

    private let store: Store
    private let policy: DedupePolicy
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Timestamp
    private let bell: Bell

    /// A journal on a store.
    public init(
        on store: Store = Store(), policy: DedupePolicy = DedupePolicy(),
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = { Timestamp(seconds: 1_767_225_600) }
    ) {
        self.store = store
        self.policy = policy
        self.clock = clock
        self.now = now
        bell = Bell(head: store.contents.withLock { $0.head })
    }

    /// Stores what is new of a batch.
    public func append(_ batch: Batch, from channel: String, advancing cursor: Cursor?) async throws -> Receipt {
        if bell.isOver { throw JournalFailure.unavailable("the journal is closed") }
        let now = now()
        let (receipt, head) = store.contents.withLock { log in
            log.policy = policy
            let receipt = log.append(batch, from: channel, at: now)
            if let cursor { log.set(cursor, of: channel) }
            return (receipt, log.head)
        }
        bell.ring(head)
        return receipt
    }

    /// Stores what is to be told of bursts by now.
    @discardableResult
    public func tellBursts(finally: Bool) async throws -> Int {
        if bell.isOver { throw JournalFailure.unavailable("the journal is closed") }
        let now = now()
        let (count, head) = store.contents.withLock { log in
            log.policy = policy
            return (log.tellBursts(finally: finally, at: now), log.head)
        }
        bell.ring(head)
        return count
    }

    /// Where a channel got to.
    public func cursor(of channel: String) async throws -> Revised<Cursor>? {
        store.contents.withLock { $0.cursor(of: channel) }
    }

    /// The cursor of every channel that has one.
    public func cursors() async throws -> [String: Revised<Cursor>] {
        store.contents.withLock { log in
            log.cursors.keys.reduce(into: [:]) { found, channel in found[channel] = log.cursor(of: channel) }
        }
    }

    /// Sets or forgets a cursor whose revision is still as expected.
    public func setCursor(_ cursor: Cursor?, of channel: String, expecting expected: Int64) async throws(JournalFailure)
    {
        let found = store.contents.withLock { log in
            let found = log.cursor(of: channel)?.revision ?? 0
            if found == expected { log.set(cursor, of: channel) }
            return found
        }
        if found != expected { throw .revisionConflict(expected: expected, found: found) }
    }

    /// Registers a sink.
    public func register(sink: String, fromBeginning: Bool) async throws -> SinkState? {
        store.contents.withLock { log in
            if let known = log.sinks[sink] { return known.state }
            log.sinks[sink] = MemoryLog.Place(position: fromBeginning ? 0 : log.head)
            return nil
        }
    }

    /// Forgets a sink.
    public func retire(sink: String) async throws {
        store.contents.withLock { log in
            log.sinks[sink] = nil
            log.dead.removeAll { $0.sink == sink }
        }
    }

    /// Lets a sink begin again.
    @discardableResult
    public func rewind(sink: String, to moment: Timestamp) async throws -> Int64 {
        let hour = moment.seconds / 3600
        let before = try store.contents.withLock { log in
            guard let known = log.sinks[sink]?.position else { throw MemoryLog.unknown(sink) }
            let first = log.items.first { $0.hour >= hour }?.entry.position ?? log.head + 1
            // A sink that is behind has all of that before it already.
            let place = min(first - 1, known)
            log.sinks[sink]?.position = place
            log.sinks[sink]?.reach = 0
            return log.head - place
        }
        bell.nudge()
        return before
    }

    /// What was stored after a position.
    public func mentions(after position: Int64, limits: BatchLimits) async throws -> Delivery? {
        try await bell.delivery(within: limits, by: clock) {
            store.contents.withLock { log in log.look(for: "", after: position, limits, nil) }
        }
    }

    /// What comes next for a sink.
    public func next(
        for sink: String, limits: BatchLimits, where filter: (@Sendable (ArraySlice<UInt8>) -> Bool)?
    ) async throws -> Delivery? {
        try await bell.delivery(within: limits, by: clock) {
            try store.contents.withLock { log in try log.look(for: sink, limits, filter) }
        }
    }

    /// Notes how far a delivery reaches before it is made.
    public func begin(_ delivery: Delivery) async throws {
        store.contents.withLock { $0.sinks[delivery.sink]?.reach = delivery.upTo }
    }

    /// Records that a delivery has happened.
    public func confirm(_ delivery: Delivery, state: SinkState?, dead: [DeadLetter]) async throws {
        try store.contents.withLock { log in
            guard var place = log.sinks[delivery.sink] else { throw MemoryLog.unknown(delivery.sink) }
            if place.position >= delivery.after { place.position = max(place.position, delivery.upTo) }
            if let state { place.state = state }
            log.sinks[delivery.sink] = place
            log.dead.removeAll { old in dead.contains { $0.sink == old.sink && $0.position == old.position } }
            log.dead = (log.dead + dead).sorted { $0.position < $1.position }
        }
    }

    /// The dead letters of a sink.
    public func deadLetters(of sink: String) async throws -> [DeadLetter] {
        store.contents.withLock { log in log.dead.filter { $0.sink == sink } }
    }

    /// Forgets dead letters.
    public func drop(deadLetters positions: [Int64], of sink: String) async throws {
        store.contents.withLock { log in
            log.dead.removeAll { $0.sink == sink && positions.contains($0.position) }
        }
    }

    /// Forgets everything that every sink has had.
    public func trim() async throws -> Int {
        store.contents.withLock { log in
            let confirmed = log.sinks.values.map(\.position).min() ?? log.head
            let kept = log.items.filter { $0.entry.position > confirmed }
            defer { log.items = kept }
            return log.items.count - kept.count
        }
    }

    /// No append comes any more.
    public func finish() async { bell.end() }

    /// How things stand.
    public func status() async throws -> JournalStatus {
        store.contents.withLock { log in
            var status = JournalStatus(
                head: log.head, sinks: log.sinks.mapValues(\.position),
                deadLetters: log.sinks.reduce(into: [:]) { counts, sink in
                    counts[sink.key] = log.dead.count { $0.sink == sink.key }
                }, marks: log.marks.count + log.pages.count)
            status.oldest = log.sinks.compactMapValues { place in
                log.items.first { $0.entry.position > place.position }.map { Timestamp(seconds: $0.hour * 3600) }
            }
            return status
        }
    }

    /// Lets everybody go who waits.
    public func close() async throws { bell.end() }
}
