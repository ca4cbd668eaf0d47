public import Earshot

/// A mail message, taken apart: fields by name, parts with their types, contents decoded on demand.
///
/// Reading is linear in the message's size, whatever its bytes are; what exceeds `MailLimits` is left out and noted.
public struct MailMessage: Sendable {
    /// The message's own part, and through it all others.
    public let root: MailPart
    /// What exceeded the limits.
    public private(set) var defects: [String]

    private let bytes: [UInt8]
    private let range: Range<Int>

    /// The message in `range` of `bytes`; nil where no field of mail is found at its beginning.
    public init?(_ bytes: [UInt8], in range: Range<Int>) {
        let range = range.clamped(to: 0..<bytes.count)
        let read = bytes.withBytes { view -> (root: MailPart, defects: [String])? in
            var start = range.lowerBound
            if view[start..<range.upperBound].hasPrefix("\u{FEFF}") { start += 3 }
            while start < range.upperBound, view[start] == 0x0A || view[start] == 0x0D { start += 1 }
            let header = MailHeader(of: view, in: start..<range.upperBound)
            guard header.fields.contains(where: { MailMessage.isOfMail(view[$0.name]) }) else { return nil }
            return MailStructure.read(view, in: start..<range.upperBound)
        }
        guard let read else { return nil }
        self.bytes = bytes
        self.range = range
        root = read.root
        defects = read.defects
    }

    /// Whether a field's name is one that tells mail from other texts.
    static func isOfMail(_ name: Bytes) -> Bool {
        let known: [StaticString] = [
            "from", "to", "subject", "date", "message-id", "received", "mime-version", "return-path", "content-type",
            "cc", "bcc", "sender", "reply-to", "delivered-to", "in-reply-to", "references", "x-mailer",
            "content-transfer-encoding", "list-id", "newsgroups",
        ]
        return known.contains { name.equals(lowercase: $0) }
    }

    // Fields.

    /// The text of a field, its encoded words decoded; empty where there is none. Names are given in lower case.
    public func text(_ name: StaticString) -> String {
        bytes.withBytes { view in root.header.field(name, of: view).map { text(of: $0, view) } ?? "" }
    }

    /// The texts of every field of a name.
    public func texts(_ name: StaticString) -> [String] {
        bytes.withBytes { view in
            root.header.fields.filter { view[$0.name].equals(lowercase: name) }.map { text(of: $0, view) }
        }
    }

    /// The names of the fields in lower case, each once, in their order, and the first text of each.
    public func fields(named isWanted: (String) -> Bool) -> [(name: String, text: String)] {
        bytes.withBytes { view in
            var seen: Set<String> = []
            return root.header.fields.compactMap { field in
                let name = String(decoding: view[field.name].array.map(\.lowercased), as: UTF8.self)
                guard isWanted(name), seen.insert(name).inserted else { return nil }
                return (name, text(of: field, view))
            }
        }
    }

    /// Whether there is a field of a name.
    public func has(_ name: StaticString) -> Bool {
        bytes.withBytes { root.header.field(name, of: $0) != nil }
    }

    private func text(of field: MailHeader.Field, _ view: Bytes) -> String {
        field.isOpaque
            ? MailCharset.text(view[field.value][0..<1024], charset: nil).tidied
            : MailWords.decode(view[field.value], fallback: fallback)
    }

    /// The charset of bytes that stand bare in a header: the body's, since the same program wrote both.
    private var fallback: String? { root.parameter("charset") ?? root.children.first?.parameter("charset") }

    /// The addresses of every field of a name; nil where one is beyond the limits.
    public func addresses(_ name: StaticString) -> [MailAddress]? {
        bytes.withBytes { view in
            var all: [MailAddress] = []
            for field in root.header.fields where view[field.name].equals(lowercase: name) {
                guard !field.isOpaque, let some = MailAddressReader.read(view[field.value], fallback: fallback),
                    all.count + some.count <= MailLimits.addresses
                else { return nil }
                all += some
            }
            return all
        }
    }

    /// The message ids of every field of a name, without brackets, in their order.
    public func messageIDs(_ name: StaticString) -> [String] {
        bytes.withBytes { view in
            root.header.fields.filter { view[$0.name].equals(lowercase: name) && !$0.isOpaque }
                .flatMap { MailMessage.messageIDs(in: view[$0.value]) }
        }
    }

