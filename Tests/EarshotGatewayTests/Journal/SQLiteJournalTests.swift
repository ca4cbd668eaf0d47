import Earshot
import EarshotTesting
import Foundation
import GRDB
import Synchronization
import Testing

@testable import EarshotGateway

@Suite struct SQLiteJournalTests {
    private let directory = TestDirectory()

    private func batch(_ range: Range<Int>, from channel: String = "brand") -> Batch {
        Batch(SampleMention.numbered(range), from: channel)
    }

    @Test func `a second journal on the same directory is refused, until the first is closed`() async throws {
        let first = try SQLiteJournal.testing(directory)
        #expect(
            throws: JournalFailure.inUse(
                "another earshot is running on \(directory.path); ask it through its admin page, or stop it first")
        ) { try SQLiteJournal.testing(directory) }
        try await first.close()
        _ = try SQLiteJournal.testing(directory)
    }

    @Test func `nobody else may look into the directory`() async throws {
        let journal = try SQLiteJournal.testing(directory)
        _ = try await journal.append(batch(0..<1), from: "brand", advancing: nil)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(names.count >= 4)
        for name in names + [""] {
            let path = directory.url(name).path
            let mode = try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
            #expect(mode & 0o077 == 0, "\(name)")
        }
    }

    @Test func `the disk is waited for, and the log of writes is folded in by the writer alone`() async throws {
        let journal = try SQLiteJournal.testing(directory)
        let found = try await journal.file.pool.writeWithoutTransaction { database in
            try ["synchronous", "journal_mode", "wal_autocheckpoint"].map { name in
                try String.fetchOne(database, sql: "PRAGMA \(name)")
            }
        }
        #expect(found == ["2", "wal", "0"])
    }

    @Test func `a journal of a newer version is refused and stays as it is`() async throws {
        let journal = try SQLiteJournal.testing(directory)
        try await journal.file.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 99") }
        try await journal.close()
        let before = try Data(contentsOf: directory.url("journal.db"))
        for recovers in [false, true] {
            let failure = #expect(throws: JournalFailure.self) {
                try SQLiteJournal.testing(directory, options: JournalOptions(recovers: recovers))
            }
            guard case .unreadable(let reason) = failure else {
                Issue.record("\(String(describing: failure))")
                continue
            }
            #expect(reason.contains("version 99"))
        }
        #expect(try Data(contentsOf: directory.url("journal.db")) == before)
    }

    @Test func `a damaged journal is refused, and set aside whole where that is asked for`() async throws {
        let journal = try SQLiteJournal.testing(directory)
        _ = try await journal.append(batch(0..<500), from: "brand", advancing: nil)
        try await journal.close()
        let file = try FileHandle(forWritingTo: directory.url("journal.db"))
        try file.write(contentsOf: Data(repeating: 0xA5, count: 8192))
        try file.close()
        let damaged = try Data(contentsOf: directory.url("journal.db"))
        let failure = #expect(throws: JournalFailure.self) { try SQLiteJournal.testing(directory) }
        guard case .unreadable = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        let fresh = try SQLiteJournal.testing(directory, options: JournalOptions(recovers: true))
        #expect(try await fresh.append(batch(0..<1), from: "brand", advancing: nil).created == 1)
        let aside = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter {
            $0.hasPrefix("corrupt-")
        }
        #expect(aside.count == 1)
        #expect(try Data(contentsOf: directory.url(aside[0]).appendingPathComponent("journal.db")) == damaged)
    }

    @Test func `a journal that was emptied, or is gone beside its backups, does not begin anew by itself`() async throws
    {
        let path = directory.url("journal.db")
        // What a first start leaves that was cut off at once.
        try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
        try Data().write(to: path)
        let journal = try SQLiteJournal.testing(directory)
        _ = try await journal.append(batch(0..<10), from: "brand", advancing: Cursor("10"))
        try await journal.close()
        let whole = try Data(contentsOf: path)
        try Data().write(to: path)
        let emptied = #expect(throws: JournalFailure.self) { try SQLiteJournal.testing(directory) }
        #expect(emptied?.summary.contains("is empty, though a journal was kept in it") == true)
        #expect(emptied?.summary.contains("earshot run --recover") == true)
        try whole.write(to: path)
        let again = try SQLiteJournal.testing(directory)
        try await again.backUp()
        try await again.close()
        try FileManager.default.removeItem(at: path)
        let gone = #expect(throws: JournalFailure.self) { try SQLiteJournal.testing(directory) }
        #expect(gone?.summary.contains("is gone, while backups/ beside it has copies") == true)
        let restored = try SQLiteJournal.testing(directory, options: JournalOptions(recovers: true))
        #expect(try await restored.cursor(of: "brand")?.value == Cursor("10"))
    }

    @Test func `a damaged journal goes on from its newest good backup, and sources are asked again from there`()
        async throws
    {
        let moment = Mutex(Fixture.observedAt)
        let journal = try SQLiteJournal.testing(directory) { moment.withLock { $0 } }
        _ = try await journal.register(sink: "desk", fromBeginning: true)
        _ = try await journal.append(batch(0..<10), from: "brand", advancing: Cursor("10"))
        let held = Delivery(sink: "desk", batch: Batch(), upTo: 10)
        try await journal.confirm(held, state: SinkState("{}"), dead: [])
        _ = try await journal.append(batch(10..<15), from: "brand", advancing: Cursor("15"))
        try await journal.backUp()
        _ = try await journal.append(batch(15..<20), from: "brand", advancing: Cursor("20"))
        // Not yet time for another.
        try await journal.backUp()
        #expect(JournalBackups(of: journal.file.path).all.count == 1)
        try await journal.close()
        try Data(repeating: 0xA5, count: 8192).write(to: directory.url("journal.db"))
        let again = try SQLiteJournal.testing(directory, options: JournalOptions(recovers: true))
        #expect(again.recovered?.contains("corrupt-") == true)
        #expect(try await again.cursor(of: "brand")?.value == Cursor("15"))
        #expect(try await again.append(batch(0..<20), from: "brand", advancing: nil) == receipt(5, repeated: 15))
        // The sink has what the backup knows nothing of: it is not to go back.
        #expect(try await again.register(sink: "desk", fromBeginning: true) == nil)
        let delivery = try await again.next(for: "desk", limits: BatchLimits(), where: nil)
        #expect(delivery?.batch.texts == batch(10..<20).texts)
    }

    @Test func `three backups are kept, one a day`() async throws {
        let moment = Mutex(Fixture.observedAt)
        let journal = try SQLiteJournal.testing(directory) { moment.withLock { $0 } }
        for day in 0..<5 {
            _ = try await journal.append(batch(day..<(day + 1)), from: "brand", advancing: nil)
            try await journal.backUp()
            moment.withLock { $0.milliseconds += 86_400_000 }
        }
        let names = JournalBackups(of: journal.file.path).all.map { URL(fileURLWithPath: $0).lastPathComponent }
        let first = Fixture.observedAt.seconds
        #expect(names == [Int64(4), 3, 2].map { day in "journal-\(first + day * 86_400).db" })
    }

    @Test func `what is refused as damaged is not touched, and says what to do`() async throws {
        let journal = try SQLiteJournal.testing(directory)
        for page in 0..<40 {
            _ = try await journal.append(batch((page * 50)..<(page * 50 + 50)), from: "brand", advancing: nil)
        }
        try await journal.checkpoint()
        let copy = try directory.copy()
        let file = try FileHandle(forUpdating: copy.url("journal.db"))
        let size = try file.seekToEnd()
        for page in stride(from: UInt64(8192), to: size, by: 8192) {
            try file.seek(toOffset: page)
            try file.write(contentsOf: Data(repeating: 0x5A, count: 64))
        }
        try file.close()
        let before = try Data(contentsOf: copy.url("journal.db"))
        let failure = #expect(throws: JournalFailure.self) { try SQLiteJournal.testing(copy) }
        guard case .unreadable(let reason) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(reason.contains("--recover"))
        #expect(try Data(contentsOf: copy.url("journal.db")) == before)
    }

    @Test func `marks of the first version know their items in the second`() async throws {
        let journal = try SQLiteJournal.testing(directory)
        _ = try await journal.append(batch(0..<10), from: "brand", advancing: nil)
        try await journal.file.pool.writeWithoutTransaction { database in
            // As the first version left it: eight bytes of the content's digest, and sinks without a reach.
            var marks = [UInt8](try Data.fetchOne(database, sql: "SELECT marks FROM mark") ?? Data())
            for (index, entry) in batch(0..<10).entries.enumerated() {
                let start = index * 30 + 16
                marks.replaceSubrange(
                    start..<(start + 8), with: (0..<8).map { UInt8(truncatingIfNeeded: entry.content.low >> ($0 * 8)) })
            }
            try database.execute(sql: "UPDATE mark SET marks = ?", arguments: [Data(marks)])
            try database.execute(
                sql: """
                    ALTER TABLE sink DROP COLUMN reach; ALTER TABLE segment DROP COLUMN sum;
                    DROP INDEX dead_letter_of_sink; DROP TABLE cluster; PRAGMA user_version = 1
                    """)
        }
        try await journal.close()
        let again = try SQLiteJournal.testing(directory)
        #expect(try await again.append(batch(0..<10), from: "brand", advancing: nil) == receipt(0, repeated: 10))
        var edited = SampleMention("3", "other")
        edited.edited = 5
        let update = try await again.append(Batch([edited], from: "brand"), from: "brand", advancing: nil)
        #expect(update.updated == 1)
    }

    @Test func `whenever the process dies, every cursor has its mentions and nothing is there twice`() async throws {
        let journal = try SQLiteJournal.testing(directory)
        let copies = try await withThrowingTaskGroup(of: [TestDirectory].self) { group in
            for channel in 0..<4 {
                group.addTask { try await Self.listen(to: channel, journal, directory) }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(copies.count == 5)
        for copy in copies {
            let again = try SQLiteJournal.testing(copy)
            _ = try await again.register(sink: "check", fromBeginning: true)
            await again.finish()
            var seen: [Digest] = []
            while let delivery = try await again.next(for: "check", limits: BatchLimits(), where: nil) {
                seen += delivery.batch.entries.map(\.key)
                try await again.confirm(delivery, state: nil, dead: [])
            }
            #expect(Set(seen).count == seen.count)
            for (channel, cursor) in try await again.cursors() {
                let pages = (Int(cursor.value.text) ?? -1) + 1
                let number = Int(channel) ?? 0
                let expected = batch((number * 1000)..<(number * 1000 + pages * 10)).entries.map(\.key)
                #expect(Set(expected).isSubset(of: seen), "channel \(channel) up to page \(pages)")
            }
        }
    }

    /// Brings 25 pages, and gives copies of the files that were made meanwhile.
    private static func listen(
        to channel: Int, _ journal: SQLiteJournal, _ directory: TestDirectory
    ) async throws -> [TestDirectory] {
        var copies: [TestDirectory] = []
        for page in 0..<25 {
            let numbers = (channel * 1000 + page * 10)..<(channel * 1000 + page * 10 + 10)
            let batch = Batch(SampleMention.numbered(numbers), from: "\(channel)")
            _ = try await journal.append(batch, from: "\(channel)", advancing: Cursor("\(page)"))
            guard channel == 0, page % 5 == 4 else { continue }
            // The writer is held while files are copied: a copy is what a kill leaves, a torn read is not.
            copies.append(try await journal.file.pool.writeWithoutTransaction { _ in try directory.copy() })
        }
        return copies
    }

    @Test func `a torn log of writes loses what was not committed and nothing else`() async throws {
        let journal = try SQLiteJournal.testing(directory)
        _ = try await journal.append(batch(0..<50), from: "brand", advancing: Cursor("1"))
        let copy = try directory.copy()
        let log = try FileHandle(forWritingTo: copy.url("journal.db-wal"))
        try log.seekToEnd()
        try log.write(contentsOf: Data(repeating: 0x5A, count: 5000))
        try log.close()
        let again = try SQLiteJournal.testing(copy)
        #expect(try await again.append(batch(0..<51), from: "brand", advancing: nil) == receipt(1, repeated: 50))
        #expect(try await again.cursor(of: "brand")?.value == Cursor("1"))
    }

    @Test func `the log of writes is folded although every run is short and ends by a crash`() async throws {
        var copy = directory
        var sizes: [Int] = []
        for run in 0..<4 {
            let journal = try SQLiteJournal.testing(copy)
            for page in (run * 60)..<(run * 60 + 60) {
                _ = try await journal.append(batch((page * 250)..<(page * 250 + 250)), from: "brand", advancing: nil)
            }
            sizes.append(try #require(JournalFile.size(of: copy.url("journal.db-wal").path)))
            copy = try copy.copy()
        }
        #expect(sizes[0] < 16 << 20, "one run alone is to be too short for it")
        #expect(try #require(sizes.max()) < 24 << 20, "\(sizes)")
    }

    @Test func `a mark outlives the window only while its item is offered`() async throws {
        let moment = Mutex(Fixture.observedAt)
        let options = JournalOptions(dedupe: DedupePolicy(window: .seconds(40 * 3600)))
        var journal = try SQLiteJournal.testing(directory, options: options) { moment.withLock { $0 } }
        _ = try await journal.append(batch(0..<2), from: "brand", advancing: nil)
        for hour in 1...10 {
            moment.withLock { $0.milliseconds += 8 * 3_600_000 }
            if hour == 5 {
                _ = try await journal.trim()
                try await journal.close()
                journal = try SQLiteJournal.testing(directory, options: options) { moment.withLock { $0 } }
            }
            let found = try await journal.append(batch(0..<1), from: "brand", advancing: nil)
            #expect(found == receipt(0, repeated: 1), "after \(hour * 8) hours")
        }
        #expect(try await journal.append(batch(1..<2), from: "brand", advancing: nil) == receipt(1))
    }

    @Test func `above the capacity the oldest marks are forgotten first`() async throws {
        let options = JournalOptions(dedupe: DedupePolicy(capacity: 800))
        let journal = try SQLiteJournal.testing(directory, options: options)
        for page in 0..<20 {
            _ = try await journal.append(batch((page * 50)..<(page * 50 + 50)), from: "brand", advancing: nil)
        }
        #expect(try await journal.status().marks <= 850)
        #expect(try await journal.append(batch(950..<1000), from: "brand", advancing: nil).repeated == 50)
        #expect(try await journal.append(batch(0..<50), from: "brand", advancing: nil).created == 50)
    }

    @Test func `lines are forgotten by age and by size, only where every sink has had them`() async throws {
        let moment = Mutex(Fixture.observedAt)
        var options = JournalOptions()
        options.keeping.time = .seconds(86_400)
        options.keeping.size = 40_000
        let journal = try SQLiteJournal.testing(directory, options: options) { moment.withLock { $0 } }
        _ = try await journal.register(sink: "desk", fromBeginning: true)
        for page in 0..<10 {
            _ = try await journal.append(batch((page * 10)..<(page * 10 + 10)), from: "brand", advancing: nil)
            moment.withLock { $0.milliseconds += 3_600_000 }
        }
        #expect(try await journal.trim() == 0)
        try await journal.confirm(Delivery(sink: "desk", batch: Batch(), upTo: 55), state: nil, dead: [])
        #expect(try await journal.trim() == 0)
        moment.withLock { $0.milliseconds += 17 * 3_600_000 }
        #expect(try await journal.trim() == 30)
        moment.withLock { $0.milliseconds += 86_400_000 }
        #expect(try await journal.trim() == 20)
        try await journal.confirm(Delivery(sink: "desk", batch: Batch(), upTo: 100), state: nil, dead: [])
        #expect(try await journal.trim() == 50)
        #expect(try await journal.append(batch(0..<100), from: "brand", advancing: nil).repeated == 100)
    }

    @Test func `above its limit the journal takes nothing in until a sink has had some`() async throws {
        let moment = Mutex(Fixture.observedAt)
        var options = JournalOptions()
        options.keeping.limit = 40_000
        let journal = try SQLiteJournal.testing(directory, options: options) { moment.withLock { $0 } }
        _ = try await journal.register(sink: "desk", fromBeginning: true)
        var count = 0
        let failure = await #expect(throws: JournalFailure.self) {
            while count < 1000 {
                _ = try await journal.append(batch(count..<(count + 10)), from: "brand", advancing: nil)
                count += 10
            }
        }
        #expect(failure == .full("40000 bytes of mentions wait for sinks, which is the limit (journal.limit)"))
        #expect(count > 20 && count < 200)
        await #expect(throws: JournalFailure.self) { try await journal.probe() }
        // A cursor alone takes no room.
        _ = try await journal.append(Batch(), from: "brand", advancing: Cursor("1"))
        try await journal.confirm(Delivery(sink: "desk", batch: Batch(), upTo: Int64(count)), state: nil, dead: [])
        moment.withLock { $0.milliseconds += 1000 }
        try await journal.probe()
        #expect(try await journal.append(batch(count..<(count + 1)), from: "brand", advancing: nil) == receipt(1))
    }

    @Test func `policies decide what a repeat and a page are`() async throws {
        let options = JournalOptions(dedupe: DedupePolicy(repeats: .drop, sameURL: .keep))
        let journal = try SQLiteJournal.testing(directory, options: options)
        var mention = SampleMention("1", "one")
        mention.likes = 1
        var liked = mention
        liked.likes = 2
        #expect(try await journal.append(Batch([mention], from: "a"), from: "a", advancing: nil) == receipt(1))
        #expect(
            try await journal.append(Batch([liked], from: "a"), from: "a", advancing: nil) == receipt(0, repeated: 1))
        var first = SampleMention("x")
        first.page = "https://acme.example/a"
        first.feed = "f"
        var second = first
        second.id = "y"
        second.feed = "g"
        #expect(try await journal.append(Batch([first, second], from: "a"), from: "a", advancing: nil) == receipt(2))
    }

    @Test func `a sink far behind is given a large log in pieces`() async throws {
        let journal = try SQLiteJournal.testing(directory)
        _ = try await journal.register(sink: "slow", fromBeginning: true)
        for page in 0..<40 {
            _ = try await journal.append(batch((page * 250)..<(page * 250 + 250)), from: "brand", advancing: nil)
        }
        try await journal.close()
        let again = try SQLiteJournal.testing(directory)
        await again.finish()
        var numbers: [Int64] = []
        while let delivery = try await again.next(for: "slow", limits: BatchLimits(count: 333), where: nil) {
            #expect(delivery.batch.count <= 333)
            numbers += delivery.batch.entries.map(\.position)
            try await again.confirm(delivery, state: nil, dead: [])
        }
        #expect(numbers == Array(1...10_000))
    }

    @Test func `a full disk stores nothing of a batch, lets sinks confirm, and is no loss once there is room`()
        async throws
    {
        let journal = try SQLiteJournal.testing(directory)
        _ = try await journal.register(sink: "desk", fromBeginning: true)
        _ = try await journal.append(batch(0..<10), from: "brand", advancing: Cursor("1"))
        try await limit(journal, to: "(SELECT page_count FROM pragma_page_count)")
        let failure = await #expect(throws: JournalFailure.self) {
            try await journal.append(batch(5..<500), from: "brand", advancing: Cursor("2"))
        }
        guard case .full = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        try await journal.confirm(Delivery(sink: "desk", batch: Batch(), upTo: 10), state: nil, dead: [])
        #expect(try await journal.cursor(of: "brand")?.value == Cursor("1"))
        #expect(try await journal.status().head == 10)
        #expect(try await journal.status().sinks == ["desk": 10])
        try await limit(journal, to: "1000000")
        let found = try await journal.append(batch(5..<500), from: "brand", advancing: Cursor("2"))
        #expect(found == receipt(490, repeated: 5))
        let delivery = try await journal.next(for: "desk", limits: BatchLimits(), where: nil)
        #expect(delivery?.batch.entries.first?.position == 11)
    }

    /// Lets the database grow to a number of pages.
    private func limit(_ journal: SQLiteJournal, to pages: String) async throws {
        try await journal.file.pool.writeWithoutTransaction { database in
            let limit = try Int.fetchOne(database, sql: "SELECT \(pages)") ?? 0
            _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(limit)")
        }
    }

    @Test func `a journal that is closed refuses, and lets those go who wait`() async throws {
        let journal = try SQLiteJournal.testing(directory)
        _ = try await journal.register(sink: "desk", fromBeginning: true)
        async let end = journal.next(for: "desk", limits: BatchLimits(), where: nil)
        try await journal.close()
        #expect(try await end == nil)
        await #expect(throws: JournalFailure.unavailable("the journal is closed")) {
            try await journal.append(batch(0..<1), from: "brand", advancing: nil)
        }
    }

    private func receipt(_ created: Int, repeated: Int = 0) -> Receipt {
        var receipt = Receipt()
        receipt.created = created
        receipt.repeated = repeated
        return receipt
    }
}
