internal import EarshotFormats
internal import Foundation

/// The fields of a form: `multipart/form-data` (RFC 7578) or `application/x-www-form-urlencoded`.
struct FormBody {
    private var fields: [(name: String, value: ArraySlice<UInt8>)] = []

    /// The most fields that are looked at.
    private static let limit = 256

    /// The form in a delivery; nil where it holds none.
    init?(_ request: PushedRequest) {
        guard let type = request["content-type"] else { return nil }
        let media = type.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        switch media {
        case "multipart/form-data":
            guard let boundary = FormBody.parameter("boundary", of: type), !boundary.isEmpty else { return nil }
            readParts(request.body, Array("--\(boundary)".utf8))
        case "application/x-www-form-urlencoded": readPairs(request.body)
        default: return nil
        }
    }

    /// The bytes of the first field of a name.
    subscript(name: String) -> [UInt8]? { fields.first { $0.name == name }.map { Array($0.value) } }

    /// The text of a field; nil where it stands more than once, so that nothing is checked but what is used.
    func text(_ name: String) -> String? {
        let found = fields.filter { $0.name == name }
        return found.count == 1 ? String(decoding: found[0].value, as: UTF8.self) : nil
    }

    /// The names of the fields, for messages.
    var names: [String] { fields.map(\.name) }

    private mutating func readPairs(_ body: [UInt8]) {
        for pair in body.split(separator: UInt8(ascii: "&")).prefix(FormBody.limit) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(decoding: FormBody.unescaped(parts[0]), as: UTF8.self)
            fields.append((name, parts.count > 1 ? FormBody.unescaped(parts[1])[...] : []))
        }
    }

    /// Percent escapes and `+` undone; an escape that is none stays.
    private static func unescaped(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%"), index + 2 < bytes.endIndex,
                let high = bytes[index + 1].hexadecimalValue, let low = bytes[index + 2].hexadecimalValue
            {
                output.append(high << 4 | low)
                index += 3
            } else {
                output.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
                index += 1
            }
        }
        return output
    }

    private mutating func readParts(_ body: [UInt8], _ delimiter: [UInt8]) {
        var starts: [Int] = []
        var from = 0
        while starts.count <= FormBody.limit, let found = FormBody.line(delimiter, in: body, from: from) {
            starts.append(found)
            from = found + delimiter.count
        }
        for (start, end) in zip(starts, starts.dropFirst()) { readPart(body[(start + delimiter.count)..<end]) }
    }

    /// One part: the end of the delimiter's line, fields, an empty line, the value, the end of its last line.
    private mutating func readPart(_ part: ArraySlice<UInt8>) {
        let blank = Array("\r\n\r\n".utf8)
        guard let gap = FormBody.find(blank, in: part, from: part.startIndex) else { return }
        let head = String(decoding: part[part.startIndex..<gap], as: UTF8.self)
        guard
            let field = head.split(whereSeparator: \.isNewline)
                .first(where: { $0.lowercased().hasPrefix("content-disposition:") }),
            let name = FormBody.parameter("name", of: String(field))
        else { return }
        let start = gap + blank.count
        guard start <= part.endIndex - 2 else { return }
        fields.append((name, part[start..<(part.endIndex - 2)]))
    }

    /// Where a delimiter stands at the beginning of a line.
    private static func line(_ delimiter: [UInt8], in body: [UInt8], from: Int) -> Int? {
        var from = from
        while let found = find(delimiter, in: body[...], from: from) {
            let isAtStart = found == 0 || (found >= 2 && body[found - 1] == 0x0A && body[found - 2] == 0x0D)
            let end = found + delimiter.count
            // A longer word may be the boundary of what is within.
            let isWhole = end < body.count && [0x0D, 0x2D, 0x20, 0x09].contains(body[end])
            if isAtStart && isWhole { return found }
            from = found + 1
        }
        return nil
    }

    private static func find(_ needle: [UInt8], in body: ArraySlice<UInt8>, from: Int) -> Int? {
        guard let first = needle.first, body.endIndex - from >= needle.count else { return nil }
        var index = from
        let last = body.endIndex - needle.count
        while index <= last {
            guard let next = body[index...last].firstIndex(of: first) else { return nil }
            if body[next..<(next + needle.count)].elementsEqual(needle) { return next }
            index = next + 1
        }
        return nil
    }

    /// A parameter of a header field's value, without its quotation marks.
    private static func parameter(_ name: String, of field: String) -> String? {
        for piece in field.split(separator: ";").dropFirst() {
            let parts = piece.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces).lowercased() == name else { continue }
            let value = parts[1].trimmingCharacters(in: .whitespaces)
            guard value.hasPrefix("\""), value.count >= 2 else { return value }
            return String(value.dropFirst().prefix { $0 != "\"" })
        }
        return nil
    }
}
