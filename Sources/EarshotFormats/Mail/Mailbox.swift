internal import Earshot

/// A message as a file or mailbox holds it, with what stands around it.
public struct StoredMessage: Sendable {
    /// The bytes that hold the message.
    public let bytes: [UInt8]
    /// Where in them it is.
    public let range: Range<Int>
    /// The line that mbox puts before a message, without `From `; empty where there is none.
    public var envelope = ""
    /// What the mailbox knows of it: `seen`, `answered`, `flagged`, `draft`, `deleted`, `forwarded`.
    public var flags: [String] = []

    /// When the envelope says it came.
    public var envelopeDate: String {
        let words = envelope.split(separator: " ", omittingEmptySubsequences: true)
        let start = words.firstIndex { word in Mailbox.weekdays.contains(String(word.prefix(3)).lowercased()) }
        return start.map { words[$0...].joined(separator: " ") } ?? ""
    }
}

/// Finds messages in the files that programs keep them in: a message alone, mbox, Apple Mail's `.emlx`.
public enum Mailbox {
    static let weekdays: Set<String> = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// The messages of a file.
    ///
    /// - Parameter name: the file's name, whose end tells a Maildir message's flags.
    public static func messages(in bytes: [UInt8], name: String = "") -> [StoredMessage] {
        let bytes = readable(bytes)
        let starts = separators(in: bytes)
        guard !starts.isEmpty else { return bytes.isEmpty ? [] : [single(bytes, name)] }
        return starts.indices.map { index in
            message(in: bytes, starts[index]..<(index + 1 < starts.count ? starts[index + 1] : bytes.count), name)
        }
    }

    /// The bytes with line feeds and as bytes of ASCII's kind: old Macs ended lines with CR, some exports are UTF-16,
    /// and editors put a byte order mark before the first envelope.
    private static func readable(_ bytes: [UInt8]) -> [UInt8] {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return Array(bytes.withBytes { MailCharset.text($0, charset: "utf-16") }.utf8)
        }
        if bytes.starts(with: MboxLine.markedStart) { return Array(bytes.dropFirst(3)) }
        let head = bytes.prefix(4096)
        guard head.contains(0x0D), !head.contains(0x0A) else { return bytes }
        return bytes.map { $0 == 0x0D ? 0x0A : $0 }
    }

    /// Where the messages of an mbox begin; none where the bytes are no mbox.
    private static func separators(in bytes: [UInt8]) -> [Int] {
        bytes.withBytes { view in
            guard MboxLine.isEnvelope(view[0..<min(view.count, 128)]) else { return [] }
            var starts = [0]
            var position = 0
            position = countedEnd(view, from: 0)
            while let found = view.firstRange(of: "\nFrom ", from: position)?.lowerBound {
                position = found + 1
                if isSeparator(view, at: position, afterBlank: isBlank(view, before: found)) {
                    starts.append(position)
                    position = countedEnd(view, from: position)
                }
            }
            return starts
        }
    }

    /// The place before the line that follows a message whose `Content-Length` tells the truth, else `start`.
    private static func countedEnd(_ view: Bytes, from start: Int) -> Int {
        let first = MailLine(of: view, at: start, before: view.count).next
        let header = MailHeader(of: view, in: first..<view.count)
        guard let field = header.field("content-length", of: view),
            let count = Int(view[field.value].trimmed.string), count > 0, count <= view.count - header.end
        else { return start }
        var end = header.end + count
        while end < view.count, view[end] == 0x0A || view[end] == 0x0D { end += 1 }
        let isWhole = end == view.count || isSeparator(view, at: end, afterBlank: true)
        return isWhole ? max(end - 1, start) : start
    }

    /// Whether a message begins at `position`; also with the `From - ` of Mozilla before a header.
    private static func isSeparator(_ view: Bytes, at position: Int, afterBlank: Bool) -> Bool {
        let line = MailLine(of: view, at: position, before: view.count)
        let text = view[line.range]
        guard text.hasPrefix("From "), text.count < 1000 else { return false }
        let rest = view[line.next..<view.count]
        if text.trimmed == "From -" { return MboxLine.opensHeader(rest) }
        return MboxLine.isSeparator(text, before: rest, afterBlank: afterBlank)
    }

    /// Whether the line that ends at `feed` is empty.
    private static func isBlank(_ view: Bytes, before feed: Int) -> Bool {
        var index = feed - 1
        while index >= 0, view[index] == 0x0D { index -= 1 }
        return index < 0 || view[index] == 0x0A
    }

    private static func message(in bytes: [UInt8], _ range: Range<Int>, _ name: String) -> StoredMessage {
        let (line, quotes) = bytes.withBytes { view in
            let line = MailLine(of: view, at: range.lowerBound, before: range.upperBound)
            return (line, hasQuotes(view[line.next..<range.upperBound]))
        }
        let start = min(line.next, range.upperBound)
        var stored =
            if quotes {
                StoredMessage(unquoted: Array(bytes[start..<range.upperBound]))
            } else {
                StoredMessage(bytes: bytes, range: start..<range.upperBound)
            }
        stored.envelope = bytes.withBytes { MailCharset.text($0[line.range], charset: nil) }.tidied
        if stored.envelope.hasPrefix("From ") { stored.envelope.removeFirst(5) }
        stored.flags = MailFlags.maildir(name)
        return stored
    }

    /// Whether a line begins with `From ` after one or more `>`.
    private static func hasQuotes(_ view: Bytes) -> Bool {
        var position = 0
        while let found = view.firstRange(of: ">From ", from: position)?.lowerBound {
            var start = found
            while start > 0, view[start - 1] == UInt8(ascii: ">") { start -= 1 }
            if start == 0 || view[start - 1] == 0x0A { return true }
            position = found + 1
        }
        return false
    }

    private static func single(_ bytes: [UInt8], _ name: String) -> StoredMessage {
        if let emlx = AppleMessage(bytes) {
            var stored = StoredMessage(bytes: bytes, range: emlx.message)
            stored.flags = emlx.flags
            return stored
        }
        var stored = StoredMessage(bytes: bytes, range: 0..<bytes.count)
        stored.flags = MailFlags.maildir(name)
        return stored
    }
}

extension StoredMessage {
    /// A message whose quoted `From ` lines have one `>` too many (mboxrd).
    fileprivate init(unquoted bytes: [UInt8]) {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        bytes.withBytes { view in
            var position = 0
            while position < view.count {
                let line = MailLine(of: view, at: position, before: view.count)
                var marks = position
                while marks < line.end, view[marks] == UInt8(ascii: ">") { marks += 1 }
                let isQuoted = marks > position && view[marks..<line.end].hasPrefix("From ")
                output.append(view[(isQuoted ? position + 1 : position)..<line.next])
                position = line.next
            }
        }
        self.init(bytes: output, range: 0..<output.count)
    }
}
