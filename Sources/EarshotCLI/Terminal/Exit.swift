internal import ArgumentParser
internal import EarshotGateway
internal import Foundation
internal import Glibc
internal import Synchronization

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

    /// Writes text, without what is hidden; where nobody can be told, on a full disk or a closed pipe, it is lost.
    static func write(_ text: String) {
        let shown = Array(secrets.withLock { $0 }.masked(text).utf8)
        unsafe shown.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = unsafe Glibc.write(STDERR_FILENO, bytes.baseAddress?.advanced(by: done), bytes.count - done)
                if count > 0 {
                    done += count
                } else if errno != EINTR {
                    return
                }
            }
        }
    }

    /// Hides secrets from now on, whoever says them.
    static func hide(_ book: SecretBook) { secrets.withLock { $0 = book } }

    private static let secrets = Mutex(SecretBook())
}
