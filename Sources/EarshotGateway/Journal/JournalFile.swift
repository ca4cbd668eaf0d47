internal import Earshot
internal import Foundation
internal import GRDB

/// The files of a journal in their directory: `state.lock`, and `journal.db` with what SQLite keeps beside it.
struct JournalFile {
    /// The database: one connection that writes and checkpoints, and a few that only read.
    let pool: DatabasePool
    /// Where it is.
    let path: String

    /// Opens the database of a directory whose lock is held, and brings it to this build's version.
    init(directory: String, recovers: Bool) throws {
        path = directory + "/journal.db"
        do {
            try JournalFile.refuseIfNewer(path)
            pool = try JournalFile.open(path)
        } catch {
            let failure = JournalFailure(error, at: path)
            guard recovers, case .unreadable = failure, !JournalFile.isNewer(path) else { throw failure }
            try JournalFile.setAside(path)
            pool = try JournalFile.open(path)
        }
    }

    private static func open(_ path: String) throws -> DatabasePool {
        try JournalLock.create(path)
        var configuration = GRDB.Configuration()
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 4
        configuration.label = "journal"
        configuration.prepareDatabase { database in
            // Lines are long, so larger pages than usual save links between them; a lone mention still writes few.
            try database.execute(
                sql: """
                    PRAGMA page_size = 8192; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 0;
                    PRAGMA wal_autocheckpoint = 0
                    """)
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try JournalSchema.migrate(database)
            try check(database)
            try database.execute(sql: "UPDATE head SET clean = 0")
        }
        return pool
    }

    /// Looks for damage where the last run did not close the journal.
    private static func check(_ database: Database) throws {
        guard try Bool.fetchOne(database, sql: "SELECT clean FROM head") != true else { return }
        // Lines may be many gigabytes; a damaged page among them shows when it is read.
        for table in ["head", "cursor", "sink", "mark", "dead_letter"] {
            let found = try String.fetchOne(database, sql: "PRAGMA quick_check(\(table))")
            guard found == "ok" else { throw JournalFailure.unreadable(found ?? "the check gave no answer") }
        }
    }

    /// Reads the version on a connection that cannot write, so that a newer journal stays as it is.
    private static func refuseIfNewer(_ path: String) throws {
        guard let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int, size > 0 else {
            return
        }
        var configuration = GRDB.Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        _ = try queue.read { try JournalSchema.found(in: $0) }
        try queue.close()
    }

    private static func isNewer(_ path: String) -> Bool {
        var configuration = GRDB.Configuration()
        configuration.readonly = true
        let queue = try? DatabaseQueue(path: path, configuration: configuration)
        let found = try? queue?.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
        return found ?? 0 > JournalSchema.version
    }

    /// Moves damaged files to a folder of their own, all of them together.
    private static func setAside(_ path: String) throws {
        let stamp = Int(Date().timeIntervalSince1970)
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent()
        let aside = directory.appendingPathComponent("corrupt-\(stamp)")
        try FileManager.default.createDirectory(at: aside, withIntermediateDirectories: true)
        for suffix in ["", "-wal", "-shm"] {
            let file = URL(fileURLWithPath: path + suffix)
            guard FileManager.default.fileExists(atPath: file.path) else { continue }
            try FileManager.default.moveItem(at: file, to: aside.appendingPathComponent(file.lastPathComponent))
        }
    }
}

extension JournalFailure {
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
        case (.SQLITE_FULL, _), (_, .SQLITE_IOERR_WRITE): self = .full("no room for \(path): \(message)")
        case (.SQLITE_CORRUPT, _), (.SQLITE_NOTADB, _): self = .unreadable("\(path) is damaged: \(message)")
        default: self = .unavailable("\(path): \(message)")
        }
    }
}
