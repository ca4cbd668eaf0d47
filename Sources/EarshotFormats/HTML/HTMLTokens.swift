internal import Earshot

/// Cuts HTML into text and tags, in one pass over any bytes.
///
/// Follows the tokenizer of the HTML standard, section 13.2.5, but for what it would swallow to the end: a comment
/// without end stops at the next `>`, and a tag without end is dropped only where its name is one of HTML's.
struct HTMLTokens {
    /// A piece of HTML.
    enum Token {
        /// Text, its references not decoded.
        case text(Bytes)
        /// A start tag: its name and the attributes behind it.
        case start(name: Bytes, attributes: Bytes)
        /// An end tag.
        case end(name: Bytes)
    }

    private let bytes: Bytes
    /// Where reading stands, behind the last piece.
    private(set) var position = 0
    /// Whether no `-->` follows, so that a search for it would be in vain.
    private var lacksCommentEnd = false
    /// The elements whose end tag was searched for in vain.
    private var lacksEnd: [HTMLElement] = []
    /// How many tags without end may still be taken for text; each costs a look at all that follows.
    private var unclosedTags = 16

    /// The position of the last `>`; behind it no tag can end.
    private let lastEnd: Int

    init(_ bytes: Bytes) {
        self.bytes = bytes
        var last = bytes.count - 1
        while last >= 0, bytes[last] != UInt8(ascii: ">") { last -= 1 }
        lastEnd = last
    }

    /// The next piece, or nil at the end.
    mutating func next() -> Token? {
        var from = position
        while let start = lessThan(from: from) {
            let following = start + 1 < bytes.count ? bytes[start + 1] : 0
            guard isLetter(following) || following == 0x21 || following == 0x2F || following == 0x3F else {
                from = start + 1
                continue
            }
            if start > position { return text(upTo: start) }
            if isLetter(following) {
                if let token = startTag() { return token }
            } else if following == 0x2F, start + 2 < bytes.count, isLetter(bytes[start + 2]) {
                if let token = endTag() { return token }
            } else if skipComment(following) {
                from = position
                continue
            }
            if position > start { return next() }
            from = start + 1
        }
        return position < bytes.count ? text(upTo: bytes.count) : nil
    }

    /// Goes through what is left, but for elements that HTML does not have, and those that are dropped with all in
    /// them.
    mutating func each(_ body: (HTMLStep) -> Void) {
        var scratch: [UInt8] = []
        while let token = next() {
            switch token {
            case .text(let text):
                guard text.firstIndex(of: UInt8(ascii: "&")) != nil else {
                    body(.text(text))
                    continue
                }
                scratch.removeAll(keepingCapacity: true)
                CharacterReferences.decode(text, into: &scratch)
                scratch.withBytes { body(.text($0)) }
            case .start(let name, let attributes):
                guard let element = HTMLElement(name) else { continue }
                guard element.traits.contains(.dropped) else {
                    body(.start(element, attributes: attributes))
                    continue
                }
                if !skip(element), element.traits.contains(.raw) { skipRest() }
            case .end(let name):
                if let element = HTMLElement(name) { body(.end(element)) }
            }
        }
    }

    /// The next `<` from a position on; often it stands right there, behind a text or another tag.
    private func lessThan(from start: Int) -> Int? {
        if start < bytes.count, bytes[start] == UInt8(ascii: "<") { return start }
        return bytes.firstIndex(of: UInt8(ascii: "<"), from: start)
    }

    /// Moves behind the end tag of an element whose start tag has just been read, if it has one.
    private mutating func skip(_ element: HTMLElement) -> Bool {
        guard !lacksEnd.contains(element) else { return false }
        var from = position
        let name = element.name.bytes
        while let start = bytes.firstIndex(of: UInt8(ascii: "<"), from: from) {
            from = start + 1
            let end = start + 2 + name.count
            guard end <= bytes.count, bytes[start + 1] == 0x2F, bytes[(start + 2)..<end].isSpelled(name),
                end == bytes.count || !isLetter(bytes[end])
            else { continue }
            position = (close(from: end) ?? (bytes.count - 1)) + 1
            return true
        }
        lacksEnd.append(element)
        return false
    }

    /// Moves to the end.
    private mutating func skipRest() { position = bytes.count }

    private mutating func text(upTo end: Int) -> Token {
        defer { position = end }
        return .text(bytes[position..<end])
    }

