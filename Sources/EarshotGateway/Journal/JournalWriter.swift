internal import Earshot
internal import Foundation
internal import GRDB

/// The log's one writer: what a commit stores, the head of the log and the marks.
///
/// Lives on the database's writer queue, which runs one closure at a time. `begin`, any number of `append`s, `flush`
/// within the transaction, then `keep` or `takeBack`.
final class JournalWriter {
    private var deduplicator: Deduplicator
    private var book: ClusterBook?
    private var open = Batch()
    private var room = 0
    private var networks: [String] = []
    private var channels: [String] = []
    private var now = Timestamp(seconds: 0)
    private var headAtBegin: Int64 = 0
    private var names = (networks: [String](), channels: [String](), text: "")

    /// The last position that was given out.
    private(set) var head: Int64 = 0
    /// The segments of this commit.
    private(set) var segments: [Segment] = []
    /// Why nothing is written any more.
    var fault: String?

    init(policy: DedupePolicy) {
        deduplicator = Deduplicator(policy: policy)
        book = ClusterBook(policy: policy)
    }

    /// How many marks there are.
    var marks: Int { deduplicator.count }

    /// Takes over what earlier runs left: the head and, page by page, the marks.
    func restore(from database: Database, now: Timestamp) throws {
        head =
            try Int64.fetchOne(
                database,
                sql: """
                    SELECT max((SELECT position FROM head), coalesce((SELECT max(last) FROM segment), 0),
                               coalesce((SELECT max(position) FROM sink), 0))
                    """) ?? 0
        let rows = try Row.fetchCursor(database, sql: "SELECT at, sets, marks FROM mark ORDER BY page")
        while let row = try rows.next() {
            try deduplicator.restore(StoredPage(at: row[0], sets: row[1], marks: row[2]), now: now)
        }
        try book?.restore(from: database)
    }

    /// Begins a commit.
    func begin(at now: Timestamp) {
        self.now = now
        headAtBegin = head
        segments.removeAll()
        networks.removeAll()
        channels.removeAll()
        deduplicator.begin(at: now)
        book?.begin(at: now)
    }

    /// Decides on the mentions of a batch and takes up what is to be stored.
    func append(_ batch: Batch, from channel: String, in database: Database) -> Receipt {
        var receipt = Receipt()
        let sighting = deduplicator.sighting(by: channel)
        // Some bytes more for each line, as an update says more than the mention did.
        room = min(batch.lines.count + 64 * batch.count, Segment.sizeLimit)
        let places = (networks.places(adding: batch.networks), channels.places(adding: batch.channels))
        var plain = 0..<0
        for index in batch.entries.indices {
            let entry = batch.entries[index]
            switch deduplicator.decide(entry, by: sighting) {
            case .merged: receipt.merged += 1
            case .judged(.repeated, _): receipt.repeated += 1
            case .judged(.new, _) where book == nil:
                receipt.created += 1
                if plain.upperBound != index { takeUp(&plain, of: batch, places) }
                plain = (plain.isEmpty ? index : plain.lowerBound)..<(index + 1)
            case .judged(.new, _):
                let place = book?.clusters.place(index, of: batch)
                if book?.clusters.leavesOut(place, entry) == true {
                    receipt.sampledOut += 1
                    deduplicator.leaveOut(entry)
                    continue
                }
                receipt.created += 1
                makeRoom(for: entry)
                take(batch.copy(index, in: place, to: &open.lines), places)
                sample(index, of: batch, in: place, database)
            case .judged(.deleted, _):
                receipt.deleted += 1
                takeUp(&plain, of: batch, places)
                makeRoom(for: entry)
                take(batch.copy(index, to: &open.lines), places)
                book?.clusters.noteDeleted(entry.key)
            case .judged(.changed(let change), let seenVia):
                receipt.updated += 1
                takeUp(&plain, of: batch, places)
                makeRoom(for: entry)
                let place = book?.clusters.place(index, of: batch)
                take(batch.copy(index, asUpdateOf: change, in: place, seenVia: seenVia, to: &open.lines), places)
                sample(index, of: batch, in: place, database)
            }
        }
        takeUp(&plain, of: batch, places)
        return receipt
    }

    /// Takes up lines that are stored as they stand; a long batch of which nothing is left out is a segment as it is.
    private func takeUp(_ run: inout Range<Int>, of batch: Batch, _ places: (networks: [UInt16], channels: [UInt16])) {
        guard run.count < batch.count || !Segment.isWhole(batch) else {
            cut()
            open.lines = batch.lines
            open.entries.reserveCapacity(batch.count)
            for entry in batch.entries { take(entry, places) }
            return cut()
        }
        while let first = run.first {
            makeRoom(for: batch.entries[first])
            let count = batch.countOfLines(
                run, atMost: Segment.countLimit - open.count, bytes: Segment.sizeLimit - open.lines.count)
            let offset = open.lines.count - batch.entries[first].start
            batch.copy(run.prefix(count), to: &open.lines)
            for var entry in batch.entries[run.prefix(count)] {
                entry.start += offset
                take(entry, places)
            }
            run.removeFirst(count)
        }
    }

