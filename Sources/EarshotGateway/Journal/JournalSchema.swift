internal import Earshot
internal import Foundation
internal import GRDB

/// The tables of a journal's database, and their versions.
enum JournalSchema {
    /// The version that this build writes.
    static let version = 5

    /// Brings a database to this build's version; refuses one of a newer version, untouched.
    static func migrate(_ database: Database) throws {
        let found = try found(in: database)
        guard found < version else { return }
        try database.inTransaction(.immediate) {
            for step in steps[found...] {
                try step(database)
                Failpoint.inMigration.reach()
            }
            try database.execute(sql: "PRAGMA user_version = \(version)")
            return .commit
        }
    }

    /// The version that a database is of; throws where this build is too old for it.
    @discardableResult
    static func found(in database: Database) throws -> Int {
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard found >= 0, found <= version else {
            throw JournalFailure.unreadable(
                "the journal is of version \(found) and this earshot knows versions up to \(version): use a newer one")
        }
        return found
    }

    /// What leads from each version to the next.
    private static let steps: [@Sendable (Database) throws -> Void] = [
        { try $0.execute(sql: first) },
        { database in
            try database.execute(sql: "ALTER TABLE sink ADD COLUMN reach INTEGER NOT NULL DEFAULT 0")
            try giveMarksVersions(database)
        },
        { try $0.execute(sql: third) },
        { try $0.execute(sql: fourth) },
        // Records of clusters and marks may say from here on that mentions were left out, which older builds misread.
        { _ in },
    ]

    /// Segments are summed up, where an older version has not stored them, and letters are counted without their lines.
    private static let third = """
        ALTER TABLE segment ADD COLUMN sum INTEGER;
        CREATE INDEX dead_letter_of_sink ON dead_letter (sink);
        """

    /// Marks of the first version held half of a content's digest; the second has a version in one half of that.
    private static func giveMarksVersions(_ database: Database) throws {
        for page in try Int64.fetchAll(database, sql: "SELECT page FROM mark") {
            guard
                let stored = try Data.fetchOne(
                    database, sql: "SELECT marks FROM mark WHERE page = ?", arguments: [page])
            else { continue }
            var marks = [UInt8](stored)
            for start in stride(from: 0, to: marks.count - MarkPage.stride + 1, by: MarkPage.stride) {
                marks.replaceSubrange((start + 20)..<(start + 24), with: [0, 0, 0, 0])
            }
            try database.execute(sql: "UPDATE mark SET marks = ? WHERE page = ?", arguments: [Data(marks), page])
        }
    }

    /// What commits left of clusters, to be taken over in the order of the pages.
    private static let fourth =
        "CREATE TABLE cluster (page INTEGER PRIMARY KEY, at INTEGER NOT NULL, records BLOB NOT NULL)"

    private static let first = """
        CREATE TABLE head (position INTEGER NOT NULL, clean INTEGER NOT NULL);
        INSERT INTO head VALUES (0, 1);
        CREATE TABLE segment (
            last INTEGER PRIMARY KEY, first INTEGER NOT NULL, at INTEGER NOT NULL, bytes INTEGER NOT NULL,
            names TEXT NOT NULL, entries BLOB NOT NULL, lines BLOB NOT NULL);
        CREATE TABLE mark (
            page INTEGER PRIMARY KEY, at INTEGER NOT NULL, sets TEXT NOT NULL, marks BLOB NOT NULL);
        CREATE TABLE cursor (channel TEXT PRIMARY KEY, value TEXT, revision INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE sink (name TEXT PRIMARY KEY, position INTEGER NOT NULL, state TEXT) WITHOUT ROWID;
        CREATE TABLE dead_letter (
            sink TEXT NOT NULL, position INTEGER NOT NULL, at INTEGER NOT NULL, attempts INTEGER NOT NULL,
            reason TEXT NOT NULL, line BLOB NOT NULL, PRIMARY KEY (sink, position)) WITHOUT ROWID;
        """
}
