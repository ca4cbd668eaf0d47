internal import Earshot

/// What stands between two commas of a field of addresses, sorted by how it stands there.
struct MailAddressPieces {
    /// What stands free or in quotes, quotes and escapes undone.
    private(set) var words: [UInt8] = []
    /// What stands in angle brackets, or nil where there are none.
    private(set) var bracketed: [UInt8]?
    /// What the last comment says.
    private(set) var comment: [UInt8] = []
    /// Whether something stood in quotes.
    private(set) var hasQuotes = false

    /// Whether a quote without end was met; then quotes mean nothing to the end of the field.
    private(set) var ignoresQuotes: Bool
    private var hasSign = false

    /// Nothing yet.
    init(ignoresQuotes: Bool) { self.ignoresQuotes = ignoresQuotes }

    /// Reads up to the comma, semicolon or group's colon, moves `position` past it, and gives it; 0 at the end.
    mutating func read(_ bytes: Bytes, _ position: inout Int) -> UInt8 {
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: ","), UInt8(ascii: ";"):
                position += 1
                return byte
            case UInt8(ascii: ":") where bracketed == nil && !hasSign:
                position += 1
                return byte
            case UInt8(ascii: "\"") where ignoresQuotes: position += 1
            case UInt8(ascii: "\""): readQuoted(bytes, &position)
            case UInt8(ascii: "("): readComment(bytes, &position)
            case UInt8(ascii: "<"): readBracketed(bytes, &position)
            case UInt8(ascii: "="): readWord(bytes, &position)
            default:
                if byte == UInt8(ascii: "@") || byte == UInt8(ascii: "[") { hasSign = true }
                words.append(byte)
                position += 1
            }
        }
        return 0
    }

    /// Takes a quoted string; a quote that never ends is passed over.
    private mutating func readQuoted(_ bytes: Bytes, _ position: inout Int) {
        let start = words.count
        let begin = position
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\"") {
                hasQuotes = true
                readDomain(bytes, &position, after: begin..<position, words: start)
                return
            }
            if byte == UInt8(ascii: "\\"), position < bytes.count {
                words.append(bytes[position])
                position += 1
            } else {
                words.append(byte)
            }
        }
        words.removeSubrange(start...)
        position = begin + 1
        ignoresQuotes = true
    }

    /// Takes an address whose local part needs its quotes (RFC 5321, 4.1.2), such as `"john doe"@host`: `quoted` are
    /// the bytes of the part, which stand in the words from `start` on.
    private mutating func readDomain(_ bytes: Bytes, _ position: inout Int, after quoted: Range<Int>, words start: Int)
    {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "@"), bracketed == nil,
            words[..<start].last ?? 0x20 == 0x20, words[start...].contains(where: { " ,;:@()<>[]".utf8.contains($0) })
        else { return }
        var end = position
        while end < bytes.count, !" ,;<>()".utf8.contains(bytes[end]) { end += 1 }
        bracketed = bytes[quoted.lowerBound..<end].array
        words.removeSubrange(start...)
        position = end
    }

    /// Takes a comment and those within it, counting them instead of descending.
    private mutating func readComment(_ bytes: Bytes, _ position: inout Int) {
        var depth = 0
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\\"), position < bytes.count {
                text.append(bytes[position])
                position += 1
                continue
            }
            if byte == UInt8(ascii: "(") { depth += 1 }
            if byte == UInt8(ascii: ")") { depth -= 1 }
            if depth == 0 { break }
            if depth > 1 || byte != UInt8(ascii: "(") { text.append(byte) }
        }
        comment = text
    }

    /// Takes an address in brackets; where they do not end, up to a comma or another bracket.
    private mutating func readBracketed(_ bytes: Bytes, _ position: inout Int) {
        position += 1
        let start = position
        var comma: Int?
        while position < bytes.count, bytes[position] != UInt8(ascii: ">"), bytes[position] != UInt8(ascii: "<") {
            // A route (`<@host,@host:user@host>`) has commas of its own.
            if comma == nil, bytes[position] == UInt8(ascii: ","), bytes[start] != UInt8(ascii: "@") {
                comma = position
            }
            position += 1
        }
        let isClosed = position < bytes.count && bytes[position] == UInt8(ascii: ">")
        if !isClosed, let comma { position = comma }
        let content = MailAddressPieces.uncommented(bytes[start..<position].trimmed)
        if isClosed { position += 1 }
        if bracketed == nil || content.contains(0x40) { bracketed = content }
    }

    /// An address without the comments that may stand anywhere in it.
    private static func uncommented(_ bytes: Bytes) -> [UInt8] {
        guard bytes.firstIndex(of: UInt8(ascii: "(")) != nil else { return bytes.array }
        var depth = 0
        var output: [UInt8] = []
        for index in 0..<bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "(") { depth += 1 }
            if depth == 0 { output.append(byte) }
            if byte == UInt8(ascii: ")") { depth = max(depth - 1, 0) }
        }
        return output
    }

    /// Takes a whole encoded word, whose commas and colons separate nothing.
    private mutating func readWord(_ bytes: Bytes, _ position: inout Int) {
        let end = MailAddressPieces.wordEnd(in: bytes, at: position) ?? position + 1
        words.append(bytes[position..<end])
        position = end
    }

    /// Where the encoded word at `start` ends, looking no farther than words may be long.
    private static func wordEnd(in bytes: Bytes, at start: Int) -> Int? {
        let near = bytes[start..<(start + 1000)]
        guard near.hasPrefix("=?"), let first = near.firstIndex(of: 0x3F, from: 2), first + 2 < near.count,
            near[first + 2] == 0x3F, let close = near.firstRange(of: "?=", from: first + 3)
        else { return nil }
        let word = near[(first + 3)..<close.lowerBound]
        return word.firstIndex(of: 0x3C) == nil ? start + close.upperBound : nil
    }
}
