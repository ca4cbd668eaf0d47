public import Earshot

extension Bytes {
    /// Whether these are the letters of `other`, whatever their case.
    public func isSpelled(_ other: Bytes) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where self[index].lowercased != other[index].lowercased { return false }
        return true
    }

    /// Whether these are the letters of `literal`, whatever their case.
    public func isSpelled(_ literal: StaticString) -> Bool { isSpelled(literal.bytes) }

    /// Whether this is `http` or `https`.
    var isWeb: Bool { isSpelled("https") || isSpelled("http") }
}

extension UInt8 {
    /// The letter in lower case; what is not an ASCII letter as it is.
    var lowercased: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }

    /// The value of a hexadecimal digit.
    package var hexadecimalValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x37
        case 0x61...0x66: self - 0x57
        default: nil
        }
    }
}
