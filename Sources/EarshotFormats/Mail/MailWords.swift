internal import Earshot

/// Decodes the encoded words of a header (RFC 2047), and what senders take for them.
///
/// Read nevertheless: words within words and quotes, spaces inside a word, a word without its end, characters split
/// between words, base64 without padding, a language after the charset (RFC 2231), and raw bytes beside them.
struct MailWords {
    /// Runs of payload of one charset and encoding, not yet decoded, since a character may be split between words.
    private struct Run {
        var charset: String
        var isBase64: Bool
        var payload: [UInt8] = []
    }

    private var text = ""
    private var run: Run?
    private let fallback: String?

    private init(fallback: String?) { self.fallback = fallback }

    /// The text of a field's value: unfolded, its words decoded, white space as single spaces at either end none.
    ///
    /// - Parameter fallback: the charset of bytes above 127 outside of words, where they are not UTF-8.
    static func decode(_ bytes: Bytes, fallback: String? = nil) -> String {
        let unfolded = unfold(bytes)
        return unfolded.withBytes { bytes in
            guard bytes.firstRange(of: "=?") != nil else { return raw(bytes, fallback).tidied }
            var words = MailWords(fallback: fallback)
            words.read(bytes)
            return words.text.tidied
        }
    }

    /// The value without its line ends and without white space around it; tabs that folded it are spaces.
    static func unfold(_ bytes: Bytes) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var afterFold = false
        for index in 0..<bytes.count {
            let byte = bytes[index]
            if byte == 0x0A || byte == 0x0D {
                afterFold = true
            } else if afterFold && byte == 0x09 {
                output.append(0x20)
                afterFold = false
            } else if byte != 0 {
                output.append(byte)
                afterFold = false
            }
        }
        return output.withBytes { $0.trimmed.count == output.count ? output : $0.trimmed.array }
    }

    private mutating func read(_ bytes: Bytes) {
        var position = 0
        var count = 0
        while let start = bytes.firstRange(of: "=?", from: position)?.lowerBound {
            guard count < MailLimits.encodedWords else { break }
            count += 1
            guard let word = EncodedWord(in: bytes, at: start) else {
                add(raw: bytes[position..<(start + 2)])
                position = start + 2
                continue
            }
            let gap = bytes[position..<start]
            // White space between two words is not part of the text (RFC 2047, 6.2).
            if run == nil || !gap.trimmed.isEmpty { add(raw: gap) }
            add(word, of: bytes)
            position = word.end
        }
        add(raw: bytes[position..<bytes.count])
        flush()
    }

    private mutating func add(raw bytes: Bytes) {
        guard !bytes.isEmpty else { return }
        flush()
        text += MailWords.raw(bytes, fallback)
    }

    private mutating func add(_ word: EncodedWord, of bytes: Bytes) {
        let charset = bytes[word.charset].lowercasedASCII
        if run?.charset != charset || run?.isBase64 != word.isBase64 { flush() }
        var next = run ?? Run(charset: charset, isBase64: word.isBase64)
        run = nil
        next.payload.append(bytes[word.payload])
        run = next
    }

    private mutating func flush() {
        guard let run else { return }
        self.run = nil
        let decoded = run.payload.withBytes { payload in
            run.isBase64 ? MailEncoding.base64(payload) : MailEncoding.quotedPrintable(payload, isWord: true)
        }
        text += decoded.withBytes { MailCharset.text($0, charset: run.charset) }
    }

    private static func raw(_ bytes: Bytes, _ fallback: String?) -> String {
        MailCharset.text(bytes, charset: nil, fallback: fallback)
    }
}

/// Where the parts of one encoded word are: `=?charset?encoding?payload?=`.
private struct EncodedWord {
    let charset: Range<Int>
    let isBase64: Bool
    let payload: Range<Int>
    let end: Int

    /// The word at `start`, where there is one.
    init?(in bytes: Bytes, at start: Int) {
        guard let mark = bytes[0..<(start + 80)].firstIndex(of: 0x3F, from: start + 2), mark > start + 2,
            mark + 2 < bytes.count, bytes[mark + 2] == 0x3F
        else { return nil }
        for index in (start + 2)..<mark where bytes[index] <= 0x20 || bytes[index] == 0x3D { return nil }
        switch bytes[mark + 1].lowercased {
        case UInt8(ascii: "b"): isBase64 = true
        case UInt8(ascii: "q"): isBase64 = false
        default: return nil
        }
        charset = (start + 2)..<mark
        let first = mark + 3
        // Senders write words far longer than the 75 characters allowed, but not without end.
        if let close = bytes[0..<(first + 8192)].firstRange(of: "?=", from: first),
            !EncodedWord.begins(in: bytes, first..<close.lowerBound)
        {
            payload = first..<close.lowerBound
            end = close.upperBound
        } else {
            // The end is lost: the word goes on to the next space.
            var last = first
            while last < bytes.count, bytes[last] > 0x20 { last += 1 }
            guard last > first else { return nil }
            payload = first..<(bytes[last - 1] == 0x3F ? last - 1 : last)
            end = last
        }
    }

    /// Whether another word begins within a payload, so that the end found is not this word's.
    private static func begins(in bytes: Bytes, _ range: Range<Int>) -> Bool {
        guard let next = bytes[range].firstRange(of: "=?") else { return false }
        let rest = bytes[(range.lowerBound + next.upperBound)..<range.upperBound]
        guard let mark = rest.firstIndex(of: 0x3F), mark > 0, mark < 40 else { return false }
        return mark + 2 < rest.count && rest[mark + 2] == 0x3F
    }
}

extension String {
    /// The text with every run of white space and controls as one space, none at either end.
    var tidied: String {
        if isTidy { return self }
        var output = ""
        output.reserveCapacity(utf8.count)
        var space = false
        for scalar in unicodeScalars {
            if scalar.value <= 0x20 || scalar.value == 0x7F || (0x80..<0xA0).contains(scalar.value) {
                space = true
            } else {
                if space && !output.isEmpty { output.unicodeScalars.append(" ") }
                space = false
                output.unicodeScalars.append(scalar)
            }
        }
        return output
    }

    /// Whether there is surely nothing to tidy: no space but single ones between words, and no control.
    private var isTidy: Bool {
        var previous = UInt8(ascii: " ")
        for byte in utf8 {
            // C1 controls begin with C2 in UTF-8.
            if byte < 0x20 || byte == 0x7F || byte == 0xC2 || byte == 0x20 && previous == 0x20 { return false }
            previous = byte
        }
        return previous != 0x20 || isEmpty
    }
}
