internal import Earshot

/// The long texts of a document, put aside while libxml2 reads the rest.
///
/// Feeds carry their HTML in CDATA sections or escaped, and libxml2 looks at each of its letters by several calls, at
/// those beyond ASCII by more, and takes hundreds of instructions for a reference. Here a text is looked at as a whole,
/// and a section with a number stands in its place that the pass turns back. What might mean something else to libxml2
/// stays where it is: a character or a reference that XML does not have, what could end a comment or an instruction
/// that only looks as if it held a section, and all of a document that has declarations.
struct XMLSections {
    private static let begin: StaticString = "<![CDATA["
    private static let end: StaticString = "]]>"
    /// What stands before each number: a word that no document can know.
    fileprivate static let mark = Array("\(String(UInt64.random(in: .min ... .max), radix: 16)):".utf8)
    /// The length from which putting aside is worth it.
    private static let shortest = 48

    private var kept: [UInt8] = []
    private var ranges: [Range<Int>] = []

    /// The document with numbers in the place of what is put aside; nil where nothing is.
    ///
    /// - Parameter text: valid UTF-8.
    mutating func putAside(_ text: Bytes) -> [UInt8]? {
        var outline = Outline(text)
        kept.reserveCapacity(text.count)
        var next = text.firstIndex(of: UInt8(ascii: "<"))
        while let start = next {
            let rest = text[start..<text.count]
            var from = start + 1
            if rest.hasPrefix(XMLSections.begin) {
                let inside = start + XMLSections.begin.utf8CodeUnitCount
                guard let end = text.firstRange(of: XMLSections.end, from: inside) else { break }
                putAside(section: inside..<end.lowerBound, of: &outline)
                from = end.upperBound
            } else if rest.hasPrefix("<!"), !rest.hasPrefix("<!--") {
                // What a declaration says is quoted by rules of its own.
                self = XMLSections()
                return nil
            }
            next = text.firstIndex(of: UInt8(ascii: "<"), from: from)
            putAside(textIn: from..<(next ?? text.count), of: &outline)
        }
        return ranges.isEmpty ? nil : outline.finish()
    }

    /// What stood where a section says `number` now; the section itself where that is none of ours.
    func content<Result>(of number: Bytes, _ body: (Bytes) -> Result) -> Result {
        guard !ranges.isEmpty, XMLSections.mark.withBytes({ number[0..<$0.count] == $0 }),
            let index = Int(number[XMLSections.mark.count..<number.count].trimmed.string),
            ranges.indices.contains(index)
        else { return body(number) }
        return kept.withBytes { body($0[ranges[index]]) }
    }

    private mutating func putAside(section range: Range<Int>, of outline: inout Outline) {
        let content = outline.text[range]
        guard XMLSections.isLong(content), !XMLSections.hasEnd(content) else { return }
        let start = kept.count
        keep(content)
        ranges.append(start..<kept.count)
        outline.replace(range, by: ranges.count - 1)
    }

    /// Puts aside what follows the last `>` of a range without `<`: text, or a part of a comment or an instruction.
    private mutating func putAside(textIn range: Range<Int>, of outline: inout Outline) {
        guard range.count >= XMLSections.shortest else { return }
        let run = outline.text[range]
        var begin = 0
        while let place = run.firstIndex(of: UInt8(ascii: ">"), from: begin) { begin = place + 1 }
        guard begin > 0 else { return }
        // White space before it stays, as it may stand where no text may.
        while begin < run.count, run[begin] <= 0x20 { begin += 1 }
        let content = run[begin..<run.count]
        // Plain ASCII is what libxml2 is fast at.
        guard content.firstIndex(of: UInt8(ascii: "&")) != nil || content.endOfASCII(from: 0) < content.count,
            XMLSections.isLong(content)
        else { return }
        let before = kept.count
        guard keep(referencesIn: content) else {
            kept.removeLast(kept.count - before)
            return
        }
        ranges.append(before..<kept.count)
        outline.replace(
            (range.lowerBound + begin)..<range.upperBound, by: ranges.count - 1,
            in: (XMLSections.begin, XMLSections.end))
    }

    /// Keeps text with its references resolved; false where one is not of XML.
    private mutating func keep(referencesIn content: Bytes) -> Bool {
        var from = 0
        let hasReturns = content.firstIndex(of: 0x0D) != nil
        while let start = content.firstIndex(of: UInt8(ascii: "&"), from: from) {
            let run = content[from..<start]
            if hasReturns { keep(run) } else { kept.append(run) }
            guard let reference = XMLReference(in: content, at: start) else { return false }
            if reference.scalar.isASCII {
                kept.append(UInt8(truncatingIfNeeded: reference.scalar.value))
            } else {
                kept.append(contentsOf: UTF8.encode(reference.scalar) ?? UTF8.encodedReplacementCharacter)
            }
            from = reference.end
        }
        keep(content[from..<content.count])
        return true
    }

    /// Keeps bytes with line feeds alone as line ends (XML 1.0, section 2.11).
    private mutating func keep(_ content: Bytes) {
        var from = 0
        while let end = content.firstIndex(of: 0x0D, from: from) {
            kept.append(content[from..<end])
            kept.append(0x0A)
            from = end + 1
            if from < content.count, content[from] == 0x0A { from += 1 }
        }
        kept.append(content[from..<content.count])
    }

    /// Whether it is worth it, and every character is one that XML has (XML 1.0, section 2.2).
    private static func isLong(_ content: Bytes) -> Bool {
        content.count >= shortest && content.count <= XML.textLimit && !hasForbidden(content)
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

    private static func hasForbidden(_ content: Bytes) -> Bool {
        var index = 0
        while let word = content.eight(at: index) {
            var found = word.bytesBelowSpace
            while found != 0 {
                if isForbidden(content[index + found.trailingZeroBitCount >> 3]) { return true }
                found &= found - 1
            }
            index += 8
        }
        while index < content.count {
            if isForbidden(content[index]) { return true }
            index += 1
        }
        // U+FFFE and U+FFFF.
        var from = 0
        while let place = content.firstIndex(of: 0xEF, from: from), place + 2 < content.count {
            if content[place + 1] == 0xBF, content[place + 2] >= 0xBE { return true }
            from = place + 3
        }
        return false
    }

    private static func isForbidden(_ byte: UInt8) -> Bool {
        byte < 0x20 && byte != 0x0A && byte != 0x0D && byte != 0x09
    }
}

/// A document being written anew, with numbers in the place of some of its texts.
private struct Outline {
    let text: Bytes
    private var written: [UInt8] = []
    private var copied = 0

    init(_ text: Bytes) {
        self.text = text
        // A number is shorter than what it stands for.
        written.reserveCapacity(text.count)
    }

    /// Writes what comes before a range, and a number for it, with as many lines as it had: a fault behind it is told
    /// with its line.
    mutating func replace(
        _ range: Range<Int>, by number: Int, in marks: (begin: StaticString, end: StaticString)? = nil
    ) {
        written.append(text[copied..<range.lowerBound])
        if let marks { written.append(marks.begin.bytes) }
        written.append(contentsOf: XMLSections.mark)
        written.append(contentsOf: "\(number)".utf8)
        let content = text[range]
        var line = content.firstIndex(of: 0x0A)
        while let place = line {
            written.append(0x0A)
            line = content.firstIndex(of: 0x0A, from: place + 1)
        }
        if let marks { written.append(marks.end.bytes) }
        copied = range.upperBound
    }

    /// The document, with all that comes behind the last number.
    consuming func finish() -> [UInt8] {
        written.append(text[copied..<text.count])
        return written
    }
}
