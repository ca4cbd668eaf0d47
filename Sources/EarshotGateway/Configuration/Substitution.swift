internal import EarshotFormats

/// Where `${…}` in a configuration comes from: the environment and files.
package struct SubstitutionSource: Sendable {
    /// The value of an environment variable.
    package var variable: @Sendable (String) -> String?
    /// The bytes of a file.
    package var file: @Sendable (_ path: String) -> [UInt8]?
    /// Whether every user of the machine can read or change a file.
    package var isExposed: @Sendable (_ path: String) -> Bool

    /// A source; tests give their own.
    package init(
        variable: @escaping @Sendable (String) -> String?, file: @escaping @Sendable (_ path: String) -> [UInt8]?,
        isExposed: @escaping @Sendable (_ path: String) -> Bool = { _ in false }
    ) {
        self.variable = variable
        self.file = file
        self.isExposed = isExposed
    }
}

/// Replaces `${NAME}`, `${NAME:-default}` and `${file:PATH}` within the texts of a configuration.
struct Substitution {
    private let source: SubstitutionSource
    private let directory: String
    /// What could not be replaced.
    private(set) var problems: [Problem] = []
    /// The pointers of the texts in which something was replaced.
    private(set) var replaced: Set<String> = []
    /// The files that every user of the machine can read, by the pointers of the texts that they were taken into.
    private(set) var exposed: [String: String] = [:]

    /// The largest file that is taken in.
    static let sizeLimit = 64 * 1024

    init(source: SubstitutionSource, directory: String) {
        self.source = source
        self.directory = directory
    }

    /// The value with every text replaced, and comments left out.
    mutating func apply(to value: JSONValue, at pointer: String = "") -> JSONValue {
        switch value {
        case .string(let text):
            return .string(apply(to: text, at: pointer))
        case .array(let elements):
            return .array(elements.enumerated().map { apply(to: $1, at: "\(pointer)/\($0)") })
        case .object(let members):
            var result = JSONObject()
            for (key, member) in members where key != "//" {
                result[key] = apply(to: member, at: pointer + "/" + JSONPointer.escape(key))
            }
            return .object(result)
        default: return value
        }
    }

    private mutating func apply(to text: String, at pointer: String) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            result += rest[..<start.lowerBound]
            rest = rest[start.upperBound...]
            guard let end = rest.firstIndex(of: "}") else {
                problems.append(Problem(pointer, "expected '}' after \"${\", found the end of the text"))
                return text
            }
            result += value(of: rest[..<end], at: pointer)
            rest = rest[rest.index(after: end)...]
            replaced.insert(pointer)
        }
        return result + rest
    }

    private mutating func value(of reference: Substring, at pointer: String) -> String {
        if reference.hasPrefix("file:") { return contents(of: String(reference.dropFirst(5)), at: pointer) }
        let separator = reference.firstRange(of: ":-")
        let name = reference[..<(separator?.lowerBound ?? reference.endIndex)]
        guard Substitution.isName(name) else {
            problems.append(
                Problem(pointer, expected: "${NAME}, ${NAME:-default} or ${file:PATH}", found: "\"${\(reference)}\""))
            return ""
        }
        let value = source.variable(String(name))
        if let separator {
            if reference[separator.upperBound...].contains("${") {
                problems.append(Problem(pointer, "expected a default without ${…} in it, found \"${\(reference)}\""))
            }
            return value.flatMap { $0.isEmpty ? nil : $0 } ?? String(reference[separator.upperBound...])
        }
        if value == nil { problems.append(Problem(pointer, "the environment variable \(name) is not set")) }
        return value ?? ""
    }

    private mutating func contents(of path: String, at pointer: String) -> String {
        let place = Configuration.path(path, in: directory)
        guard let bytes = source.file(place) else {
            problems.append(Problem(pointer, "the file \(path) cannot be read"))
            return ""
        }
        if source.isExposed(place) { exposed[pointer] = place }
        guard bytes.count <= Substitution.sizeLimit, let text = String(validating: bytes, as: UTF8.self) else {
            problems.append(Problem(pointer, "the file \(path) is no text of at most 64 KiB"))
            return ""
        }
        // Editors and `echo` end a file with a newline that is no part of the secret.
        return String(text.reversed().drop { $0.isNewline }.reversed())
    }

    private static func isName(_ name: Substring) -> Bool {
        guard let first = name.utf8.first, !(first >= 0x30 && first <= 0x39) else { return false }
        return name.utf8.allSatisfy { byte in
            (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || byte == UInt8(ascii: "_")
        }
    }
}
