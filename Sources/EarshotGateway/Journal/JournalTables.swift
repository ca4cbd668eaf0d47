internal import Earshot
internal import Foundation
internal import GRDB

/// The table of channels' cursors.
enum CursorTable {
    static func cursor(of channel: String, in database: Database) throws -> Revised<Earshot.Cursor>? {
        let row = try Row.fetchOne(
            database, sql: "SELECT value, revision FROM cursor WHERE channel = ?", arguments: [channel])
        guard let row, let value = row[0] as String? else { return nil }
        return Revised(Earshot.Cursor(value), revision: row[1])
    }

    static func all(in database: Database) throws -> [String: Revised<Earshot.Cursor>] {
        let sql = "SELECT channel, value, revision FROM cursor WHERE value IS NOT NULL"
        return try Row.fetchAll(database, sql: sql).reduce(into: [:]) { found, row in
            found[row[0]] = Revised(Earshot.Cursor(row[1]), revision: row[2])
        }
    }

    /// Sets or forgets a cursor; its revision goes on rising even where it was forgotten.
    static func set(_ cursor: Earshot.Cursor?, of channel: String, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO cursor (channel, value, revision) VALUES (?, ?, 1)
                ON CONFLICT (channel) DO UPDATE SET value = excluded.value, revision = revision + 1
                """)
        try statement.execute(arguments: [channel, cursor?.text])
    }
}

/// The table of sinks, and that of their dead letters.
enum SinkTable {
    /// The refusal of a sink that was never registered.
    static func unknown(_ sink: String) -> JournalFailure { .unavailable("no sink is registered as \(sink)") }

    static func places(in database: Database) throws -> [String: Int64] {
        try Row.fetchAll(database, sql: "SELECT name, position FROM sink").reduce(into: [:]) { found, row in
            found[row[0]] = row[1]
        }
    }

    /// How far the deliveries go that were begun.
    static func reaches(in database: Database) throws -> [String: Int64] {
        try Row.fetchAll(database, sql: "SELECT name, reach FROM sink").reduce(into: [:]) { found, row in
            found[row[0]] = row[1]
        }
    }

    /// Notes how far a delivery goes.
    static func begin(_ delivery: Delivery, in database: Database) throws {
        try require(delivery.sink, in: database)
        let statement = try database.cachedStatement(sql: "UPDATE sink SET reach = ? WHERE name = ?")
        try statement.execute(arguments: [delivery.upTo, delivery.sink])
    }

    static func sink(named name: String, in database: Database) throws -> (SinkState?, Int64)? {
        let statement = try database.cachedStatement(sql: "SELECT state, position FROM sink WHERE name = ?")
        guard let row = try Row.fetchOne(statement, arguments: [name]) else { return nil }
        return ((row[0] as String?).map { SinkState($0) }, row[1])
    }

    static func require(_ name: String, in database: Database) throws { _ = try position(of: name, in: database) }

    static func position(of name: String, in database: Database) throws -> Int64 {
        guard let known = try sink(named: name, in: database) else { throw unknown(name) }
        return known.1
    }

    static func insert(_ name: String, at place: Int64, in database: Database) throws {
        try database.execute(sql: "INSERT INTO sink (name, position) VALUES (?, ?)", arguments: [name, place])
    }

    static func delete(_ name: String, in database: Database) throws {
        try database.execute(sql: "DELETE FROM dead_letter WHERE sink = ?", arguments: [name])
        try database.execute(sql: "DELETE FROM sink WHERE name = ?", arguments: [name])
    }

    /// Moves a sink on and keeps its state and dead letters; gives the place where it is then.
    static func confirm(
        _ delivery: Delivery, state: SinkState?, dead: [DeadLetter], in database: Database
    ) throws -> Int64 {
        let statement = try database.cachedStatement(
            sql: """
                UPDATE sink SET state = coalesce(?, state),
                    position = CASE WHEN position < ? THEN position ELSE max(position, ?) END
                WHERE name = ?
                """)
        try statement.execute(arguments: [state?.text, delivery.after, delivery.upTo, delivery.sink])
        guard let place = try sink(named: delivery.sink, in: database)?.1 else { throw unknown(delivery.sink) }
        try keep(dead, in: database)
        return place
    }

    private static func keep(_ dead: [DeadLetter], in database: Database) throws {
        for letter in dead {
            try database.execute(
                sql:
                    "INSERT OR REPLACE INTO dead_letter (sink, position, at, attempts, reason, line) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [
                    letter.sink, letter.position, letter.at.milliseconds * 2 + (letter.at.hasMilliseconds ? 1 : 0),
                    letter.attempts, letter.reason, Data(letter.line),
                ])
        }
    }

    static func deadLetters(of sink: String, in database: Database) throws -> [DeadLetter] {
        let sql = "SELECT position, at, attempts, reason, line FROM dead_letter WHERE sink = ? ORDER BY position"
        return try Row.fetchAll(database, sql: sql, arguments: [sink]).map { row in
            var at = Timestamp(milliseconds: (row[1] as Int64) >> 1)
            at.hasMilliseconds = (row[1] as Int64) & 1 == 1
            return DeadLetter(
                sink: sink, position: row[0], reason: row[3], attempts: row[2], at: at, line: Array(row[4] as Data))
        }
    }

    static func deadLetterCounts(in database: Database) throws -> [String: Int] {
        let sql = "SELECT sink, count(*) FROM dead_letter GROUP BY sink"
        return try Row.fetchAll(database, sql: sql).reduce(into: [:]) { found, row in found[row[0]] = row[1] }
    }

    static func drop(_ positions: [Int64], of sink: String, in database: Database) throws {
        for position in positions {
            try database.execute(
                sql: "DELETE FROM dead_letter WHERE sink = ? AND position = ?", arguments: [sink, position])
        }
    }
}

/// The table of segments.
enum SegmentTable {
    /// The segments that go on after a position: one, or as many as make up a delivery.
    static func segments(after position: Int64, count: Int, in database: Database) throws -> [Segment] {
        var found: [Segment] = []
        var (bytes, mentions) = (0, 0)
        var names = EntryBlock.Names()
        let statement = try database.cachedStatement(
            sql: "SELECT first, last, names, entries, lines, sum FROM segment WHERE last > ? ORDER BY last")
        let rows = try Row.fetchCursor(statement, arguments: [position])
        while bytes < Segment.sizeLimit, mentions < count, let row = try rows.next() {
            try check(row)
            try names.read(row[2])
            let batch = try EntryBlock.batch(
                entries: row[3], names: names, lines: Array(row[4] as Data), first: row[0])
            found.append(Segment(first: row[0], last: row[1], batch: batch))
            bytes += batch.lines.count
            mentions += batch.count
        }
        return found
    }

    /// The mention that stands at a position; nil where it was forgotten, or cannot be read.
    static func mention(at position: Int64, in database: Database) -> Batch? {
        (try? segments(after: position - 1, count: 1, in: database).first)?.batch.mention(at: position)
    }

    /// Refuses a segment whose bytes are not those that were stored; what has no sum is of an older version.
    private static func check(_ row: Row) throws {
        guard let sum = row["sum"] as Int64? else { return }
        let found = Checksum.ofSegment(
            first: row["first"], names: row["names"], entries: row["entries"], lines: row["lines"])
        guard found == sum else {
            throw JournalFailure.unreadable("the segment at \(row["first"] as Int64) is damaged: its sum is another")
        }
    }

    /// Looks through all segments for one that is damaged.
    static func checkAll(in database: Database) throws {
        let rows = try Row.fetchCursor(
            database, sql: "SELECT first, names, entries, lines, sum FROM segment ORDER BY last")
        while let row = try rows.next() { try check(row) }
    }

    /// When the mention beyond a position was stored; nil where there is none.
    static func moment(after position: Int64, in database: Database) throws -> Timestamp? {
        let statement = try database.cachedStatement(
            sql: "SELECT at FROM segment WHERE last > ? ORDER BY last LIMIT 1")
        return try Int64.fetchOne(statement, arguments: [position]).map { Timestamp(seconds: $0) }
    }
}

extension Batch {
    /// The mention that stands at a position of the journal.
    func mention(at position: Int64) -> Batch? {
        entries.firstIndex { $0.position == position }.map { slice($0..<($0 + 1)) }
    }
}
