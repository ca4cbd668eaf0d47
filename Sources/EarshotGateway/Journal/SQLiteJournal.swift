package import Earshot
internal import Foundation
internal import GRDB
internal import Synchronization

/// The journal in one SQLite file: ordered log, marks of what was seen, cursors, sinks and dead letters.
///
/// Everything is written by one connection in groups, each a transaction that is on the disk before anybody is told
/// (WAL, `synchronous=FULL`). Marks live in memory and are rebuilt at start from the pages that each commit left.
package final class SQLiteJournal: Journal {
    /// What couriers read without asking the database.
    struct Shared {
        var head: Int64 = 0
        var places: [String: Int64] = [:]
        /// How far the delivery goes that a sink has begun.
        var reaches: [String: Int64] = [:]
        var reading: [String: Int64] = [:]
        var cache = SegmentCache()
        var marks = 0
        /// The bytes of all lines in the log.
        var size = 0
        /// When room was last looked for, in seconds since 1970.
        var trimmedAt: Int64 = 0
    }

    let file: JournalFile
    let options: JournalOptions
    let shared: Mutex<Shared>
    let bell: Bell
    let now: @Sendable () -> Timestamp
    let clock: any Clock<Duration>
    private let lock: Mutex<Held>
    private let commits: CommitQueue
    private let group: CommitGroup

    /// The lock file, until the journal is closed.
    private struct Held: ~Copyable {
        var lock: JournalLock?
    }

    /// Opens the journal of a directory, which is made where it is missing.
    ///
    /// Throws `inUse` where another process has it, `unreadable` where it is damaged or newer than this build.
    package init(
        directory: String, options: JournalOptions = JournalOptions(),
        clock: any Clock<Duration> = ContinuousClock(), now: @escaping @Sendable () -> Timestamp
    ) throws {
        let lock = try JournalLock(directory: directory)
        let file = try JournalFile(directory: directory, recovers: options.recovers)
        let group = CommitGroup(file: file, options: options, now: now)
        do {
            shared = Mutex(try file.pool.writeWithoutTransaction { try group.restore(from: $0) })
        } catch {
            throw JournalFailure(error, at: file.path)
        }
        self.group = group
        self.file = file
        self.options = options
        self.clock = clock
        self.now = now
        self.lock = Mutex(Held(lock: lock))
        let bell = Bell(head: shared.withLock { $0.head })
        self.bell = bell
        commits = CommitQueue(file.pool) { database, writes in group.commit(writes, to: database) }
        group.published = { [weak self] in self?.publish($0) }
    }

    /// Whether another process has the journal of a directory at this moment.
    package static func isInUse(directory: String) throws -> Bool { try JournalLock.isTaken(directory) }

    /// Runs `body` in the next commit and returns once that has happened.
    func write<Value: Sendable>(
        weight: Int = 0, _ body: @escaping @Sendable (Database, JournalWriter) throws -> Value
    ) async throws(JournalFailure) -> Value {
        let result: Result<Value, JournalFailure> = await withCheckedContinuation { continuation in
            commits.add(
                Write(
                    weight: weight,
                    run: { database, writer in
                        let value = try body(database, writer)
                        return { continuation.resume(returning: .success(value)) }
                    },
                    fail: { continuation.resume(returning: .failure($0)) }))
        }
        return try result.get()
    }

    /// Shows what a commit stored to those who wait for it.
    private func publish(_ commit: CommitGroup.Commit) {
        shared.withLock { shared in
            for segment in commit.segments {
                shared.cache.insert(segment)
                shared.size += segment.batch.lines.count
            }
            shared.head = commit.head
            shared.marks = commit.marks
        }
        bell.ring(commit.head)
    }

    /// Stores what is new of a batch, with the channel's cursor, in one commit.
    package func append(
        _ batch: Batch, from channel: String, advancing cursor: Earshot.Cursor?
    ) async throws -> Receipt {
        guard !bell.isOver else { throw JournalFailure.unavailable("the journal is closed") }
        guard !batch.isEmpty || cursor != nil else { return Receipt() }
        if !batch.isEmpty { try await requireRoom() }
        return try await write(weight: batch.lines.count + 1) { database, writer in
            if let cursor { try CursorTable.set(cursor, of: channel, in: database) }
            return writer.append(batch, from: channel, in: database)
        }
    }

    /// Throws what keeps anything from being stored: the limit, or what a commit of next to nothing meets.
    package func probe() async throws {
        try await requireRoom()
        try await write(weight: 1) { database, _ in try database.execute(sql: "UPDATE head SET clean = 0") }
    }

    /// Stores what is to be told of bursts by now.
    @discardableResult
    package func tellBursts(finally: Bool) async throws -> Int {
        guard !bell.isOver else { throw JournalFailure.unavailable("the journal is closed") }
        try await requireRoom()
        return try await write(weight: 1) { _, writer in writer.tellBursts(finally: finally) }
    }

    /// Where a channel got to.
    package func cursor(of channel: String) async throws -> Revised<Earshot.Cursor>? {
        try await read { try CursorTable.cursor(of: channel, in: $0) }
    }

    /// The cursor of every channel that has one.
    package func cursors() async throws -> [String: Revised<Earshot.Cursor>] {
        try await read { try CursorTable.all(in: $0) }
    }

    /// Sets or forgets a cursor whose revision is still as expected.
    package func setCursor(
        _ cursor: Earshot.Cursor?, of channel: String, expecting expected: Int64
    ) async throws(JournalFailure) {
        try await write { database, _ in
            let found = try CursorTable.cursor(of: channel, in: database)?.revision ?? 0
            guard found == expected else { throw JournalFailure.revisionConflict(expected: expected, found: found) }
            try CursorTable.set(cursor, of: channel, in: database)
        }
    }

    /// What comes next for a sink.
    package func next(
        for sink: String, limits: BatchLimits, where filter: (@Sendable (ArraySlice<UInt8>) -> Bool)?
    ) async throws -> Delivery? {
        try await bell.delivery(within: limits, by: clock) {
            try await look(for: sink, limits: limits, filter: filter)
        }
    }

    /// No append comes any more.
    package func finish() async { bell.end() }

    /// How things stand.
    package func status() async throws -> JournalStatus {
        let behind = shared.withLock { shared in shared.places.filter { $0.value < shared.head } }
        let (dead, oldest) = try await read { database in
            let oldest = try behind.compactMapValues { try SegmentTable.moment(after: $0, in: database) }
            return (try SinkTable.deadLetterCounts(in: database), oldest)
        }
        return shared.withLock { shared in
            var status = JournalStatus(
                head: shared.head, sinks: shared.places,
                deadLetters: dead.merging(shared.places.mapValues { _ in 0 }) { count, _ in count },
                marks: shared.marks)
            status.oldest = oldest
            return status
        }
    }

    /// Where damaged files were moved to when it was opened; nil where there were none.
    package var recovered: String? { file.aside }

    /// Lets go of the files; what was appended is in the database, and the log of writes is folded into it.
    package func close() async throws {
        bell.end()
        // Where this fails, it was closed before or the disk failed: the next start looks for damage.
        try? await write { database, writer in
            try database.execute(sql: "UPDATE head SET position = ?, clean = 1", arguments: [writer.head])
        }
        commits.refuse(.unavailable("the journal is closed"))
        try? await checkpoint()
        try file.pool.close()
        lock.withLock { $0.lock = nil }
    }

    /// Runs `body` on a connection that only reads.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await file.pool.read { try body($0) }
        } catch let error as CancellationError {
            throw error
        } catch {
            throw JournalFailure(error, at: file.path).advising
        }
    }

    /// Folds the log of writes into the database, on the connection that writes.
    func checkpoint() async throws {
        try await file.pool.writeWithoutTransaction { [group] database in
            group.fold(.passive, database)
            Failpoint.inCheckpoint.reach()
            group.fold(.truncate, database)
        }
    }
}
