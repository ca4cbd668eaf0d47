import Earshot
import EarshotTesting
import Foundation
import GRDB
import Testing

@testable import EarshotGateway

@Suite struct ChecksumTests {
    private let directory = TestDirectory()

    /// The sums that the algorithm's own tools print.
    @Test(
        arguments: [
            ("", 0xef46_db37_51d8_e999), ("a", 0xd24e_c4f1_a98c_6e5b), ("abc", 0x44bc_2cf5_ad77_0999),
            ("Nobody inspects the spammish repetition", 0xfbce_a83c_8a37_8bf1),
        ] as [(String, UInt64)])
    func `the sum is that of XXH64`(text: String, expected: UInt64) {
        let found = unsafe Array(text.utf8).withUnsafeBytes { unsafe Checksum.sum($0) }
        #expect(found == expected)
    }

    @Test func `one bit of a line anywhere is another sum`() {
        let line = Array(Batch([SampleMention("1")], from: "brand").lines)
        var sums: Set<UInt64> = []
        for bit in 0..<(line.count * 8) {
            var damaged = line
            damaged[bit / 8] ^= 1 << (bit % 8)
            sums.insert(unsafe damaged.withUnsafeBytes { unsafe Checksum.sum($0) })
        }
        #expect(sums.count == line.count * 8)
    }

    /// Stores two pages of which the second waits for a sink, and changes a letter of it.
    private func misspell() async throws {
        let journal = try SQLiteJournal.testing(directory)
        _ = try await journal.register(sink: "desk", fromBeginning: true)
        for page in 0..<2 {
            let batch = Batch(SampleMention.numbered((page * 10)..<(page * 10 + 10)), from: "brand")
            _ = try await journal.append(batch, from: "brand", advancing: Cursor("\(page)"))
        }
        try await journal.confirm(Delivery(sink: "desk", batch: Batch(), upTo: 10), state: nil, dead: [])
        try await journal.file.pool.writeWithoutTransaction { database in
            var lines = [UInt8](
                try Data.fetchOne(database, sql: "SELECT lines FROM segment WHERE first = 11") ?? Data())
            lines[lines.count / 2] ^= 1
            try database.execute(sql: "UPDATE segment SET lines = ? WHERE first = 11", arguments: [Data(lines)])
        }
        try await journal.close()
    }

    @Test func `a letter that the disk got wrong is noticed when it is read, and says what to do`() async throws {
        try await misspell()
        let journal = try SQLiteJournal.testing(directory)
        let failure = await #expect(throws: JournalFailure.self) {
            try await journal.next(for: "desk", limits: BatchLimits(), where: nil)
        }
        guard case .unreadable(let reason) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(reason.hasPrefix("the segment at 11 is damaged"))
        #expect(reason.contains("earshot run --recover"))
    }

    @Test func `recovering sets a journal with a damaged text aside, even one that was closed`() async throws {
        try await misspell()
        var options = JournalOptions.forgetting
        options.recovers = true
        let journal = try SQLiteJournal.testing(directory, options: options)
        #expect(journal.recovered?.contains("corrupt-") == true)
        #expect(try await journal.cursor(of: "brand") == nil)
    }

    @Test func `recovering where nothing is damaged changes nothing`() async throws {
        let first = try SQLiteJournal.testing(directory)
        _ = try await first.append(
            Batch(SampleMention.numbered(0..<10), from: "brand"), from: "brand", advancing: Cursor("1"))
        try await first.close()
        var options = JournalOptions.forgetting
        options.recovers = true
        let journal = try SQLiteJournal.testing(directory, options: options)
        #expect(journal.recovered == nil)
        #expect(try await journal.cursor(of: "brand")?.value == Cursor("1"))
    }

    @Test func `what the second version stored without sums is read`() async throws {
        try await misspell()
        let queue = try DatabaseQueue(path: directory.url("journal.db").path)
        try await queue.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    ALTER TABLE segment DROP COLUMN sum; DROP INDEX dead_letter_of_sink; DROP TABLE cluster;
                    PRAGMA user_version = 2
                    """)
        }
        try queue.close()
        let journal = try SQLiteJournal.testing(directory)
        let delivery = try await journal.next(for: "desk", limits: BatchLimits(), where: nil)
        #expect(delivery?.batch.count == 10)
        #expect(
            try await journal.append(Batch([SampleMention("99")], from: "brand"), from: "brand", advancing: nil).created
                == 1)
    }
}
