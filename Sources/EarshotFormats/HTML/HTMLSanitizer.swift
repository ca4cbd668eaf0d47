internal import Earshot

/// Writes the harmless part of an HTML fragment anew, each element closed and everything escaped.
///
/// Only elements and attributes of the lists are ever written, none of them with content that is not plain HTML, so a
/// browser reads the output as we do: markup hidden from us in `noscript`, `svg` or a comment cannot come alive.
struct HTMLSanitizer: ~Copyable {
    private let base: Bytes
    private var output: Output
    private var open: [HTMLElement] = []
    private var scratch: [UInt8] = []

    /// How deep elements are kept; deeper ones are unwrapped.
    private static let depth = 100

    /// How many attributes of a tag are looked at.
    private static let attributeCount = 256

    /// A sanitizer of a fragment of so many bytes.
    init(capacity: Int, base: Bytes) {
        self.base = base
        output = Output(capacity: capacity + 64)
    }

    /// Takes the next piece.
    mutating func take(_ step: HTMLStep) {
        switch step {
        case .text(let text): HTMLSanitizer.escape(text, into: &output)
        case .start(let element, let attributes): begin(element, attributes)
        case .end(let element): end(element)
        }
    }

    /// The sanitized fragment.
    mutating func sanitized() -> [UInt8] {
        close(to: 0)
        return output.array
    }

    private mutating func begin(_ element: HTMLElement, _ attributes: Bytes) {
        let traits = element.traits
        guard traits.contains(.kept) else { return }
        closeImplied(by: element)
        guard open.count < HTMLSanitizer.depth else { return }
        output.byte(UInt8(ascii: "<"))
        output.raw(element.name.bytes)
        append(attributes, of: element)
        if traits.contains(.void) {
            output.literal(" />")
        } else {
            output.byte(UInt8(ascii: ">"))
            open.append(element)
        }
    }

    private mutating func end(_ element: HTMLElement) {
        guard element.traits.contains(.kept), !element.traits.contains(.void) else { return }
        for index in open.indices.reversed() {
            if open[index] == element { return close(to: index) }
            if open[index].traits.contains(.scope), !element.traits.contains(.scope), !element.isTablePart { return }
        }
    }

    /// Closes what is open beyond the first `count` elements.
    private mutating func close(to count: Int) {
        while open.count > count, let element = open.popLast() {
            output.literal("</")
            output.raw(element.name.bytes)
            output.byte(UInt8(ascii: ">"))
        }
    }

    /// Closes what the start tag of an element ends without saying so.
    private mutating func closeImplied(by element: HTMLElement) {
        if element.traits.contains(.endsParagraph) { closeNearest { $0 == .p } }
        switch element.tag {
        case .li: closeNearest({ $0 == .li }, within: { $0 == .ul || $0 == .ol })
        case .dt, .dd: closeNearest { $0 == .dt || $0 == .dd }
        case .a: closeNearest { $0 == .a }
        case .td, .th: closeNearest({ $0 == .td || $0 == .th }, within: { $0 == .tr || $0 == .table })
        case .tr: closeNearest({ $0 == .tr }, within: { $0 == .table })
        case .tbody, .thead, .tfoot:
            closeNearest({ $0 == .tbody || $0 == .thead || $0 == .tfoot }, within: { $0 == .table })
        default: break
        }
    }

    /// Closes the innermost of some elements, unless a limit comes first: without another, a scope.
    private mutating func closeNearest(
        _ isMeant: (HTMLElement) -> Bool, within isLimit: (HTMLElement) -> Bool = { $0.traits.contains(.scope) }
    ) {
        for index in open.indices.reversed() {
            if isMeant(open[index]) { return close(to: index) }
            if isLimit(open[index]) { return }
        }
    }

