internal import Earshot

/// A reference that XML itself knows: to a character by its number, or one of the five.
struct XMLReference {
    let scalar: Unicode.Scalar
    /// Where what follows it begins.
    let end: Int

    private static let longest = 10

    init?(in bytes: Bytes, at start: Int) {
        let ahead = bytes[(start + 1)..<(start + 1 + XMLReference.longest)]
        if let known = XMLReference.named(ahead) {
            scalar = known.scalar
            end = start + 1 + known.length
            return
        }
        guard ahead.hasPrefix("#"), let length = ahead.firstIndex(of: UInt8(ascii: ";")),
            let found = XMLReference.scalar(ahead[1..<length])
        else { return nil }
        scalar = found
        end = start + length + 2
    }

    /// One of the five, by what follows the `&`, and how long that is.
    private static func named(_ ahead: Bytes) -> (scalar: Unicode.Scalar, length: Int)? {
        guard !ahead.isEmpty else { return nil }
        switch ahead[0] {
        case UInt8(ascii: "l"): return ahead.hasPrefix("lt;") ? ("<", 3) : nil
        case UInt8(ascii: "g"): return ahead.hasPrefix("gt;") ? (">", 3) : nil
        case UInt8(ascii: "q"): return ahead.hasPrefix("quot;") ? ("\"", 5) : nil
        case UInt8(ascii: "a") where ahead.hasPrefix("amp;"): return ("&", 4)
        case UInt8(ascii: "a"): return ahead.hasPrefix("apos;") ? ("'", 5) : nil
        default: return nil
        }
    }

    /// The character of a number such as `233` or `xE9`, where XML has it (XML 1.0, section 2.2).
    private static func scalar(_ digits: Bytes) -> Unicode.Scalar? {
        let isHexadecimal = digits.hasPrefix("x")
        let number = digits[(isHexadecimal ? 1 : 0)..<digits.count]
        guard !number.isEmpty, number[0] != UInt8(ascii: "+"), number[0] != UInt8(ascii: "-"),
            let value = UInt32(number.string, radix: isHexadecimal ? 16 : 10), let scalar = Unicode.Scalar(value)
        else { return nil }
        switch value {
        case 0x09, 0x0A, 0x0D, 0x20...0xFFFD, 0x10000...: return scalar
        default: return nil
        }
    }
}
