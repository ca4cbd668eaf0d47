import Earshot
import EarshotTesting
import Foundation

@testable import EarshotSinks

/// A directory of a test's own, gone with it.
final class TestFolder: Sendable {
    let path: String
    let now: @Sendable () -> Timestamp

    init(now: @escaping @Sendable () -> Timestamp = { Fixture.observedAt }) {
        path = NSTemporaryDirectory() + "earshot-" + UUID().uuidString
        self.now = now
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// A file sink whose template starts here.
    func sink(_ template: String, _ settings: [String: String] = [:]) throws -> FileSink {
        let json = try JSONEncoder().encode(settings.merging(["path": template]) { $1 })
        return try FileSink(
            settings: JSONDecoder().decode(FileSink.Settings.self, from: json),
            surroundings: SinkSurroundings(name: "archive", directory: path, http: Desk(), now: now))
    }

    /// The paths of all files that hold lines, parts in their order.
    var files: [String] {
        let all = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        let files = all.filter { name in
            let type = try? FileManager.default.attributesOfItem(atPath: path + "/" + name)[.type] as? FileAttributeType
            return type == .typeRegular && !name.contains(".pending")
        }
        return files.sorted { one, other in
            let parts = [one, other].map { Int($0.split(separator: ".").dropFirst().first ?? "") ?? 0 }
            return (parts[0], one) < (parts[1], other)
        }
    }

    func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)) }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
    }

    /// Adds bytes that nobody confirmed.
    func append(_ text: String, to name: String) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path + "/" + name))
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

    /// Every line of every file.
    func lines(_ compression: Compression) throws -> [String] {
        try files.flatMap { name -> [String] in
            let data = try compression == .none ? bytes(name) : unpacked(name, with: compression)
            return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }

    /// What the system's own tools make of a packed file.
    private func unpacked(_ name: String, with compression: Compression) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [compression == .gzip ? "gzip" : "zstd", "-dc", path + "/" + name]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return data
    }

    /// An open file to write to.
    func descriptor(_ name: String) -> Int32 {
        unsafe open(path + "/" + name, O_CREAT | O_RDWR | O_APPEND, 0o600)
    }
}
