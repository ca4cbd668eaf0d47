/// What one pass over a text finds that would need work before it can be kept.
struct TextScan {
    /// A control character other than tab and newline.
    var hasControls = false
    /// An ampersand, which may begin a character reference.
    var hasAmpersand = false
    /// A scalar from U+0300 on, which may need composing, or a byte that is not UTF-8.
    var hasHigh = false

    /// Every byte of a word the same.
    @inline(__always)
    private static func spread(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// Looks at every byte, eight at a time; a word with a control or an ampersand in it is looked at byte by byte.
    ///
    /// The tests of a whole word are those of H. S. Warren, Hacker's Delight, section 6-1, exact for "is there any".
    @inline(__always)
    init(_ bytes: Bytes) {
        let buffer = unsafe bytes.buffer
        guard let start = buffer.baseAddress else { return }
        let raw = unsafe UnsafeRawPointer(start)
        let tops = TextScan.spread(0x80)
        var high: UInt64 = 0
        var offset = 0
        while offset &+ 8 <= buffer.count {
            let word = unsafe raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let ampersand = word ^ TextScan.spread(0x26)
            let delete = word ^ TextScan.spread(0x7F)
            let below = (word &- TextScan.spread(0x20)) & ~word
            let isAmpersand = (ampersand &- TextScan.spread(1)) & ~ampersand
            let isDelete = (delete &- TextScan.spread(1)) & ~delete
            if (below | isAmpersand | isDelete) & tops != 0 {
                for index in offset..<(offset &+ 8) { look(at: unsafe start[index]) }
            }
            // 0x34 more than the lower seven bits passes 0x7F from 0xCC on.
            high |= ((word & ~tops) &+ TextScan.spread(0x34)) & word
            offset &+= 8
        }
        if high & tops != 0 { hasHigh = true }
        while offset < buffer.count {
            look(at: unsafe start[offset])
            offset &+= 1
        }
    }

    @inline(__always)
    private mutating func look(at byte: UInt8) {
        // 0xCC leads U+0300, the first scalar that composition can change; C0, C1 are no UTF-8 and 80…BF alone is not,
        // but those come from broken bytes only, which callers vouch against.
        if byte >= 0xCC { hasHigh = true }
        if byte == 0x26 { hasAmpersand = true }
        if (byte < 0x20 && byte != 0x0A && byte != 0x09) || byte == 0x7F { hasControls = true }
    }
}
