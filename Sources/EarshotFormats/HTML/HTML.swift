public import Earshot

/// HTML as feeds, mails and platforms send it: read as text, or written anew so that it can do no harm.
///
/// Both take any bytes and linear time. Output is UTF-8; what was not becomes U+FFFD.
public enum HTML {
    /// The largest fragment that is sanitized; of a larger one the beginning is.
    public static let largest = 2 << 20

    /// The text that a person would read: lines and paragraphs as newlines, references decoded, scripts left out.
    public static func text(of bytes: Bytes) -> [UInt8] {
        if bytes.firstIndex(of: UInt8(ascii: "<")) == nil, bytes.firstIndex(of: UInt8(ascii: "&")) == nil,
            !hasLineEnds(bytes)
        {
            return withUTF8(bytes.trimmed) { $0.array }
        }
        return withUTF8(bytes) {
            var tokens = HTMLTokens($0)
            var reader = HTMLReader(capacity: $0.count)
            tokens.each { reader.take($0) }
            return reader.text()
        }
    }

    /// The text that a person would read; see `text(of:)` for bytes.
    public static func text(of string: String) -> String {
        Array(string.utf8).withBytes { String(decoding: text(of: $0), as: UTF8.self) }
    }

    /// The fragment with nothing but elements and attributes that are known to be harmless, each closed and escaped.
    ///
    /// Addresses are http, https or, for links, mailto, and absolute where a `base` is given. Sanitizing twice changes
    /// nothing.
    public static func sanitized(_ bytes: Bytes, base: Bytes = .none) -> [UInt8] {
        withUTF8(bytes[0..<largest]) {
            var tokens = HTMLTokens($0)
            var sanitizer = HTMLSanitizer(capacity: $0.count, base: base)
            tokens.each { sanitizer.take($0) }
            return sanitizer.sanitized()
        }
    }

    /// A fragment's text and its harmless part, as `text(of:)` and `sanitized(_:base:)` give them, in one go.
    public static func prose(of bytes: Bytes, base: Bytes = .none) -> (text: [UInt8], html: [UInt8]) {
        guard bytes.count <= largest, bytes.firstIndex(of: UInt8(ascii: "<")) != nil, bytes.isUTF8 else {
            return (text(of: bytes), sanitized(bytes, base: base))
        }
        var tokens = HTMLTokens(bytes)
        var reader = HTMLReader(capacity: bytes.count)
        var sanitizer = HTMLSanitizer(capacity: bytes.count, base: base)
        tokens.each { step in
            reader.take(step)
            sanitizer.take(step)
        }
        return (reader.text(), sanitizer.sanitized())
    }

    /// The harmless part of a fragment; see `sanitized(_:base:)` for bytes.
    public static func sanitized(_ string: String, base: String = "") -> String {
        Array(string.utf8).withBytes { bytes in
            Array(base.utf8).withBytes { String(decoding: sanitized(bytes, base: $0), as: UTF8.self) }
        }
    }

    /// The text with its character references decoded and everything else as it is.
    public static func unescaped(_ bytes: Bytes) -> [UInt8] {
        withUTF8(bytes) {
            var output: [UInt8] = []
            output.reserveCapacity($0.count)
            CharacterReferences.decode($0, into: &output)
            return output
        }
    }

    /// Whether a text of unknown kind is HTML: it has a reference, a comment, an end tag or an element that needs none,
    /// and no tag that HTML does not know. `2 < 3`, `AT&T` and `List<String>` are not.
    public static func isLikely(_ bytes: Bytes) -> Bool {
        var isHTML = false
        var position = 0
        while let start = bytes.firstIndex(of: UInt8(ascii: "&"), from: position) {
            if CharacterReferences.isReference(bytes, at: start) {
                isHTML = true
                break
            }
            position = start + 1
        }
        guard let first = bytes.firstIndex(of: UInt8(ascii: "<")) else { return isHTML }
        if let comment = bytes.firstRange(of: "<!--", from: first),
            bytes.firstRange(of: "-->", from: comment.upperBound) != nil
        {
            isHTML = true
        }
        var tokens = HTMLTokens(bytes)
        while let token = tokens.next() {
            switch token {
            case .text: break
            case .start(let name, let attributes):
                guard let element = HTMLElement(name) else { return false }
                if element.traits.contains(.void) || element == .p || attributes.firstIndex(of: 0x3D) != nil {
                    isHTML = true
                }
                if element.traits.contains(.raw) { return true }
            case .end(let name):
                guard let element = HTMLElement(name), element.traits.contains(.kept) else { return false }
                isHTML = true
            }
        }
        return isHTML
    }

    private static func hasLineEnds(_ bytes: Bytes) -> Bool {
        for index in 0..<bytes.count where bytes[index] < 0x20 || bytes[index] == 0xC2 { return true }
        return false
    }

    /// Calls `body` with the bytes, or with their repair where they are not UTF-8.
    ///
    /// Before anything is left out, not after: halves of a broken character must not meet and become another one.
    private static func withUTF8(_ bytes: Bytes, _ body: (Bytes) -> [UInt8]) -> [UInt8] {
        if bytes.isUTF8 { return body(bytes) }
        return Array(bytes.string.utf8).withBytes { body($0) }
    }
}
