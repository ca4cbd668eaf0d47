internal import Earshot

/// Turns an HTML fragment into the text that a person would read.
struct HTMLReader: ~Copyable {
    private var output: Output
    /// The texts that stand for images, for a fragment of images alone.
    private var alternatives: [UInt8] = []
    /// Line ends that come before the next word.
    private var lines = 0
    private var space = false
    private var tab = false
    private var preformatted = 0
    /// The open lists, each with how many items it has had.
    private var lists: [(isNumbered: Bool, items: Int)] = []
    /// The attributes of the link that is open, and where the output ended when it began.
    private var link: (attributes: Bytes, start: Int)?
    /// Where the output ended when an item's mark was written; what begins right behind it begins no line.
    private var mark = -1

    private static let depth = 100

    /// A reader of a fragment of so many bytes.
    init(capacity: Int) { output = Output(capacity: capacity) }

    /// Takes the next piece.
    mutating func take(_ step: HTMLStep) {
        switch step {
        case .text(let text): append(words: text)
        case .start(let element, let attributes): begin(element, attributes)
        case .end(let element): end(element)
        }
    }

    /// The text; lines end in newlines, paragraphs are parted by an empty line.
    mutating func text() -> [UInt8] {
        while let last = output.last, last <= 0x20 { output.truncate(to: output.count - 1) }
        return output.isEmpty ? alternatives : output.array
    }

    private mutating func begin(_ element: HTMLElement, _ attributes: Bytes) {
        part(element)
        switch element.tag {
        case .br: lines = output.isEmpty || mark == output.count ? 0 : min(lines + 1, 2)
        case .img: note(attributes)
        case .a: link = attributes.isEmpty ? nil : (attributes, output.count)
        case .q: append(word: "\u{201C}")
        case .pre: preformatted += 1
        case .ul, .ol:
            if lists.count < HTMLReader.depth { lists.append((element == .ol, 0)) }
        case .li: beginItem()
        case .td, .th: tab = !output.isEmpty && lines == 0
        default: break
        }
    }

    private mutating func end(_ element: HTMLElement) {
        guard !element.traits.contains(.dropped) else { return }
        switch element.tag {
        case .br: lines = min(lines + 1, 2)
        case .a: completeLink()
        case .q: append(word: "\u{201D}")
        case .pre: preformatted = max(preformatted - 1, 0)
        case .ul, .ol: _ = lists.popLast()
        case .li: mark = -1
        default: break
        }
        part(element)
    }

    /// Ends the line, and the paragraph, where an element begins or ends one.
    private mutating func part(_ element: HTMLElement) {
        let traits = element.traits
        guard traits.contains(.block), !output.isEmpty, mark != output.count else { return }
        // Lists within lists stand close.
        let isInner = (element == .ul || element == .ol) && !lists.isEmpty
        lines = max(lines, traits.contains(.paragraph) && !isInner ? 2 : 1)
    }

    private mutating func beginItem() {
        if let last = lists.indices.last {
            if lists[last].items > 0 { lines = 1 }
            lists[last].items += 1
            let indent = String(repeating: "  ", count: min(last, 8))
            append(word: indent + (lists[last].isNumbered ? "\(lists[last].items). " : "- "))
        } else {
            append(word: "- ")
        }
        mark = output.count
    }

    /// Keeps an image's text for the case that there is nothing else to read; an emoji that is an image is a word.
    private mutating func note(_ attributes: Bytes) {
        var reader = HTMLAttributes(attributes)
        var text = Bytes.none
        var isEmoji = false
        while let (name, value) = reader.next() {
            if name.isSpelled("alt"), text.isEmpty { text = value.trimmed }
            if name.isSpelled("class") {
                isEmoji = value.firstRange(of: "emoji") != nil || value.firstRange(of: "smiley") != nil
            }
        }
        guard !text.isEmpty else { return }
        if isEmoji, text.count <= HTMLReader.longestEmoji { return append(emoji: text) }
        if !alternatives.isEmpty { alternatives.append(0x0A) }
        CharacterReferences.decode(text, inAttribute: true, into: &alternatives)
    }

    private mutating func append(emoji text: Bytes) {
        var decoded: [UInt8] = []
        CharacterReferences.decode(text, inAttribute: true, into: &decoded)
        decoded.withBytes { append(words: $0) }
    }

    /// The longest emoji in bytes, as a sequence of characters or as a name between colons.
    private static let longestEmoji = 64

