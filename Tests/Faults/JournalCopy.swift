import Foundation
import GRDB

/// A copy of a journal's files as they are when its process has just been killed, looked into without changing them.
struct JournalCopy {
    /// The words of the mentions in the log.
    private(set) var tokens: Set<String> = []
    /// Where each channel goes on.
    private(set) var cursors: [String: String] = [:]
    /// What SQLite says of the files.
    private(set) var check = ""

    /// Copies the files of a data directory and reads the log.
    init(of directory: String, quickly: Bool = false) throws {
        let copy = NSTemporaryDirectory() + "faults-copy-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        for name in ["journal.db", "journal.db-wal"]
        where FileManager.default.fileExists(atPath: "\(directory)/\(name)") {
            try FileManager.default.copyItem(atPath: "\(directory)/\(name)", toPath: "\(copy)/\(name)")
        }
        let queue = try DatabaseQueue(path: copy + "/journal.db")
        defer { try? queue.close() }
        (check, tokens, cursors) = try queue.read { database in
            let check = try String.fetchOne(database, sql: "PRAGMA quick_check") ?? "no answer"
            var tokens: Set<String> = []
            guard try database.tableExists("segment") else { return (check, tokens, [:]) }
            let rows = try Data.fetchCursor(database, sql: "SELECT lines FROM segment")
            while let lines = try rows.next() {
                for line in lines.split(separator: UInt8(ascii: "\n")) {
                    if let token = Token.find(in: line) { tokens.insert(token) }
                }
            }
            let cursors = try Row.fetchAll(database, sql: "SELECT channel, value FROM cursor")
            return (check, tokens, Dictionary(cursors.map { ($0["channel"], $0["value"] ?? "") }) { first, _ in first })
        }
    }
}
