internal import ArgumentParser
internal import Foundation

/// How a command ends, beyond 0: the codes of `sysexits.h` that the outside relies on.
enum Exit {
    /// The work ran, but some of it failed.
    static let partly = ExitCode(1)
    /// Wrong usage.
    static let usage = ExitCode(64)
    /// No such input.
    static let noInput = ExitCode(66)
    /// A service cannot be reached.
    static let unavailable = ExitCode(69)
    /// Reading or writing failed.
    static let inputOutput = ExitCode(74)
    /// The configuration is wrong.
    static let configuration = ExitCode(78)

    /// Says on standard error why a command ends, and gives the code to throw.
    static func saying(_ message: String, _ code: ExitCode) -> ExitCode {
        StandardError.line("earshot: \(message)")
        return code
    }
}

/// The standard error, where everything goes that is not a record.
enum StandardError {
    /// Whether a person is looking.
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes one line.
    static func line(_ text: String) { write(text + "\n") }

    /// Writes text as it stands.
    static func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