    /// Appends the attributes of the list, each once.
    private mutating func append(_ attributes: Bytes, of element: HTMLElement) {
        var written: UInt128 = 0
        var isLink = false
        var reader = HTMLAttributes(attributes)
        var seen = 0
        while seen < HTMLSanitizer.attributeCount, let (name, value) = reader.next() {
            seen += 1
            guard let attribute = HTMLAttribute(name), written & attribute.bit == 0 else { continue }
            scratch.removeAll(keepingCapacity: true)
            CharacterReferences.decode(value, inAttribute: true, into: &scratch)
            guard makeSafe(attribute, of: element) else { continue }
            isLink = isLink || attribute.meaning == .link
            written |= attribute.bit
            output.byte(0x20)
            output.raw(attribute.name.bytes)
            output.literal("=\"")
            HTMLSanitizer.escape(scratch, into: &output)
            output.byte(UInt8(ascii: "\""))
        }
        if isLink { output.literal(" rel=\"noopener nofollow ugc\"") }
    }

    /// Leaves of the value in `scratch` what may be written; false where that is nothing.
    private mutating func makeSafe(_ attribute: HTMLAttribute, of element: HTMLElement) -> Bool {
        switch attribute.meaning {
        case .plain: return true
        case .style:
            scratch = scratch.withBytes { StyleFilter.filtered($0) }
            return !scratch.isEmpty
        case .link, .content:
            guard attribute.isMeant(for: element) else { return false }
            return HTMLSanitizer.makeSafe(&scratch, on: base, isLink: attribute.meaning == .link)
        }
    }

    /// Leaves the address as it may be written: http, https, for links also mailto, or relative where no base is known;
    /// false where it may not.
    private static func makeSafe(_ value: inout [UInt8], on base: Bytes, isLink: Bool) -> Bool {
        if value.withBytes({ URLs.isResolved($0, encodesAll: false) }) { return true }
        value.removeAll { $0 < 0x20 || $0 == 0x7F }
        guard let safe = value.withBytes({ address($0.trimmed, on: base, isLink: isLink) }) else { return false }
        value.removeAll(keepingCapacity: true)
        value.append(contentsOf: safe)
        return true
    }

    private static func address(_ clean: Bytes, on base: Bytes, isLink: Bool) -> [UInt8]? {
        if let colon = URLParts.schemeEnd(clean) {
            let scheme = clean[0..<colon]
            guard scheme.isWeb || (isLink && scheme.isSpelled("mailto")) else { return nil }
            return URLs.resolved(clean, base: base)
        }
        return URLs.resolved(clean, base: base) ?? (base.isEmpty ? clean.array : nil)
    }

    /// Appends a value so that it is text wherever it stands.
    private static func escape(_ value: [UInt8], into output: inout Output) {
        value.withBytes { escape($0, into: &output) }
    }

    /// Appends text so that it is text wherever it stands; controls are left out.
    ///
    /// U+0338 is written as a reference: after a tag, normalization to NFC would compose it with the `>`.
    static func escape(_ text: Bytes, into output: inout Output) {
        var start = 0
        var next = text.endOfPlain(from: 0)
        while next < text.count {
            let index = next
            let byte = text[index]
            next = text.endOfPlain(from: index + 1)
            var replacement: StaticString = ""
            switch byte {
            case UInt8(ascii: "&"): replacement = "&amp;"
            case UInt8(ascii: "<"): replacement = "&lt;"
            case UInt8(ascii: ">"): replacement = "&gt;"
            case UInt8(ascii: "\""): replacement = "&quot;"
            case 0xCC where index + 1 < text.count && text[index + 1] == 0xB8: replacement = "&#824;"
            case 0..<0x09, 0x0B..<0x20, 0x7F: break
            default: continue
            }
            output.raw(text[start..<index])
            output.literal(replacement)
            start = byte == 0xCC ? index + 2 : index + 1
        }
        output.raw(text[start..<text.count])
    }
}

extension HTMLElement {
    /// Whether its end tag reaches beyond the cells of a table.
    fileprivate var isTablePart: Bool {
        self == .tr || self == .tbody || self == .thead || self == .tfoot
    }
}

extension Bytes {
    /// Where a run ends of which no byte has a meaning in HTML or begins U+0338, nor is a control; tabs and line ends
    /// are looked at by the caller.
    fileprivate func endOfPlain(from start: Int) -> Int {
        var index = start
        while let word = eight(at: index) {
            let found =
                word.bytes(equal: 0x22) | word.bytes(equal: 0x26) | word.bytes(equal: 0x3C) | word.bytes(equal: 0x3E)
                | word.bytes(equal: 0x7F) | word.bytes(equal: 0xCC) | word.bytesBelowSpace
            if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        return index
    }
}
