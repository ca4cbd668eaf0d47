public import Earshot

/// Repair of texts whose UTF-8 bytes were each written as one character, as Meta's exports write them.
///
/// Applied to one string, once, after its JSON was parsed; never to a whole file, never twice.
public enum Mojibake {
    /// The repaired text, or nil where the text is not broken this way.
    ///
    /// It is broken this way where every character is below U+0100, one of them above U+007F, and the characters taken as
    /// bytes are UTF-8. Correct text with a letter such as `é` is not: its byte alone is no UTF-8.
    public static func repaired(_ text: Bytes) -> [UInt8]? {
        guard let first = firstHigh(text) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        for index in 0..<first { bytes.append(text[index]) }
        var index = first
        while index < text.count {
            let byte = text[index]
            if byte < 0x80 {
                bytes.append(byte)
                index += 1
            } else if byte == 0xC2 || byte == 0xC3, index + 1 < text.count, text[index + 1] & 0xC0 == 0x80 {
                // C2 and C3 lead the characters U+0080 to U+00FF, which stand for one byte each.
                bytes.append(byte << 6 | text[index + 1] & 0x3F)
                index += 2
            } else {
                return nil
            }
        }
        return bytes.withBytes { $0.isUTF8 } ? bytes : nil
    }

    /// The position of the first byte that is not ASCII, or nil.
    private static func firstHigh(_ text: Bytes) -> Int? {
        for index in 0..<text.count where text[index] >= 0x80 { return index }
        return nil
    }
}
