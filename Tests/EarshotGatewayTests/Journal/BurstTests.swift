import Earshot
import EarshotTesting
import Foundation
import Logging
import Synchronization
import Testing

@testable import EarshotGateway

@Suite struct BurstTests {
    private let directory = TestDirectory(inMemory: true)
    private let lead = "you lost my suitcase AGAIN, two hours at the desk and nobody knows anything #acmefail"

    private var options: JournalOptions {
        var options = JournalOptions()
        options.dedupe = .sampling
        return options
    }

    /// Mentions as intake hands them over, with what their texts are like.
    private func batch(_ mentions: [SampleMention]) -> Batch {
        var batch = Batch(mentions, from: "brand")
        for (index, mention) in mentions.enumerated() where mention.operation != .delete {
            batch.signatures[index] = Signature(of: FoldedText(mention.text))
        }
        return batch
    }

    private func copies(_ range: Range<Int>) -> Batch { batch(range.map { SampleMention("\($0)", lead) }) }

    private func lines(_ journal: any Journal) async throws -> [String] {
        await journal.finish()
        var lines: [String] = []
        while let delivery = try await journal.next(for: "desk", limits: BatchLimits(), where: nil) {
            lines += delivery.batch.texts
            try await journal.confirm(delivery, state: nil, dead: [])
        }
        return lines
    }

    /// The number after a word of a line.
    private func number(after word: String, in line: String) -> Int? {
        line.firstRange(of: word).flatMap { Int(line[$0.upperBound...].prefix { $0.isNumber }) }
    }

    @Test func `seven thousand copies are some thirty lines, the last of which has the exact size`() async throws {
        let journal = try SQLiteJournal.testing(directory, options: options)
        _ = try await journal.register(sink: "desk", fromBeginning: true)
        var receipt = Receipt()
        for start in stride(from: 0, to: 7000, by: 250) {
            receipt += try await journal.append(copies(start..<(start + 250)), from: "brand", advancing: nil)
        }
        try await journal.tellBursts(finally: true)
        #expect(receipt.created == 19 && receipt.sampledOut == 6981)
        let told = try await lines(journal)
        #expect(told.count == 29)
        #expect(told.last.flatMap { number(after: "\"size\":", in: $0) } == 7000)
        // Every update of the first is the first, but for its head and its cluster.
        let first = try #require(told.first)
        for line in told where line.contains("\"op\":\"update\"") {
            let cluster = try #require(line.firstRange(of: "\"cluster\":{"))
            let end = try #require(line[cluster.upperBound...].firstRange(of: "},"))
            var plain = line
            plain.removeSubrange(cluster.lowerBound..<end.upperBound)
            #expect(
                plain.replacing("\"op\":\"update\",\"changed\":[\"metrics\"],", with: "\"op\":\"create\",") == first)
        }
    }

    @Test func `a burst that grows slowly is told every ten minutes, and once when it is over`() async throws {
        let moment = Mutex(Timestamp(seconds: 1_767_225_600))
        let journal = try SQLiteJournal(directory: directory.path, options: options) { moment.withLock { $0 } }
        _ = try await journal.append(copies(0..<10), from: "brand", advancing: nil)
        _ = try await journal.register(sink: "desk", fromBeginning: false)
        // A copy a minute for nine minutes, and then silence.
        let minutes = Mutex(0)
        let clock = GatewayClock(
            now: { moment.withLock { $0 } },
            sleep: { pause in
                let minute = minutes.withLock { minutes in
                    minutes += 1
                    return minutes
                }
                if minute > 40 { throw CancellationError() }
                moment.withLock { $0.milliseconds += Int64(pause / .milliseconds(1)) }
                guard minute < 10 else { return }
                _ = try await journal.append(copies((minute + 9)..<(minute + 10)), from: "brand", advancing: nil)
            }, random: { 0 })
        let watch = BurstWatch(journal: journal, clock: clock, log: Logger(label: "test"))
        await #expect(throws: CancellationError.self) { try await watch.run() }
        #expect(try await lines(journal).map { number(after: "\"size\":", in: $0) } == [19])
    }

    @Test func `what is private, mail or the brand's own is never left out`() {
        func isSamplable(_ change: (inout MentionRow) -> Void) -> Bool {
            var reading = Reading(network: "twitter")
            var row = MentionRow(kind: .post)
            row.nativeID = reading.keep("1")
            change(&row)
            reading.append(row)
            var writer = MentionWriter(origin: .init(channel: "brand", adapter: "sample", adapterVersion: "1.0"))
            writer.write(reading, of: Document([], observedAt: Fixture.observedAt))
            return writer.take().entries.allSatisfy(\.isSamplable)
        }
        #expect(isSamplable { _ in })
        #expect(isSamplable { $0.visibility = .public })
        #expect(isSamplable { $0.kind = .repost })
        #expect(!isSamplable { $0.visibility = .private })
        #expect(!isSamplable { $0.visibility = .followers })
        #expect(!isSamplable { $0.kind = .message })
        #expect(!isSamplable { $0.kind = .email })
        #expect(!isSamplable { $0.direction = .outbound })
        #expect(!isSamplable { $0.author.own = true })
    }

    @Test func `a group whose lines are too long to be kept is told in full`() async throws {
        let journal = try SQLiteJournal.testing(directory, options: options)
        let long = String(repeating: "the longest complaint about a suitcase that you ever read ", count: 1300)
        let mentions = (0..<30).map { SampleMention("\($0)", long) }
        #expect(try await journal.append(batch(mentions), from: "brand", advancing: nil).created == 30)
    }

    @Test func `whatever the moment of a crash, the same lines are told as without`() async throws {
        var random = SeededRandom(seed: 11)
        for _ in 0..<12 {
            let memory = MemoryJournal(policy: .sampling)
            var place = TestDirectory(inMemory: true)
            var journal = try SQLiteJournal.testing(place, options: options)
            for journal in [journal, memory] as [any Journal] {
                _ = try await journal.register(sink: "desk", fromBeginning: true)
            }
            for _ in 0..<25 {
                let batch = batch(mentions(&random))
                let receipt = try await journal.append(batch, from: "brand", advancing: nil)
                #expect(try await memory.append(batch, from: "brand", advancing: nil) == receipt)
                let finally = Int.random(in: 0..<4, using: &random) == 0
                let told = try await journal.tellBursts(finally: finally)
                #expect(try await memory.tellBursts(finally: finally) == told)
                guard Bool.random(using: &random) else { continue }
                place = try place.copy()
                journal = try SQLiteJournal.testing(place, options: options)
            }
            #expect(try await lines(journal) == lines(memory))
        }
    }

    /// Some mentions of two bursts, new and known ones, edited, liked and deleted.
    private func mentions(_ random: inout SeededRandom) -> [SampleMention] {
        (0..<Int.random(in: 1..<12, using: &random)).map { _ in
            let number = Int.random(in: 0..<120, using: &random)
            var mention = SampleMention("\(number)", number.isMultiple(of: 3) ? "my " + lead + " in Riga" : lead)
            if number > 110 { mention.text = "flight \(number) of \(number * 7) was on time at gate \(number * 3)" }
            switch Int.random(in: 0..<12, using: &random) {
            case 0: mention.operation = .delete
            case 1: mention.likes = Int64.random(in: 1..<4, using: &random)
            case 2: mention.text += " and nobody answers"
            default: break
            }
            return mention
        }
    }
}
