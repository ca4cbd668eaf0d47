internal import Earshot

/// The fields of a message's or part's header, as places in the message's bytes.
///
/// Finding them is one pass that stops at the limits, whatever the bytes are.
public struct MailHeader: Sendable {
    /// One field.
    public struct Field: Sendable {
        /// The name, as it is written.
        public let name: Range<Int>
        /// What stands after the colon, with its line ends.
        public let value: Range<Int>
        /// Whether it is too large to be interpreted.
        public var isOpaque: Bool { value.count > MailLimits.field }
    }

    /// The fields, in their order.
    public private(set) var fields: [Field] = []
    /// Where what comes after the header begins.
    public private(set) var end: Int
    /// Whether fields beyond the limits were left out.
    public private(set) var isCut = false

    /// Finds the fields of the header that begins `range`.
    ///
    /// The header ends at an empty line, or before a line that is neither a field nor the continuation of one. A line
    /// that begins with `From ` is an envelope of mbox that strayed in, and is passed over.
    init(of bytes: Bytes, in range: Range<Int>) {
        end = range.upperBound
        var position = range.lowerBound
        while position < range.upperBound {
            let line = MailLine(of: bytes, at: position, before: range.upperBound)
            if line.isEmpty {
                end = line.next
                return
            }
            if bytes[position] == 0x20 || bytes[position] == 0x09, !fields.isEmpty || isCut {
                extend(to: line.end, from: range.lowerBound)
            } else if let colon = MailHeader.colon(in: bytes, line) {
                append(bytes, line, colon: colon, from: range.lowerBound)
            } else if !bytes[line.range].hasPrefix("From ") && !bytes[line.range].hasPrefix(">From ") {
                end = position
                return
            }
            position = line.next
        }
    }

    private mutating func append(_ bytes: Bytes, _ line: MailLine, colon: Int, from start: Int) {
        guard fields.count < MailLimits.fields, line.end - start <= MailLimits.header else {
            isCut = true
            return
        }
        var nameEnd = colon
        while nameEnd > line.start, bytes[nameEnd - 1] <= 0x20 { nameEnd -= 1 }
        fields.append(Field(name: line.start..<nameEnd, value: (colon + 1)..<line.end))
    }

    private mutating func extend(to end: Int, from start: Int) {
        guard !isCut, let last = fields.popLast() else { return }
        // A field that outgrows the header keeps one byte more than it may have, so that it counts as opaque.
        let limit = max(start + MailLimits.header, last.value.lowerBound + MailLimits.field + 1)
        if end > limit { isCut = true }
        fields.append(
            Field(name: last.name, value: last.value.lowerBound..<max(last.value.upperBound, min(end, limit))))
    }

    /// The position of the colon after a field's name, or nil where the line is no field.
    ///
    /// A name has no control character or space (RFC 5322, 3.6.8); space before the colon is obsolete but legal.
    private static func colon(in bytes: Bytes, _ line: MailLine) -> Int? {
        guard let colon = bytes[0..<line.end].firstIndex(of: 0x3A, from: line.start), colon > line.start,
            colon - line.start <= 200
        else { return nil }
        var nameEnd = colon
        while nameEnd > line.start, bytes[nameEnd - 1] == 0x20 || bytes[nameEnd - 1] == 0x09 { nameEnd -= 1 }
        guard nameEnd > line.start else { return nil }
        for index in line.start..<nameEnd where bytes[index] <= 0x20 || bytes[index] >= 0x7F { return nil }
        return colon
    }

    /// The first field of a name, in lower case, or nil.
    func field(_ name: StaticString, of bytes: Bytes) -> Field? {
        fields.first { bytes[$0.name].equals(lowercase: name) }
    }
}

/// One line: where it begins, where its text ends, where the next begins.
struct MailLine {
    let start: Int
    let end: Int
    let next: Int

    /// The line at `start`, its line end (LF, CR LF, or several CR and LF) left off.
    init(of bytes: Bytes, at start: Int, before limit: Int) {
        self.start = start
        let feed = bytes[0..<limit].firstIndex(of: 0x0A, from: start)
        next = feed.map { $0 + 1 } ?? limit
        var end = feed ?? limit
        while end > start, bytes[end - 1] == 0x0D { end -= 1 }
        self.end = end
    }

    /// Where the text is.
    var range: Range<Int> { start..<end }
    /// Whether there is no text.
    var isEmpty: Bool { start == end }
}

extension Bytes {
    /// Whether the bytes are those of a literal, which is in lower case, whatever the case of their ASCII letters.
    func equals(lowercase literal: StaticString) -> Bool {
        count == literal.utf8CodeUnitCount && hasPrefix(lowercase: literal)
    }

    /// Whether the bytes begin with those of a literal in lower case, whatever the case of their ASCII letters.
    func hasPrefix(lowercase literal: StaticString) -> Bool {
        let word = literal.bytes
        guard count >= word.count else { return false }
        for index in 0..<word.count where self[index].lowercased != word[index] { return false }
        return true
    }

    /// The text with its ASCII letters in lower case.
    var lowercasedASCII: String {
        String(decoding: array.map(\.lowercased), as: UTF8.self)
    }

    /// The first place of a literal, or nil.
    func firstRange(of literal: StaticString, from offset: Int = 0) -> Range<Int>? {
        let word = literal.bytes
        guard word.count > 0 else { return nil }
        var position = offset
        while let found = firstIndex(of: word[0], from: position) {
            if self[found..<(found + word.count)] == word { return found..<(found + word.count) }
            position = found + 1
        }
        return nil
    }
}

extension UInt8 {
    /// Whether it is an ASCII digit.
    var isDecimalDigit: Bool { self >= 0x30 && self <= 0x39 }
}
