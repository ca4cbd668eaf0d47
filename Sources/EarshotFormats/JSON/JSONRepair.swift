internal import Earshot

/// Repairs what platforms really send and simdjson refuses, so that one author cannot hide a page of others.
///
/// One pass, and only of what cannot be meant otherwise: within strings lone surrogate escapes, raw control characters
/// and bytes that are no UTF-8; numbers that fit neither 64 bits nor a `Double`, which become strings. What is wrong
/// with the structure, escapes or spelling of a text stays wrong.
struct JSONRepair: ~Copyable {
    private let bytes: Bytes
    private var output: Output
    private var position = 0
    private var isRepaired = false

    /// The text with its faults repaired, or nil where there was nothing to repair.
    static func repaired(_ bytes: [UInt8]) -> [UInt8]? {
        bytes.withBytes { bytes in
            var repair = JSONRepair(bytes)
            repair.run()
            return repair.isRepaired ? repair.output.array : nil
        }
    }

    private init(_ bytes: Bytes) {
        self.bytes = bytes
        output = Output(capacity: bytes.count + bytes.count / 8)
    }

    private mutating func run() {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""): string()
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): number()
            default: copy(1)
            }
        }
    }

    /// Takes over the next `count` bytes as they are.
    private mutating func copy(_ count: Int) {
        output.raw(bytes[position..<(position + count)])
        position = min(position + count, bytes.count)
    }

    /// Passes over `count` bytes and writes something in their place.
    private mutating func replace(_ count: Int, by literal: StaticString) {
        output.literal(literal)
        position += count
        isRepaired = true
    }

    // Strings.

    private mutating func string() {
        copy(1)
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""): return copy(1)
            case UInt8(ascii: "\\"): escape()
            case 0..<0x20: control()
            case 0x20..<0x80: plain()
            default: sequence()
            }
        }
    }

    /// Takes over a run of ordinary ASCII.
    private mutating func plain() {
        var end = position + 1
        while end < bytes.count, bytes[end] >= 0x20, bytes[end] < 0x80, bytes[end] != UInt8(ascii: "\""),
            bytes[end] != UInt8(ascii: "\\")
        {
            end += 1
        }
        copy(end - position)
    }

    /// A backslash and what it escapes; of that only surrogates are looked at, so that a wrong escape stays wrong.
    private mutating func escape() {
        guard let unit = codeUnit(at: position) else { return copy(2) }
        switch unit {
        case 0xD800..<0xDC00:
            guard let next = codeUnit(at: position + 6), (0xDC00..<0xE000).contains(next) else { fallthrough }
            copy(12)
        case 0xDC00..<0xE000: replace(6, by: "\\uFFFD")
        default: copy(6)
        }
    }

    /// The code unit of a `\uXXXX` at a place, or nil where there is none.
    private func codeUnit(at place: Int) -> UInt16? {
        guard place + 6 <= bytes.count, bytes[place..<(place + 2)] == "\\u" else { return nil }
        var unit: UInt16 = 0
        for index in (place + 2)..<(place + 6) {
            guard let digit = bytes[index].hexadecimalValue else { return nil }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }

    private mutating func control() {
        output.escaped(bytes[position..<(position + 1)])
        position += 1
        isRepaired = true
    }

    /// A character beyond ASCII, or what of one is there.
    private mutating func sequence() {
        let (count, isWhole) = bytes.sequence(at: position)
        if isWhole { copy(count) } else { replace(count, by: "\u{FFFD}") }
    }

    // Numbers.

    private mutating func number() {
        var end = position + 1
        while end < bytes.count, bytes[end].isNumberPart { end += 1 }
        let text = bytes[position..<end]
        if text.isJSONNumber, !text.fits, !isKey(endingAt: end) {
            output.string(text)
            position = end
            isRepaired = true
        } else {
            copy(end - position)
        }
    }

    /// Whether a colon follows: a number for a key is a fault of structure.
    private func isKey(endingAt end: Int) -> Bool {
        var next = end
        while next < bytes.count, bytes[next] <= 0x20 { next += 1 }
        return next < bytes.count && bytes[next] == UInt8(ascii: ":")
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    fileprivate var isNumberPart: Bool {
        switch self {
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): true
        default: isDigit
        }
    }
}

extension Bytes {
    /// How many bytes the character at a place has, and whether they are one; else how many to replace by U+FFFD
    /// (the Unicode Standard, section 3.9, "Substitution of Maximal Subparts").
    fileprivate func sequence(at place: Int) -> (count: Int, isWhole: Bool) {
        let lead = self[place]
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        guard lead >= 0xC2, lead <= 0xF4 else { return (1, false) }
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xE0: second = 0xA0...0xBF
        case 0xED: second = 0x80...0x9F
        case 0xF0: second = 0x90...0xBF
        case 0xF4: second = 0x80...0x8F
        default: break
        }
        for offset in 1..<length {
            let allowed = offset == 1 ? second : 0x80...0xBF
            guard place + offset < count, allowed.contains(self[place + offset]) else { return (offset, false) }
        }
        return (length, true)
    }

    /// Whether the bytes are a number as JSON spells it (RFC 8259, section 6).
    fileprivate var isJSONNumber: Bool {
        var place = self[0] == UInt8(ascii: "-") ? 1 : 0
        let whole = digits(from: place)
        guard whole > place, whole == place + 1 || self[place] != UInt8(ascii: "0") else { return false }
        place = whole
        if place < count, self[place] == UInt8(ascii: ".") {
            let end = digits(from: place + 1)
            guard end > place + 1 else { return false }
            place = end
        }
        if place < count, self[place] == UInt8(ascii: "e") || self[place] == UInt8(ascii: "E") {
            place += 1
            if place < count, self[place] == UInt8(ascii: "+") || self[place] == UInt8(ascii: "-") { place += 1 }
            let end = digits(from: place)
            guard end > place else { return false }
            place = end
        }
        return place == count
    }

    private func digits(from place: Int) -> Int {
        var end = place
        while end < count, self[end].isDigit { end += 1 }
        return end
    }

    /// Whether a number is held by 64 bits or, with a fraction or an exponent, by a finite `Double`.
    fileprivate var fits: Bool {
        let sign = self[0] == UInt8(ascii: "-") ? 1 : 0
        if digits(from: sign) == count { return count < 19 || Int64(string) != nil || UInt64(string) != nil }
        // Without an exponent it takes more than 300 digits not to fit.
        return Double(string)?.isFinite ?? false
    }
}
