internal import Earshot

/// One answer of an IMAP server.
enum IMAPAnswer {
    /// A command is done.
    case done(tag: String, IMAPStatus)
    /// Something to know that no command asked for: `* OK`, `* BYE`.
    case notice(IMAPStatus)
    /// The server waits for more of a command.
    case goOn(text: String)
    /// Data.
    case data([Part])

    /// A piece of data.
    enum Part: Equatable {
        case open
        case close
        /// A number, a name, a flag.
        case atom(String)
        /// A text or a message.
        case text([UInt8])
        /// A text of so many bytes, which is more than was to be taken.
        case tooLong(Int)
    }
}

/// How a command ended.
struct IMAPStatus {
    /// `OK`, `NO`, `BAD`, `BYE` or `PREAUTH`.
    var word: String
    /// What stands in brackets: a word in capitals, and what follows it.
    var code = ""
    var value = ""
    /// The rest, for people.
    var text: String

    /// Reads what follows a tag; nil where it is no status.
    init?(_ rest: String) {
        let (word, rest) = rest.cut(at: " ")
        self.word = word.uppercased()
        guard ["OK", "NO", "BAD", "BYE", "PREAUTH"].contains(self.word) else { return nil }
        text = rest
        guard rest.hasPrefix("["), let end = rest.firstIndex(of: "]") else { return }
        let inner = String(rest[rest.index(after: rest.startIndex)..<end])
        let (code, value) = inner.cut(at: " ")
        self.code = code.uppercased()
        self.value = value
    }

    var isOK: Bool { word == "OK" }

    /// The text as a part of a message of ours.
    var clause: String { text.isEmpty ? word : String(text.prefix(300)) }
}

extension String {
    /// What is before and after the first of a character; all and nothing where it is not there.
    func cut(at mark: Character) -> (String, String) {
        guard let place = firstIndex(of: mark) else { return (self, "") }
        return (String(self[..<place]), String(self[index(after: place)...]))
    }
}

/// Takes a line of data apart, with the size of the text that follows it.
struct IMAPScanner {
    private let line: [UInt8]
    private var position = 0

    init(_ line: [UInt8], from position: Int = 0) {
        self.line = line
        self.position = position
    }

    /// Adds what the line holds; gives the size of a text that follows it.
    mutating func scan(into parts: inout [IMAPAnswer.Part]) -> Int? {
        while position < line.count {
            switch line[position] {
            case 0x20: position += 1
            case UInt8(ascii: "("):
                parts.append(.open)
                position += 1
            case UInt8(ascii: ")"):
                parts.append(.close)
                position += 1
            case UInt8(ascii: "\""): parts.append(.text(quoted()))
            case UInt8(ascii: "{"):
                if let size = size() { return size }
                parts.append(.atom(atom()))
            default: parts.append(.atom(atom()))
            }
        }
        return nil
    }

    /// The number in `{…}` at the line's end.
    private func size() -> Int? {
        guard line.last == UInt8(ascii: "}"), position + 1 < line.count else { return nil }
        let digits = line[(position + 1)..<(line.count - 1)]
        guard !digits.isEmpty, digits.count <= 15, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return Int(String(decoding: digits, as: UTF8.self))
    }

    private mutating func quoted() -> [UInt8] {
        position += 1
        var text: [UInt8] = []
        while position < line.count, line[position] != UInt8(ascii: "\"") {
            if line[position] == UInt8(ascii: "\\"), position + 1 < line.count { position += 1 }
            text.append(line[position])
            position += 1
        }
        position += 1
        return text
    }

    private mutating func atom() -> String {
        let start = position
        position += 1
        while position < line.count, ![0x20, UInt8(ascii: "("), UInt8(ascii: ")")].contains(line[position]) {
            position += 1
        }
        return String(decoding: line[start..<position], as: UTF8.self)
    }
}
