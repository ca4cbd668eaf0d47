internal import Earshot
internal import Foundation
internal import GRDB

/// The files of a journal in their directory: `state.lock`, and `journal.db` with what SQLite keeps beside it.
struct JournalFile {
    /// The database: one connection that writes and checkpoints, and a few that only read.
    let pool: DatabasePool
    /// Where it is.
    let path: String
    /// Where damaged files were moved to when it was opened; nil where there were none.
    private(set) var aside: String?

    /// Opens the database of a directory whose lock is held, and brings it to this build's version.
    ///
    /// Where it is damaged it stays as it is and is refused, unless it is to be recovered: then it is set aside, and
    /// the newest good backup, or nothing, takes its place.
    init(directory: String, recovers: Bool) throws {
        path = directory + "/journal.db"
        do {
            try JournalFile.inspect(path, wholly: recovers)
            pool = try JournalFile.open(path)
        } catch {
            let failure = JournalFailure(error, at: path)
            guard case .unreadable = failure, !JournalFile.isNewer(path) else { throw failure }
            guard recovers else { throw failure.advising }
            aside = try JournalFile.setAside(path)
            try JournalBackups(of: path).restore()
            pool = try JournalFile.open(path)
        }
    }

    /// How a connection to a journal is set up.
    static func configuration(isReading: Bool = false) -> GRDB.Configuration {
        var configuration = GRDB.Configuration()
        configuration.readonly = isReading
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 4
        configuration.label = "journal"
        // What a file that somebody has changed says of functions and tables of its own is not believed.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA trusted_schema = OFF") }
        if isReading { return configuration }
        configuration.prepareDatabase { database in
            // Lines come by the hundred, and a page is a write to the log and one to the database: larger ones than
            // usual.
            try database.execute(
                sql: """
                    PRAGMA page_size = 32768; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 0;
                    PRAGMA wal_autocheckpoint = 0
                    """)
        }
        return configuration
    }

    private static func open(_ path: String) throws -> DatabasePool {
        try JournalLock.create(path)
        let pool = try DatabasePool(path: path, configuration: configuration())
        try pool.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try JournalSchema.migrate(database)
            try database.execute(sql: "UPDATE head SET clean = 0")
        }
        return pool
    }

    /// Looks at the version, and for damage where the last run did not close the journal, on a connection that cannot
    /// write: what is refused stays as it is. `wholly` where an operator says that there is some: then every text is
    /// held against its sum.
    private static func inspect(_ path: String, wholly: Bool) throws {
        guard let size = size(of: path), size > 0 else { return try requireFirstStart(path) }
        let queue = try DatabaseQueue(path: path, configuration: configuration(isReading: true))
        try queue.read { database in
            let version = try JournalSchema.found(in: database)
            guard version > 0 else { return }
            if wholly {
                try check(database, whole: true)
                return version < 3 ? () : try SegmentTable.checkAll(in: database)
            }
            guard try Bool.fetchOne(database, sql: "SELECT clean FROM head") != true else { return }
            try check(database, whole: size + (self.size(of: path + "-wal") ?? 0) <= wholeLimit)
        }
        try queue.close()
    }

    /// Refuses to begin anew, which has everything told again, where a journal was kept before and nobody said that it
    /// is to be given up. An empty file alone is left by a first start that was cut off.
    private static func requireFirstStart(_ path: String) throws {
        let exists = size(of: path) != nil
        guard JournalBackups(of: path).all.isEmpty else {
            throw JournalFailure.unreadable(
                "\(path) is \(exists ? "empty" : "gone"), while backups/ beside it has copies of it, without which it begins "
                    + "anew")
        }
        guard exists, size(of: path + ".reserve") != nil else { return }
        throw JournalFailure.unreadable(
            "\(path) is empty, though a journal was kept in it; without the file it begins anew")
    }

    /// How large a journal is at most that is looked through whole before it is opened.
    private static let wholeLimit = 512 << 20

    /// Looks for damage; where not the whole is looked through, a damaged page among the lines shows when it is read.
    private static func check(_ database: Database, whole: Bool) throws {
        var checks = whole ? [""] : ["(head)", "(cursor)", "(sink)", "(mark)", "(dead_letter)"]
        if !whole, try database.tableExists("cluster") { checks.append("(cluster)") }
        for check in checks {
            let found = try String.fetchOne(database, sql: "PRAGMA quick_check\(check)")
            guard found == "ok" else {
                let reason = (found ?? "the check gave no answer").split(separator: "\n").joined(separator: " ")
                throw JournalFailure.unreadable("\(database.description): \(reason)")
            }
        }
    }

    /// How large a file is, in bytes; nil where there is none.
    static func size(of path: String) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
    }

    private static func isNewer(_ path: String) -> Bool {
        let queue = try? DatabaseQueue(path: path, configuration: configuration(isReading: true))
        let found = try? queue?.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
        return found ?? 0 > JournalSchema.version
    }

    /// Moves damaged files to a folder of their own, all of them together.
    private static func setAside(_ path: String) throws -> String {
        let stamp = Int(Date().timeIntervalSince1970)
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent()
        let aside = directory.appendingPathComponent("corrupt-\(stamp)")
        try FileManager.default.createDirectory(
            at: aside, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        for suffix in ["", "-wal", "-shm"] {
            let file = URL(fileURLWithPath: path + suffix)
            guard FileManager.default.fileExists(atPath: file.path) else { continue }
            try FileManager.default.moveItem(at: file, to: aside.appendingPathComponent(file.lastPathComponent))
        }
        return aside.path
    }
}

extension JournalFailure {
    /// The same, with what to do about it where the files are damaged.
    var advising: JournalFailure {
        guard case .unreadable(let reason) = self else { return self }
        return .unreadable(
            "\(reason); `earshot run --recover` sets it aside, goes on from the newest good backup and asks sources "
                + "again for what came since")
    }

    /// What an error of the database means to those who use a journal.
    init(_ error: any Error, at path: String) {
        if let known = error as? JournalFailure {
            self = known
            return
        }
        guard let error = error as? DatabaseError else {
            self = .unavailable("\(path): \(error)")
            return
        }
        let message = error.message ?? error.resultCode.description
        switch (error.resultCode, error.extendedResultCode) {
        case (_, .SQLITE_IOERR_FSYNC), (_, .SQLITE_IOERR_DIR_FSYNC):
            self = .broken("the disk did not confirm a write to \(path): look after the disk, then start earshot again")
        case (.SQLITE_FULL, _), (_, .SQLITE_IOERR_WRITE): self = .full("no room for \(path): \(message)")
        case (.SQLITE_CORRUPT, _), (.SQLITE_NOTADB, _): self = .unreadable("\(path) is damaged: \(message)")
        default: self = .unavailable("\(path): \(message)")
        }
    }
}
