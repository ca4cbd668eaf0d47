internal import Earshot
internal import GRDB
internal import Synchronization

/// One thing to be written: run within a transaction, answered after its commit.
struct Write: Sendable {
    /// How many bytes it brings, so that a commit does not grow without end.
    var weight: Int
    /// Writes, and gives what is to be done once the commit has happened. A `JournalFailure` must be thrown before
    /// anything was written, and concerns this write alone.
    var run: @Sendable (Database, JournalWriter) throws -> @Sendable () -> Void
    /// Tells that it did not happen.
    var fail: @Sendable (JournalFailure) -> Void
}

/// Groups writes into commits: what arrives while one commit goes to the disk is the next commit.
///
/// A lone writer therefore never waits for company, and the more there are the fewer commits a write costs.
final class CommitQueue: Sendable {
    private struct State {
        var waiting: [Write] = []
        var isBusy = false
        var fault: JournalFailure?
    }

    private static let weightLimit = 1024 * 1024
    private static let countLimit = 512

    private let state = Mutex(State())
    private let pool: DatabasePool
    private let body: @Sendable (Database, [Write]) -> JournalFailure?

    /// A queue over a pool; `body` commits a group and gives the fault after which nothing can be written any more.
    init(_ pool: DatabasePool, _ body: @escaping @Sendable (Database, [Write]) -> JournalFailure?) {
        self.pool = pool
        self.body = body
    }

    /// Hands a write over.
    func add(_ write: Write) {
        let (begins, fault) = state.withLock { state in
            guard state.fault == nil else { return (false, state.fault) }
            state.waiting.append(write)
            defer { state.isBusy = true }
            return (!state.isBusy, nil)
        }
        if let fault { write.fail(fault) }
        if begins { pool.asyncWriteWithoutTransaction { self.drain($0) } }
    }

    /// Refuses whatever comes from now on.
    func refuse(_ fault: JournalFailure) {
        let waiting = state.withLock { state in
            state.fault = fault
            defer { state.waiting = [] }
            return state.waiting
        }
        for write in waiting { write.fail(fault) }
    }

    private func drain(_ database: Database) {
        while let group = take() {
            if let fault = body(database, group) { refuse(fault) }
        }
    }

    private func take() -> [Write]? {
        state.withLock { state in
            var weight = 0
            var count = 0
            while count < min(state.waiting.count, CommitQueue.countLimit), weight < CommitQueue.weightLimit {
                weight += state.waiting[count].weight
                count += 1
            }
            guard count > 0 else {
                state.isBusy = false
                return nil
            }
            defer { state.waiting.removeFirst(count) }
            return Array(state.waiting[..<count])
        }
    }
}
