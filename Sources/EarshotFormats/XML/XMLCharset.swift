internal import Earshot

#if canImport(Glibc)
    internal import Glibc
#endif

/// Finds the charset of a document and turns it into UTF-8, so that everything after has one path.
enum XMLCharset {
    /// A document in UTF-8.
    struct Text {
        var bytes: [UInt8]
        var charset: String
        var isGuessed: Bool
    }

    /// The text of a document: by its byte order mark, its media type, its declaration, or a guess.
    static func decode(_ bytes: [UInt8], contentType: String?) -> Text {
        let mark = bytes.withBytes { XMLCharset.mark($0) }
        let declared = bytes.withBytes { XMLCharset.declared($0, mark?.charset) }
        var first = true
        for charset in candidates(mark: mark?.charset, contentType: contentType, declared: declared) {
            let body = mark.map { charset.hasPrefix("utf") ? $0.length : 0 } ?? 0
            // Whoever names a charset of single bytes for what is UTF-8 throughout was not asked by what wrote it.
            if isOfSingleBytes(charset), bytes.withBytes({ $0.endOfASCII(from: 0) < $0.count && $0.isUTF8 }) {
                first = false
                continue
            }
            if let text = bytes.withBytes({ utf8(of: $0[body..<$0.count], in: charset) }) {
                return Text(bytes: trimmed(text), charset: charset, isGuessed: !first)
            }
            // Text over HTTP without a charset is US-ASCII by RFC 3023, which nobody means.
            if charset != "us-ascii" { first = false }
        }
        if let text = bytes.withBytes({ mostlyUTF8($0) }) {
            return Text(bytes: trimmed(text), charset: "utf-8 with broken characters", isGuessed: true)
        }
        let text = bytes.withBytes { Windows1252.whole.utf8(of: $0).text }
        return Text(bytes: trimmed(text), charset: "windows-1252", isGuessed: true)
    }

    /// UTF-8 in which fewer characters are broken than are whole beyond ASCII: each broken one is U+FFFD; nil where it
    /// is none, and the bytes beyond ASCII are letters of another charset.
    private static func mostlyUTF8(_ bytes: Bytes) -> [UInt8]? {
        let text = Array(bytes.string.utf8)
        var (whole, broken) = (0, 0)
        text.withBytes { text in
            var index = text.endOfASCII(from: 0)
            while index < text.count {
                if text[index..<text.count].hasPrefix("\u{FFFD}") {
                    broken += 1
                } else if text[index] & 0xC0 == 0xC0 {
                    whole += 1
                }
                index = text.endOfASCII(from: index + 1)
            }
        }
        return whole > broken ? text : nil
    }

    /// Whether every byte of a charset is a character, as UTF-8 is by nobody's intention.
    private static func isOfSingleBytes(_ charset: String) -> Bool {
        if isLatin(charset) { return true }
        let isWide = ["utf", "us-ascii", "ascii"].contains { charset.hasPrefix($0) }
        return !isWide && isPlain(charset) && LoadedCharsets.letters(of: charset) != nil
    }

    /// Whether a charset is Latin-1, or windows-1252, which is what is meant by it.
    private static func isLatin(_ charset: String) -> Bool {
        ["iso-8859-1", "latin1", "latin-1", "windows-1252", "cp1252"].contains(charset)
    }

    /// Whether iconv may be asked for a charset.
    private static func isPlain(_ charset: String) -> Bool {
        charset.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
    }

    /// The charsets to try, each strictly.
    private static func candidates(mark: String?, contentType: String?, declared: String?) -> [String] {
        let type = MediaType(contentType ?? "")
        var named = [mark, type.charset].compactMap { $0 }
        if type.charset == nil && type.isText && mark == nil { named.append("us-ascii") }
        if let declared { named.append(declared) }
        named.append("utf-8")
        // What calls itself Latin-1 and has bytes 80…9F is windows-1252, and GB 18030 is what is meant by GB 2312.
        let known = named.map { MailCharset.name($0) }.filter { !$0.isEmpty }
        return known.enumerated().filter { !known[0..<$0.offset].contains($0.element) }.map { $0.element }
    }

    /// A byte order mark, or the pattern of `<?xml` or `<` in a wide charset, and the bytes it takes.
    private static func mark(_ bytes: Bytes) -> (charset: String, length: Int)? {
        let head = (0..<4).map { $0 < bytes.count ? bytes[$0] : 0xAA }
        switch (head[0], head[1], head[2], head[3]) {
        case (0, 0, 0xFE, 0xFF): return ("utf-32be", 4)
        case (0xFF, 0xFE, 0, 0): return ("utf-32le", 4)
        case (0xFE, 0xFF, _, _): return ("utf-16be", 2)
        case (0xFF, 0xFE, _, _): return ("utf-16le", 2)
        case (0xEF, 0xBB, 0xBF, _): return ("utf-8", 3)
        case (0, 0, 0, 0x3C): return ("utf-32be", 0)
        case (0x3C, 0, 0, 0): return ("utf-32le", 0)
        case (0, 0x3C, 0, _): return ("utf-16be", 0)
        case (0x3C, 0, _, 0): return ("utf-16le", 0)
        case (0x4C, 0x6F, 0xA7, 0x94): return ("cp037", 0)
        default: return nil
        }
    }

