import Earshot
import EarshotTesting
import Foundation
import GRDB
import Testing

@testable import EarshotGateway

/// Texts that mean something to a database, in every place of the journal that takes one: they are kept as they are.
@Suite struct HostileTextTests {
    private static let texts = [
        "'; DROP TABLE batches; --", "\"; DELETE FROM cursors; --", "x' OR '1'='1", "a\u{0}b",
        "\u{FEFF}\u{202E}\u{2028}",
        "%_[]*?", "`; ATTACH DATABASE '/tmp/x' AS x; --", "?1 :a @b $c", String(repeating: "'", count: 1 << 20),
    ]

    private func words(_ journal: SQLiteJournal) async throws -> [String] {
        try await journal.file.pool.read { try String.fetchAll($0, sql: "SELECT sql FROM sqlite_master ORDER BY 1") }
    }

    @Test(arguments: texts.indices) func `a text is a text, wherever it stands`(index: Int) async throws {
        let text = HostileTextTests.texts[index]
        let directory = TestDirectory()
        let journal = try SQLiteJournal.testing(directory)
        let before = try await words(journal)
        let batch = Batch([SampleMention(text, text)], from: text)
        #expect(try await journal.append(batch, from: text, advancing: Cursor(text)).created == 1)
        #expect(try await journal.append(batch, from: text, advancing: nil).created == 0)
        _ = try await journal.register(sink: text, fromBeginning: true)
        let delivery = try #require(try await journal.next(for: text, limits: BatchLimits(bytes: 8 << 20), where: nil))
        try await journal.begin(delivery)
        let line = try #require(delivery.batch.entries.isEmpty ? nil : delivery.batch.line(0))
        let letter = DeadLetter(
            sink: text, position: 1, reason: text, attempts: 1, at: Timestamp(seconds: 0), line: Array(line))
        try await journal.confirm(delivery, state: nil, dead: [letter])
        // A text that is read back ends at NUL; none of the names that an operator may give has one.
        let kept = String(text.prefix { $0 != "\0" })
        let letters = try await journal.deadLetters(of: text)
        // Of a long reason the beginning is kept.
        #expect(letters.count == 1 && letters.allSatisfy { $0.reason.prefix(100) == kept.prefix(100) })
        #expect(try await journal.cursor(of: text)?.value.text == kept)
        try await journal.close()
        let again = try SQLiteJournal.testing(directory)
        #expect(try await again.cursor(of: text)?.value.text == kept)
        #expect(try await words(again) == before)
        try await again.close()
    }

    @Test func `no function that a file brings with it is called`() async throws {
        let directory = TestDirectory()
        let journal = try SQLiteJournal.testing(directory)
        let trusted = try await journal.file.pool.read { try Int.fetchOne($0, sql: "PRAGMA trusted_schema") }
        #expect(trusted == 0)
        try await journal.close()
    }
}
