internal import Earshot
internal import Foundation
internal import GRDB
internal import Synchronization

extension SQLiteJournal {
    /// How many segments are forgotten in one commit.
    private static let trimStep = 256

    /// Forgets lines past the limits of age and size that every sink has had, and marks past the window.
    package func trim() async throws -> Int {
        var total = 0
        while true {
            let size = shared.withLock { $0.size }
            let (mentions, bytes, isDone) = try await write { database, writer in
                try self.trimStep(of: size, head: writer.head, database)
            }
            shared.withLock { $0.size -= bytes }
            total += mentions
            if isDone { break }
        }
        try await checkpoint()
        return total
    }

    /// How many bytes of lines may stay that every sink has had: less than half of all there is room for.
    private var kept: Int { min(options.keeping.size ?? .max, (options.keeping.limit ?? .max) / 2) }

    /// Refuses to take anything in while there are too many lines that a sink has not had.
    func requireRoom() async throws {
        guard let limit = options.keeping.limit, shared.withLock({ $0.size }) >= limit else { return }
        let moment = now().seconds
        let isTime = shared.withLock { shared in
            defer { shared.trimmedAt = moment }
            return shared.trimmedAt != moment
        }
        if isTime { _ = try await trim() }
        guard shared.withLock({ $0.size }) >= limit else { return }
        throw JournalFailure.full("\(limit) bytes of mentions wait for sinks, which is the limit (journal.limit)")
    }

    /// Forgets up to a commit's worth of segments; tells mentions, bytes and whether it was the last.
    private func trimStep(of size: Int, head: Int64, _ database: Database) throws -> (Int, Int, Bool) {
        let seconds = now().seconds
        let oldestMark = seconds - Int64(Deduplicator.hours(in: options.dedupe.window)) * 3600
        try database.execute(sql: "DELETE FROM mark WHERE at < ?", arguments: [oldestMark])
        try database.execute(sql: "DELETE FROM cluster WHERE at < ?", arguments: [oldestMark])
        try database.execute(sql: "UPDATE head SET position = ?", arguments: [head])
        let confirmed = try Int64.fetchOne(database, sql: "SELECT min(position) FROM sink") ?? head
        let oldest = options.keeping.time.map { seconds - $0.components.seconds } ?? Int64.min
        let excess = size - kept
        var (mentions, bytes, last, count) = (0, 0, Int64(0), 0)
        let rows = try Row.fetchCursor(
            database, sql: "SELECT last, first, at, bytes FROM segment WHERE last <= ? ORDER BY last",
            arguments: [confirmed])
        while count < SQLiteJournal.trimStep, let row = try rows.next() {
            guard bytes < excess || row["at"] < oldest else { break }
            last = row["last"]
            mentions += Int(last - (row["first"] as Int64) + 1)
            bytes += row["bytes"] as Int
            count += 1
        }
        if count > 0 { try database.execute(sql: "DELETE FROM segment WHERE last <= ?", arguments: [last]) }
        return (mentions, bytes, count < SQLiteJournal.trimStep)
    }
}
