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

    /// Looks at every byte, sixteen or eight at a time, and once more at what may be a control or an ampersand.
    ///
    /// The tests of a whole word are those of H. S. Warren, Hacker's Delight, section 6-1, exact for "is there any".
    /// The last bytes are one more block or word, whether or not some of them were looked at before.
    @inline(__always)
    init(_ bytes: Bytes) {
        let buffer = unsafe bytes.buffer
        guard let start = buffer.baseAddress else { return }
        guard buffer.count < 16 else {
            unsafe look(atBlocks: start, buffer.count)
            return
        }
        guard buffer.count >= 8 else {
            for index in 0..<buffer.count { look(at: unsafe start[index]) }
            return
        }
        var high: UInt64 = 0
        var offset = 0
        while true {
            let word = unsafe UnsafeRawPointer(start).loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let ampersand = word ^ TextScan.spread(0x26)
            let isAmpersand = (ampersand &- TextScan.spread(1)) & ~ampersand
            look(atFlagged: TextScan.controls(word) | isAmpersand, of: word)
            // 0x34 more than the lower seven bits passes 0x7F from 0xCC on.
            high |= ((word & ~TextScan.spread(0x80)) &+ TextScan.spread(0x34)) & word
            guard offset < buffer.count &- 8 else { break }
            offset = min(offset &+ 8, buffer.count &- 8)
        }
        if high & TextScan.spread(0x80) != 0 { hasHigh = true }
    }

    /// Whether there is a control character other than tab and newline.
    @inline(__always)
    static func hasControls(_ bytes: Bytes) -> Bool {
        let buffer = unsafe bytes.buffer
        guard let start = buffer.baseAddress else { return false }
        var scan = TextScan()
        guard buffer.count < 16 else { return unsafe scan.hasControls(inBlocks: start, buffer.count) }
        guard buffer.count >= 8 else {
            for index in 0..<buffer.count { scan.look(at: unsafe start[index]) }
            return scan.hasControls
        }
        var offset = 0
        while true {
            let word = unsafe UnsafeRawPointer(start).loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            scan.look(atFlagged: controls(word), of: word)
            guard offset < buffer.count &- 8 else { return scan.hasControls }
            offset = min(offset &+ 8, buffer.count &- 8)
        }
    }

    private init() {}

    /// Looks at sixteen and more bytes.
    @inline(__always) @unsafe
    private mutating func look(atBlocks start: UnsafePointer<UInt8>, _ count: Int) {
        let source = unsafe UnsafeRawPointer(start)
        let space = SIMD16<UInt8>(repeating: 0x20)
        let delete = SIMD16<UInt8>(repeating: 0x7F)
        let ampersand = SIMD16<UInt8>(repeating: 0x26)
        let firstHigh = SIMD16<UInt8>(repeating: 0xCC)
        var largest = SIMD16<UInt8>(repeating: 0)
        var offset = 0
        while true {
            let block = unsafe source.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self)
            largest = pointwiseMax(largest, block)
            let special = (block .< space) .| (block .== delete) .| (block .== ampersand)
            if TextScan.isAny(special) {
                for place in offset..<(offset &+ 16) { look(at: unsafe start[place]) }
            }
            guard offset < count &- 16 else { break }
            offset = min(offset &+ 16, count &- 16)
        }
        if TextScan.isAny(largest .>= firstHigh) { hasHigh = true }
    }

    /// Whether sixteen and more bytes have a control character other than tab and newline.
    @inline(__always) @unsafe
    private mutating func hasControls(inBlocks start: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        let source = unsafe UnsafeRawPointer(start)
        let space = SIMD16<UInt8>(repeating: 0x20)
        let delete = SIMD16<UInt8>(repeating: 0x7F)
        var offset = 0
        while true {
            let block = unsafe source.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self)
            if TextScan.isAny((block .< space) .| (block .== delete)) {
                for place in offset..<(offset &+ 16) { look(at: unsafe start[place]) }
                if hasControls { return true }
            }
            guard offset < count &- 16 else { return false }
            offset = min(offset &+ 16, count &- 16)
        }
    }

    /// Whether anything is in a mask, asked by its bits: `any` is a call for each block.
    @inline(__always)
    private static func isAny(_ mask: SIMDMask<SIMD16<Int8>>) -> Bool {
        let words = unsafe unsafeBitCast(mask, to: SIMD2<UInt64>.self)
        return words[0] | words[1] != 0
    }

    /// The highest bit of a byte of eight where any is below a space or DEL.
    @inline(__always)
    private static func controls(_ word: UInt64) -> UInt64 {
        let delete = word ^ spread(0x7F)
        return (word &- spread(0x20)) & ~word | (delete &- spread(1)) & ~delete
    }

    /// Looks at the bytes of a word whose highest bits are set in `flags`.
    @inline(__always)
    private mutating func look(atFlagged flags: UInt64, of word: UInt64) {
        var flags = flags & TextScan.spread(0x80)
        while flags != 0 {
            look(at: UInt8(truncatingIfNeeded: word &>> UInt64(flags.trailingZeroBitCount & 0x38)))
            flags &= flags &- 1
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
