internal import Earshot

/// Three pairs of decimal digits among eight bytes, read as one word: `2024-01-`, `12:30:00`.
struct DecimalPairs {
    /// Each byte is the number that its digit and the next one write.
    private let numbers: UInt64

    /// The eight bytes at `index`; nil where there are fewer, or they are no digits parted by the sign at two places.
    @inline(__always)
    init?(_ bytes: Bytes, at index: Int, parted parts: (sign: Unicode.Scalar, first: UInt64, second: UInt64)) {
        guard let word = bytes.eight(at: index) else { return nil }
        let signs: UInt64 = 1 &<< (parts.first &* 8) | 1 &<< (parts.second &* 8)
        // The signs become zeros; then only digits are below ten.
        let digits = word ^ signs &* (UInt64(parts.sign.value) ^ 0x30) ^ 0x3030_3030_3030_3030
        let tooLarge = (digits & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7676_7676_7676_7676 | digits
        guard tooLarge & 0x8080_8080_8080_8080 == 0, digits & signs &* 0xFF == 0 else { return nil }
        numbers = digits &* 10 &+ digits &>> 8
    }

    /// The number that the digits at `place` and after it write.
    @inline(__always)
    subscript(place: UInt64) -> Int { Int(numbers &>> (place &* 8) & 0xFF) }
}
