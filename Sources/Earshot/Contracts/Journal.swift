/// The ordered log between intake and sinks: what was seen, the mentions, and where every channel and sink got to.
///
/// A call that returned has happened, durably. An engine may be one file or a cluster, so reads are advisory and only a
/// commit or a compare-and-set grants anything.
public protocol Journal: Sendable {
    /// Stores what is new of `batch`, the marks that it was seen, and the channel's cursor: all of it or nothing.
    ///
    /// Decides for each mention whether it is new, changed or a repeat, and writes `op`, `changed` and `seen_via` of
    /// its line accordingly. With `cursor` nil the channel's cursor stays. An empty batch still advances the cursor.
    func append(_ batch: Batch, from channel: String, advancing cursor: Cursor?) async throws -> Receipt

    /// Where the channel got to, with the revision that a change must expect.
    func cursor(of channel: String) async throws -> Revised<Cursor>?

    /// The cursor of every channel that has one.
    func cursors() async throws -> [String: Revised<Cursor>]

    /// Sets, or with nil forgets, a channel's cursor if its revision is still `expected` (0: there is none yet).
    func setCursor(_ cursor: Cursor?, of channel: String, expecting expected: Int64) async throws(JournalFailure)

    /// Registers a sink, at the log's end or at its beginning if it is new, and gives the state of its last delivery.
    func register(sink: String, fromBeginning: Bool) async throws -> SinkState?

    /// Forgets a sink, what waits for it and its dead letters, so that it holds back `trim` no longer.
    func retire(sink: String) async throws

    /// Lets a sink begin again at the first mention that was stored at or after `moment` and is still there, unless it
    /// has not come so far; a delivery that is under way meanwhile does not move it on. Tells how many mentions lie
    /// before it then.
    @discardableResult
    func rewind(sink: String, to moment: Timestamp) async throws -> Int64

    /// What comes next for a sink, waiting until there is something; nil once the journal is closed for appending and
    /// the sink has had everything. Mentions that `filter` refuses are passed over and confirmed with the rest.
    func next(
        for sink: String, limits: BatchLimits, where filter: (@Sendable (ArraySlice<UInt8>) -> Bool)?
    ) async throws -> Delivery?

    /// What was stored after a position, for those who only look on: nothing is remembered of them. Waits until there
    /// is something; nil once the journal is closed for appending and there is no more.
    func mentions(after position: Int64, limits: BatchLimits) async throws -> Delivery?

    /// Notes how far a delivery reaches before it is made, so that `next` gives the very same mentions again should it
    /// never be confirmed: its reader may know them by a name for all of them.
    func begin(_ delivery: Delivery) async throws

    /// Records that a delivery has happened, what the sink remembers (nil: as before), and its dead letters, in one
    /// commit. A delivery may be confirmed in parts, in order.
    func confirm(_ delivery: Delivery, state: SinkState?, dead: [DeadLetter]) async throws

    /// The dead letters of a sink, oldest first.
    func deadLetters(of sink: String) async throws -> [DeadLetter]

    /// Forgets the dead letters of a sink at some positions.
    func drop(deadLetters positions: [Int64], of sink: String) async throws

    /// Forgets what is past the limits of age and size and has been confirmed by every sink; tells how many mentions.
    func trim() async throws -> Int

    /// No append comes any more: `next` ends when the sink has had everything.
    func finish() async

    /// Stores updates of the first mentions of bursts that have grown and were not told for a while, with the sizes
    /// that they have by now; with `finally`, of all that have grown. Tells how many.
    @discardableResult
    func tellBursts(finally: Bool) async throws -> Int

    /// Throws what an `append` would throw now that keeps anything from being stored: a limit, or a disk without room.
    func probe() async throws

    /// Puts a copy of the state aside that a damaged journal can be begun again from, where it is time for one.
    func backUp() async throws

    /// How things stand.
    func status() async throws -> JournalStatus

    /// Lets go of files and connections.
    func close() async throws
}

extension Journal {
    /// Nothing is put aside.
    public func backUp() async throws {}

