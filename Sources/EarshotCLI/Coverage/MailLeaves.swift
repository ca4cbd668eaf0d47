/// Finds a mail's header fields and bodies and where they stand, part by part.
///
/// A path is the field's name in small letters; within a part the part's type stands before it: `[text/html]
/// content-id`. A body's path is its type alone: `[text/plain]`.
struct MailLeaves {
    private let bytes: [UInt8]
    private var leaves: [CoverageLeaf] = []

    /// How deep parts may lie in one another, and how many values are looked at.
    private static let depthLimit = 12
    private static let limit = 20_000

    /// Every leaf; nil where there is no header field.
    static func all(in bytes: [UInt8]) -> [CoverageLeaf]? {
        var scan = MailLeaves(bytes: bytes)
        scan.read(bytes.indices, isPart: false, depth: 0)
        return scan.leaves.isEmpty ? nil : scan.leaves
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// One header field: where its value stands.
    private struct Field {
        var name: String
        var value: Range<Int>
    }

    private mutating func read(_ range: Range<Int>, isPart: Bool, depth: Int) {
        guard depth < MailLeaves.depthLimit, leaves.count < MailLeaves.limit else { return }
        let (fields, body) = fields(in: range)
        let content = fields.first { $0.name == "content-type" }.map { text($0.value) } ?? "text/plain"
        let type = content.drop { $0.isWhitespace }.prefix { $0 != ";" && !$0.isWhitespace }.lowercased()
        for field in fields {
            add(isPart ? "[\(type)] \(field.name)" : field.name, field.value)
        }
        if type.hasPrefix("multipart/"), let boundary = MailLeaves.boundary(in: content) {
            for part in parts(in: body, between: boundary) { read(part, isPart: true, depth: depth + 1) }
        } else if type == "message/rfc822" {
            read(body, isPart: true, depth: depth + 1)
        } else {
            add("[\(type)]", body)
        }
    }

    private mutating func add(_ path: String, _ range: Range<Int>) {
        let start = range.first { bytes[$0] > 0x20 } ?? range.upperBound
        let end = range.last { bytes[$0] > 0x20 }.map { $0 + 1 } ?? start
        if start < end { leaves.append(CoverageLeaf(path, at: start..<end, of: bytes)) }
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// The header's fields, and what follows the empty line after them.
    private func fields(in range: Range<Int>) -> (fields: [Field], body: Range<Int>) {
        var fields: [Field] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let end = lineEnd(from: start, in: range)
            let first = bytes[start]
            if first == 10 || first == 13 { return (fields, end..<range.upperBound) }
            if first == 0x20 || first == 9, !fields.isEmpty {
                fields[fields.count - 1].value = fields[fields.count - 1].value.lowerBound..<end
            } else if let colon = bytes[start..<end].firstIndex(of: UInt8(ascii: ":")),
                !bytes[start..<colon].contains(0x20)
            {
                fields.append(Field(name: text(start..<colon).lowercased(), value: (colon + 1)..<end))
            } else if !fields.isEmpty {
                return (fields, start..<range.upperBound)
            }
            start = end
        }
        return (fields, range.upperBound..<range.upperBound)
    }

    private func lineEnd(from start: Int, in range: Range<Int>) -> Int {
        bytes[start..<range.upperBound].firstIndex(of: 10).map { $0 + 1 } ?? range.upperBound
    }

    private static func boundary(in content: String) -> String? {
        let small = content.lowercased()
        guard let range = small.firstRange(of: "boundary=") else { return nil }
        let value = content.dropFirst(small.distance(from: small.startIndex, to: range.upperBound))
        if value.hasPrefix("\"") { return String(value.dropFirst().prefix { $0 != "\"" }) }
        return String(value.prefix { $0 != ";" && !$0.isWhitespace })
    }

    /// What stands between the lines that begin with `--boundary`.
    private func parts(in range: Range<Int>, between boundary: String) -> [Range<Int>] {
        let mark = Array("--\(boundary)".utf8)
        var parts: [Range<Int>] = []
        var open: Int?
        var start = range.lowerBound
        while start < range.upperBound {
            let end = lineEnd(from: start, in: range)
            if bytes[start..<end].starts(with: mark) {
                if let open { parts.append(open..<start) }
                open = bytes[start..<end].dropFirst(mark.count).starts(with: "--".utf8) ? nil : end
            }
            start = end
        }
        if let open { parts.append(open..<range.upperBound) }
        return parts
    }
}
