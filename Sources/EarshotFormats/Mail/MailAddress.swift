internal import Earshot

/// Somebody a field of addresses names.
public struct MailAddress: Sendable, Equatable {
    /// The name people read; empty where there is none.
    public var name: String
    /// The address, its domain in lower case; empty where only a name is given.
    public var address: String
    /// Whether this is the name of a group, whose members follow it.
    public var isGroup = false
}

/// Reads fields of addresses (RFC 5322, 3.4) and what senders write instead.
///
/// One pass and no recursion: groups do not nest. Read nevertheless: names with commas, addresses without brackets,
/// brackets and quotes without end, semicolons as commas, `user at host` of list archives.
struct MailAddressReader {
    private let bytes: Bytes
    private let fallback: String?
    private var position = 0
    private var found: [MailAddress] = []
    private var groups = 0
    private var ignoresQuotes = false

    /// A word without address that a comma ended, which may be the first half of `Doe, John <john@host>`.
    private var half: MailAddress?

    private init(bytes: Bytes, fallback: String?) {
        self.bytes = bytes
        self.fallback = fallback
    }

    /// The addresses of a field's value, or nil where it has more than the limits allow.
    static func read(_ value: Bytes, fallback: String? = nil) -> [MailAddress]? {
        let unfolded = MailWords.unfold(value)
        return unfolded.withBytes { bytes in
            var reader = MailAddressReader(bytes: bytes, fallback: fallback)
            return reader.readAll() ? reader.found : nil
        }
    }

    private mutating func readAll() -> Bool {
        while position < bytes.count {
            var pieces = MailAddressPieces(ignoresQuotes: ignoresQuotes)
            let end = pieces.read(bytes, &position)
            ignoresQuotes = pieces.ignoresQuotes
            if end == 0x3A {
                groups += 1
                guard groups <= MailLimits.groups else { return false }
                begin(group: pieces)
            } else {
                add(pieces, before: end)
            }
            guard found.count <= MailLimits.addresses else { return false }
        }
        if let half { found.append(half) }
        return true
    }

    private mutating func begin(group pieces: MailAddressPieces) {
        let name = decode(pieces.words)
        // `mailto:user@host` is no group.
        guard !name.isEmpty, name.lowercased() != "mailto" else { return }
        found.append(MailAddress(name: name, address: "", isGroup: true))
    }

    private mutating func add(_ pieces: MailAddressPieces, before end: UInt8) {
        // A comment alone is nobody.
        if pieces.bracketed == nil, pieces.words.allSatisfy({ $0 <= 0x20 }) { return }
        var name = ""
        var address: [UInt8] = []
        if let bracketed = pieces.bracketed {
            address = bracketed
            name = decode(pieces.words)
        } else {
            (name, address) = split(pieces.words, hasQuotes: pieces.hasQuotes)
        }
        if name.isEmpty { name = decode(pieces.comment) }
        let cleaned = address.withBytes { MailAddressReader.clean($0) }
        if cleaned.isEmpty && name.isEmpty { return }
        var next = MailAddress(name: MailAddressReader.unquoted(name), address: cleaned)
        if let first = half.take() {
            if pieces.bracketed != nil && !name.isEmpty && cleaned.contains("@") {
                next.name = first.name + first.address + ", " + name
            } else {
                found.append(first)
            }
        }
        if end == 0x2C && pieces.bracketed == nil && pieces.comment.isEmpty && !cleaned.contains("@") {
            half = next
        } else if !cleaned.isEmpty || !addEncoded(name) {
            found.append(next)
        }
    }

    /// Adds the address in a name that is wholly one encoded word: `=?utf-8?q?A_=3Ca=40b=3E?=`.
    private mutating func addEncoded(_ name: String) -> Bool {
        guard name.hasSuffix(">"), let open = name.lastIndex(of: "<"), name[open...].contains("@") else { return false }
        let address = Array(name[name.index(after: open)...].dropLast().utf8)
        found.append(
            MailAddress(name: String(name[..<open]).tidied, address: address.withBytes { MailAddressReader.clean($0) }))
        return true
    }

    /// The name and address of words without brackets: the word with an `@` is the address, the rest the name.
    private func split(_ words: [UInt8], hasQuotes: Bool) -> (name: String, address: [UInt8]) {
        guard words.contains(0x40) else { return splitWithoutSign(words, hasQuotes: hasQuotes) }
        if hasQuotes && !words.contains(0x20) { return ("", words) }
        var parts = words.split(separator: 0x20)
        guard let place = parts.lastIndex(where: { $0.contains(0x40) && $0.count > 2 }) else { return ("", words) }
        // `user @ host` has spaces around its sign.
        if parts.contains(where: { $0.count == 1 && $0.first == 0x40 }) { return ("", words.filter { $0 != 0x20 }) }
        // `user@host . example` has spaces around a dot (RFC 5322, A.6.1).
        var end = place + 1
        while end < parts.count, parts[end].first == 0x2E || (end > place + 1 && parts[end - 1].last == 0x2E) {
            end += 1
        }
        if end > place + 1 { parts.replaceSubrange(place..<end, with: [ArraySlice(parts[place..<end].joined())]) }
        let rest = parts.enumerated().filter { $0.offset != place }.map { Array($0.element) }
        return (decode(Array(rest.joined(separator: [0x20]))), Array(parts[place]))
    }

    /// `user at host`, as archives of lists write addresses; else a lone word is a user of this machine.
    private func splitWithoutSign(_ words: [UInt8], hasQuotes: Bool) -> (name: String, address: [UInt8]) {
        let parts = words.split(separator: 0x20)
        if parts.count == 3, parts[1].elementsEqual("at".utf8), parts[2].contains(0x2E) {
            return ("", Array(parts[0]) + [0x40] + Array(parts[2]))
        }
        let isWord = words.withBytes { $0.hasPrefix("=?") }
        return parts.count == 1 && !hasQuotes && !isWord ? ("", words) : (decode(words), [])
    }

    private func decode(_ words: [UInt8]) -> String {
        words.withBytes { MailWords.decode($0, fallback: fallback) }
    }

    /// The address without route, white space and `mailto:`, its domain in lower case.
    private static func clean(_ bytes: Bytes) -> String {
        var rest = bytes.trimmed
        // A whole address in quotes, as some senders write one.
        for quote in [UInt8(ascii: "\""), UInt8(ascii: "'")] where rest.count > 2 && rest[0] == quote {
            if rest[rest.count - 1] == quote { rest = rest[1..<(rest.count - 1)] }
        }
        if rest.hasPrefix(lowercase: "mailto:") { rest = rest[7..<rest.count] }
        if rest.hasPrefix("@"), let colon = rest.firstIndex(of: 0x3A) { rest = rest[(colon + 1)..<rest.count] }
        let text = MailCharset.text(rest, charset: nil)
        if text.first == "\"", let close = text.lastIndex(of: "\""), text[close...].contains("@") {
            return text[...close] + text[close...].dropFirst().lowercased().filter { $0 != " " }
        }
        let parts = text.split(separator: " ")
        // An archive's `<user at host>`.
        let whole = parts.count == 3 && parts[1] == "at" ? parts[0] + "@" + parts[2] : parts.joined()
        guard let sign = whole.lastIndex(of: "@") else { return String(whole) }
        return whole[..<sign] + whole[sign...].lowercased()
    }

    /// A name without the single quotes that some senders put around it.
    private static func unquoted(_ name: String) -> String {
        name.count > 2 && name.hasPrefix("'") && name.hasSuffix("'") ? String(name.dropFirst().dropLast()) : name
    }
}
