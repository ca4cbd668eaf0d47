import Earshot
import EarshotTesting
import Foundation
import GRDB
import Synchronization
import Testing

@testable import EarshotGateway

/// A thousand random sequences an engine; `EARSHOT_SEED=7 EARSHOT_SEQUENCES=1` repeats the one that failed.
@Suite struct JournalModelTests {
    private static let seeds: Range<UInt64> = {
        let environment = ProcessInfo.processInfo.environment
        let first = environment["EARSHOT_SEED"].flatMap { UInt64($0) } ?? 1
        return first..<(first + (environment["EARSHOT_SEQUENCES"].flatMap { UInt64($0) } ?? 1000))
    }()

    @Test func `the journal on disk does in random sequences what the model says`() async throws {
        for violation in try await Self.violations(of: { CrashedFiles().open }) { Issue.record("\(violation)") }
    }

    @Test func `the journal in memory does in random sequences what the model says`() async throws {
        let violations = try await Self.violations {
            let store = MemoryJournal.Store()
            return { MemoryJournal(on: store, now: $0) }
        }
        for violation in violations { Issue.record("\(violation)") }
    }

    @Test func `a journal that forgets when it crashes is found out`() async throws {
        let found = try await JournalSequences().violations(seed: 1) { MemoryJournal(on: .init(), now: $0) }
        #expect(found.first?.contains("after a crash") == true)
    }

    /// What is found in the sequences, two at a time, each on storage of its own; the first few.
    private static func violations(of storage: @escaping @Sendable () -> JournalSequences.Open) async throws -> [String]
    {
        try await withThrowingTaskGroup(of: [String].self) { group in
            for stripe in 0..<UInt64(2) {
                group.addTask {
                    var found: [String] = []
                    for seed in seeds where seed % 2 == stripe && found.count < 3 {
                        found += try await JournalSequences().violations(seed: seed, of: storage())
                    }
                    return found
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }
}

/// The files of a journal that crashes again and again: what a kill leaves of them is opened next.
private final class CrashedFiles: Sendable {
    private let current = Mutex<(directory: TestDirectory, journal: SQLiteJournal)?>(nil)

    @Sendable func open(_ now: @escaping @Sendable () -> Timestamp) async throws -> any Journal {
        let directory = TestDirectory(inMemory: true)
        if let before = current.withLock({ $0 }) {
            try FileManager.default.createDirectory(
                atPath: directory.path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            // The writer is held while files are copied: a copy is what a kill leaves, a torn read is not.
            try await before.journal.file.pool.writeWithoutTransaction { _ in
                for name in ["journal.db", "journal.db-wal"] {
                    try FileManager.default.copyItem(at: before.directory.url(name), to: directory.url(name))
                }
            }
            // What was being written when it died.
            let log = try FileHandle(forWritingTo: directory.url("journal.db-wal"))
            try log.seekToEnd()
            try log.write(contentsOf: Data(repeating: 0x5A, count: 5000))
            try log.close()
        }
        let journal = try SQLiteJournal.testing(directory, now: now)
        current.withLock { $0 = (directory, journal) }
        return journal
    }
}
