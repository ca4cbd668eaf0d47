/// The test whether a text may be kept as it is: valid UTF-8 in NFC without bidirectional controls.
enum CleanText {
    /// Whether `bytes` need nothing but copying (UAX #15, section 9, and UTF-8 as the Unicode Standard's table 3-7).
    static func isClean(_ bytes: Bytes) -> Bool {
        let buffer = unsafe bytes.buffer
        guard let start = buffer.baseAddress else { return true }
        let quiet = quietLeads
        return unsafe busy.withUnsafeBufferPointer { words in
            guard let busy = words.baseAddress else { return false }
            return unsafe isClean(start, buffer.count, busy, quiet)
        }
    }

    @unsafe
    private static func isClean(
        _ start: UnsafePointer<UInt8>, _ count: Int, _ busy: UnsafePointer<UInt64>, _ quiet: UInt64
    ) -> Bool {
        var lastClass: UInt8 = 0
        var index = 0
        while index < count {
            let lead = unsafe start[index]
            if lead < 0x80 {
                lastClass = 0
                index &+= 1
                unsafe skipASCII(start, &index, count)
                continue
            }
            // Cyrillic, most of Latin and of Han need no closer look than at their form.
            if lead >= 0xC0, quiet &>> UInt64(lead & 63) & 1 != 0, unsafe skipQuiet(start, &index, count, lead) {
                lastClass = 0
                continue
            }
            let value = unsafe scalar(start, &index, count, lead)
            guard value != 0 else { return false }
            let isBusy =
                value < 0x1_0000
                ? unsafe busy[Int(value &>> 6)] &>> UInt64(value & 63) & 1 != 0
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

    /// The scalar of two to four bytes at `index`, which is moved past it; 0 where there is none.
    @inline(__always) @unsafe
    private static func scalar(
        _ start: UnsafePointer<UInt8>, _ index: inout Int, _ count: Int, _ lead: UInt8
    ) -> UInt32 {
        let left = count &- index
        func rest(_ offset: Int) -> UInt32 { UInt32(unsafe start[index &+ offset] ^ 0x80) }
        if lead >= 0xE0 && lead < 0xF0 {
            guard left >= 3, rest(1) | rest(2) < 0x40 else { return 0 }
            let value = UInt32(lead & 0x0F) &<< 12 | rest(1) &<< 6 | rest(2)
            index &+= 3
            return value < 0x800 || value & 0xF800 == 0xD800 ? 0 : value
        }
        if lead < 0xE0 {
            guard lead >= 0xC2, left >= 2, rest(1) < 0x40 else { return 0 }
            let value = UInt32(lead & 0x1F) &<< 6 | rest(1)
            index &+= 2
            return value
        }
        guard lead <= 0xF4, left >= 4, rest(1) | rest(2) | rest(3) < 0x40 else { return 0 }
        let value = UInt32(lead & 0x07) &<< 18 | rest(1) &<< 12 | rest(2) &<< 6 | rest(3)
        index &+= 4
        return value < 0x1_0000 || value > 0x10_FFFF ? 0 : value
    }

    /// Moves `index` past a scalar of two or three bytes with a quiet lead; false where it is none.
    @inline(__always) @unsafe
    private static func skipQuiet(
        _ start: UnsafePointer<UInt8>, _ index: inout Int, _ count: Int, _ lead: UInt8
    ) -> Bool {
        let width = lead < 0xE0 ? 2 : 3
        guard count &- index >= width, unsafe start[index &+ 1] & 0xC0 == 0x80,
            unsafe start[index &+ width &- 1] & 0xC0 == 0x80
        else { return false }
        index &+= width
        return true
    }

    /// Moves `index` past ASCII, sixteen and eight bytes at a time, to the next other byte or to the last seven.
    @inline(__always) @unsafe
    private static func skipASCII(_ start: UnsafePointer<UInt8>, _ index: inout Int, _ count: Int) {
        let source = unsafe UnsafeRawPointer(start)
        while index &+ 16 <= count {
            let words = unsafe source.loadUnaligned(fromByteOffset: index, as: SIMD2<UInt64>.self)
            if (words[0] | words[1]) & 0x8080_8080_8080_8080 != 0 { break }
            index &+= 16
        }
        while index &+ 8 <= count {
            let word = unsafe source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let high = UInt64(littleEndian: word) & 0x8080_8080_8080_8080
            if high != 0 {
                index &+= high.trailingZeroBitCount &>> 3
                return
            }
            index &+= 8
        }
    }

    private static func canonicalClass(of value: UInt32) -> UInt8 {
        Unicode.Scalar(value)?.properties.canonicalCombiningClass.rawValue ?? 0
    }

    /// Whether a scalar is an embedding, override or isolate, or the end of one.
    static func isBidirectional(_ value: UInt32) -> Bool {
        (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
    }

    /// One bit for every scalar of the Basic Multilingual Plane: whether it needs a closer look.
    /// No scalar from U+1F000 to U+1FFFF, where emoji are, does; of the other planes all are looked at.
    private static let busy: [UInt64] = {
        var words = [UInt64](repeating: 0, count: 1024)
        let bounds = CompositionRanges.changing + CompositionRanges.combining + [(0x202A, 0x202E), (0x2066, 0x2069)]
        for (first, last) in bounds where first < 0x1_0000 {
            for value in first...min(last, 0xFFFF) { words[Int(value >> 6)] |= 1 << UInt64(value & 63) }
        }
        return words
    }()

    /// One bit for each byte from C0 on: whether it leads two or three bytes of which no scalar needs a closer look.
    private static let quietLeads: UInt64 = {
        var quiet: UInt64 = 0
        for lead in UInt32(0xC2)...0xEF where lead != 0xE0 && lead != 0xED {
            let (first, count) = lead < 0xE0 ? (Int(lead & 0x1F), 1) : (Int(lead & 0x0F) << 6, 64)
            if busy[first..<(first + count)].allSatisfy({ $0 == 0 }) { quiet |= 1 << UInt64(lead & 63) }
        }
        return quiet
    }()
}
