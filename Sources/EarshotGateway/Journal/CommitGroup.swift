internal import Earshot
internal import GRDB

/// Turns groups of writes into transactions, on the database's writer queue.
final class CommitGroup: @unchecked Sendable {  // Reached only from the writer queue, which runs one closure at a time.
    /// What a commit stored.
    struct Commit {
        var segments: [Segment]
        var head: Int64
        var marks: Int
    }

    /// The log of writes is folded into the database when about so many bytes were written: few, so that the same part
    /// of the log is written again while it is in memory.
    private static let checkpointSize = 6 * 1024 * 1024
    /// What a commit writes beside its lines: two pages, and more where it is small.
    private static let commitSize = 64 * 1024

    private let writer: JournalWriter
    private let reserve: DiskReserve
    private let path: String
    private let now: @Sendable () -> Timestamp
    private let broken: @Sendable (JournalFailure) -> Void
    private var sinceCheckpoint = 0

    /// Told of every commit before those who wrote are answered.
    var published: (Commit) -> Void = { _ in }

    init(file: JournalFile, options: JournalOptions, now: @escaping @Sendable () -> Timestamp) {
        writer = JournalWriter(policy: options.dedupe)
        broken = options.broken
        reserve = DiskReserve(path: file.path + ".reserve")
        path = file.path
        self.now = now
    }

    /// Rebuilds what lives in memory from what earlier runs stored.
    func restore(from database: Database) throws -> SQLiteJournal.Shared {
        try writer.restore(from: database, now: now())
        // What earlier runs left in the log counts: else one of runs that are all short would grow with each.
        sinceCheckpoint = JournalFile.size(of: path + "-wal") ?? 0
        var shared = SQLiteJournal.Shared()
        shared.head = writer.head
        shared.marks = writer.marks
        shared.places = try SinkTable.places(in: database)
        shared.reaches = try SinkTable.reaches(in: database)
        shared.size = try Int.fetchOne(database, sql: "SELECT coalesce(sum(bytes), 0) FROM segment") ?? 0
        return shared
    }

    /// Commits a group and answers it; gives the fault after which nothing must be written any more.
    func commit(_ writes: [Write], to database: Database) -> JournalFailure? {
        guard reserve.fill() else {
            let limit = DiskReserve.size >> 20
            return commitSmall(
                writes, to: database, because: .full("no room for \(path): less than \(limit) MiB are free"))
        }
        guard let failure = attempt(writes, database) else { return nil }
        if case .full = failure.shown {
            _ = reserve.giveUp()
            return commitSmall(writes, to: database, because: failure.shown)
        }
        for write in writes { write.fail(failure.shown) }
        return failure.isFinal ? failure.shown : nil
    }

    /// Commits what sinks have to say and refuses the rest: were that not stored, a full disk would never be given
    /// free.
    private func commitSmall(
        _ writes: [Write], to database: Database, because full: JournalFailure
    ) -> JournalFailure? {
        for write in writes where write.weight > 0 { write.fail(full) }
        let small = writes.filter { $0.weight == 0 }
        guard !small.isEmpty, var failure = attempt(small, database) else { return nil }
        if case .full = failure.shown {
            // Room in the log of writes may be all that is left.
            fold(.truncate, database)
            guard let again = attempt(small, database) else { return nil }
            failure = again
        }
        for write in small { write.fail(failure.shown) }
        return failure.isFinal ? failure.shown : nil
    }

    private struct Failure {
        var shown: JournalFailure
        var isFinal: Bool
    }

    /// Commits a group and answers it, or gives why it could not be; then nobody was answered but those refused.
    private func attempt(_ writes: [Write], _ database: Database) -> Failure? {
        var answers: [() -> Void] = []
        writer.begin(at: now())
        do {
            try database.inTransaction(.immediate) {
                for write in writes {
                    do {
                        answers.append(try write.run(database, writer))
                    } catch let refusal as JournalFailure {
                        answers.append { write.fail(refusal) }
                    }
                }
                try writer.flush(to: database)
                Failpoint.beforeCommit.reach()
                return .commit
            }
            Failpoint.afterCommit.reach()
        } catch {
            writer.takeBack()
            return failure(for: error)
        }
        writer.keep()
        let commit = Commit(segments: writer.segments, head: writer.head, marks: writer.marks)
        published(commit)
        for answer in answers { answer() }
        foldIn(commit, database)
        return nil
    }

    private func failure(for error: any Error) -> Failure {
        // A page that the disk did not confirm may be gone although a second attempt says otherwise.
        let shown = JournalFailure(error, at: path)
        guard shown.isFinal else { return Failure(shown: shown, isFinal: false) }
        broken(shown)
        return Failure(shown: shown, isFinal: true)
    }

    /// Folds the log of writes into the database; what fails is tried again later, but for a disk that cannot be
    /// believed.
    func fold(_ mode: Database.CheckpointMode, _ database: Database) {
        do {
            _ = try database.checkpoint(mode)
        } catch {
            let failure = JournalFailure(error, at: path)
            if failure.isFinal { broken(failure) }
        }
    }

    private func foldIn(_ commit: Commit, _ database: Database) {
        sinceCheckpoint += commit.segments.reduce(CommitGroup.commitSize) { $0 + $1.batch.lines.count }
        guard sinceCheckpoint > CommitGroup.checkpointSize else { return }
        sinceCheckpoint = 0
        Failpoint.inCheckpoint.reach()
        fold(.passive, database)
    }
}
