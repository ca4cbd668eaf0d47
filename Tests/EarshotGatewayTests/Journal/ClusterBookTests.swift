import Earshot
import EarshotTesting
import Foundation
import GRDB
import Testing

@testable import EarshotGateway

@Suite struct ClusterBookTests {
    private let directory = TestDirectory(inMemory: true)
    private let lead = "you lost my suitcase AGAIN, two hours at the desk and nobody knows anything #acmefail"

    private var options: JournalOptions {
        var options = JournalOptions.forgetting
        options.dedupe.similarity = 0.7
        return options
    }

    /// Mentions as intake hands them over, with what their texts are like.
    private func batch(_ mentions: [SampleMention]) -> Batch {
        var batch = Batch(mentions, from: "brand")
        for (index, mention) in mentions.enumerated() {
            batch.signatures[index] = Signature(of: FoldedText(mention.text))
        }
        return batch
    }

    private func copies(_ range: Range<Int>) -> Batch { batch(range.map { SampleMention("\($0)", lead) }) }

    private func lines(_ journal: any Journal) async throws -> [String] {
        let delivery = try await journal.next(for: "desk", limits: BatchLimits(), where: nil)
        guard let delivery else { return [] }
        try await journal.confirm(delivery, state: nil, dead: [])
        return delivery.batch.texts
    }

    /// What a line says of its cluster.
    private struct Cluster: Decodable {
        var id: String
        var size: Int64
        var lead: String
        var similarity: Double
    }

    private func place(of line: String) throws -> Cluster? {
        struct Written: Decodable { var cluster: Cluster? }
        let found = try JSONDecoder().decode(Written.self, from: Data(line.utf8)).cluster
        if let found { #expect(found.id == Digest(of: Array(found.lead.utf8)).hexadecimal) }
        return found
    }

    @Test func `lines say their cluster, on disk and in memory the same`() async throws {
        let disk = try SQLiteJournal.testing(directory, options: options)
        let memory = MemoryJournal(policy: options.dedupe)
        var edited = SampleMention("1", lead + " still")
        edited.page = nil
        for journal in [disk, memory] as [any Journal] {
            _ = try await journal.register(sink: "desk", fromBeginning: true)
            for batch in [copies(0..<2), copies(1..<3), batch([edited])] {
                _ = try await journal.append(batch, from: "brand", advancing: nil)
            }
        }
        let found = try await lines(disk)
        #expect(try await lines(memory) == found)
        #expect(try found.map { try place(of: $0)?.size } == [nil, 2, 3, 3])
        #expect(try place(of: found[1])?.lead == "twitter:0")
        #expect(found[1].contains("\"similarity\":1},\"provenance\""))
        #expect(found[3].contains("\"changed\":[\"content\"]"))
    }

    @Test func `whatever the moment of a crash, copies are counted exactly`() async throws {
        var journal = try SQLiteJournal.testing(directory, options: options)
        var place = directory
        for round in 0..<10 {
            _ = try await journal.append(copies((round * 20)..<(round * 20 + 20)), from: "brand", advancing: nil)
            // The next page is offered again after a crash, as its source heard no answer.
            if round % 2 == 0 {
                _ = try await journal.append(copies((round * 20)..<(round * 20 + 40)), from: "brand", advancing: nil)
            }
            place = try place.copy()
            journal = try SQLiteJournal.testing(place, options: options)
        }
        _ = try await journal.register(sink: "desk", fromBeginning: false)
        _ = try await journal.append(copies(0..<201), from: "brand", advancing: nil)
        let last = try #require(try await lines(journal).last)
        #expect(try self.place(of: last)?.size == 201)
    }

    @Test func `what a full disk refused is not counted`() async throws {
        let journal = try SQLiteJournal.testing(directory, options: options)
        _ = try await journal.append(copies(0..<2), from: "brand", advancing: nil)
        try await limit(journal, to: "(SELECT page_count FROM pragma_page_count)")
        await #expect(throws: JournalFailure.self) {
            try await journal.append(copies(2..<500), from: "brand", advancing: nil)
        }
        try await limit(journal, to: "1000000")
        _ = try await journal.register(sink: "desk", fromBeginning: false)
        _ = try await journal.append(copies(2..<4), from: "brand", advancing: nil)
        #expect(try await lines(journal).map { try place(of: $0)?.size } == [3, 4])
    }

    private func limit(_ journal: SQLiteJournal, to pages: String) async throws {
        try await journal.file.pool.writeWithoutTransaction { database in
            let limit = try Int.fetchOne(database, sql: "SELECT \(pages)") ?? 0
            _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(limit)")
        }
    }

    @Test func `a journal that began from a backup knows the clusters of then`() async throws {
        let journal = try SQLiteJournal.testing(directory, options: options)
        _ = try await journal.append(copies(0..<5), from: "brand", advancing: nil)
        try await journal.backUp()
        try await journal.close()
        try Data(repeating: 0xA5, count: 8192).write(to: directory.url("journal.db"))
        var options = options
        options.recovers = true
        let again = try SQLiteJournal.testing(directory, options: options)
        _ = try await again.register(sink: "desk", fromBeginning: false)
        _ = try await again.append(copies(5..<6), from: "brand", advancing: nil)
        #expect(try await lines(again).map { try place(of: $0)?.size } == [6])
    }

    @Test func `a mention whose id needs escaping leads its cluster`() async throws {
        let journal = try SQLiteJournal.testing(directory, options: options)
        _ = try await journal.register(sink: "desk", fromBeginning: true)
        let name = "a \"quoted\" \\ id"
        _ = try await journal.append(
            batch([SampleMention(name, lead), SampleMention("2", lead)]), from: "brand", advancing: nil)
        let last = try #require(try await lines(journal).last)
        #expect(try place(of: last)?.lead == "twitter:\(name)")
    }
}
