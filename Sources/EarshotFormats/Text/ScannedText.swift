internal import Earshot

/// A text as Unicode scalars, with the place of each among the bytes, for the scanners of this folder.
struct ScannedText {
    /// The scalars' values.
    private(set) var scalars: [UInt32] = []
    /// Where each begins among the bytes; one more for the end.
    private(set) var offsets: [UInt32] = []

    /// The number of scalars.
    var count: Int { scalars.count }

    /// Decodes UTF-8; a byte that is none counts as U+FFFD.
    init(_ bytes: Bytes) {
        scalars.reserveCapacity(bytes.count)
        offsets.reserveCapacity(bytes.count + 1)
        var index = 0
        while index < bytes.count {
            if bytes[index] < 0x80 {
                scalars.append(UInt32(bytes[index]))
                offsets.append(UInt32(truncatingIfNeeded: index))
                index += 1
                continue
            }
            let (scalar, width) = ScannedText.decode(bytes, at: index)
            scalars.append(scalar)
            offsets.append(UInt32(truncatingIfNeeded: index))
            index += width
        }
        offsets.append(UInt32(truncatingIfNeeded: bytes.count))
    }

    /// The scalar at a position, or 0 beyond either end.
    subscript(position: Int) -> UInt32 {
        position >= 0 && position < scalars.count ? scalars[position] : 0
    }

    /// Whether an ASCII word in lower case stands at a position, in any letter case.
    func has(_ word: StaticString, at position: Int) -> Bool {
        let letters = word.bytes
        guard position >= 0, position + letters.count <= count else { return false }
        for index in 0..<letters.count where ScannedText.lower(scalars[position + index]) != UInt32(letters[index]) {
            return false
        }
        return true
    }

    /// An ASCII capital as its small letter; everything else as it is.
    static func lower(_ scalar: UInt32) -> UInt32 { scalar >= 0x41 && scalar <= 0x5A ? scalar + 0x20 : scalar }

    /// The scalar beyond ASCII at `index`.
    private static func decode(_ bytes: Bytes, at index: Int) -> (scalar: UInt32, width: Int) {
        let lead = bytes[index]
        let width = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        guard lead >= 0xC2, lead < 0xF5, index + width <= bytes.count else { return (0xFFFD, 1) }
        var value = UInt32(lead) & (0x7F >> UInt32(width))
        for step in 1..<width {
            guard bytes[index + step] & 0xC0 == 0x80 else { return (0xFFFD, 1) }
            value = value << 6 | UInt32(bytes[index + step] & 0x3F)
        }
        return (value, width)
    }
}
