import Earshot
import EarshotTesting
import Testing

@testable import EarshotGateway

/// Batches as long as segments, whose lines are taken up many at a time.
@Suite struct LongBatchTests {
    private let directory = TestDirectory()

    /// Mentions with texts of a length, in one batch.
    private func batch(_ numbers: [Int], length: Int) -> Batch {
        let text = String(repeating: "x", count: length)
        return Batch(numbers.map { SampleMention("\($0)", "\($0) \(text)") }, from: "brand")
    }

    /// The lines of all mentions from the first, and how many deliveries they came in.
    private func told(_ journal: SQLiteJournal, _ limits: BatchLimits) async throws -> (lines: [String], counts: [Int])
    {
        var (lines, counts, place): ([String], [Int], Int64) = ([], [], 0)
        let head = try await journal.status().head
        while place < head, let delivery = try await journal.mentions(after: place, limits: limits) {
            lines += delivery.batch.texts
            counts.append(delivery.batch.count)
            #expect(delivery.batch.entries.map(\.position) == Array((place + 1)...delivery.upTo))
            place = delivery.upTo
        }
        return (lines, counts)
    }

    @Test(arguments: [(10, 20), (300, 1000), (900, 1000), (2500, 10), (1200, 1500), (2, 1_100_000), (999, 120)])
    func `long batches are stored line for line, whatever is left out of them`(_ count: Int, _ length: Int) async throws
    {
        let first = batch(Array(0..<count), length: length)
        // Some that were seen before, at the beginning, amid others and at the end.
        let second = batch(
            Array(0..<1) + Array(count..<(2 * count)) + [1] + Array((2 * count)..<(3 * count)) + [0], length: length)
        let expected = [(first, [Int]()), (second, [0, count + 1, 2 * count + 2])].flatMap { batch, without in
            batch.texts.enumerated().filter { !without.contains($0.offset) }.map(\.element)
        }
        let journal = try SQLiteJournal.testing(directory)
        #expect(try await journal.append(first, from: "brand", advancing: nil).created == count)
        let receipt = try await journal.append(second, from: "brand", advancing: nil)
        #expect((receipt.created, receipt.repeated) == (2 * count, 3))
        for limits in [BatchLimits(), BatchLimits(count: 7), BatchLimits(bytes: 150_000)] {
            #expect(try await told(journal, limits).lines == expected)
        }
        let stored = try await journal.read { try SegmentTable.segments(after: 0, count: 10_000, in: $0) }
        #expect(stored.allSatisfy { $0.batch.count <= Segment.countLimit })
        #expect(stored.allSatisfy { $0.batch.count == 1 || $0.batch.lines.count <= Segment.sizeLimit })
        try await journal.close()
        let again = try SQLiteJournal.testing(directory)
        #expect(try await told(again, BatchLimits()).lines == expected)
    }

    @Test func `a long batch is a segment, and a delivery, by itself`() async throws {
        let journal = try SQLiteJournal.testing(directory)
        for start in [0, 600, 1200] {
            let batch = batch(Array(start..<(start + 600)), length: 600)
            _ = try await journal.append(batch, from: "brand", advancing: nil)
            let stored = try await journal.read { try SegmentTable.segments(after: Int64(start), count: 9, in: $0) }
            #expect(stored.map(\.batch.lines) == [batch.lines])
        }
        #expect(try await told(journal, BatchLimits()).counts == [600, 600, 600])
    }

    @Test func `short batches are still delivered together`() async throws {
        let journal = try SQLiteJournal.testing(directory)
        for start in [0, 100, 200] {
            _ = try await journal.append(
                batch(Array(start..<(start + 100)), length: 100), from: "brand", advancing: nil)
        }
        #expect(try await told(journal, BatchLimits()).counts == [300])
    }
}
