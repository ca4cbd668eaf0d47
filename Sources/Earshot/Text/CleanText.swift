/// The test whether a text may be kept as it is: valid UTF-8 in NFC without bidirectional controls.
enum CleanText {
    /// Whether `bytes` need nothing but copying (UAX #15, section 9, and UTF-8 as the Unicode Standard's table 3-7).
    static func isClean(_ bytes: Bytes) -> Bool {
        let buffer = unsafe bytes.buffer
        guard let start = buffer.baseAddress else { return true }
        return unsafe blocks.withUnsafeBufferPointer { blocks in
            guard let busy = blocks.baseAddress else { return false }
            return unsafe isClean(start, buffer.count, busy)
        }
    }

    @unsafe
    private static func isClean(
        _ start: UnsafePointer<UInt8>, _ count: Int, _ busy: UnsafePointer<UInt64>
    ) -> Bool {
        var lastClass: UInt8 = 0
        var index = 0
        while index < count {
            let lead = unsafe start[index]
            if lead < 0x80 {
                lastClass = 0
                index &+= 1
                continue
            }
            let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
            guard lead >= 0xC2, lead <= 0xF4, index &+ length <= count else { return false }
            var value = UInt32(lead) & (0xFF >> UInt32(length &+ 1))
            for offset in 1..<length {
                let next = unsafe start[index &+ offset]
                guard next & 0xC0 == 0x80 else { return false }
                value = value &<< 6 | UInt32(next & 0x3F)
            }
            index &+= length
            let isShort = (length == 3 && value < 0x800) || (length == 4 && value < 0x1_0000)
            guard !isShort, value <= 0x10_FFFF, value & 0xFFFF_F800 != 0xD800 else { return false }
            let isBusy =
                value < 0x1_0000
                ? unsafe busy[Int(value &>> 10)] &>> UInt64((value &>> 4) & 63) & 1 != 0
                : value & 0xFFFF_F000 != 0x1_F000
            guard isBusy else {
                lastClass = 0
                continue
            }
            if CompositionRanges.isChanging(value) || isBidirectional(value) { return false }
            let combiningClass = CompositionRanges.isCombining(value) ? canonicalClass(of: value) : 0
            if combiningClass != 0 && combiningClass < lastClass { return false }
            lastClass = combiningClass
        }
        return true
    }

    private static func canonicalClass(of value: UInt32) -> UInt8 {
        Unicode.Scalar(value)?.properties.canonicalCombiningClass.rawValue ?? 0
    }

    /// Whether a scalar is an embedding, override or isolate, or the end of one.
    static func isBidirectional(_ value: UInt32) -> Bool {
        (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
    }

    /// One bit for every sixteen scalars of the Basic Multilingual Plane: whether any of them needs a closer look.
    /// No scalar from U+1F000 to U+1FFFF, where emoji are, does; of the other planes all are looked at.
    private static let blocks: [UInt64] = {
        var blocks = [UInt64](repeating: 0, count: 64)
        let bounds = CompositionRanges.changing + CompositionRanges.combining + [(0x202A, 0x202E), (0x2066, 0x2069)]
        for (first, last) in bounds where first < 0x1_0000 {
            for block in (first >> 4)...(min(last, 0xFFFF) >> 4) { blocks[Int(block >> 6)] |= 1 << UInt64(block & 63) }
        }
        return blocks
    }()
}
