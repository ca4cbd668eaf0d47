internal import CSpawn
internal import Glibc

/// What connects a thread with the program that it runs.
struct ProgramPipes: ~Copyable {
    private var output: Int32
    private var errors: Int32
    private let ended: Int32
    private var errorOutput: ErrorOutput
    private var room: Int
    private var polled: [pollfd] = []

    /// Whether the program has ended; those that it started may not have.
    private(set) var hasEnded = false
    /// Whether it has printed more than it may.
    var isTalkative: Bool { room < 0 }
    /// The last that it wrote to its standard error.
    var lastWords: [String] { errorOutput.last }

    /// How much is read at once, and at most after the program's end.
    private static let share = 1 << 16
    private static let lastShares = 64

    init(_ process: cspawn_process, errorOutput: ErrorOutput, limit: Int) {
        output = process.output
        errors = process.errors
        ended = process.ended
        self.errorOutput = errorOutput
        room = limit
    }

    deinit {
        close(ended)
        if output >= 0 { close(output) }
        if errors >= 0 { close(errors) }
    }

    /// Waits until there is something to do; false where nothing came within some milliseconds (-1: however long).
    mutating func wait(listening: Bool, on bell: EventDescriptor, for milliseconds: Int32) -> Bool {
        let readable = Int16(POLLIN)
        polled = [
            pollfd(fd: listening ? output : -1, events: readable, revents: 0),
            pollfd(fd: errors, events: readable, revents: 0), pollfd(fd: ended, events: readable, revents: 0),
            pollfd(fd: bell.number, events: readable, revents: 0),
        ]
        let count = unsafe poll(&polled, nfds_t(polled.count), milliseconds)
        if polled[3].revents != 0 { bell.silence() }
        if polled[2].revents != 0 { hasEnded = true }
        return count != 0
    }

    /// Reads what is there.
    mutating func read(into flow: ByteFlow) {
        if polled[0].revents != 0 { _ = readOutput(into: flow) }
        if polled[1].revents != 0 { _ = readErrors() }
    }

    /// Reads what is left once nobody writes any more.
    mutating func drain(into flow: ByteFlow) {
        for _ in 0..<ProgramPipes.lastShares where !readOutput(into: flow) { break }
        for _ in 0..<ProgramPipes.lastShares where !readErrors() { break }
        errorOutput.takeRest()
    }

    /// Reads one share of the output; false where there is none now.
    private mutating func readOutput(into flow: ByteFlow) -> Bool {
        guard let bytes = ProgramPipes.read(&output) else { return false }
        let count = min(bytes.count, max(room, 0))
        room -= bytes.count
        unsafe bytes.prefix(count).withUnsafeBytes { unsafe flow.pushLast($0) }
        return true
    }

    private mutating func readErrors() -> Bool {
        guard let bytes = ProgramPipes.read(&errors) else { return false }
        errorOutput.take(bytes)
        return true
    }

    /// One share of what can be read; nil where nothing is there now. At its end the descriptor is closed.
    private static func read(_ descriptor: inout Int32) -> [UInt8]? {
        guard descriptor >= 0 else { return nil }
        var count = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: share) { buffer, initialized in
            unsafe count = Glibc.read(descriptor, buffer.baseAddress, share)
            initialized = max(count, 0)
        }
        if count > 0 { return bytes }
        if count == 0 || (errno != EAGAIN && errno != EINTR) {
            close(descriptor)
            descriptor = -1
        }
        return nil
    }
}
