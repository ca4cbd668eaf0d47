internal import Earshot

/// Undoes charsets that switch between alphabets within a text, more patiently than iconv, which knows no HZ and
/// refuses the vendors' characters in ISO-2022-JP.
enum StatefulCharset {
    /// HZ (RFC 1843) as GB 18030: between `~{` and `~}` each byte has its high bit added.
    static func gb18030(fromHZ bytes: Bytes) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var isShifted = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            if byte == 0x7E, next == 0x7B || next == 0x7D {
                isShifted = next == 0x7B
                index += 2
            } else if byte == 0x7E, !isShifted, next == 0x7E || next == 0x0A {
                if next == 0x7E { output.append(0x7E) }
                index += 2
            } else {
                // A line ends the shift, lest one lost `~}` spoil the rest.
                if byte == 0x0A { isShifted = false }
                output.append(isShifted && byte > 0x20 ? byte | 0x80 : byte)
                index += 1
            }
        }
        return output
    }

    /// Which alphabet ISO-2022-JP is in.
    private enum Alphabet { case ascii, kanji, supplement, katakana }

    /// ISO-2022-JP (RFC 1468, with its extensions) as EUC-JP, which holds the same characters without states.
    static func eucJP(fromISO2022JP bytes: Bytes) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var alphabet = Alphabet.ascii
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x1B, let escape = escape(in: bytes, at: index) {
                alphabet = escape.alphabet
                index += escape.length
                continue
            }
            if byte == 0x0A { alphabet = .ascii }
            let isDouble = alphabet == .kanji || alphabet == .supplement
            if byte <= 0x20 || byte >= 0x7F || alphabet == .ascii || (isDouble && index + 1 >= bytes.count) {
                if byte != 0x1B { output.append(byte) }
                index += 1
                continue
            }
            if alphabet == .katakana { output.append(0x8E) }
            if alphabet == .supplement { output.append(0x8F) }
            output.append(byte | 0x80)
            if isDouble { output.append(bytes[index + 1] | 0x80) }
            index += isDouble ? 2 : 1
        }
        return output
    }

    private static func escape(in bytes: Bytes, at index: Int) -> (alphabet: Alphabet, length: Int)? {
        let rest = bytes[(index + 1)..<(index + 4)]
        if rest.hasPrefix("$B") || rest.hasPrefix("$@") { return (.kanji, 3) }
        if rest.hasPrefix("$(D") { return (.supplement, 4) }
        if rest.hasPrefix("$(B") || rest.hasPrefix("$(@") { return (.kanji, 4) }
        if rest.hasPrefix("(I") { return (.katakana, 3) }
        if rest.hasPrefix("(B") || rest.hasPrefix("(J") || rest.hasPrefix("(H") { return (.ascii, 3) }
        return nil
    }
}
