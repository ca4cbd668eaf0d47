internal import Earshot

/// Text in UTF-16 (RFC 2781).
struct WideText {
    private let bytes: Bytes
    private let isBigEndian: Bool

    /// Text in either order of bytes.
    init(_ bytes: Bytes, isBigEndian: Bool) {
        self.bytes = bytes
        self.isBigEndian = isBigEndian
    }

    /// The text in UTF-8; nil where half a letter, or half a pair of surrogates, stands alone.
    var utf8: [UInt8]? {
        guard bytes.count.isMultiple(of: 2) else { return nil }
        var isWhole = true
        // Two bytes become three at most, and a pair of surrogates four.
        let text = unsafe [UInt8](unsafeUninitializedCapacity: bytes.count / 2 * 3) { room, made in
            let target = UnsafeMutableRawBufferPointer(room)
            var from = 0
            while from < bytes.count {
                if let four = fourOfASCII(at: from) {
                    unsafe target.storeBytes(of: four.littleEndian, toByteOffset: made, as: UInt32.self)
                    made += 4
                    from += 8
                } else if let scalar = scalar(at: from), let letter = UTF8.encode(scalar) {
                    for byte in letter {
                        unsafe room[made] = byte
                        made += 1
                    }
                    from += scalar.value < 0x10000 ? 2 : 4
                } else {
                    isWhole = false
                    return
                }
            }
        }
        return isWhole ? text : nil
    }

    /// Four letters that are all ASCII, the first of them lowest.
    private func fourOfASCII(at index: Int) -> UInt32? {
        guard var word = bytes.eight(at: index) else { return nil }
        if isBigEndian { word = (word & 0x00FF_00FF_00FF_00FF) &<< 8 | (word &>> 8) & 0x00FF_00FF_00FF_00FF }
        guard word & 0xFF80_FF80_FF80_FF80 == 0 else { return nil }
        let pairs = (word | word &>> 8) & 0x0000_FFFF_0000_FFFF
        return UInt32(truncatingIfNeeded: pairs | pairs &>> 16)
    }

    private func scalar(at index: Int) -> Unicode.Scalar? {
        let first = unit(at: index)
        guard first & 0xFC00 == 0xD800, index + 4 <= bytes.count, unit(at: index + 2) & 0xFC00 == 0xDC00 else {
            return Unicode.Scalar(first)
        }
        return Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + unit(at: index + 2) & 0x3FF)
    }

    private func unit(at index: Int) -> UInt32 {
        let (low, high) = isBigEndian ? (index + 1, index) : (index, index + 1)
        return UInt32(bytes[high]) << 8 | UInt32(bytes[low])
    }
}
