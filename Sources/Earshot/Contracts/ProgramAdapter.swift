/// An adapter whose source is a program that the gateway runs and whose lines it reads.
public protocol ProgramAdapter: Adapter {
    /// What is to be run, and within which limits.
    var program: Program { get }

    /// What a line that the program printed is; one that is a document is then read by `read`.
    func message(of line: [UInt8]) -> ProgramMessage
}

/// A command and what it is given, as data; the gateway starts, watches and ends it.
public struct Program: Sendable {
    /// How a program is handed the state that it printed last.
    public enum Handover: Sendable, Equatable {
        /// An option and the path of a file with it, after the command's own arguments.
        case option(String)
        /// An environment variable that holds the path of a file with it.
        case variable(String)
    }

    /// When a program that has ended is run again.
    public enum Restart: String, Sendable, CaseIterable {
        /// At the channel's `every`; another exit code than 0 is a failure.
        case scheduled
        /// At once: it is meant to run for ever, and that it ends is a failure whatever its exit code.
        case always
    }

    /// The program's path and its arguments; no shell sees them.
    public var command: [String]
    /// Every environment variable that it has.
    public var environment: [String: String] = [:]
    /// How it is handed its state.
    public var handover: Handover
    /// When it is run again.
    public var restart = Restart.scheduled
    /// How long one run may take; nil for as long as it likes.
    public var timeout: Duration?
    /// How many bytes one run may print.
    public var outputLimit: Int
    /// How many bytes of address space each of its processes may have.
    public var memoryLimit: Int
    /// The longest line that is taken, in bytes.
    public var lineLimit: Int

    /// A program of known parts.
    public init(
        command: [String], handover: Handover, outputLimit: Int, memoryLimit: Int, lineLimit: Int
    ) {
        self.command = command
        self.handover = handover
        self.outputLimit = outputLimit
        self.memoryLimit = memoryLimit
        self.lineLimit = lineLimit
    }
}

/// What a program said with one line.
public enum ProgramMessage: Sendable, Equatable {
    /// Something to be read.
    case document
    /// Where it got to: holds once everything that was printed before it is safe.
    case state(Cursor)
    /// Nothing that a mention could come of.
    case nothing
}
