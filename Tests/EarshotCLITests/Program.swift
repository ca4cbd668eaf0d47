import Foundation
import Glibc

/// The built program as a user runs it.
struct Program {
    /// The repository.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The program beside the tests.
    static let path =
        Bundle.main.executableURL.map { executable in
            var folder = executable.deletingLastPathComponent()
            while folder.path.count > 1, !FileManager.default.isExecutableFile(atPath: folder.path + "/earshot") {
                folder = folder.deletingLastPathComponent()
            }
            return folder.path.count > 1 ? folder.path + "/earshot" : root.path + "/.build/debug/earshot"
        } ?? root.path + "/.build/debug/earshot"

    /// The lines that come out of a pipe, until it is closed.
    ///
    /// Read on a thread of its own: `availableData` dies where a signal comes between, as it does when a child ends.
    static func lines(of pipe: Pipe) -> AsyncStream<String> {
        let (stream, continuation) = AsyncStream<String>.makeStream()
        let handle = pipe.fileHandleForReading
        Thread.detachNewThread {
            var pending = ""
            var bytes = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = unsafe bytes.withUnsafeMutableBytes {
                    unsafe Glibc.read(handle.fileDescriptor, $0.baseAddress, $0.count)
                }
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { break }
                pending += String(decoding: bytes[..<count], as: UTF8.self)
                var parts = pending.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                pending = parts.removeLast()
                for line in parts { continuation.yield(line) }
            }
            continuation.finish()
        }
        return stream
    }

    /// What a run ended with.
    struct Ending: Sendable {
        var code: Int32
        var output: String
        var errors: String

        /// The records on standard output.
        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    /// Runs a command to its end, with `input` on its standard input.
    static func run(_ arguments: String..., input: Data? = nil, environment: [String: String] = [:]) async throws
        -> Ending
    {
        try await run(arguments, input: input, environment: environment)
    }

    /// Runs a command to its end, with `input` on its standard input, in a folder that is the repository if not given.
    static func run(
        _ arguments: [String], in place: URL = root, input: Data? = nil, environment: [String: String] = [:]
    ) async throws -> Ending {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.currentDirectoryURL = place
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let folder = try Folder()
        let output = try folder.file("output")
        let errors = try folder.file("errors")
        process.standardOutput = output
        process.standardError = errors
        if let input {
            let file = folder.url.appendingPathComponent("input")
            try input.write(to: file)
            process.standardInput = try FileHandle(forReadingFrom: file)
        } else {
            process.standardInput = FileHandle.nullDevice
        }
        try process.run()
        await process.ended()
        return Ending(
            code: process.terminationStatus, output: try folder.text("output"), errors: try folder.text("errors"))
    }
}

extension Process {
    /// Waits until it has ended, on a thread of its own: the pool of Swift's tasks has one for each processor, and
    /// others need them.
    func ended() async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                self.waitAnywhere()
                continuation.resume()
            }
        }
    }

    /// Asks it to end, and keeps its folder for as long as it may need it.
    func stop(keeping folder: Folder) {
        guard isRunning else { return }
        terminate()
        Thread.detachNewThread { withExtendedLifetime(folder) { self.waitAnywhere() } }
    }

    /// Blocks until it has ended.
    ///
    /// Foundation's own way of waiting never rests on a thread other than that which began the process.
    private func waitAnywhere() {
        var end = unsafe siginfo_t()
        while unsafe waitid(P_PID, id_t(processIdentifier), &end, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        waitUntilExit()
    }
}

/// A folder that goes when the test does.
final class Folder: Sendable {
    /// Where it is.
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("earshot-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// The path of a name within it.
    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    /// A new file, open for writing.
    func file(_ name: String) throws -> FileHandle {
        _ = FileManager.default.createFile(atPath: path(name), contents: nil)
        return try FileHandle(forWritingTo: url.appendingPathComponent(name))
    }

    /// Writes a file.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try FileManager.default.createDirectory(
            at: url.appendingPathComponent(name).deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url.appendingPathComponent(name))
        return path(name)
    }

    /// Writes a file that nobody else can read.
    @discardableResult
    func keep(_ secret: String, in name: String) throws -> String {
        let path = try write(secret, to: name)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        return path
    }

    /// A file's text; what is not UTF-8 becomes U+FFFD.
    func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: url.appendingPathComponent(name)), as: UTF8.self)
    }
}
