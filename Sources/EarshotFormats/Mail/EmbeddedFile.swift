internal import Earshot

/// A file that is written into a text as uuencode or yEnc, as was done before MIME and is done still.
public struct EmbeddedFile: Sendable {
    /// The name it was given.
    public let name: String
    /// Its bytes.
    public let content: [UInt8]
    /// Where it stands in the text's bytes.
    let range: Range<Int>

    /// The files in a text, in their order.
    static func all(in bytes: Bytes) -> [EmbeddedFile] {
        var files: [EmbeddedFile] = []
        var position = 0
        while position < bytes.count, files.count < MailLimits.embeddedFiles {
            let line = MailLine(of: bytes, at: position, before: bytes.count)
            position = line.next
            let text = bytes[line.range]
            guard text.hasPrefix("begin ") || text.hasPrefix("=ybegin ") else { continue }
            guard let file = text.hasPrefix("begin ") ? uuencoded(bytes, line) : yEncoded(bytes, line) else { continue }
            files.append(file)
            position = file.range.upperBound
        }
        return files
    }

    /// The bytes of a text without those of its files.
    static func text(_ bytes: Bytes, without files: [EmbeddedFile]) -> [UInt8] {
        var output: [UInt8] = []
        var position = 0
        for file in files {
            output += bytes[position..<file.range.lowerBound].array
            position = file.range.upperBound
        }
        return output + bytes[position..<bytes.count].array
    }

    /// The block that `begin MODE NAME` opens.
    private static func uuencoded(_ bytes: Bytes, _ begin: MailLine) -> EmbeddedFile? {
        let words = bytes[begin.range].string.split(separator: " ", maxSplits: 2)
        guard words.count == 3, words[1].count >= 3, words[1].count <= 4, words[1].allSatisfy(\.isWholeNumber) else {
            return nil
        }
        var position = begin.next
        var content: [UInt8] = []
        while position < bytes.count {
            let line = MailLine(of: bytes, at: position, before: bytes.count)
            let text = bytes[line.range]
            let isEnd = text.trimmed == "end"
            if !isEnd && !isUuencoded(text) { break }
            position = line.next
            if isEnd { break }
            append(uuencoded: text, to: &content)
        }
        guard !content.isEmpty else { return nil }
        return EmbeddedFile(name: String(words[2]).tidied, content: content, range: begin.start..<position)
    }

    /// Appends the bytes of a line of uuencode, each four characters three of them; spaces that got lost are zeros.
    private static func append(uuencoded line: Bytes, to content: inout [UInt8]) {
        guard !line.isEmpty else { return }
        let count = Int((line[0] &- 0x20) & 0x3F)
        func value(_ index: Int) -> UInt8 { index < line.count ? (line[index] &- 0x20) & 0x3F : 0 }
        let end = content.count + count
        var index = 1
        while content.count < end {
            let (first, second) = (value(index), value(index + 1))
            let (third, fourth) = (value(index + 2), value(index + 3))
            content.append(first << 2 | second >> 4)
            content.append(second << 4 | third >> 2)
            content.append(third << 6 | fourth)
            index += 4
        }
        content.removeLast(content.count - end)
    }

    /// Whether a line has no more characters than its first says; fewer where spaces at its end got lost.
    private static func isUuencoded(_ line: Bytes) -> Bool {
        guard line.count > 0, line.count <= 90, line[0] >= 0x20, line[0] <= 0x60 else { return line.isEmpty }
        for index in 0..<line.count where line[index] < 0x20 || line[index] > 0x60 { return false }
        let bytes = Int((line[0] - 0x20) & 0x3F)
        let expected = (bytes + 2) / 3 * 4 + 1
        return line.count <= expected + 2
    }

    /// The block that `=ybegin` opens.
    private static func yEncoded(_ bytes: Bytes, _ begin: MailLine) -> EmbeddedFile? {
        let opening = bytes[begin.range]
        guard let name = opening.firstRange(of: " name="), opening.firstRange(of: " size=") != nil else { return nil }
        var position = begin.next
        while position < bytes.count {
            let line = MailLine(of: bytes, at: position, before: bytes.count)
            position = line.next
            if bytes[line.range].hasPrefix("=yend") { break }
        }
        let content = yDecoded(bytes[begin.next..<position])
        let title = MailCharset.text(opening[name.upperBound..<opening.count], charset: nil).tidied
        return EmbeddedFile(name: title, content: content, range: begin.start..<position)
    }

    /// Undoes yEnc: every byte was moved by 42, and by 64 more after an `=`. Lines that begin with `=y` are commands.
    private static func yDecoded(_ bytes: Bytes) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            let line = MailLine(of: bytes, at: position, before: bytes.count)
            position = line.next
            guard !bytes[line.range].hasPrefix("=y") else { continue }
            var move: UInt8 = 42
            for index in line.range {
                if bytes[index] == UInt8(ascii: "="), move == 42 {
                    move = 106
                } else {
                    output.append(bytes[index] &- move)
                    move = 42
                }
            }
        }
        return output
    }
}
