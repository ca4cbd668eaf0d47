/// Something wrong with a declaration, and where.
struct DeclarationProblem: Sendable, Equatable, CustomStringConvertible {
    /// A JSON Pointer into `adapter.json`; empty for the whole.
    var pointer: String
    /// What is wrong, for who wrote it.
    var reason: String

    /// The place and what is wrong there, in one line.
    var description: String { pointer.isEmpty ? reason : "\(pointer): \(reason)" }
}

/// A declaration that cannot be used: every problem at once.
struct DeclarationFailure: Error, CustomStringConvertible {
    /// The file.
    var file: String
    /// What is wrong with it.
    var problems: [DeclarationProblem]

    /// A line a problem.
    var description: String { problems.map { "\(file): \($0)" }.joined(separator: "\n") }
}
