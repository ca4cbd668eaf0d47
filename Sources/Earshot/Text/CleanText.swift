/// The test whether a text may be kept as it is: valid UTF-8 in NFC without bidirectional controls.
enum CleanText {
    /// Whether `bytes` need nothing but copying (UAX #15, section 9, and UTF-8 as the Unicode Standard's table 3-7).
    static func isClean(_ bytes: Bytes) -> Bool {
        let buffer = unsafe bytes.buffer
        guard let start = buffer.baseAddress else { return true }
        return unsafe signs.withUnsafeBufferPointer { words in
            guard let signs = words.baseAddress else { return false }
            return unsafe isClean(start, buffer.count, signs)
        }
    }

    @unsafe
    private static func isClean(_ start: UnsafePointer<UInt8>, _ count: Int, _ signs: UnsafePointer<UInt64>) -> Bool {
        // The mark that stands before `index`, where one does.
        var mark: UInt32 = 0
        var index = unsafe endOfPlain(start, from: 0, count)
        while index < count {
            let end = unsafe endOfQuiet(start, from: index, count, signs)
            if end > index {
                mark = 0
                index = end
                guard index < count else { return true }
            }
            let lead = unsafe start[index]
            if lead < 0x80 {
                mark = 0
                index &+= 1
                // What begins another script is not plain.
                if unsafe index < count && start[index] < 0xD2 { index = unsafe endOfPlain(start, from: index, count) }
                continue
            }
            let value = unsafe scalar(start, &index, count, lead)
            guard value != 0 else { return false }
            if value < 0x1_0000 {
                let (block, bit) = (Int(value &>> 6), UInt64(value & 63))
                if unsafe signs[Signs.refused &+ block] &>> bit & 1 != 0 { return false }
                let place = value < 0x800 ? Signs.ofTwo &+ block : block
                if unsafe signs[place] &>> bit & 1 == 0 {
                    mark = 0
                    continue
                }
            } else if value & 0xFFFF_F000 == 0x1_F000 {
                mark = 0
                continue
            } else {
                if CompositionRanges.isChanging(value) { return false }
                guard CompositionRanges.isCombining(value) else {
                    mark = 0
                    continue
                }
            }
            if mark != 0, canonicalClass(of: value) < canonicalClass(of: mark) { return false }
            mark = value
        }
        return true
    }

    /// Where the run from `start` on ends of scalars of two or three bytes that need no closer look, by the four bytes
    /// from each on; the last three bytes of a text are not looked at.
    @inline(__always) @unsafe
    private static func endOfQuiet(
        _ start: UnsafePointer<UInt8>, from first: Int, _ count: Int, _ signs: UnsafePointer<UInt64>
    ) -> Int {
        let source = unsafe UnsafeRawPointer(start)
        var index = first
        while index &+ 4 <= count {
            let word = unsafe UInt32(littleEndian: source.loadUnaligned(fromByteOffset: index, as: UInt32.self))
            let second = (word &>> 8) & 0x3F
            if word & 0x00C0_C0F0 == 0x0080_80E0 {
                let block = Int((word & 0x0F) &<< 6 | second)
                if unsafe signs[block] &>> UInt64((word &>> 16) & 0x3F) & 1 != 0 { break }
                index &+= 3
            } else if word & 0x0000_C0E0 == 0x0000_80C0 {
                if unsafe signs[Signs.ofTwo &+ Int(word & 0x1F)] &>> UInt64(second) & 1 != 0 { break }
                index &+= 2
            } else {
                break
            }
        }
        return index
    }

    /// Where the run from `start` on ends of ASCII and of those letters of two bytes that need no closer look: all
    /// below U+0300, and from U+0400 to U+047F, as in texts of Latin letters and most of Cyrillic ones.
    ///
    /// Eight bytes at a time: of each lead the bits are brought to the place of its highest, and continuations must be
    /// exactly where they are expected.
    @inline(__always) @unsafe
    private static func endOfPlain(_ start: UnsafePointer<UInt8>, from first: Int, _ count: Int) -> Int {
        let source = unsafe UnsafeRawPointer(start)
        var index = first
        var isExpected: UInt64 = 0
        while index &+ 8 <= count {
            if isExpected == 0, index &+ 16 <= count {
                let words = unsafe source.loadUnaligned(fromByteOffset: index, as: SIMD2<UInt64>.self)
                if (words[0] | words[1]) & highBits == 0 {
                    index &+= 16
                    continue
                }
            }
            let word = unsafe UInt64(littleEndian: source.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let high = word & highBits
            let leads = high & (word &<< 1)
            let (b5, b4, b3, b2) = (word &<< 2, word &<< 3, word &<< 4, word &<< 5)
            let low = b3 | b2 | word &<< 6
            // U+0300 and what is beyond it; C0 and C1, which lead nothing; from D2 on.
            let others = leads & (b5 | (b3 & b2 & ~b4) | ~(b4 ^ low))
            let misplaced = (high ^ leads) ^ (leads &<< 8 | isExpected)
            if others | misplaced != 0 {
                index &+= (others | misplaced).trailingZeroBitCount &>> 3
                // Not between a lead and what follows it.
                return unsafe index > first && start[index &- 1] >= 0xC0 ? index &- 1 : index
            }
            isExpected = leads &>> 56
            index &+= 8
        }
        return isExpected == 0 ? index : index &- 1
    }

    private static let highBits: UInt64 = 0x8080_8080_8080_8080

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

    private static func canonicalClass(of value: UInt32) -> UInt8 {
        Unicode.Scalar(value)?.properties.canonicalCombiningClass.rawValue ?? 0
    }

    /// Whether a scalar is an embedding, override or isolate, or the end of one.
    static func isBidirectional(_ value: UInt32) -> Bool {
        (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
    }

    /// Where the signs of scalars of two bytes begin, after those of three; and those of what is refused.
    private enum Signs {
        static let ofTwo = 1024
        static let refused = 1024 + 32
    }

    /// One bit for every scalar of the Basic Multilingual Plane, sixty-four to a word: whether it needs a closer look,
    /// first those that have three bytes, then those that have two; what is no such scalar has the bit, too. After
    /// those, one for each that may not be kept as it is. What only needs a look is a mark that may have to change
    /// places.
    ///
    /// No scalar from U+1F000 to U+1FFFF, where emoji are, does; of the other planes all are looked at.
    private static let signs: [UInt64] = {
        var words = [UInt64](repeating: 0, count: Signs.refused + 1024)
        func note(_ bounds: [(first: UInt32, last: UInt32)], _ place: (Int) -> Int) {
            for (first, last) in bounds where first < 0x1_0000 {
                for value in first...min(last, 0xFFFF) {
                    words[place(Int(value >> 6))] |= 1 << UInt64(value & 63)
                }
            }
        }
        let refused = CompositionRanges.changing + [(0x202A, 0x202E), (0x2066, 0x2069)]
        note(refused + CompositionRanges.combining) { $0 < 32 ? Signs.ofTwo + $0 : $0 }
        note(refused) { Signs.refused + $0 }
        // Nothing of three bytes is below U+0800, or half of a pair; nothing of two is below U+0080.
        for block in Array(0..<32) + Array(0x360..<0x380) { words[block] = .max }
        for block in 0..<2 { words[Signs.ofTwo + block] = .max }
        return words
    }()
}
