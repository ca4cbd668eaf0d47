/// Undoes `format=flowed` (RFC 3676): lines that a space ends go on in the next.
public enum FlowedText {
    /// The text with its paragraphs in one line each; quoted lines keep `>` for each level before them.
    ///
    /// - Parameter deletesSpace: `DelSp=yes`, the space at a line's end is not part of the text.
    public static func joined(_ text: String, deletesSpace: Bool) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count)
        var openDepth: Int?
        var isFirst = true
        for line in Array(text.utf8).split(separator: 0x0A, omittingEmptySubsequences: false) {
            let parsed = FlowedLine(line)
            if openDepth == parsed.depth && !parsed.isSignature {
                output += parsed.content(deletesSpace)
            } else {
                if !isFirst { output.append(0x0A) }
                if parsed.depth > 0 { output += Array(repeating: UInt8(ascii: ">"), count: parsed.depth) + [0x20] }
                output += parsed.content(deletesSpace)
            }
            isFirst = false
            openDepth = parsed.isFlowed ? parsed.depth : nil
        }
        return String(decoding: output, as: UTF8.self)
    }
}

/// A line as RFC 3676 sees it: how deep it is quoted, and what it says.
private struct FlowedLine {
    let depth: Int
    let isFlowed: Bool
    let isSignature: Bool
    private let rest: ArraySlice<UInt8>

    init(_ line: ArraySlice<UInt8>) {
        var line = line
        if line.last == 0x0D { line = line.dropLast() }
        let marks = line.prefix { $0 == UInt8(ascii: ">") }.count
        var rest = line.dropFirst(marks)
        // A space was put before what would mean something at a line's beginning.
        if rest.first == 0x20 { rest = rest.dropFirst() }
        depth = min(marks, 100)
        isSignature = rest.elementsEqual("-- ".utf8)
        isFlowed = rest.last == 0x20 && !isSignature
        self.rest = rest
    }

    func content(_ deletesSpace: Bool) -> ArraySlice<UInt8> {
        isFlowed && deletesSpace ? rest.dropLast() : rest
    }
}
