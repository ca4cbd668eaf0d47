internal import Earshot

/// A reference that XML itself knows: to a character by its number, or one of the five.
struct XMLReference {
    let scalar: Unicode.Scalar
    /// Where what follows it begins.
    let end: Int

    private static let longest = 10
    private static let named: [(name: StaticString, scalar: Unicode.Scalar)] = [
        ("lt;", "<"), ("gt;", ">"), ("amp;", "&"), ("quot;", "\""), ("apos;", "'"),
    ]

    init?(in bytes: Bytes, at start: Int) {
        let ahead = bytes[(start + 1)..<(start + 1 + XMLReference.longest)]
        if let known = XMLReference.named.first(where: { ahead.hasPrefix($0.name) }) {
            scalar = known.scalar
            end = start + 1 + known.name.utf8CodeUnitCount
            return
        }
        guard ahead.hasPrefix("#"), let length = ahead.firstIndex(of: UInt8(ascii: ";")),
            let found = XMLReference.scalar(ahead[1..<length])
        else { return nil }
        scalar = found
        end = start + length + 2
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
