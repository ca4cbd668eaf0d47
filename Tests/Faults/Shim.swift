import EarshotTesting
import Foundation

/// The library that stands between the program and the system, and what is made of its recordings.
enum Shim {
    /// Builds it; nil, with a word on standard error, where there is no compiler.
    static func build(_ room: URL) -> String? {
        let path = NSTemporaryDirectory() + "earshot-faults-\(ProcessInfo.processInfo.processIdentifier).so"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let source = room.appendingPathComponent("Shim/shim.c").path
        process.arguments = ["clang", "-shared", "-fPIC", "-O1", "-o", path, source]
        do {
            try process.run()
        } catch {
            return nil
        }
        process.waitUntilExit()
        return process.terminationStatus == 0 ? path : nil
    }

    /// What a power cut leaves of the files below `root`, after a process whose changes were recorded was killed.
    ///
    /// Whatever was synced is there. Of what was written after that each part may be, as the disk pleased, or half
    /// of it: SQLite's own way to test.
    static func cutPower(_ recording: String, below root: String, _ random: inout SeededRandom) throws {
        var disk = Disk()
        let bytes = Array(FileManager.default.contents(atPath: recording) ?? Data())
        var reader = RecordReader(bytes: bytes)
        while let record = reader.next() { disk.take(record) }
        for path in disk.names {
            let left = disk.afterCut(path, &random)
            try Data(left).write(to: URL(fileURLWithPath: path))
        }
        // A memory map of the log of writes: it is made anew where it is missing.
        for path in disk.names where path.hasSuffix("-wal") {
            try? FileManager.default.removeItem(atPath: String(path.dropLast(4)) + "-shm")
        }
        try? FileManager.default.removeItem(atPath: recording)
    }
}

/// One change of a file.
struct Record {
    var kind: Character
    var path: String
    var offset: Int
    var length: Int
    var bytes: ArraySlice<UInt8>
}

/// Reads what the shim has recorded.
struct RecordReader {
    var bytes: [UInt8]
    var at = 0

    /// The next change; nil at the end, or where the last one is not whole.
    mutating func next() -> Record? {
        guard at + 5 <= bytes.count else { return nil }
        let kind = Character(UnicodeScalar(bytes[at]))
        let pathLength = integer(at + 1, 4)
        let after = at + 5 + pathLength
        guard after + 16 <= bytes.count else { return nil }
        let path = String(decoding: bytes[(at + 5)..<after], as: UTF8.self)
        let (offset, length) = (integer(after, 8), integer(after + 8, 8))
        let stored = kind == "w" ? length : 0
        guard after + 16 + stored <= bytes.count else { return nil }
        at = after + 16 + stored
        return Record(kind: kind, path: path, offset: offset, length: length, bytes: bytes[(at - stored)..<at])
    }

    private func integer(_ start: Int, _ count: Int) -> Int {
        bytes[start..<(start + count)].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}

/// Files as a disk has them: what is safe of each, and what was written since.
struct Disk {
    private var safe: [String: [UInt8]] = [:]
    private var loose: [String: [Record]] = [:]
    private var renamed = ""

    /// The files that there are.
    var names: [String] { safe.keys.sorted() }

    /// Takes a change.
    mutating func take(_ record: Record) {
        let path = record.path
        switch record.kind {
        case "w", "t":
            if safe[path] == nil { safe[path] = Disk.before(path) }
            loose[path, default: []].append(record)
        case "s":
            guard safe[path] != nil else { return }
            for change in loose.removeValue(forKey: path) ?? [] { Disk.apply(change, to: &safe[path, default: []]) }
        case "r": renamed = path
        case "n":
            safe[path] = safe.removeValue(forKey: renamed)
            loose[path] = loose.removeValue(forKey: renamed)
        default:
            safe[path] = nil
            loose[path] = nil
        }
    }

    /// What is left of a file.
    func afterCut(_ path: String, _ random: inout SeededRandom) -> [UInt8] {
        var left = safe[path] ?? []
        for change in loose[path] ?? [] {
            switch Int.random(in: 0..<3, using: &random) {
            case 0: Disk.apply(change, to: &left)
            case 1 where change.kind == "w":
                var torn = change
                torn.bytes = change.bytes.prefix(Int.random(in: 0...change.length, using: &random) / 512 * 512)
                Disk.apply(torn, to: &left)
            default: break
            }
        }
        return left
    }

    /// What a file held before the recording began.
    private static func before(_ path: String) -> [UInt8] {
        Array(FileManager.default.contents(atPath: path + ".before") ?? Data())
    }

    private static func apply(_ change: Record, to bytes: inout [UInt8]) {
        guard change.kind == "w" else {
            if change.length < bytes.count { bytes.removeLast(bytes.count - change.length) }
            if change.length > bytes.count { bytes += [UInt8](repeating: 0, count: change.length - bytes.count) }
            return
        }
        let end = change.offset + change.bytes.count
        if end > bytes.count { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
        bytes.replaceSubrange(change.offset..<end, with: change.bytes)
    }
}
