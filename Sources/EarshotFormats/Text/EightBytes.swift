internal import Earshot

extension Bytes {
    /// The eight bytes from `index`, the first of them the lowest; nil where there are fewer.
    @inline(__always)
    func eight(at index: Int) -> UInt64? {
        guard index >= 0, index &+ 8 <= count, let start = unsafe buffer.baseAddress else { return nil }
        return unsafe UInt64(
            littleEndian: UnsafeRawPointer(start).loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }
}

/// Eight bytes that are looked at as one word (H. S. Warren, Hacker's Delight, section 6-1).
extension UInt64 {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The highest bit of each of the eight bytes that is another; what is beyond the first of them may be false.
    @inline(__always)
    func bytes(equal byte: UInt64) -> UInt64 {
        let other = self ^ (UInt64.ones &* byte)
        return (other &- UInt64.ones) & ~other & UInt64.highBits
    }

    /// The highest bit of each byte below a space; what is beyond the first of them may be false.
    @inline(__always)
    var bytesBelowSpace: UInt64 { (self &- UInt64.ones &* 0x20) & ~self & UInt64.highBits }
}