    /// What stands in angle brackets, white space left out.
    static func messageIDs(in value: Bytes) -> [String] {
        var found: [String] = []
        var position = 0
        while let open = value.firstIndex(of: 0x3C, from: position),
            let close = value.firstIndex(of: 0x3E, from: open + 1)
        {
            // An id that was never closed gives way to the next.
            let last = value[(open + 1)..<close]
            let start = last.array.lastIndex(of: 0x3C).map { $0 + 1 } ?? 0
            let id = last[start..<last.count].array.filter { $0 > 0x20 && $0 != 0x7F }
            if !id.isEmpty { found.append(id.withBytes { MailCharset.text($0, charset: nil) }) }
            position = close + 1
        }
        return found
    }

    // Contents.

    /// The decoded bytes of a part.
    public func content(of part: MailPart) -> [UInt8] { bytes.withBytes { part.content(in: $0) } }

    /// The text of a part of text, in whatever charset it is, and the files that are written into plain text.
    public func text(of part: MailPart) -> (text: String, files: [EmbeddedFile]) {
        content(of: part).withBytes { content in
            let isHTML = part.type == "text/html"
            let charset = part.parameter("charset") ?? (isHTML ? MailMessage.charset(ofHTML: content) : nil)
            let files = isHTML ? [] : EmbeddedFile.all(in: content)
            guard !files.isEmpty else { return (MailCharset.text(content, charset: charset, fallback: fallback), []) }
            let rest = EmbeddedFile.text(content, without: files)
            return (rest.withBytes { MailCharset.text($0, charset: charset, fallback: fallback) }, files)
        }
    }

    /// The charset that an HTML text names for itself, looked for where HTML wants it: in the first 1024 bytes.
    private static func charset(ofHTML content: Bytes) -> String? {
        let head = content[0..<1024].array.map(\.lowercased)
        return head.withBytes { head in
            guard let mark = head.firstRange(of: "charset=") else { return nil }
            let rest = head[mark.upperBound..<head.count].array.drop { $0 == 0x22 || $0 == 0x27 }
            let name = rest.prefix { ($0 >= 0x61 && $0 <= 0x7A) || $0.isDecimalDigit || $0 == 0x2D || $0 == 0x5F }
            return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
        }
    }

    /// The text of a field of a part's header, its encoded words decoded; empty where there is none.
    public func text(_ name: StaticString, of part: MailPart) -> String {
        bytes.withBytes { view in part.header.field(name, of: view).map { text(of: $0, view) } ?? "" }
    }

    /// The fields written in a part's body, as delivery reports and attached messages have them, in groups.
    public func fieldGroups(in part: MailPart, limit: Int = 16) -> [[(name: String, value: String)]] {
        content(of: part).withBytes { view in
            var groups: [[(name: String, value: String)]] = []
            var position = 0
            while position < view.count, groups.count < limit {
                let header = MailHeader(of: view, in: position..<view.count)
                let fields = header.fields.prefix(100).map {
                    (view[$0.name].lowercasedASCII, text(of: $0, view))
                }
                if !fields.isEmpty { groups.append(Array(fields)) }
                guard header.end > position else { break }
                position = header.end
            }
            return groups
        }
    }

    /// A digest that is the same however the message was kept: of what names it, and its body without line ends' CR.
    public var digest: Digest {
        var output: [UInt8] = []
        bytes.withBytes { view in
            for field in root.header.fields where MailMessage.identifies(view[field.name]) {
                output +=
                    view[field.name].array.map(\.lowercased) + [0x3A] + MailWords.unfold(view[field.value]) + [0x0A]
            }
            let body = view[root.header.end..<range.upperBound]
            output.reserveCapacity(output.count + body.count)
            var begin = 0
            while begin < body.count {
                let end = body.firstIndex(of: 0x0D, from: begin) ?? body.count
                output.append(body[begin..<end])
                begin = end + 1
            }
        }
        while output.last == 0x0A { output.removeLast() }
        return Digest(of: output)
    }

    private static func identifies(_ name: Bytes) -> Bool {
        let names: [StaticString] = ["from", "sender", "to", "cc", "date", "subject"]
        return names.contains { name.equals(lowercase: $0) }
    }
}
