import Earshot
import EarshotTesting
import Foundation
import Synchronization
import Testing

@testable import EarshotGateway

/// A directory of a test's own, gone with it.
final class TestDirectory: Sendable {
    let path: String

    init() { path = NSTemporaryDirectory() + "earshot-" + UUID().uuidString }

    /// A directory on a disk in memory, where the machine has one: files are real, and writing them through is free.
    init(inMemory: Bool) {
        let memory = "/dev/shm/"
        let isThere = inMemory && FileManager.default.isWritableFile(atPath: memory)
        path = (isThere ? memory : NSTemporaryDirectory()) + "earshot-" + UUID().uuidString
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// A copy of what the directory holds at this moment, as a crash would leave it.
    func copy() throws -> TestDirectory {
        let copy = TestDirectory(inMemory: path.hasPrefix("/dev/shm/"))
        try FileManager.default.copyItem(atPath: path, toPath: copy.path)
        return copy
    }

    func url(_ name: String) -> URL { URL(fileURLWithPath: path).appendingPathComponent(name) }
}

extension JournalOptions {
    /// Nothing is kept that every sink has had.
    static var forgetting: JournalOptions {
        var options = JournalOptions()
        options.keeping.time = .zero
        return options
    }
}

extension SQLiteJournal {
    /// A journal with a clock that stands still.
    static func testing(
        _ directory: TestDirectory, options: JournalOptions = .forgetting,
        now: @escaping @Sendable () -> Timestamp = { Fixture.observedAt }
    ) throws -> SQLiteJournal {
        try SQLiteJournal(directory: directory.path, options: options, now: now)
    }
}

@Suite struct JournalContractTests {
    @Test(arguments: JournalContract.properties)
    func `the journal on disk keeps its promises`(_ property: JournalContract.Property) async throws {
        #expect(try await violations(of: property, .forgetting) == [])
    }

    @Test(arguments: JournalContract.bursts)
    func `the journal on disk keeps its promises of bursts`(_ property: JournalContract.Property) async throws {
        var options = JournalOptions.forgetting
        options.dedupe = .sampling
        options.keeping.size = 0
        #expect(try await violations(of: property, options) == [])
    }

    private func violations(of property: JournalContract.Property, _ options: JournalOptions) async throws -> [String] {
        // Every opening after the first is of a copy of the files as they are, which is what a crash leaves.
        // Those that were opened before stay open meanwhile: closing one would change its files while they are copied.
        let opened = Mutex<[(directory: TestDirectory, journal: SQLiteJournal)]>([])
        return try await property.violations {
            try opened.withLock { opened in
                let directory = try opened.last?.directory.copy() ?? TestDirectory()
                let journal = try SQLiteJournal.testing(directory, options: options)
                opened.append((directory, journal))
                return journal
            }
        }
    }

    @Test(arguments: JournalContract.properties)
    func `the journal in memory keeps its promises`(_ property: JournalContract.Property) async throws {
        let store = MemoryJournal.Store()
        #expect(try await property.violations { MemoryJournal(on: store) } == [])
    }

    @Test(arguments: JournalContract.bursts)
    func `the journal in memory keeps its promises of bursts`(_ property: JournalContract.Property) async throws {
        let store = MemoryJournal.Store()
        #expect(try await property.violations { MemoryJournal(on: store, policy: .sampling) } == [])
    }
}