    /// There is always room.
    public func probe() async throws {}

    /// Nothing is left out of bursts.
    public func tellBursts(finally: Bool) async throws -> Int { 0 }
}

/// What became of the mentions of one `append`.
public struct Receipt: Sendable, Equatable {
    /// Seen for the first time.
    public var created = 0
    /// Seen before, and changed since.
    public var updated = 0
    /// Deleted at the source.
    public var deleted = 0
    /// The same item, unchanged: dropped.
    public var repeated = 0
    /// The same page from another feed: dropped.
    public var merged = 0
    /// A copy in a burst: counted in its cluster and not stored.
    public var sampledOut = 0

    /// Nothing happened.
    public init() {}

    /// How many were stored.
    public var stored: Int { created + updated + deleted }

    /// Adds up what became of several pages.
    public static func += (total: inout Receipt, part: Receipt) {
        total.created += part.created
        total.updated += part.updated
        total.deleted += part.deleted
        total.repeated += part.repeated
        total.merged += part.merged
        total.sampledOut += part.sampledOut
    }
}

/// A value, and the revision that a compare-and-set must expect.
public struct Revised<Value: Sendable>: Sendable {
    /// The value.
    public var value: Value
    /// Its revision, above 0.
    public var revision: Int64

    /// A value at a revision.
    public init(_ value: Value, revision: Int64) {
        self.value = value
        self.revision = revision
    }
}

/// Mentions for one sink; the journal gives them again until they are confirmed.
public struct Delivery: Sendable {
    /// The sink.
    public var sink: String
    /// The mentions, in the log's order; empty where the filter passed everything over.
    public var batch: Batch
    /// The log's position that the sink had confirmed when this was given: where it was set back below since, it stays
    /// there.
    public var after: Int64
    /// The log's position up to which this delivery reaches, inclusive.
    public var upTo: Int64

    /// Mentions for `sink` beyond one position and up to another.
    public init(sink: String, batch: Batch, after: Int64 = 0, upTo: Int64) {
        self.sink = sink
        self.batch = batch
        self.after = after
        self.upTo = upTo
    }
}

/// A mention that a sink will never take.
public struct DeadLetter: Sendable, Equatable {
    /// The sink that refused it.
    public var sink: String
    /// Its place in the log.
    public var position: Int64
    /// Why it was refused, as the sink said.
    public var reason: String
    /// How often it was tried.
    public var attempts: Int
    /// When it was given up.
    public var at: Timestamp
    /// The mention's line.
    public var line: [UInt8]

    /// A mention given up for a reason.
    public init(sink: String, position: Int64, reason: String, attempts: Int, at: Timestamp, line: [UInt8]) {
        self.sink = sink
        self.position = position
        self.reason = reason
        self.attempts = attempts
        self.at = at
        self.line = line
    }
}

/// How a journal stands.
public struct JournalStatus: Sendable, Equatable {
    /// The last position written.
    public var head: Int64
    /// For each sink, the last position confirmed.
    public var sinks: [String: Int64]
    /// For each sink, how many dead letters it has.
    public var deadLetters: [String: Int]
    /// For each sink that has not confirmed everything, when the oldest of what it has not was stored.
    public var oldest: [String: Timestamp] = [:]
    /// How many marks of seen items are held.
    public var marks: Int

    /// A journal's standing.
    public init(head: Int64, sinks: [String: Int64], deadLetters: [String: Int], marks: Int) {
        self.head = head
        self.sinks = sinks
        self.deadLetters = deadLetters
        self.marks = marks
    }
}

/// What a journal refuses.
public enum JournalFailure: Error, Sendable, Equatable {
    /// Somebody else changed it first.
    case revisionConflict(expected: Int64, found: Int64)
    /// The disk or the stream is full; what is stored stays.
    case full(String)
    /// Another process has it.
    case inUse(String)
    /// The files are damaged or of a newer version.
    case unreadable(String)
    /// It does not answer.
    case unavailable(String)
    /// The disk has not confirmed a write: what was written may be gone, and only a new start tells.
    case broken(String)
}
