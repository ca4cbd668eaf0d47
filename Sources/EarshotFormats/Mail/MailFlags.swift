internal import Earshot

/// What mailboxes note about a message, in one set of words.
public enum MailFlags {
    /// The flags at the end of a Maildir file's name: `…:2,FS`.
    static func maildir(_ name: String) -> [String] {
        guard let mark = name.lastIndex(of: ","), name[..<mark].last == "2" else { return [] }
        let before = name[..<mark].dropLast().last
        guard before == ":" || before == "!" || before == ";" else { return [] }
        return words(of: name[name.index(after: mark)...]) { letter in
            switch letter {
            case "D": "draft"
            case "F": "flagged"
            case "P": "forwarded"
            case "R": "answered"
            case "S": "seen"
            case "T": "deleted"
            default: nil
            }
        }
    }

    /// The flags in the fields `Status` and `X-Status` that mbox programs add to messages.
    public static func mbox(_ status: String, _ more: String) -> [String] {
        words(of: (status + more)[...]) { letter in
            switch letter {
            case "R": "seen"
            case "A": "answered"
            case "F": "flagged"
            case "T": "draft"
            case "D": "deleted"
            default: nil
            }
        }
    }

    /// The flags in the field `X-Mozilla-Status` that Thunderbird adds to messages: four hexadecimal digits.
    public static func mozilla(_ status: String) -> [String] {
        guard status.utf8.count == 4, let bits = Int(status, radix: 16) else { return [] }
        let words = [(0x1, "seen"), (0x2, "answered"), (0x4, "flagged"), (0x8, "deleted"), (0x1000, "forwarded")]
        return words.filter { bits & $0.0 != 0 }.map { $0.1 }
    }

    private static func words(of letters: Substring, _ word: (Character) -> String?) -> [String] {
        var found: [String] = []
        for letter in letters.prefix(32) {
            guard let word = word(letter), !found.contains(word) else { continue }
            found.append(word)
        }
        return found
    }
}

/// A message of Apple Mail: its size in a line, the message, a property list with its flags.
struct AppleMessage {
    /// Where the message is.
    let message: Range<Int>
    /// What the property list notes.
    let flags: [String]

    /// The bits of the number `flags` that have a word of ours.
    private static let bits: [(bit: Int, word: String)] = [
        (0, "seen"), (1, "deleted"), (2, "answered"), (4, "flagged"), (6, "draft"), (8, "forwarded"),
    ]

    /// Reads the frame; nil where the first line is no number.
    init?(_ bytes: [UInt8]) {
        let parts = bytes.withBytes { view -> (Range<Int>, String)? in
            let line = MailLine(of: view, at: 0, before: min(view.count, 64))
            let digits = view[line.range].trimmed
            guard digits.count > 0, digits.count <= 10, let size = Int(digits.string), size > 0,
                line.next < view.count, view[line.next - 1] == 0x0A
            else { return nil }
            let end = min(line.next + size, view.count)
            return (line.next..<end, AppleMessage.number(in: view[end..<view.count]))
        }
        guard let parts else { return nil }
        message = parts.0
        let number = Int(parts.1) ?? 0
        flags = AppleMessage.bits.filter { number & (1 << $0.bit) != 0 }.map { $0.word }
    }

    /// The digits after `<key>flags</key>`.
    private static func number(in list: Bytes) -> String {
        guard let key = list.firstRange(of: "<key>flags</key>"),
            let open = list.firstRange(of: "<integer>", from: key.upperBound),
            let close = list.firstRange(of: "</integer>", from: open.upperBound)
        else { return "" }
        return list[open.upperBound..<close.lowerBound].string
    }
}
