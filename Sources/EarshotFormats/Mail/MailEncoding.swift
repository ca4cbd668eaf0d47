internal import Earshot

/// How a part's bytes were made safe for the way (RFC 2045, 6), and how that is undone, damage included.
enum MailEncoding: Sendable {
    case none, base64, quotedPrintable, uuencode, yEnc

    /// The encoding that a `Content-Transfer-Encoding` names; an unknown word means none.
    init(_ value: Bytes) {
        let trimmed = value.trimmed
        let word = trimmed.hasPrefix("\"") ? trimmed[1..<trimmed.count] : trimmed
        if word.hasPrefix(lowercase: "base64") || word.hasPrefix(lowercase: "base-64") {
            self = .base64
        } else if word.hasPrefix(lowercase: "quoted-printable") || word.hasPrefix(lowercase: "quoted printable") {
            self = .quotedPrintable
        } else if word.hasPrefix(lowercase: "x-uu") || word.hasPrefix(lowercase: "uu") {
            self = .uuencode
        } else if word.hasPrefix(lowercase: "x-yenc") || word.hasPrefix(lowercase: "yenc") {
            self = .yEnc
        } else {
            self = .none
        }
    }

    /// The bytes as they were before.
    func decode(_ bytes: Bytes) -> [UInt8] {
        switch self {
        case .none: bytes.array
        case .base64: MailEncoding.isPlain(bytes) ? bytes.array : MailEncoding.base64(bytes)
        case .quotedPrintable: MailEncoding.quotedPrintable(bytes, isWord: false)
        case .uuencode: EmbeddedFile.all(in: bytes).first.map { $0.content } ?? bytes.array
        case .yEnc: EmbeddedFile.all(in: bytes).first.map { $0.content } ?? bytes.array
        }
    }

    /// The value of each base64 digit, 255 for what is none; the digits of RFC 4648's second alphabet count too.
    private static let digits: [UInt8] = {
        var table = [UInt8](repeating: 255, count: 256)
        for (value, digit) in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8.enumerated() {
            table[Int(digit)] = UInt8(truncatingIfNeeded: value)
        }
        return table
    }()

    /// Undoes base64: what is no digit is passed over, and padding may be missing or stand between two texts.
    static func base64(_ bytes: Bytes) -> [UInt8] {
        let count = end(of: bytes)
        return unsafe [UInt8](unsafeUninitializedCapacity: count / 4 * 3 + 4) { output, written in
            unsafe digits.withUnsafeBufferPointer { digits in
                var bits: UInt32 = 0
                var held = 0
                var isPadded = false
                for index in 0..<count {
                    let byte = bytes[index]
                    let digit = unsafe digits[Int(byte)]
                    if digit == 255 {
                        if byte == 0x0A && isPadded && !isWhole(bytes, after: index) { break }
                        guard byte == 0x3D else { continue }
                        unsafe flush(&bits, &held, output, &written)
                        isPadded = true
                        continue
                    }
                    bits = bits << 6 | UInt32(digit)
                    held += 1
                    if held == 4 {
                        unsafe output[written] = UInt8(truncatingIfNeeded: bits >> 16)
                        unsafe output[written + 1] = UInt8(truncatingIfNeeded: bits >> 8)
                        unsafe output[written + 2] = UInt8(truncatingIfNeeded: bits)
                        written += 3
                        (bits, held) = (0, 0)
                    }
                }
                unsafe flush(&bits, &held, output, &written)
            }
        }
    }

    /// Writes what an unfinished group of digits holds.
    @unsafe
    private static func flush(
        _ bits: inout UInt32, _ held: inout Int, _ output: UnsafeMutableBufferPointer<UInt8>, _ written: inout Int
    ) {
        if held >= 2 {
            bits <<= UInt32(6 * (4 - held))
            unsafe output[written] = UInt8(truncatingIfNeeded: bits >> 16)
            written += 1
            if held == 3 {
                unsafe output[written] = UInt8(truncatingIfNeeded: bits >> 8)
                written += 1
            }
        }
        (bits, held) = (0, 0)
    }

    /// Whether the line after a line end is nothing but digits, in groups of four: base64 that goes on after padding,
    /// and not the footer that a mailing list put there.
    private static func isWhole(_ bytes: Bytes, after index: Int) -> Bool {
        let line = MailLine(of: bytes, at: index + 1, before: bytes.count)
        guard !line.isEmpty, line.range.count % 4 == 0 else { return false }
        return line.range.allSatisfy { digits[Int(bytes[$0])] != 255 || bytes[$0] == 0x3D }
    }

    /// Whether bytes that are said to be base64 are not: their first line has signs of a sentence or of markup.
    private static func isPlain(_ bytes: Bytes) -> Bool {
        var position = 0
        while position < bytes.count {
            let line = MailLine(of: bytes, at: position, before: bytes.count)
            position = line.next
            let text = bytes[line.range].trimmed
            guard !text.isEmpty else { continue }
            let isForeign = { (byte: UInt8) in digits[Int(byte)] == 255 && byte != 0x3D && byte > 0x20 }
            let signs = (0..<text.count).lazy.filter { isForeign(text[$0]) }.count
            guard text.firstIndex(of: 0x20) != nil else { return signs > 2 }
            // Base64 may have spaces, but hardly between its groups of four and other signs besides.
            return signs > 0 || text.array.split(separator: 0x20).dropLast().contains { $0.count % 4 != 0 }
        }
        return false
    }

    /// Where base64 ends: before the footer of a mailing list, a rule or words in the last lines, else with the bytes.
    private static func end(of bytes: Bytes) -> Int {
        let first = MailLine(of: bytes, at: 0, before: bytes.count)
        // Whoever writes spaces between digits does so in every line.
        guard bytes[first.range].firstIndex(of: 0x20) == nil else { return bytes.count }
        var position = max(first.next, bytes.count - reach)
        if position > first.next { position = MailLine(of: bytes, at: position, before: bytes.count).next }
        while position < bytes.count {
            let line = MailLine(of: bytes, at: position, before: bytes.count)
            let text = bytes[line.range].trimmed
            if text.hasPrefix("____") || text.hasPrefix("----") || text.firstIndex(of: 0x20) != nil { return position }
            position = line.next
        }
        return bytes.count
    }

    /// How many bytes from the end a footer is looked for.
    private static let reach = 8192

    /// Undoes quoted-printable; an `=` that begins nothing stays. In a word (RFC 2047, 4.2) `_` is a space.
    static func quotedPrintable(_ bytes: Bytes, isWord: Bool) -> [UInt8] {
        let count = bytes.count
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { output, written in
            var index = 0
            while index < count {
                let byte = bytes[index]
                if byte == 0x3D {
                    if index + 2 < count, let high = bytes[index + 1].hexadecimalValue,
                        let low = bytes[index + 2].hexadecimalValue
                    {
                        unsafe output[written] = high << 4 | low
                        written += 1
                        index += 3
                        continue
                    }
                    if let next = softBreak(in: bytes, at: index) {
                        index = next
                        continue
                    }
                }
                unsafe output[written] = isWord && byte == 0x5F ? 0x20 : byte
                written += 1
                index += 1
            }
        }
    }

    /// Where the text goes on after an `=` that ends its line, spaces and all (RFC 2045, 6.7, rule 5), or nil.
    private static func softBreak(in bytes: Bytes, at index: Int) -> Int? {
        var next = index + 1
        while next < bytes.count, bytes[next] == 0x20 || bytes[next] == 0x09 || bytes[next] == 0x0D { next += 1 }
        if next >= bytes.count { return next }
        return bytes[next] == 0x0A ? next + 1 : nil
    }
}
