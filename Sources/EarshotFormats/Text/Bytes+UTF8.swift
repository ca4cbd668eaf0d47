internal import CSimdJSON
public import Earshot

extension Bytes {
    /// Whether the bytes are UTF-8.
    public var isUTF8: Bool { unsafe buffer.baseAddress.map { unsafe csimdjson_is_utf8($0, count) } ?? true }

    /// Where the run of ASCII ends that begins at `start`.
    func endOfASCII(from start: Int) -> Int {
        var index = start
        while index &+ 8 <= count, let base = unsafe buffer.baseAddress {
            let word = unsafe UnsafeRawPointer(base).loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let high = UInt64(littleEndian: word) & 0x8080_8080_8080_8080
            if high != 0 { return index &+ high.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        while index < count, self[index] < 0x80 { index &+= 1 }
        return index
    }
}
