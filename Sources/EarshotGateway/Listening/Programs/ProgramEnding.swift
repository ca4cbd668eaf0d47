internal import Earshot
internal import Glibc

/// How a run of a program ended.
struct ProgramEnding: Sendable, Equatable {
    /// What ended it.
    enum Cause: Sendable, Equatable {
        /// It returned, with an exit code.
        case exit(Int32)
        /// A signal.
        case signal(Int32)
        /// It had run for as long as it may.
        case late(Duration)
        /// It had printed as much as it may.
        case talkative(Int)
        /// It never began.
        case unstarted(Int32)
    }

    /// What ended it.
    var cause: Cause
    /// What it said last on its standard error.
    var lastWords: [String] = []

    /// Why the run counts as failed; nil where it does not.
    var failure: FetchFailure? {
        let words = lastWords.isEmpty ? "" : ": " + lastWords.joined(separator: " | ")
        switch cause {
        case .exit(0): return nil
        case .exit(let code): return .unreachable("the program ended with exit code \(code)\(words)")
        case .signal(let number): return .unreachable("the program was ended by signal \(number)\(words)")
        case .late(let limit): return .unreachable("the program ran for \(limit) and was ended\(words)")
        case .talkative(let limit): return .unreachable("the program printed \(limit) bytes and was ended\(words)")
        case .unstarted(let error):
            return .refused("the program cannot be run: \(unsafe String(cString: strerror(error)))")
        }
    }
}