    /// Tells how large bursts are that were not told for a while, or with `finally` all that have grown; gives how
    /// many.
    func tellBursts(finally: Bool) -> Int {
        let tellings = book?.clusters.tellings(finally: finally) ?? []
        for telling in tellings { tell(telling) }
        return tellings.count
    }

    /// Lets the burst know of a mention that was stored last, and tells its size where it is time to.
    private func sample(_ index: Int, of batch: Batch, in place: Clusters.Place?, _ database: Database) {
        book?.clusters.noteStored(index, of: batch, in: place, at: head) { line(at: $0, in: database) }
        if let telling = book?.clusters.telling(of: place) { tell(telling) }
    }

    /// Takes up the update of the mention that tells for a burst.
    private func tell(_ telling: Clusters.Telling) {
        let voice = telling.voice
        let places = (networks.places(adding: voice.networks), channels.places(adding: voice.channels))
        let others = deduplicator.channels(of: voice.entries[0].key, but: telling.channel)
        makeRoom(for: voice.entries[0])
        take(voice.copy(0, asUpdateOf: .metrics, in: telling.place, seenVia: others, to: &open.lines), places)
    }

    /// The mention that stands at a position, of this commit or an earlier one; nil where it was forgotten.
    private func line(at position: Int64, in database: Database) -> Batch? {
        guard position > headAtBegin else { return SegmentTable.mention(at: position, in: database) }
        if let found = segments.lazy.compactMap({ $0.batch.mention(at: position) }).first { return found }
        var found = open.mention(at: position)
        found?.networks = networks
        found?.channels = channels
        return found
    }

    /// Writes the segments and the marks of this commit.
    func flush(to database: Database) throws {
        cut()
        for segment in segments {
            let names = try text(of: segment.batch)
            try EntryBlock.bytes(of: segment.batch).withData { entries in
                try segment.batch.lines.withData { lines in
                    try write(segment, names, entries, lines, to: database)
                }
            }
        }
        try book?.flush(to: database, at: now)
        guard !deduplicator.page.isEmpty else { return }
        let statement = try database.cachedStatement(sql: "INSERT INTO mark (at, sets, marks) VALUES (?, ?, ?)")
        let names = try deduplicator.pageNames()
        try deduplicator.page.bytes.withData { marks in
            try statement.execute(arguments: [now.seconds, names, marks])
        }
    }

    private func write(
        _ segment: Segment, _ names: String, _ entries: Data, _ lines: Data, to database: Database
    ) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO segment (last, first, at, bytes, names, entries, lines, sum)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            segment.last, segment.first, now.seconds, lines.count, names, entries, lines,
            Checksum.ofSegment(first: segment.first, names: names, entries: entries, lines: lines),
        ])
    }

    /// The commit happened.
    func keep() {
        deduplicator.keep()
        book?.keep()
    }

    /// The commit failed: nothing of it has been.
    func takeBack() {
        deduplicator.takeBack()
        book?.takeBack()
        head = headAtBegin
        open = Batch()
        segments.removeAll()
    }

    /// Ends the segment that is open where a line would make it too large.
    private func makeRoom(for entry: Batch.Entry) {
        let isFull = open.lines.count + entry.count >= Segment.sizeLimit && !open.isEmpty
        if isFull || open.count >= Segment.countLimit { cut() }
        if open.isEmpty { open.lines.reserveCapacity(room) }
    }

    private func take(_ copied: Batch.Entry, _ places: (networks: [UInt16], channels: [UInt16])) {
        var entry = copied
        head += 1
        entry.position = head
        entry.network = Int(entry.network) < places.networks.count ? places.networks[Int(entry.network)] : 0
        entry.channel = Int(entry.channel) < places.channels.count ? places.channels[Int(entry.channel)] : 0
        open.entries.append(entry)
    }

    /// Ends the segment that is open.
    private func cut() {
        guard let first = open.entries.first, let last = open.entries.last else { return }
        open.networks = networks
        open.channels = channels
        segments.append(Segment(first: first.position, last: last.position, batch: open))
        open = Batch()
    }

    /// The names of a segment as they are stored; most segments have the names of the one before.
    private func text(of batch: Batch) throws -> String {
        if names.networks != batch.networks || names.channels != batch.channels || names.text.isEmpty {
            names = (batch.networks, batch.channels, try EntryBlock.names(of: batch))
        }
        return names.text
    }
}
