internal import EarshotFormats

/// A configuration file as it is written: its values, and the line that each stands in.
///
/// Read by a parser of its own, as simdjson says neither where a text is wrong nor that a key stands twice.
struct ConfigurationText {
    /// What is written.
    let value: JSONValue
    /// The line of every value, by its pointer.
    let lines: [String: Int]
    /// The pointers of keys that stand twice in their object.
    let repeated: [String]

    /// Why a text is not JSON.
    struct Fault: Error, Equatable {
        let line: Int
        let column: Int
        let reason: String
    }

    /// Reads a text; throws its first fault.
    init(_ bytes: [UInt8]) throws(Fault) {
        var parser = ConfigurationParser(bytes)
        value = try parser.whole()
        lines = parser.lines
        repeated = parser.repeated
    }
}

/// Recursive descent over JSON (RFC 8259), bounded in depth.
private struct ConfigurationParser {
    typealias Fault = ConfigurationText.Fault

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var lineStart = 0
    private var depth = 0
    private(set) var lines: [String: Int] = [:]
    private(set) var repeated: [String] = []

    private static let depthLimit = 64

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    mutating func whole() throws(Fault) -> JSONValue {
        let value = try value(at: "")
        if next() != nil { throw fault("expected nothing more after the configuration, found \(here)") }
        return value
    }

    private func fault(_ reason: String) -> Fault {
        Fault(line: line, column: position - lineStart + 1, reason: reason)
    }

    /// The first byte that is no white space, or nil at the end.
    private mutating func next() -> UInt8? {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\n"):
                line += 1
                lineStart = position + 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
            default: return bytes[position]
            }
            position += 1
        }
        return nil
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next() == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// What stands here, for a message.
    private var here: String {
        guard position < bytes.count else { return "the end of the file" }
        if bytes[position] == UInt8(ascii: "/") { return "a comment; comments are members: \"//\": \"…\"" }
        let word = bytes[position...].prefix { $0 > 0x20 && !",:]}".utf8.contains($0) }.prefix(20)
        return "\(String(decoding: word.isEmpty ? bytes[position...position] : word, as: UTF8.self))"
    }

    private mutating func value(at pointer: String) throws(Fault) -> JSONValue {
        let first = next()
        lines[pointer] = line
        switch first {
        case UInt8(ascii: "{"): return try nested { parser throws(Fault) in try parser.object(at: pointer) }
        case UInt8(ascii: "["): return try nested { parser throws(Fault) in try parser.array(at: pointer) }
        case UInt8(ascii: "\""): return .string(try string())
        default: return try word()
        }
    }

    private mutating func nested(
        _ body: (inout ConfigurationParser) throws(Fault) -> JSONValue
    ) throws(Fault) -> JSONValue {
        depth += 1
        guard depth <= ConfigurationParser.depthLimit else { throw fault("nested too deep") }
        position += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func object(at pointer: String) throws(Fault) -> JSONValue {
        var members = JSONObject()
        if take("}") { return .object(members) }
        repeat {
            guard next() == UInt8(ascii: "\"") else { throw fault("expected a key in quotes, found \(here)") }
            let key = try string()
            guard take(":") else { throw fault("expected ':' after \"\(key)\", found \(here)") }
            let place = pointer + "/" + JSONPointer.escape(key)
            if key != "//", members[key] != nil { repeated.append(place) }
            members[key] = try value(at: place)
        } while take(",")
        guard take("}") else { throw fault("expected ',' or '}', found \(here)") }
        return .object(members)
    }

    private mutating func array(at pointer: String) throws(Fault) -> JSONValue {
        var elements: [JSONValue] = []
        if take("]") { return .array(elements) }
        repeat { elements.append(try value(at: "\(pointer)/\(elements.count)")) } while take(",")
        guard take("]") else { throw fault("expected ',' or ']', found \(here)") }
        return .array(elements)
    }

    private mutating func string() throws(Fault) -> String {
        let start = position
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            if bytes[position] < 0x20 { throw fault("a text is not closed before its line ends") }
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard position < bytes.count else {
            position = start
            throw fault("a text is not closed")
        }
        position += 1
        guard let text = (try? JSONValue(parsing: Array(bytes[start..<position])))?.text else {
            position = start
            throw fault("a text with an escape that JSON does not know, or not in UTF-8")
        }
        return text
    }

    /// A number, `true`, `false` or `null`.
    private mutating func word() throws(Fault) -> JSONValue {
        let word = bytes[position...].prefix { byte in
            (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || "+-.".utf8.contains(byte)
        }
        guard !word.isEmpty, let value = try? JSONValue(parsing: Array(word)) else {
            throw fault("expected a value, found \(here)")
        }
        position = word.endIndex
        return value
    }
}
