/// What one pass over a text finds that would need work before it can be kept.
struct TextScan {
    /// A control character other than tab and newline.
    var hasControls = false
    /// An ampersand, which may begin a character reference.
    var hasAmpersand = false
    /// A scalar from U+0300 on, which may need composing, or a byte that is not UTF-8.
    var hasHigh = false

    /// Looks at every byte, sixteen at a time.
    init(_ bytes: Bytes) {
        var highest = SIMD16<UInt8>(repeating: 0)
        var controls = SIMDMask<SIMD16<Int8>>(repeating: false)
        var ampersands = SIMDMask<SIMD16<Int8>>(repeating: false)
        let buffer = unsafe bytes.buffer
        var offset = 0
        if let start = buffer.baseAddress {
            let raw = unsafe UnsafeRawPointer(start)
            while offset &+ 16 <= bytes.count {
                let block = unsafe raw.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self)
                highest = pointwiseMax(highest, block)
                controls = controls .| TextScan.controls(in: block)
                ampersands = ampersands .| (block .== 0x26)
                offset &+= 16
            }
            if offset < bytes.count {
                var tail = SIMD16<UInt8>(repeating: 0x20)
                for index in offset..<bytes.count { tail[index &- offset] = unsafe start[index] }
                highest = pointwiseMax(highest, tail)
                controls = controls .| TextScan.controls(in: tail)
                ampersands = ampersands .| (tail .== 0x26)
            }
        }
        hasControls = any(controls)
        hasAmpersand = any(ampersands)
        // 0xCC leads U+0300, the first scalar that composition can change; C0, C1 are no UTF-8 and 80…BF alone is not,
        // but those come from broken bytes only, which callers vouch against.
        hasHigh = highest.max() >= 0xCC
    }

    private static func controls(in block: SIMD16<UInt8>) -> SIMDMask<SIMD16<Int8>> {
        ((block .< 0x20) .& (block .!= 0x0A) .& (block .!= 0x09)) .| (block .== 0x7F)
    }
}
