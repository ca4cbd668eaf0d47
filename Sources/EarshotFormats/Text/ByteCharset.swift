internal import Earshot

#if canImport(Glibc)
    internal import Glibc
#endif

/// A charset in which each byte is a letter of its own, as iconv has it: ASCII, and what stands for the bytes above.
struct ByteCharset: Sendable {
    /// For each byte from 80 on its letter in UTF-8, the first byte lowest, and in the highest byte how many there are;
    /// 0 where it is no letter.
    private let letters: [UInt32]

    /// The charset that a converter to UTF-8 reads; nil where what a byte means depends on others, or where it is not
    /// ASCII below 80.
    @unsafe
    init?(_ converter: iconv_t) {
        var letters: [UInt32] = []
        for byte in UInt8.min ... .max {
            switch unsafe ByteCharset.letter(byte, converter) {
            case .bytes(let letter) where byte < 0x80: guard letter == 1 << 24 | UInt32(byte) else { return nil }
            case .bytes(let letter): letters.append(letter)
            case .none where byte >= 0x80: letters.append(0)
            default: return nil
            }
        }
        self.letters = letters
    }

    /// The charset of these scalars for the bytes from 80 on; 0 for a byte that is no letter.
    init(_ scalars: [UInt16]) {
        letters = scalars.map { value in
            guard value != 0, let letter = Unicode.Scalar(value).flatMap({ UTF8.encode($0) }) else { return 0 }
            return ByteCharset.packed(Array(letter))
        }
    }

    private static func packed(_ letter: [UInt8]) -> UInt32 {
        UInt32(letter.count) << 24 | letter.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    private enum Letter {
        case bytes(UInt32), none, incomplete
    }

    /// What a converter makes of one byte that nothing came before.
    @unsafe
    private static func letter(_ byte: UInt8, _ converter: iconv_t) -> Letter {
        var source = [CChar(bitPattern: byte)]
        var target = [CChar](repeating: 0, count: 16)
        let room = target.count
        return unsafe source.withUnsafeMutableBufferPointer { source in
            unsafe target.withUnsafeMutableBufferPointer { target in
                unsafe iconv(converter, nil, nil, nil, nil)
                var (from, left) = (source.baseAddress, 1)
                var (to, space) = (target.baseAddress, room)
                guard unsafe iconv(converter, &from, &left, &to, &space) != -1 else {
                    return errno == EILSEQ ? .none : .incomplete
                }
                let made = room - space
                // A letter that waits for the next byte, which may be its accent, comes only now.
                guard unsafe iconv(converter, nil, nil, &to, &space) != -1, room - space == made, 1...3 ~= made else {
                    return .incomplete
                }
                return .bytes(packed(unsafe target.prefix(made).map { UInt8(bitPattern: $0) }))
            }
        }
    }

    /// The text in UTF-8, with U+FFFD for each byte that is no letter, and how many those are.
    func utf8(of bytes: Bytes) -> (text: [UInt8], errors: Int) {
        var text: [UInt8] = []
        var errors = 0
        text.reserveCapacity(bytes.count + bytes.count / 4)
        var index = 0
        while index < bytes.count {
            let end = bytes.endOfASCII(from: index)
            text.append(bytes[index..<end])
            index = end
            while index < bytes.count, bytes[index] >= 0x80 {
                let letter = letters[Int(bytes[index] & 0x7F)]
                index += 1
                if letter == 0 {
                    errors += 1
                    text.append(contentsOf: [0xEF, 0xBF, 0xBD])
                    continue
                }
                text.append(UInt8(truncatingIfNeeded: letter))
                if letter >> 24 > 1 { text.append(UInt8(truncatingIfNeeded: letter >> 8)) }
                if letter >> 24 > 2 { text.append(UInt8(truncatingIfNeeded: letter >> 16)) }
            }
        }
        return (text, errors)
    }
}