    /// The charset of the XML declaration, unless it names a wide one that the bytes are not in.
    private static func declared(_ bytes: Bytes, _ mark: String?) -> String? {
        let head = mark.flatMap { $0 == "utf-8" ? nil : utf8(of: bytes[0..<400], in: $0) } ?? bytes[0..<400].array
        return head.withBytes { head -> String? in
            guard let end = head.firstIndex(of: UInt8(ascii: ">")) else { return nil }
            let declaration = head[0..<end]
            guard let begin = declaration.firstIndex(of: UInt8(ascii: "<")),
                declaration[begin..<end].hasPrefix("<?xml"),
                let key = (begin..<end).first(where: { declaration[$0..<end].hasPrefix("encoding") }),
                let equals = declaration.firstIndex(of: UInt8(ascii: "="), from: key)
            else { return nil }
            let rest = declaration[(equals + 1)..<end].trimmed.string
            guard let quote = rest.first, quote == "\"" || quote == "'" else { return nil }
            let name = rest.dropFirst().prefix { $0 != quote }.lowercased()
            guard !name.isEmpty, name.count <= 40 else { return nil }
            // A wide charset that is named but was not seen cannot be: its first bytes would have shown it.
            let wide = [
                "utf-16", "utf-32", "utf_16", "utf_32", "utf16", "utf32", "u16", "u32", "ucs-", "iso-10646-ucs",
            ]
            return wide.contains { name.hasPrefix($0) } ? nil : name
        }
    }

    /// The bytes in UTF-8, or nil where the charset is not known or they are not of it.
    static func utf8(of bytes: Bytes, in charset: String) -> [UInt8]? {
        switch charset {
        case "utf-8", "utf8":
            return bytes.isUTF8 ? bytes.array : nil
        case "us-ascii", "ascii":
            return bytes.endOfASCII(from: 0) == bytes.count ? bytes.array : nil
        case "utf-16le", "utf-16be":
            return WideText(bytes, isBigEndian: charset == "utf-16be").utf8
        case _ where isLatin(charset):
            return Windows1252.whole.utf8(of: bytes).text
        default:
            return converted(bytes, from: charset)
        }
    }

    /// Converts with iconv, strictly.
    private static func converted(_ bytes: Bytes, from charset: String) -> [UInt8]? {
        let isPlain = isPlain(charset)
        if isPlain, let letters = LoadedCharsets.letters(of: charset) {
            let (text, errors) = letters.utf8(of: bytes)
            return errors == 0 ? text : nil
        }
        guard isPlain, let converter = unsafe iconv_open("UTF-8", charset),
            Int(bitPattern: converter) != -1
        else { return nil }
        defer { _ = unsafe iconv_close(converter) }
        var target: [UInt8] = []
        target.reserveCapacity(bytes.count + bytes.count / 2)
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        var done = 0
        while done < bytes.count {
            let rest = bytes[done..<bytes.count]
            guard let step = unsafe convert(rest, into: &chunk, with: converter) else { return nil }
            target.append(contentsOf: chunk[0..<step.made])
            done += step.used
        }
        return target
    }

    /// Converts as much as fits a chunk; nil where the bytes are not of the charset.
    private static func convert(
        _ bytes: Bytes, into chunk: inout [UInt8], with converter: iconv_t
    ) -> (used: Int, made: Int)? {
        let source = unsafe UnsafeMutableRawPointer(mutating: bytes.buffer.baseAddress)
        let step = unsafe chunk.withUnsafeMutableBytes { output -> (used: Int, made: Int)? in
            var from = unsafe source?.assumingMemoryBound(to: CChar.self)
            var to = unsafe output.baseAddress?.assumingMemoryBound(to: CChar.self)
            var left = bytes.count
            var room = output.count
            let result = unsafe iconv(converter, &from, &left, &to, &room)
            if result == -1 && errno != E2BIG { return nil }
            return (bytes.count - left, output.count - room)
        }
        guard let step, step.used > 0 || step.made > 0 else { return nil }
        return step
    }

    /// The text without a byte order mark and the white space that some send before the declaration.
    private static func trimmed(_ text: [UInt8]) -> [UInt8] {
        var start = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while start < text.count, text[start] <= 0x20 { start += 1 }
        return start == 0 ? text : Array(text[start...])
    }
}

/// The parts of a media type that choose a charset.
private struct MediaType {
    /// The charset that is named, in lower case.
    let charset: String?
    /// Whether it is a kind of text, for which RFC 3023 has another default.
    let isText: Bool

    init(_ field: String) {
        let parts = field.lowercased().split(separator: ";")
        isText = parts.first?.trimmingSpaces.hasPrefix("text/") ?? false
        charset =
            parts.dropFirst().compactMap { part -> String? in
                let pair = part.split(separator: "=", maxSplits: 1)
                guard pair.count == 2, pair[0].trimmingSpaces == "charset" else { return nil }
                let value = pair[1].trimmingSpaces.filter { $0 != "\"" && $0 != "'" }
                return value.isEmpty ? nil : value
            }.first
    }
}

extension Substring {
    /// The text without white space at either end.
    fileprivate var trimmingSpaces: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