    /// The start tag at the position, or nil where it does not end; then the position may have moved to the end.
    private mutating func startTag() -> Token? {
        guard unclosedTags > 0 else { return nil }
        let nameEnd = endOfName(from: position + 1)
        let name = bytes[(position + 1)..<nameEnd]
        var attributes = HTMLAttributes(bytes[nameEnd..<bytes.count])
        attributes.skip()
        guard attributes.isClosed else {
            unclosedTags -= 1
            if HTMLElement(name) != nil { position = bytes.count }
            return nil
        }
        let end = nameEnd + attributes.position
        position = end + 1
        return .start(name: name, attributes: bytes[nameEnd..<end])
    }

    private mutating func endTag() -> Token? {
        let nameEnd = endOfName(from: position + 2)
        let name = bytes[(position + 2)..<nameEnd]
        guard let end = close(from: nameEnd) else {
            if HTMLElement(name) != nil { position = bytes.count }
            return nil
        }
        position = end + 1
        return .end(name: name)
    }

    /// Moves behind a comment, a declaration or an instruction; false where it has no end and is text.
    private mutating func skipComment(_ kind: UInt8) -> Bool {
        let rest = bytes[position..<bytes.count]
        if rest.hasPrefix("<!--") {
            if rest.hasPrefix("<!-->") || rest.hasPrefix("<!--->") {
                position = (close(from: position) ?? position) + 1
                return true
            }
            if let end = endOfComment() {
                position = end
                return true
            }
            position = (close(from: position) ?? (bytes.count - 1)) + 1
            return true
        }
        if rest.hasPrefix("<![CDATA["), let end = endOfSection() {
            position = end
            return true
        }
        guard let end = close(from: position) else { return false }
        position = end + 1
        return true
    }

    /// The position behind `-->` or `--!>`.
    private mutating func endOfComment() -> Int? {
        guard !lacksCommentEnd else { return nil }
        var from = position + 4
        while let end = close(from: from) {
            if bytes[0..<end].hasSuffix("--") || bytes[0..<end].hasSuffix("--!") { return end + 1 }
            from = end + 1
        }
        lacksCommentEnd = true
        return nil
    }

    /// The position behind `]]>`, where it comes before the next tag.
    private func endOfSection() -> Int? {
        guard let end = close(from: position) else { return nil }
        return bytes[0..<end].hasSuffix("]]") ? end + 1 : nil
    }

    /// The next `>` from a position on.
    private func close(from start: Int) -> Int? {
        start <= lastEnd ? bytes.firstIndex(of: UInt8(ascii: ">"), from: start) : nil
    }

    private func endOfName(from start: Int) -> Int {
        var end = start
        while end < bytes.count {
            switch bytes[end] {
            case 0...0x20, 0x2F, 0x3E: return end
            default: end += 1
            }
        }
        return end
    }

    private func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }
}

/// A piece of HTML as those see it who write it anew.
enum HTMLStep {
    /// Text, its references decoded.
    case text(Bytes)
    /// An element begins; attributes are as written.
    case start(HTMLElement, attributes: Bytes)
    /// An element ends.
    case end(HTMLElement)
}

/// Reads the attributes of a tag, one after another, up to the `>` that ends it.
struct HTMLAttributes {
    private let bytes: Bytes
    /// Where reading stands; after the last attribute, at the tag's `>`.
    private(set) var position = 0

    init(_ bytes: Bytes) { self.bytes = bytes }

    /// Whether the tag's `>` was found.
    var isClosed: Bool { position < bytes.count && bytes[position] == UInt8(ascii: ">") }

    /// Reads to the end of the tag.
    mutating func skip() { while next() != nil {} }

    /// The next attribute's name and its value as written, or nil after the last.
    mutating func next() -> (name: Bytes, value: Bytes)? {
        while position < bytes.count, bytes[position] <= 0x20 || bytes[position] == UInt8(ascii: "/") { position += 1 }
        guard position < bytes.count, bytes[position] != UInt8(ascii: ">") else { return nil }
        let start = position
        position += 1
        scanName: while position < bytes.count {
            switch bytes[position] {
            case 0...0x20, 0x2F, 0x3D, 0x3E: break scanName
            default: position += 1
            }
        }
        let name = bytes[start..<position]
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "=") else { return (name, .none) }
        position += 1
        skipSpace()
        return (name, value())
    }

    private mutating func value() -> Bytes {
        guard position < bytes.count else { return .none }
        let quote = bytes[position]
        if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            let start = position + 1
            let end = bytes.firstIndex(of: quote, from: start) ?? bytes.count
            position = min(end + 1, bytes.count)
            return bytes[start..<end]
        }
        let start = position
        while position < bytes.count, bytes[position] > 0x20, bytes[position] != UInt8(ascii: ">") { position += 1 }
        return bytes[start..<position]
    }

    private mutating func skipSpace() {
        while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
    }
}
