internal import Earshot

/// Gives each line of a file as a document: JSON lines, as streams and logs are kept.
struct LineSplitter {
    private let window: ByteWindow
    private var line = 0

    init(_ window: ByteWindow) { self.window = window }

    /// The next line that is not blank.
    mutating func next() throws(MalformedDocument) -> Splitter.Part? {
        while true {
            guard try window.hold(1) else { return nil }
            line += 1
            guard let end = try window.endOfLine(from: 0, limit: Document.sizeLimit) else {
                try window.dropLine()
                return ("line \(line)", .failure(.tooLarge(Document.sizeLimit)))
            }
            var content = window.take(end + 1)
            while let last = content.last, last <= 0x20 { content.removeLast() }
            if content.contains(where: { $0 > 0x20 }) { return ("line \(line)", .success(content)) }
        }
    }

    /// The whole lines that are at hand, as many as fit in `size` bytes, and the number of the first; nil where not one
    /// does.
    mutating func nextLines(upTo size: Int) throws(MalformedDocument) -> (bytes: [UInt8], first: Int)? {
        var (end, count) = (0, 0)
        while true {
            try window.withBytes { (held) throws(MalformedDocument) in
                let head = held[0..<size]
                while let newline = head.firstIndex(of: 0x0A, from: end) {
                    end = newline + 1
                    count += 1
                }
            }
            if count > 0 { break }
            guard window.count < size, try window.grow() else { return nil }
        }
        defer { line += count }
        return (window.take(end), line + 1)
    }

    /// Whether the file holds a JSON value a line: the first line is one and there are more, or, should the first be
    /// damaged, the second is.
    static func applies(to window: ByteWindow) throws(MalformedDocument) -> Bool {
        guard let first = try lineRange(in: window, from: 0) else {
            // A line that is too long: an array is cut by its elements, an object is told as a defect.
            return try ArraySplitter.prefix(of: window) == nil
        }
        guard let second = try lineRange(in: window, from: first.upperBound) else {
            return try isComplete(window, first)
        }
        guard !second.isEmpty else { return false }
        if try isComplete(window, first) { return true }
        return try window.withBytes { (bytes) throws(MalformedDocument) in
            guard let last = unsafe bytes[first].trimmed.buffer.last, !isOpening(last) else { return false }
            let next = bytes[second].trimmed
            return next.hasPrefix("{") && isComplete(next)
        }
    }

    /// Whether a line that ends so goes on in the next, as laid-out JSON does.
    private static func isOpening(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":")
            || byte == UInt8(ascii: "=")
    }

    /// The first line from `position` on that is not blank, an empty range at the end, or nil where it is too long.
    private static func lineRange(in window: ByteWindow, from position: Int) throws(MalformedDocument) -> Range<Int>? {
        var begin = position
        while true {
            if begin >= window.count, try !window.hold(begin + 1) { return begin..<begin }
            guard let end = try window.endOfLine(from: begin, limit: Document.sizeLimit) else { return nil }
            let isBlank = try window.withBytes { (bytes) throws(MalformedDocument) in
                bytes[begin..<end].trimmed.isEmpty
            }
            if !isBlank { return begin..<end }
            begin = end + 1
        }
    }

    private static func isComplete(_ window: ByteWindow, _ line: Range<Int>) throws(MalformedDocument) -> Bool {
        try window.withBytes { (bytes) throws(MalformedDocument) in isComplete(bytes[line].trimmed) }
    }

    /// Whether a line is one whole object or array, by its brackets.
    static func isComplete(_ line: Bytes) -> Bool {
        let line = line.hasPrefix("\u{FEFF}") ? line[3..<line.count] : line
        guard line.hasPrefix("{") || line.hasPrefix("[") else { return false }
        var depth = 0
        var index = 0
        while index < line.count {
            switch line[index] {
            case UInt8(ascii: "\""):
                guard let end = endOfString(in: line, from: index + 1) else { return false }
                index = end
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return index == line.count - 1 }
            default: break
            }
            index += 1
        }
        return false
    }

    /// The quotation mark that ends a string, which is one that no odd number of backslashes stands before.
    private static func endOfString(in line: Bytes, from start: Int) -> Int? {
        var from = start
        while let quote = line.firstIndex(of: UInt8(ascii: "\""), from: from) {
            var escape = quote
            while escape > start, line[escape - 1] == UInt8(ascii: "\\") { escape -= 1 }
            if (quote - escape).isMultiple(of: 2) { return quote }
            from = quote + 1
        }
        return nil
    }
}
