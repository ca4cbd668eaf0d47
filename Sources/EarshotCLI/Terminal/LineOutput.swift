internal import Earshot
internal import Glibc

/// Records on their way to a file descriptor, gathered into large writes.
struct LineOutput: ~Copyable {
    private let descriptor: Int32
    private var pending = Output(capacity: 1 << 18)
    private static let flushSize = 1 << 17

    /// An output to a descriptor that somebody else closes.
    init(descriptor: Int32 = STDOUT_FILENO) { self.descriptor = descriptor }

    /// Writes text to the standard output, as `add` does.
    static func print(_ text: String, terminator: String = "\n") throws {
        var output = LineOutput()
        try Array((text + terminator).utf8).withBytes { try output.add($0) }
        try output.flush()
    }

    /// Adds whole lines; throws `Exit.inputOutput`, or a quiet end where the reader went away.
    mutating func add(_ lines: Bytes) throws {
        guard lines.count < LineOutput.flushSize else {
            try flush()
            return try write(lines)
        }
        pending.raw(lines)
        if pending.count >= LineOutput.flushSize { try flush() }
    }

    /// Writes what is pending.
    mutating func flush() throws {
        defer { pending.removeAll() }
        try pending.withBytes { try write($0) }
    }

    /// Writes bytes at once, however many writes that takes.
    private func write(_ bytes: Bytes) throws {
        var offset = 0
        while offset < bytes.count {
            let rest = bytes[offset..<bytes.count]
            let written = unsafe Glibc.write(descriptor, rest.buffer.baseAddress, rest.count)
            if written < 0 && errno == EINTR { continue }
            if written < 0 && errno == EPIPE { throw Exit.partly }
            guard written >= 0 else {
                throw Exit.saying("cannot write: \(unsafe String(cString: strerror(errno)))", Exit.inputOutput)
            }
            offset += written
        }
    }
}

/// Where bytes go.
enum FileDescriptor {
    /// The standard error.
    static var standardError: Int32 { STDERR_FILENO }

    /// A file to be written anew.
    static func create(_ path: String) throws -> Int32 {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw Exit.saying("\(path): \(unsafe String(cString: strerror(errno)))", Exit.inputOutput)
        }
        return descriptor
    }
}
