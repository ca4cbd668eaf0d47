#if FAILPOINTS
    internal import Glibc
    internal import Synchronization
#endif

/// A place between two steps where a test can end the process as a crash would.
///
/// Debug builds alone have them (`FAILPOINTS` in Package.swift): there `EARSHOT_FAILPOINT=after_commit:3` ends the
/// process when the third commit is done, without a word and with nothing written any more.
enum Failpoint: String, CaseIterable {
    /// A source has answered.
    case afterFetch = "after_fetch"
    /// What it said is read and encoded.
    case afterParse = "after_parse"
    /// A transaction is written and not yet committed.
    case beforeCommit = "before_commit"
    /// A transaction is on the disk and nobody was told.
    case afterCommit = "after_commit"
    /// Mentions are safe and their source was not told.
    case beforeAck = "before_ack"
    /// A source was told, or its cursor moved.
    case afterAck = "after_ack"
    /// A sink has taken a batch.
    case afterSend = "after_send"
    /// A batch is about to be noted as delivered.
    case beforeMark = "before_mark"
    /// A batch was noted as delivered.
    case afterMark = "after_mark"
    /// The log of writes is being folded into the database.
    case inCheckpoint = "in_checkpoint"
    /// The database is being brought to this build's version.
    case inMigration = "in_migration"

    /// Ends the process if a test has asked for it.
    @inline(__always)
    func reach() {
        #if FAILPOINTS
            Failpoint.plan?.count(self)
        #endif
    }

    #if FAILPOINTS
        /// Which place ends the process, at which of its turns.
        private final class Plan: Sendable {
            private let point: String
            private let turns: Mutex<Int>

            init?(_ text: String) {
                let parts = text.split(separator: ":")
                guard let point = parts.first else { return nil }
                self.point = String(point)
                turns = Mutex(parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
            }

            func count(_ reached: Failpoint) {
                guard reached.rawValue == point else { return }
                let isDue = turns.withLock { turns in
                    turns -= 1
                    return turns == 0
                }
                if isDue { _exit(137) }
            }
        }

        private static let plan = unsafe getenv("EARSHOT_FAILPOINT").flatMap { unsafe Plan(String(cString: $0)) }
    #endif
}
