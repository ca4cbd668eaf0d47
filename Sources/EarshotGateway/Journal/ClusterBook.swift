internal import Earshot
internal import Foundation
internal import GRDB

/// The clusters of a journal and the pages that its commits leave of them, so that the next start knows them too.
struct ClusterBook {
    /// The clusters.
    var clusters: Clusters
    private let windowHours: Int
    /// The last page before the newer generation began.
    private var turnedAt: Int64 = 0
    /// Up to which page nothing is needed any more; nil where nothing has to be forgotten.
    private var forgets: Int64?
    private var lastPage: Int64 = 0
    private var lastPageAtBegin: Int64 = 0

    /// A book where texts are compared; nil where they are not.
    init?(policy: DedupePolicy) {
        guard let similarity = policy.similarity else { return nil }
        windowHours = Deduplicator.hours(in: policy.window)
        clusters = Clusters(
            similarity: similarity, windowHours: windowHours, samples: policy.bursts == .sample)
    }

    /// Takes over what earlier runs left.
    mutating func restore(from database: Database) throws {
        let rows = try Row.fetchCursor(database, sql: "SELECT page, at, records FROM cluster ORDER BY page")
        while let row = try rows.next() {
            if clusters.restore([UInt8](row[2] as Data), at: Timestamp(seconds: row[1])) { turn() }
            lastPage = row[0]
        }
        clusters.renewVoices { SegmentTable.mention(at: $0, in: database) }
    }

    /// Begins a commit.
    mutating func begin(at now: Timestamp) {
        lastPageAtBegin = lastPage
        if clusters.begin(at: now) { turn() }
    }

    /// Writes what this commit has found, and forgets what is not needed any more.
    mutating func flush(to database: Database, at now: Timestamp) throws {
        if let forgets { try database.execute(sql: "DELETE FROM cluster WHERE page <= ?", arguments: [forgets]) }
        guard !clusters.records.isEmpty else { return }
        let statement = try database.cachedStatement(sql: "INSERT INTO cluster (at, records) VALUES (?, ?)")
        try statement.execute(arguments: [now.seconds, Data(clusters.records)])
        lastPage = database.lastInsertedRowID
    }

    /// The commit happened.
    mutating func keep() {
        clusters.keep()
        forgets = nil
    }

    /// The commit failed.
    mutating func takeBack() {
        clusters.takeBack()
        lastPage = lastPageAtBegin
    }

    /// The older generation was let go: what was written before the newer one began served it alone.
    private mutating func turn() {
        forgets = max(turnedAt, forgets ?? 0)
        turnedAt = lastPage
    }
}