    /// Writes an address whole that was cut for show, as `example.com/very/lo...`, where the link leads there.
    private mutating func completeLink() {
        guard let (attributes, start) = link else { return }
        link = nil
        guard output.count > start, output.last == UInt8(ascii: ".") || output.last == 0xA6 else { return }
        let rest = output.withBytes { HTMLReader.rest(of: $0[start..<$0.count], leadingTo: attributes) }
        guard let rest else { return }
        output.truncate(to: output.count - 3)
        output.raw(rest)
    }

    /// What a shown address lacks of the one that a link leads to; nil where it is no beginning of it. Three bytes are
    /// the sign that it was cut.
    private static func rest(of shown: Bytes, leadingTo attributes: Bytes) -> [UInt8]? {
        let shown = shown.trimmed
        guard shown.hasSuffix("...") || shown.hasSuffix("\u{2026}"), shown.count > 6,
            shown.firstIndex(of: UInt8(ascii: "/")) != nil
        else { return nil }
        let beginning = shown[0..<(shown.count - 3)]
        var reader = HTMLAttributes(attributes)
        while let (name, value) = reader.next() {
            guard name.isSpelled("href"), value.count <= 4096 else { continue }
            var address: [UInt8] = []
            CharacterReferences.decode(value.trimmed, inAttribute: true, into: &address)
            return address.withBytes { address in
                guard !(0..<address.count).contains(where: { address[$0] <= 0x20 }) else { return nil }
                for scheme: StaticString in ["", "https://", "http://", "https://www.", "http://www."]
                where address.hasPrefix(scheme) {
                    let target = address[scheme.utf8CodeUnitCount..<address.count]
                    if target.count > beginning.count, target[0..<beginning.count] == beginning {
                        return target[beginning.count..<target.count].array
                    }
                }
                return nil
            }
        }
        return nil
    }

    /// Appends what we say ourselves.
    private mutating func append(word: String) {
        flush()
        output.raw(Array(word.utf8))
    }

    /// Writes the white space that was found before a word.
    private mutating func flush() {
        if lines > 0 {
            while output.last == 0x20 { output.truncate(to: output.count - 1) }
            for _ in 0..<lines { output.byte(0x0A) }
        } else if tab {
            output.byte(0x09)
        } else if space, let last = output.last, last > 0x20 {
            output.byte(0x20)
        }
        (lines, space, tab) = (0, false, false)
    }

    /// Appends words, with one space for all the space between two of them.
    private mutating func append(words: Bytes) {
        var index = 0
        while index < words.count {
            let length = words.spaceLength(at: index)
            if length > 0 {
                if preformatted > 0 { appendPreformatted(words[index]) } else { space = true }
                index += length
                continue
            }
            let start = index
            index = preformatted > 0 ? words.endOfWord(from: index) : words.endOfWords(from: index)
            flush()
            output.raw(words[start..<index])
        }
    }

    /// White space that counts; line ends at the beginning do not.
    private mutating func appendPreformatted(_ byte: UInt8) {
        if byte == 0x0A {
            lines = output.isEmpty ? 0 : min(lines + 1, 3)
        } else if byte != 0x0D, !output.isEmpty || lines == 0 {
            flush()
            output.byte(byte == 0x09 ? 0x09 : 0x20)
        }
    }
}

extension Bytes {
    /// The length of the white space at `index`, ASCII's or a no-break space, or 0.
    fileprivate func spaceLength(at index: Int) -> Int {
        if self[index] <= 0x20 { return 1 }
        return self[index] == 0xC2 && index + 1 < count && self[index + 1] == 0xA0 ? 2 : 0
    }

    /// Where the word that begins at `start` ends.
    fileprivate func endOfWord(from start: Int) -> Int {
        var end = start + 1
        while end < count, spaceLength(at: end) == 0 { end += 1 }
        return end
    }

    /// Where the words end that begin at `start` and are parted by one space each.
    fileprivate func endOfWords(from start: Int) -> Int {
        var end = start + 1
        while true {
            end = endOfPlainWords(from: end)
            guard end < count else { return end }
            let byte = self[end]
            if byte <= 0x20 {
                guard byte == 0x20, end + 1 < count, spaceLength(at: end + 1) == 0 else { return end }
                end += 1
            } else if byte == 0xC2, spaceLength(at: end) > 0 {
                return end
            }
            end += 1
        }
    }

    /// Where eight bytes begin of which one may end the words: a control, two spaces or half of a no-break space.
    private func endOfPlainWords(from start: Int) -> Int {
        var index = start
        while let word = eight(at: index) {
            let spaces = word.bytes(equal: 0x20)
            let found = word.bytesBelowSpace | word.bytes(equal: 0xC2) | spaces & (spaces &>> 8)
            if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
            // The last of the eight is looked at once more where it is a space, with what follows it.
            index &+= word &>> 56 == 0x20 ? 7 : 8
        }
        return index
    }
}
