internal import Earshot

/// The value of a `Content-Type` or `Content-Disposition` and its parameters, with RFC 2231 undone.
///
/// Read nevertheless: semicolons that are missing, doubled or within names, quotes without end, encoded words in
/// values, raw bytes above 127, continuations out of order.
struct MailParameters {
    /// What stands before the first semicolon, in lower case.
    private(set) var value = ""
    private var parameters: [(name: String, value: String)] = []
    /// Whether parameters beyond the limit were left out.
    private(set) var isCut = false

    /// No value and no parameters.
    init() {}

    /// The value and parameters of a field that is not opaque.
    init(_ field: Bytes, fallback: String? = nil) {
        let bytes = MailWords.unfold(field)
        bytes.withBytes { bytes in
            var scanner = ParameterScanner(bytes: bytes)
            value = scanner.value()
            var pieces: [ParameterPiece] = []
            while let piece = scanner.next() {
                guard pieces.count < MailLimits.parameters else {
                    isCut = true
                    break
                }
                pieces.append(piece)
            }
            join(pieces, fallback: fallback)
        }
    }

    /// The first value of a parameter, or nil.
    subscript(name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// Puts continuations together. RFC 2231's form goes before the plain one, which is there for those who know no
    /// better.
    private mutating func join(_ pieces: [ParameterPiece], fallback: String?) {
        for piece in pieces where piece.section == nil && piece.isExtended {
            parameters.append((piece.name, MailParameters.decode([piece], fallback: fallback)))
        }
        var seen: Set<String> = []
        for piece in pieces where piece.section != nil && seen.insert(piece.name).inserted {
            let sections = pieces.filter { $0.name == piece.name && $0.section != nil }
                .sorted { ($0.section ?? 0) < ($1.section ?? 0) }
            parameters.append((piece.name, MailParameters.decode(sections, fallback: fallback)))
        }
        for piece in pieces where piece.section == nil && !piece.isExtended {
            let text = piece.value.withBytes { value in
                // What parts are divided by is compared and not read.
                piece.name == "boundary" ? value.string : MailWords.decode(value, fallback: fallback)
            }
            parameters.append((piece.name, text))
        }
    }

    /// The text of sections: `charset'language'` before the first, percent escapes in those that say so.
    private static func decode(_ sections: [ParameterPiece], fallback: String?) -> String {
        var charset: String?
        var output: [UInt8] = []
        for (index, section) in sections.enumerated() {
            guard section.isExtended else {
                output += section.value
                continue
            }
            section.value.withBytes { value in
                var rest = value
                if index == 0, let first = value.firstIndex(of: 0x27),
                    let second = value.firstIndex(of: 0x27, from: first + 1)
                {
                    charset = first > 0 ? value[0..<first].string : nil
                    rest = value[(second + 1)..<value.count]
                }
                appendUnescaped(rest, to: &output)
            }
        }
        return output.withBytes { bytes in
            // Some senders put encoded words into continuations.
            charset == nil
                ? MailWords.decode(bytes, fallback: fallback)
                : MailCharset.text(bytes, charset: charset, fallback: fallback).tidied
        }
    }

    private static func appendUnescaped(_ bytes: Bytes, to output: inout [UInt8]) {
        var index = 0
        while index < bytes.count {
            if bytes[index] == 0x25, index + 2 < bytes.count, let high = bytes[index + 1].hexadecimalValue,
                let low = bytes[index + 2].hexadecimalValue
            {
                output.append(high << 4 | low)
                index += 3
            } else {
                output.append(bytes[index])
                index += 1
            }
        }
    }
}

/// One parameter as it is written: `name*section*=value`.
private struct ParameterPiece {
    var name: String
    var section: Int?
    var isExtended: Bool
    var value: [UInt8]
}

/// Goes through the parameters of a field once.
private struct ParameterScanner {
    let bytes: Bytes
    private var position = 0

    init(bytes: Bytes) { self.bytes = bytes }

    /// What stands before the parameters, in lower case: up to a semicolon or a space.
    mutating func value() -> String {
        let start = position
        while position < bytes.count, bytes[position] != 0x3B, bytes[position] > 0x20 { position += 1 }
        let word = bytes[start..<position]
        // A parameter right at the beginning: the value itself is missing.
        if word.firstIndex(of: 0x3D) != nil {
            position = start
            return ""
        }
        return word.string.lowercased()
    }

    /// The next parameter that has a name.
    mutating func next() -> ParameterPiece? {
        while position < bytes.count {
            skip { $0 <= 0x20 || $0 == 0x3B || $0 == 0x2C }
            let start = position
            skip { $0 != 0x3D && $0 != 0x3B }
            guard position < bytes.count, bytes[position] == 0x3D else { continue }
            let name = bytes[start..<position].trimmed
            position += 1
            skip { $0 == 0x20 || $0 == 0x09 }
            var value = position < bytes.count && bytes[position] == 0x22 ? quoted() : plain()
            // A comment may follow (RFC 2045, 5.1), and what divides parts has no space where it is not quoted.
            if name.isSpelled("boundary"), let space = value.firstIndex(of: 0x20), bytes[position - 1] != 0x22,
                value[space...].dropFirst().first == UInt8(ascii: "(")
            {
                value = Array(value[..<space])
            }
            if let piece = ParameterScanner.piece(name, value) { return piece }
        }
        return nil
    }

    /// A value in quotes; where they do not end, up to the next semicolon.
    private mutating func quoted() -> [UInt8] {
        let start = position
        position += 1
        var value: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == 0x22 { return value }
            // A backslash escapes a quote or itself; anything else is a path of Windows.
            if byte == 0x5C, position < bytes.count, bytes[position] == 0x22 || bytes[position] == 0x5C {
                value.append(bytes[position])
                position += 1
            } else {
                value.append(byte)
            }
        }
        position = start + 1
        return plain()
    }

    private mutating func plain() -> [UInt8] {
        let start = position
        skip { $0 != 0x3B }
        return bytes[start..<position].trimmed.array
    }

    private mutating func skip(while test: (UInt8) -> Bool) {
        while position < bytes.count, test(bytes[position]) { position += 1 }
    }

    /// The piece that a name such as `filename*1*` and a value make.
    private static func piece(_ name: Bytes, _ value: [UInt8]) -> ParameterPiece? {
        var base = name
        let isExtended = base.hasSuffix("*")
        if isExtended { base = base[0..<(base.count - 1)] }
        var section: Int?
        if let star = base.firstIndex(of: 0x2A) {
            section = Int(base[(star + 1)..<base.count].string)
            base = base[0..<star]
        }
        // Without a semicolon before it, the name is the last word.
        var start = base.count
        while start > 0, base[start - 1] > 0x20 { start -= 1 }
        base = base[start..<base.count]
        guard !base.isEmpty else { return nil }
        return ParameterPiece(
            name: base.lowercasedASCII, section: section, isExtended: isExtended, value: value)
    }
}
