internal import CGMime
internal import Earshot

#if canImport(Glibc)
    internal import Glibc
#endif

/// Converts by iconv, under the names that GMime knows charsets by.
enum MailConverter {
    /// The text of `bytes`, U+FFFD for each byte that could not be read and how many those are; nil where the charset
    /// is not known.
    static func text(_ bytes: Bytes, from charset: String) -> (text: String, errors: Int)? {
        guard let library = GMime.library, !charset.isEmpty, charset.utf8.count <= 40,
            let name = unsafe library.charset_iconv_name(charset)
        else { return nil }
        if let letters = unsafe LoadedCharsets.letters(of: String(cString: name)) {
            let (text, errors) = letters.utf8(of: bytes)
            return (String(decoding: text, as: UTF8.self), errors)
        }
        guard let converter = unsafe library.iconv_open("UTF-8", name), Int(bitPattern: converter) != -1 else {
            // Failure is told by the pointer -1.
            return nil
        }
        defer { unsafe _ = library.iconv_close(converter) }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + bytes.count / 2 + 16)
        var errors = 0
        var offset = 0
        while offset < bytes.count {
            let taken = unsafe step(converter, bytes[offset..<bytes.count], &output)
            offset += taken.count
            guard taken.isStuck, offset < bytes.count else { continue }
            unsafe finish(converter, &output)
            output.append(contentsOf: [0xEF, 0xBF, 0xBD])
            errors += 1
            offset += 1
        }
        unsafe finish(converter, &output)
        return (String(decoding: output, as: UTF8.self), errors)
    }

    /// Whether every byte of a charset is a letter.
    static func isOfSingleBytes(_ charset: String) -> Bool {
        guard let library = GMime.library, !charset.isEmpty, charset.utf8.count <= 40,
            let name = unsafe library.charset_iconv_name(charset)
        else { return false }
        return unsafe LoadedCharsets.letters(of: String(cString: name)) != nil
    }

    /// Takes the letter that is held back in case an accent follows (iconv(3)).
    @unsafe
    private static func finish(_ converter: iconv_t, _ output: inout [UInt8]) {
        unsafe withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { room in
            var target = unsafe room.baseAddress?.assumingMemoryBound(to: CChar.self)
            var space = room.count
            _ = unsafe iconv(converter, nil, nil, &target, &space)
            unsafe output.append(contentsOf: room.prefix(room.count - space))
        }
    }

    /// Converts as much as goes in one call; `isStuck` where the next byte cannot be read.
    @unsafe
    private static func step(
        _ converter: iconv_t, _ bytes: Bytes, _ output: inout [UInt8]
    ) -> (count: Int, isStuck: Bool) {
        let size = 8192
        return unsafe withUnsafeTemporaryAllocation(byteCount: size, alignment: 1) { room in
            var source = unsafe UnsafeMutablePointer(
                mutating: UnsafeRawPointer(bytes.buffer.baseAddress)?.assumingMemoryBound(to: CChar.self))
            var left = bytes.count
            var target = unsafe room.baseAddress?.assumingMemoryBound(to: CChar.self)
            var space = size
            let result = unsafe iconv(converter, &source, &left, &target, &space)
            let reason = errno
            unsafe output.append(contentsOf: room.prefix(size - space))
            return (bytes.count - left, result == -1 && reason != E2BIG)
        }
    }
}
