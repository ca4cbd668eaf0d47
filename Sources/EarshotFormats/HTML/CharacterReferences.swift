internal import Earshot

/// Decodes `&amp;`, `&#8364;` and `&#x20AC;` as the HTML standard does.
enum CharacterReferences {
    /// Appends the text of `bytes` with its references decoded.
    ///
    /// In an attribute a name without `;` before `=` or a letter or digit is no reference: it is part of an address.
    static func decode(_ bytes: Bytes, inAttribute: Bool = false, into output: inout [UInt8]) {
        var position = 0
        while let start = bytes.firstIndex(of: UInt8(ascii: "&"), from: position) {
            output.append(bytes[position..<start])
            if let end = reference(bytes, at: start, inAttribute: inAttribute, into: &output) {
                position = end
            } else {
                output.append(UInt8(ascii: "&"))
                position = start + 1
            }
        }
        output.append(bytes[position..<bytes.count])
    }

    /// Whether a reference that ends in `;` begins at `start`.
    static func isReference(_ bytes: Bytes, at start: Int) -> Bool {
        var ignored: [UInt8] = []
        guard let end = reference(bytes, at: start, inAttribute: false, into: &ignored) else { return false }
        return bytes[end - 1] == UInt8(ascii: ";")
    }

    /// Appends what the reference at `start` means and tells where it ends, or nil where there is none.
    private static func reference(
        _ bytes: Bytes, at start: Int, inAttribute: Bool, into output: inout [UInt8]
    ) -> Int? {
        guard start + 1 < bytes.count else { return nil }
        if bytes[start + 1] == UInt8(ascii: "#") { return number(bytes, at: start + 2, into: &output) }
        var end = start + 1
        while end < bytes.count, end - start <= 32, isAlphanumeric(bytes[end]) { end += 1 }
        let run = bytes[(start + 1)..<end]
        guard !run.isEmpty else { return nil }
        if end < bytes.count, bytes[end] == UInt8(ascii: ";"), let name = Names.shared.find(run) {
            Names.shared.append(name, to: &output)
            return end + 1
        }
        for length in stride(from: min(run.count, 6), through: 2, by: -1) {
            guard let name = Names.shared.find(run[0..<length]), name.isLegacy else { continue }
            let after = start + 1 + length
            if inAttribute, after < bytes.count, bytes[after] == UInt8(ascii: "=") || isAlphanumeric(bytes[after]) {
                return nil
            }
            Names.shared.append(name, to: &output)
            return after
        }
        return nil
    }

    /// A decimal or hexadecimal reference, its digits from `start`; also the two that say the halves of one character,
    /// as programs write that count in UTF-16: `&#55357;&#56832;`.
    private static func number(_ bytes: Bytes, at start: Int, into output: inout [UInt8]) -> Int? {
        guard var (value, end) = digits(bytes, at: start) else { return nil }
        if value >> 10 == leadingHalf, bytes[end..<bytes.count].hasPrefix("&#"), let next = digits(bytes, at: end + 2),
            next.value >> 10 == trailingHalf
        {
            value = 0x10000 + (value & 0x3FF) << 10 + (next.value & 0x3FF)
            end = next.end
        }
        append(scalar(value), to: &output)
        return end
    }

    /// The upper bits of the first and the second half of a character in UTF-16 (RFC 2781, section 2.1).
    private static let (leadingHalf, trailingHalf): (UInt32, UInt32) = (0xD800 >> 10, 0xDC00 >> 10)

    /// The number whose digits, or `x` and digits, begin at `start`, and where what follows it begins.
    private static func digits(_ bytes: Bytes, at start: Int) -> (value: UInt32, end: Int)? {
        var position = start
        var value: UInt32 = 0
        let isHexadecimal = position < bytes.count && bytes[position] | 0x20 == UInt8(ascii: "x")
        if isHexadecimal { position += 1 }
        let first = position
        while position < bytes.count, let digit = bytes[position].hexadecimalValue, isHexadecimal || digit <= 9 {
            value = min(value &* (isHexadecimal ? 16 : 10) &+ UInt32(digit), 0x110000)
            position += 1
        }
        guard position > first else { return nil }
        if position < bytes.count, bytes[position] == UInt8(ascii: ";") { position += 1 }
        return (value, position)
    }

    /// The scalar that a number stands for: windows-1252 between 128 and 159, as browsers read it.
    private static func scalar(_ value: UInt32) -> Unicode.Scalar {
        if value >= 0x80, value <= 0x9F { return Unicode.Scalar(Windows1252.scalars[Int(value - 0x80)]) ?? "\u{FFFD}" }
        return value == 0 ? "\u{FFFD}" : Unicode.Scalar(value) ?? "\u{FFFD}"
    }

    /// Appends a scalar as UTF-8.
    fileprivate static func append(_ scalar: Unicode.Scalar, to output: inout [UInt8]) {
        output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    fileprivate static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || (byte >= 0x30 && byte <= 0x39)
    }
}

/// Where each name stands in the table of names, for searching by halves.
private struct Names: Sendable {
    static let shared = Names()

    /// A name's entry.
    struct Entry: Sendable {
        let start: Int32
        let length: Int32
        let end: Int32
        let isLegacy: Bool
    }

    private let entries: FixedTable<Entry>
    private var table: Bytes { characterReferenceNames.bytes }

    private init() {
        let table = characterReferenceNames.bytes
        var entries: [Entry] = []
        var start = 0
        var index = 0
        var name = 0
        while index <= table.count {
            let byte = index < table.count ? table[index] : 0x20
            if byte == UInt8(ascii: ":") || byte == UInt8(ascii: "!") { name = index }
            if byte == 0x20 {
                entries.append(
                    Entry(
                        start: Int32(start), length: Int32(name - start), end: Int32(index),
                        isLegacy: table[name] == UInt8(ascii: "!")))
                start = index + 1
            }
            index += 1
        }
        self.entries = FixedTable(entries)
    }

    /// The entry of a name, letter by letter.
    func find(_ name: Bytes) -> Entry? {
        var lower = 0
        var upper = entries.count
        while lower < upper {
            let middle = (lower + upper) / 2
            let entry = entries[middle]
            let order = Names.order(table[Int(entry.start)..<Int(entry.start + entry.length)], name)
            if order == 0 { return entry }
            if order < 0 { lower = middle + 1 } else { upper = middle }
        }
        return nil
    }

    /// Appends the scalars of an entry as UTF-8.
    func append(_ entry: Entry, to output: inout [UInt8]) {
        var value: UInt32 = 0
        for index in Int(entry.start + entry.length + 1)..<Int(entry.end) {
            if let digit = table[index].hexadecimalValue {
                value = value << 4 | UInt32(digit)
            } else {
                CharacterReferences.append(Unicode.Scalar(value) ?? "\u{FFFD}", to: &output)
                value = 0
            }
        }
        CharacterReferences.append(Unicode.Scalar(value) ?? "\u{FFFD}", to: &output)
    }

    private static func order(_ one: Bytes, _ other: Bytes) -> Int {
        for index in 0..<min(one.count, other.count) where one[index] != other[index] {
            return one[index] < other[index] ? -1 : 1
        }
        return one.count - other.count
    }
}
