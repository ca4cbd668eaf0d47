internal import Earshot
internal import Foundation
internal import GRDB

/// The copies of a journal's state in `backups/`, of which the newest good one begins a new journal where the old one
/// is damaged: marks, cursors, sinks, dead letters, and the lines that not every sink has had.
struct JournalBackups {
    /// How many are kept.
    static let kept = 3
    /// How many seconds lie between two.
    static let interval: Int64 = 86_400

    private let source: String
    private let folder: URL

    /// The backups of the database at a path.
    init(of path: String) {
        source = path
        folder = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("backups")
    }

    /// The paths of all, the newest first.
    var all: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasPrefix("journal-") && $0.hasSuffix(".db") }.sorted(by: >)
            .map { folder.appendingPathComponent($0).path }
    }

    /// Whether the newest is older than `interval`, or said to be of a day that is yet to come.
    func isDue(at now: Int64) -> Bool {
        guard let newest = all.first, let moment = Int64(newest.filter(\.isNumber).suffix(10)) else { return true }
        return now - moment >= JournalBackups.interval || moment > now
    }

    /// Makes one, looks whether it is whole, and lets the oldest go.
    func make(at now: Int64) throws {
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let draft = folder.appendingPathComponent("new.db").path
        try? FileManager.default.removeItem(atPath: draft)
        try JournalLock.create(draft)
        let queue = try DatabaseQueue(path: draft, configuration: JournalFile.configuration())
        try queue.writeWithoutTransaction { database in
            try JournalSchema.migrate(database)
            try database.execute(sql: "ATTACH ? AS live", arguments: [source])
            try database.inTransaction {
                for statement in JournalBackups.statements { try database.execute(sql: statement) }
                return .commit
            }
            try database.execute(sql: "DETACH live")
            guard try String.fetchOne(database, sql: "PRAGMA integrity_check") == "ok" else {
                throw JournalFailure.unreadable("the backup \(draft) is not whole")
            }
        }
        try queue.close()
        let final = folder.appendingPathComponent("journal-\(now).db").path
        try? FileManager.default.removeItem(atPath: final)
        try FileManager.default.moveItem(atPath: draft, toPath: final)
        for old in all.dropFirst(JournalBackups.kept) { try? FileManager.default.removeItem(atPath: old) }
    }

    /// What fills a backup; `clean` says that it need not be looked through when it is begun from.
    private static let statements = [
        "DELETE FROM head", "INSERT INTO head (position, clean) SELECT position, 1 FROM live.head",
        "INSERT INTO cursor SELECT * FROM live.cursor", "INSERT INTO sink SELECT * FROM live.sink",
        "INSERT INTO mark SELECT * FROM live.mark", "INSERT INTO cluster SELECT * FROM live.cluster",
        "INSERT INTO dead_letter SELECT * FROM live.dead_letter",
        "INSERT INTO segment SELECT * FROM live.segment WHERE last > (SELECT min(position) FROM live.sink)",
        """
        UPDATE head SET position = max(position, (SELECT coalesce(max(last), 0) FROM live.segment),
            (SELECT coalesce(max(position), 0) FROM live.sink))
        """,
    ]

    /// Puts the newest that is whole in the place of the database; none where there is none.
    ///
    /// What sinks remember of themselves is older than what they have: they must not go back to it.
    func restore() throws {
        for backup in all where JournalBackups.isWhole(backup) {
            try FileManager.default.copyItem(atPath: backup, toPath: source)
            let queue = try DatabaseQueue(path: source, configuration: JournalFile.configuration())
            try queue.writeWithoutTransaction { database in
                try JournalSchema.migrate(database)
                try database.execute(sql: "UPDATE sink SET state = NULL, reach = 0")
            }
            return try queue.close()
        }
    }

    private static func isWhole(_ path: String) -> Bool {
        let queue = try? DatabaseQueue(path: path, configuration: JournalFile.configuration(isReading: true))
        let found = try? queue?.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
        return found == "ok"
    }
}

extension SQLiteJournal {
    /// Puts a copy of the state aside once a day; three are kept.
    package func backUp() async throws {
        let (backups, moment) = (JournalBackups(of: file.path), now().seconds)
        guard backups.isDue(at: moment) else { return }
        let path = file.path
        let failure: JournalFailure? = await withCheckedContinuation { continuation in
            // It blocks for as long as the disk takes.
            DispatchQueue.global(qos: .utility).async {
                do {
                    try backups.make(at: moment)
                    continuation.resume(returning: nil)
                } catch {
                    continuation.resume(returning: JournalFailure(error, at: path))
                }
            }
        }
        if let failure { throw failure }
    }
}
