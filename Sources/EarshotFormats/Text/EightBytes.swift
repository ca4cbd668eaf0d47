internal import Earshot

extension Bytes {
    /// The eight bytes from `index`, the first of them the lowest; nil where there are fewer.
    @inline(__always)
    func eight(at index: Int) -> UInt64? {
        guard index >= 0, index &+ 8 <= count, let start = unsafe buffer.baseAddress else { return nil }
        return unsafe UInt64(
            littleEndian: UnsafeRawPointer(start).loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// Up to eight bytes from `index`, the first of them the lowest, and zeros for those that are not there.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        guard index >= 0, index < count, let start = unsafe buffer.baseAddress else { return 0 }
        let source = unsafe UnsafeRawPointer(start + index)
        let length = count &- index
        if length >= 8 { return unsafe UInt64(littleEndian: source.loadUnaligned(as: UInt64.self)) }
        if length >= 4 {
            let low = unsafe UInt32(littleEndian: source.loadUnaligned(as: UInt32.self))
            let high = unsafe UInt32(littleEndian: source.loadUnaligned(fromByteOffset: length &- 4, as: UInt32.self))
            return UInt64(low) | UInt64(high) &<< UInt64((length &- 4) &* 8)
        }
        let middle = length &>> 1
        let last = length &- 1
        return UInt64(self[index]) | UInt64(self[index &+ middle]) &<< UInt64(middle &* 8)
            | UInt64(self[index &+ last]) &<< UInt64(last &* 8)
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

    /// The word with its capitals as small letters, where all of its bytes are ASCII.
    @inline(__always)
    var lettersLowercased: UInt64 {
        let isFromA = self &+ UInt64.ones &* (0x80 - 0x41)
        let isAboveZ = self &+ UInt64.ones &* (0x80 - 0x5B)
        return self | (isFromA & ~isAboveZ & UInt64.highBits) &>> 2
    }

    /// The highest bit of each byte below a space; what is beyond the first of them may be false.
    @inline(__always)
    var bytesBelowSpace: UInt64 { (self &- UInt64.ones &* 0x20) & ~self & UInt64.highBits }
}
