/// Something wrong with a configuration: where, what was expected, what was found.
package struct Problem: Sendable, Hashable {
    /// How bad it is.
    package enum Severity: String, Sendable {
        /// The gateway does not start.
        case error
        /// The gateway starts, and yet it is likely not what is wanted.
        case warning
    }

    /// A line of a file.
    package struct Place: Sendable, Hashable {
        /// The file's path.
        package var file: String
        /// The line, counted from 1.
        package var line: Int
    }

    /// How bad it is.
    package var severity: Severity
    /// The JSON Pointer (RFC 6901) of what is wrong.
    package var pointer: String
    /// What is wrong, in a sentence without a full stop.
    package var message: String
    /// Where it is written, if known.
    package var place: Place?

    /// A problem at a place in the configuration.
    package init(_ pointer: String, _ message: String, severity: Severity = .error) {
        self.severity = severity
        self.pointer = pointer
        self.message = message
    }

    /// A value that is not what it should be.
    package init(_ pointer: String, expected: String, found: String, near: String? = nil) {
        self.init(pointer, "expected \(expected), found \(found)" + (near.map { "; did you mean \"\($0)\"?" } ?? ""))
    }
}

extension Problem {
    /// The problem, said without what is hidden.
    func hiding(_ secrets: SecretBook) -> Problem {
        var problem = self
        problem.message = secrets.masked(message)
        return problem
    }
}

extension Problem: CustomStringConvertible {
    /// The problem in one line.
    package var description: String { (severity == .warning ? "warning: " : "") + sentence }

    /// The same without how bad it is, for where that is said otherwise.
    package var sentence: String {
        let origin = place.map { " (\($0.file), line \($0.line))" } ?? ""
        return "\(pointer.isEmpty ? "/" : pointer): \(message)\(origin)"
    }
}

extension Problem: Comparable {
    /// Problems are listed by their pointers.
    package static func < (one: Problem, other: Problem) -> Bool {
        (one.pointer, one.message) < (other.pointer, other.message)
    }
}

/// A configuration that cannot be used.
package struct ConfigurationFailure: Error, Sendable, CustomStringConvertible {
    /// Whether there is no such file, or none that can be read.
    package var isMissing = false
    /// Every problem, in order; at least one is an error.
    package var problems: [Problem]

    /// A problem a line.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// Finds what somebody likely meant to write.
enum NearName {
    /// The known word that is nearest to `word`, if it is near at all.
    static func of(_ word: String, among known: [String]) -> String? {
        let limit = max(1, word.count / 3)
        let scored = known.map { (name: $0, distance: distance(word.lowercased(), $0.lowercased())) }
        return scored.filter { $0.distance <= limit }.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
    }

    /// How many letters must be inserted, left out, exchanged or swapped with their neighbour to get from one to the
    /// other (optimal string alignment).
    static func distance(_ one: String, _ other: String) -> Int {
        let (left, right) = (Array(one.utf8.prefix(64)), Array(other.utf8.prefix(64)))
        var before: [Int] = []
        var row = Array(0...right.count)
        for i in left.indices {
            var next = [i + 1]
            for j in right.indices {
                let isSame = left[i] == right[j]
                var best = min(row[j] + (isSame ? 0 : 1), row[j + 1] + 1, next[j] + 1)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    best = min(best, before[j - 1] + 1)
                }
                next.append(best)
            }
            (before, row) = (row, next)
        }
        return row[right.count]
    }
}
