internal import CSpawn
internal import Earshot
internal import Foundation
internal import Glibc
internal import Logging
internal import Synchronization

/// One run of a program: a thread that starts it, reads what it prints, and ends all of it when it is told to.
///
/// What was printed waits in a store of bounded size; while that is full, the program waits.
final class ProgramRun: Sendable {
    /// What is run.
    struct Order: Sendable {
        var path: String
        var arguments: [String]
        var environment: [String: String]
        var directory: String
        var outputLimit: Int
        var memoryLimit: Int
        /// The most seconds that a processor works for one of its processes; 0 is no limit.
        var timeLimit = 0
    }

    private struct Standing {
        var isToStop = false
        var ending: ProgramEnding?
        var waiting: [CheckedContinuation<ProgramEnding, Never>] = []
    }

    private let order: Order
    private let output: ByteFlow
    private let bell: EventDescriptor
    private let mark = ProgramMark()
    private let standing = Mutex(Standing())

    /// How much of the output waits for being taken.
    private static let backlog = 1 << 20
    /// How long a program has between being asked to end and being killed, in milliseconds.
    private static let grace: Int32 = 2000
    private static let fileLimit = 1 << 30
    private static let openFiles = 1024
    /// How many processes and threads a program may add to those that its user has.
    private static let processLimit = 512

    /// Starts a program; `errorOutput` takes what it writes to its standard error.
    init(_ order: Order, errorOutput: ErrorOutput) {
        self.order = order
        let bell = EventDescriptor()
        self.bell = bell
        output = ByteFlow(limit: ProgramRun.backlog) { bell.ring() }
        // The program is killed when the thread that started it ends, so the thread lives as long.
        let thread = Thread { [self] in run(errorOutput) }
        thread.name = "earshot-program"
        thread.stackSize = 1 << 19
        thread.start()
    }

    /// What it has printed since the last call; nil when it has ended and all is taken.
    func next() async throws -> [UInt8]? { try await output.next() }

    /// Asks the program and all that it started to end, and kills what does not.
    func stop() {
        standing.withLock { $0.isToStop = true }
        bell.ring()
    }

    /// How it ended, once it has.
    func ending() async -> ProgramEnding {
        await withCheckedContinuation { continuation in
            let ending = standing.withLock { standing in
                if standing.ending == nil { standing.waiting.append(continuation) }
                return standing.ending
            }
            if let ending { continuation.resume(returning: ending) }
        }
    }

    // The thread.

    private func run(_ errorOutput: ErrorOutput) {
        var process = cspawn_process()
        let error = start(&process)
        guard error == 0 else { return finish(ProgramEnding(cause: .unstarted(error))) }
        var pipes = ProgramPipes(process, errorOutput: errorOutput, limit: order.outputLimit)
        var isStopping = false
        var isTalkative = false
        while !pipes.hasEnded {
            let isToStop = standing.withLock { $0.isToStop } || isTalkative
            if isToStop && !isStopping {
                isStopping = true
                _ = kill(-process.pid, SIGTERM)
            }
            let isInTime = pipes.wait(listening: output.hasRoom, on: bell, for: isStopping ? ProgramRun.grace : -1)
            if !isInTime { _ = kill(-process.pid, SIGKILL) }
            pipes.read(into: output)
            isTalkative = isTalkative || pipes.isTalkative
        }
        let code = cspawn_reap(process.pid)
        mark.killAll()
        pipes.drain(into: output)
        var cause: ProgramEnding.Cause = code < 0 ? .signal(-code) : .exit(code)
        if isTalkative { cause = .talkative(order.outputLimit) }
        finish(ProgramEnding(cause: cause, lastWords: pipes.lastWords))
    }

    private func finish(_ ending: ProgramEnding) {
        let waiting = standing.withLock { standing in
            standing.ending = ending
            defer { standing.waiting = [] }
            return standing.waiting
        }
        output.finish()
        for continuation in waiting { continuation.resume(returning: ending) }
    }

    private func start(_ process: inout cspawn_process) -> Int32 {
        let marked = order.environment.merging([ProgramMark.variable: mark.value]) { $1 }
        let environment = marked.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }
        return unsafe ProgramRun.withPointers([order.path] + order.arguments) { arguments in
            unsafe ProgramRun.withPointers(environment) { environment in
                unsafe order.path.withCString { path in
                    unsafe order.directory.withCString { directory in
                        var request = unsafe cspawn_request(
                            path: path, arguments: arguments, environment: environment, directory: directory,
                            memory: order.memoryLimit, file: ProgramRun.fileLimit, files: ProgramRun.openFiles,
                            processes: ProgramRun.tasksOfUser() + ProgramRun.processLimit, seconds: order.timeLimit)
                        return unsafe cspawn_start(&request, &process)
                    }
                }
            }
        }
    }

    /// How many processes and threads this user has, which is what the system holds against its limit.
    private static func tasksOfUser() -> Int {
        let user = geteuid()
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return numbers.reduce(0) { total, number in
            var status = stat()
            guard number.utf8.first.map({ $0 >= 0x30 && $0 <= 0x39 }) == true,
                unsafe stat("/proc/\(number)/task", &status) == 0, status.st_uid == user
            else { return total }
            // A folder has a link of its parent, one of itself, and one of each folder in it.
            return total + max(Int(status.st_nlink) - 2, 1)
        }
    }

    /// Texts as C has them, ended by a null pointer.
    private static func withPointers<Result>(
        _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers = unsafe texts.map { unsafe strdup($0) } + [nil]
        defer { unsafe pointers.forEach { unsafe free($0) } }
        return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
            // There is always the null pointer at the end.
            unsafe body(UnsafePointer(buffer.baseAddress.unsafelyUnwrapped))
        }
    }
}

/// A descriptor that wakes a thread which waits for others as well.
final class EventDescriptor: Sendable {
    /// The descriptor, to be polled.
    let number = cspawn_bell()

    deinit { close(number) }

    /// Wakes whoever waits.
    func ring() { _ = eventfd_write(number, 1) }

    /// Forgets that it was rung.
    func silence() {
        var count: UInt64 = 0
        _ = unsafe eventfd_read(number, &count)
    }
}
