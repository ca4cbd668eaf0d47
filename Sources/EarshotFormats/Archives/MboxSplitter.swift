internal import Earshot

/// Gives each message of an mbox as a document, its `From ` line first: it tells the mail adapter that lines within
/// may be quoted as `>From `.
///
/// Reads what mboxo, mboxrd, mboxcl and mboxcl2 write: `Content-Length` is believed where a separator or the file's
/// end follows the bytes that it counts.
struct MboxSplitter {
    private let window: ByteWindow
    private var number = 0

    init(_ window: ByteWindow) { self.window = window }

    /// An mbox where the file begins with a `From ` line, else the one message that it is; Apple Mail's with the frame
    /// that it stands in, which notes its flags.
    static func splitter(for window: ByteWindow) throws(MalformedDocument) -> Splitter {
        try skipBlankLines(window)
        if try startsWithSeparator(window) { return .mbox(MboxSplitter(window)) }
        return .whole(WholeSplitter(window, limit: DocumentReader.messageLimit))
    }

    /// The next message.
    mutating func next() throws(MalformedDocument) -> Splitter.Part? {
        try MboxSplitter.skipBlankLines(window)
        guard try window.hold(1) else { return nil }
        number += 1
        var position = try bodyAfterCountedLength() ?? 0
        while true {
            guard let end = try window.endOfLine(from: position, limit: DocumentReader.messageLimit) else {
                try dropMessage()
                return tooLarge
            }
            let next = end + 1
            guard next <= DocumentReader.messageLimit else {
                try dropMessage()
                return tooLarge
            }
            guard try window.hold(next + 1) else { return message(window.count) }
            let isAfterBlank = isBlank(position..<end)
            if try isSeparator(at: next, afterBlank: isAfterBlank) {
                return message(next)
            }
            position = next
        }
    }

    private var tooLarge: Splitter.Part {
        ("message \(number)", .failure(.tooLarge(DocumentReader.messageLimit)))
    }

    /// Takes a message, without the empty line that ends it in the file.
    private func message(_ length: Int) -> Splitter.Part {
        var bytes = window.take(length)
        if bytes.hasSuffix([0x0D, 0x0A, 0x0D, 0x0A]) {
            bytes.removeLast(2)
        } else if bytes.hasSuffix([0x0A, 0x0A]) {
            bytes.removeLast()
        }
        return ("message \(number)", .success(bytes))
    }

    /// Forgets lines up to the next separator.
    private func dropMessage() throws(MalformedDocument) {
        var wasBlank = false
        while true {
            guard let end = try window.endOfLine(from: 0, limit: 1 << 20) else {
                try window.dropLine()
                wasBlank = false
                continue
            }
            wasBlank = isBlank(0..<end)
            window.drop(end + 1)
            guard try window.hold(1) else { return }
            if try isSeparator(at: 0, afterBlank: wasBlank) { return }
        }
    }

    private func isBlank(_ line: Range<Int>) -> Bool {
        line.isEmpty || (line.count == 1 && window[line.lowerBound] == 0x0D)
    }

    /// Whether a message begins at `position`.
    private func isSeparator(at position: Int, afterBlank: Bool) throws(MalformedDocument) -> Bool {
        guard window[position] == UInt8(ascii: "F"), try window.hold(position + 5) else { return false }
        guard let end = try window.endOfLine(from: position, limit: 1024) else { return false }
        let isFrom = try window.withBytes { (bytes) throws(MalformedDocument) in
            bytes[position..<end].hasPrefix("From ")
        }
        guard isFrom else { return false }
        _ = try window.hold(end + 256)
        return try window.withBytes { (bytes) throws(MalformedDocument) in
            MboxLine.isSeparator(bytes[position..<end], before: bytes[(end + 1)..<(end + 256)], afterBlank: afterBlank)
        }
    }

    /// The end of the body where a `Content-Length` header counts it and what follows agrees.
    private func bodyAfterCountedLength() throws(MalformedDocument) -> Int? {
        var position = 0
        var length: Int?
        while position < 256 * 1024 {
            guard try window.hold(position + 1),
                let end = try window.endOfLine(from: position, limit: 64 * 1024)
            else { return nil }
            if isBlank(position..<end) {
                guard let length, length <= DocumentReader.messageLimit - end else { return nil }
                return try isEndOfMessage(end + 1 + length) ? end + 1 + length : nil
            }
            if position > 0, length == nil, window[position] | 0x20 == UInt8(ascii: "c") {
                length = try window.withBytes { (bytes) throws(MalformedDocument) in
                    MboxSplitter.contentLength(bytes[position..<end])
                }
            }
            position = end + 1
        }
        return nil
    }

    /// Whether the file ends at `position` or, after at most one empty line, a separator follows.
    private func isEndOfMessage(_ position: Int) throws(MalformedDocument) -> Bool {
        guard try window.hold(position + 1) else { return window.count == position }
        var next = position
        for end in [UInt8(ascii: "\r"), UInt8(ascii: "\n")] where window[next] == end {
            next += 1
            guard try window.hold(next + 1) else { return true }
        }
        guard next > position || position > 0 && window[position - 1] == 0x0A else { return false }
        return try isSeparator(at: next, afterBlank: true)
    }

    /// The number in a line that is `Content-Length:`.
    private static func contentLength(_ line: Bytes) -> Int? {
        let name: StaticString = "content-length:"
        guard line.count > name.utf8CodeUnitCount, line.count < 64 else { return nil }
        for index in 0..<name.utf8CodeUnitCount where name.bytes[index] != line[index] {
            guard name.bytes[index] != 0x2D, name.bytes[index] == line[index] | 0x20 else { return nil }
        }
        return Int64(decimal: line[name.utf8CodeUnitCount..<line.count].trimmed).flatMap {
            $0 < 0 ? nil : Int(exactly: $0)
        }
    }

    /// Whether the file begins as an mbox does.
    private static func startsWithSeparator(_ window: ByteWindow) throws(MalformedDocument) -> Bool {
        guard try window.hold(5) else { return false }
        _ = try window.hold(128)
        let isMarked = try window.withBytes { (bytes) throws(MalformedDocument) in
            bytes[0..<8].array == MboxLine.markedStart
        }
        if isMarked { window.drop(3) }
        return try window.withBytes { (bytes) throws(MalformedDocument) in MboxLine.isEnvelope(bytes[0..<128]) }
    }

    /// Forgets empty lines at the beginning.
    private static func skipBlankLines(_ window: ByteWindow) throws(MalformedDocument) {
        while try window.hold(1), window[0] == 0x0A || window[0] == 0x0D { window.drop(1) }
    }
}

extension [UInt8] {
    fileprivate func hasSuffix(_ bytes: [UInt8]) -> Bool { suffix(bytes.count).elementsEqual(bytes) }
}
