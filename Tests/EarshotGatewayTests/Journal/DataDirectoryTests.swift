import Earshot
import Foundation
import Glibc
import Testing

@testable import EarshotGateway

/// Whose the data directory must be, and what others may do with it: nothing.
@Suite struct DataDirectoryTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("earshot-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func mode(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    private func open(_ path: String) throws -> SQLiteJournal {
        try SQLiteJournal(directory: path, now: { Timestamp(seconds: 1_767_225_600) })
    }

    private func refusal(_ path: String) -> String? {
        do {
            _ = try open(path)
            return nil
        } catch {
            return (error as? JournalFailure)?.summary ?? "\(error)"
        }
    }

    @Test func `what is made is its owner's alone, whatever the mask`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("earshot-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let journal = try open(folder + "/a/data")
        #expect(try mode(folder + "/a/data") == 0o700)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder + "/a/data") {
            #expect(try mode(folder + "/a/data/" + name) & 0o077 == 0, "\(name)")
        }
        try await journal.close()
    }

    @Test func `one that others can look into is closed to them`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("earshot-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        unsafe chmod(folder, 0o755)
        let journal = try open(folder)
        #expect(try mode(folder) == 0o700)
        try await journal.close()
    }

    @Test(arguments: [0o777, 0o770, 0o702, 0o1777] as [mode_t])
    func `one that others can write to is refused, and left as it is`(mode: mode_t) throws {
        try withFolder { folder in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            unsafe chmod(folder, mode)
            #expect(refusal(folder)?.contains("others can write to \(folder): chmod 700") == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test(.enabled(if: geteuid() == 0)) func `one of another user is refused, with whose it is`() throws {
        try withFolder { folder in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            unsafe chown(folder, 12_345, 12_345)
            unsafe chmod(folder, 0o700)
            #expect(refusal(folder)?.contains("belongs to another user (12345)") == true)
        }
    }

    @Test func `a file in its place is no directory`() throws {
        try withFolder { folder in
            try Data().write(to: URL(fileURLWithPath: folder))
            #expect(refusal(folder)?.contains("is no directory") == true)
        }
    }
}
