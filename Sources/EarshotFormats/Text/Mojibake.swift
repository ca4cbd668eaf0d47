public import Earshot

/// Repair of texts whose UTF-8 bytes were each written as one character, as Meta's exports write them.
///
/// Applied to one string, once, after its JSON was parsed; never to a whole file, never twice.
public enum Mojibake {
    /// The repaired text, or nil where the text is not broken this way.
    ///
    /// It is broken this way where every character is below U+0100, one of them above U+007F, and the characters taken
    /// as bytes are UTF-8. Correct text with a letter such as `é` is not: its byte alone is no UTF-8.
    public static func repaired(_ text: Bytes) -> [UInt8]? {
        let first = text.endOfASCII(from: 0)
        guard first < text.count, isLatin1(text, from: first) else { return nil }
        var bytes = text[0..<first].array
        bytes.reserveCapacity(text.count)
        var index = first
        while index < text.count {
            let byte = text[index]
            bytes.append(byte < 0x80 ? byte : byte << 6 | text[index + 1] & 0x3F)
            index += byte < 0x80 ? 1 : 2
        }
        return bytes.withBytes { $0.isUTF8 } ? bytes : nil
    }

    /// Whether every character from one beyond ASCII on is below U+0100, and so stands for one byte.
    private static func isLatin1(_ text: Bytes, from first: Int) -> Bool {
        var index = first
        while index < text.count {
            // C2 and C3 lead the characters U+0080 to U+00FF.
            let byte = text[index]
            guard byte == 0xC2 || byte == 0xC3, index + 1 < text.count, text[index + 1] & 0xC0 == 0x80 else {
                return false
            }
            index = text.endOfASCII(from: index + 2)
        }
        return true
    }
}
