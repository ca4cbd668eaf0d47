internal import Earshot

/// The insides of a document's CDATA sections, put aside while libxml2 reads the rest.
///
/// Feeds carry their HTML in such sections, and libxml2 looks at each of their letters by several calls, at those beyond
/// ASCII by more. Here a section is looked at as a whole, and a number stands in its place that the pass turns back. What
/// might mean something else to libxml2 stays where it is: a character that XML does not have, and what could end a
/// comment or an instruction that only looks as if it held a section.
struct XMLSections {
    private static let begin: StaticString = "<![CDATA["
    private static let end: StaticString = "]]>"
    /// The length from which putting aside is worth it.
    private static let shortest = 48

    private var kept: [UInt8] = []
    private var ranges: [Range<Int>] = []

    /// The document with a number in the place of each section that is put aside; nil where none is.
    ///
    /// - Parameter text: valid UTF-8.
    mutating func putAside(_ text: Bytes) -> [UInt8]? {
        guard var start = text.firstRange(of: XMLSections.begin)?.upperBound,
            // What a document type says is quoted by rules of its own.
            text[0..<start].firstRange(of: "<!DOCTYPE") == nil
        else { return nil }
        kept.reserveCapacity(text.count)
        var written: [UInt8] = []
        var copied = 0
        while let end = text.firstRange(of: XMLSections.end, from: start) {
            let content = text[start..<end.lowerBound]
            if XMLSections.isNumber(content) || (content.count >= XMLSections.shortest && XMLSections.isPlain(content))
            {
                unsafe written.append(contentsOf: text[copied..<start].buffer)
                write(content, to: &written)
                copied = end.lowerBound
            }
            guard let next = text.firstRange(of: XMLSections.begin, from: end.upperBound) else { break }
            start = next.upperBound
        }
        guard copied > 0 else { return nil }
        unsafe written.append(contentsOf: text[copied..<text.count].buffer)
        return written
    }

    /// What stood where a section says `number` now; the section itself where that is none of ours.
    func content<Result>(of number: Bytes, _ body: (Bytes) -> Result) -> Result {
        guard !ranges.isEmpty, XMLSections.isNumber(number), let index = Int(number.trimmed.string),
            ranges.indices.contains(index)
        else { return body(number) }
        return kept.withBytes { body($0[ranges[index]]) }
    }

    /// Keeps a section with line feeds alone as line ends (XML 1.0, section 2.11), and writes its number, with as many
    /// lines as it had, so that a fault behind it is told with its line.
    private mutating func write(_ content: Bytes, to written: inout [UInt8]) {
        written.append(contentsOf: "\(ranges.count)".utf8)
        let start = kept.count
        var from = 0
        while let end = content.firstIndex(of: 0x0D, from: from) {
            unsafe kept.append(contentsOf: content[from..<end].buffer)
            kept.append(0x0A)
            from = end + 1
            if from < content.count, content[from] == 0x0A { from += 1 }
        }
        unsafe kept.append(contentsOf: content[from..<content.count].buffer)
        ranges.append(start..<kept.count)
        var line = content.firstIndex(of: 0x0A)
        while let place = line {
            written.append(0x0A)
            line = content.firstIndex(of: 0x0A, from: place + 1)
        }
    }

    /// Whether a section might be taken for a number of ours.
    private static func isNumber(_ content: Bytes) -> Bool {
        guard !content.isEmpty, content[0] >= 0x30, content[0] <= 0x39 else { return false }
        return (0..<content.count).allSatisfy { content[$0] == 0x0A || (content[$0] >= 0x30 && content[$0] <= 0x39) }
    }

    /// Whether libxml2 would tell of a section as it stands, wherever it stands.
    private static func isPlain(_ content: Bytes) -> Bool {
        content.count <= XML.textLimit && !hasForbidden(content) && !hasEnd(content)
    }

    /// Whether there is the end of a comment or of an instruction.
    private static func hasEnd(_ content: Bytes) -> Bool {
        var from = 0
        while let place = content.firstIndex(of: UInt8(ascii: ">"), from: from) {
            let before = content[0..<place]
            if before.hasSuffix("--") || before.hasSuffix("?") { return true }
            from = place + 1
        }
        return false
    }

    /// Whether there is a character that XML does not have (XML 1.0, section 2.2).
    private static func hasForbidden(_ content: Bytes) -> Bool {
        var index = 0
        while index < content.count {
            if let word = content.eight(at: index), word.bytesBelowSpace == 0 {
                index += 8
                continue
            }
            for place in index..<min(index + 8, content.count) {
                let byte = content[place]
                if byte < 0x20 && byte != 0x0A && byte != 0x0D && byte != 0x09 { return true }
            }
            index += 8
        }
        // U+FFFE and U+FFFF.
        var from = 0
        while let place = content.firstIndex(of: 0xEF, from: from), place + 2 < content.count {
            if content[place + 1] == 0xBF, content[place + 2] >= 0xBE { return true }
            from = place + 3
        }
        return false
    }
}
