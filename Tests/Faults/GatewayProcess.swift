import EarshotTestSupport
import Foundation
import Glibc
import Synchronization

/// The program as a user runs it, to be killed.
final class GatewayProcess: Sendable {
    private struct State {
        var peak = 0
        var exit: (code: Int32, isSignal: Bool)?
    }

    /// Its number.
    let number: Int32
    /// Where it logs to.
    let log: String
    private let state = Mutex(State())
    private let ended = DispatchSemaphore(value: 0)

    /// Starts a program; `prefix` is what the shell does before, such as limits, `wrapper` a program that runs it.
    init(
        _ program: String, _ arguments: [String], in folder: String, log: String, environment: [String: String] = [:],
        prefix: String = "", wrapper: String = ""
    ) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "\(prefix) exec \(wrapper) \"$0\" \"$@\"", program] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        if !FileManager.default.fileExists(atPath: log) {
            _ = FileManager.default.createFile(atPath: log, contents: nil)
        }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        try file.seekToEnd()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = file
        process.standardInput = FileHandle.nullDevice
        self.log = log
        let (state, ended) = (EndNote(), ended)
        process.terminationHandler = { process in
            _ = GatewayProcess.running.withLock { $0.remove(process.processIdentifier) }
            state.exit.withLock { $0 = (process.terminationStatus, process.terminationReason == .uncaughtSignal) }
            ended.signal()
        }
        try process.runWithSignals()
        try? file.close()
        number = process.processIdentifier
        note = state
        _ = GatewayProcess.running.withLock { $0.insert(process.processIdentifier) }
    }

    private static let running = Mutex<Set<Int32>>([])

    /// Ends everything that was started, as the harness itself is being ended.
    static func killAll() { for number in running.withLock({ $0 }) { _ = Glibc.kill(-number, SIGKILL) } }

    private final class EndNote: Sendable {
        let exit = Mutex<(code: Int32, isSignal: Bool)?>(nil)
    }

    private let note: EndNote

    /// Whether it has not ended.
    var isRunning: Bool { note.exit.withLock { $0 == nil } }

    /// What it ended with, if it has: its code, or 128 and the signal.
    var code: Int32? { note.exit.withLock { $0.map { $0.isSignal ? 128 + $0.code : $0.code } } }

    /// The most memory that it has had, in bytes, as far as was looked.
    var peak: Int {
        let text = (try? String(contentsOfFile: "/proc/\(number)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        let found = (Int(line.filter(\.isNumber)) ?? 0) * 1024
        return state.withLock { state in
            state.peak = max(state.peak, found)
            return state.peak
        }
    }

    /// Sends a signal.
    func send(_ signal: Int32) { if isRunning { _ = Glibc.kill(number, signal) } }

    /// Sends a signal to it and to everything that it has started.
    func sendToAll(_ signal: Int32) { if isRunning { _ = Glibc.kill(-number, signal) } }

    /// Waits for its end; nil where it goes on.
    @discardableResult
    func wait(atMost seconds: Double) -> Int32? {
        guard isRunning else { return code }
        if ended.wait(timeout: .now() + seconds) == .success { ended.signal() }
        return code
    }

    /// Ends it as a power cut would end it, but for the disk's own memory.
    func kill() {
        _ = peak
        send(SIGKILL)
        wait(atMost: 30)
    }

    /// Gives it more, or less, of something at once.
    func limit(_ resource: String, to value: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["prlimit", "--pid", "\(number)", "--\(resource)=\(value)"]
        try process.run()
        process.waitUntilExit()
    }
}
