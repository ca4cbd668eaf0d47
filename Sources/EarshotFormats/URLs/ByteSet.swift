internal import Earshot

/// A set of ASCII bytes, asked without a branch.
struct ByteSet: Sendable {
    private let low: UInt64
    private let high: UInt64

    init(_ members: StaticString) {
        var (low, high): (UInt64, UInt64) = (0, 0)
        for index in 0..<members.bytes.count {
            let byte = members.bytes[index]
            if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte & 63) }
        }
        (self.low, self.high) = (low, high)
    }

    func contains(_ byte: UInt8) -> Bool {
        byte < 128 && ((byte < 64 ? low : high) >> UInt64(byte & 63)) & 1 == 1
    }

    static let plainHost = ByteSet("abcdefghijklmnopqrstuvwxyz0123456789-.")
    static let plainPath = ByteSet("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/_~@:+,=")
    /// What stands in a path or a query as it is; what begins a query, a segment of dots or an encoded byte is not here.
    static let plainReference = ByteSet(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/_~@:+,=!$&()*;")
    /// What stands in a canonical query as it is; without a colon there is no address in it.
    static let plainQuery = ByteSet(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/_~@+,=!$()*;.")
}
