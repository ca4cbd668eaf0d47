internal import Earshot
internal import EarshotFormats

/// What was taken of a mailbox whose messages have names and no order: the cursor of a channel that listens to POP3 or
/// a Maildir. Of each name sixteen hexadecimal digits are kept.
struct SeenNames {
    private var marks: Set<UInt64> = []

    /// The most names that are remembered.
    static let limit = 50_000

    init(_ cursor: Cursor?) {
        guard let text = cursor.flatMap({ try? JSONValue(parsing: $0.text) })?["seen"]?.text else { return }
        let digits = Array(text.utf8)
        for start in stride(from: 0, to: digits.count - digits.count % 16, by: 16) {
            guard let mark = UInt64(String(decoding: digits[start..<start + 16], as: UTF8.self), radix: 16) else {
                continue
            }
            marks.insert(mark)
        }
    }

    /// Whether there is room for more names.
    var isFull: Bool { marks.count >= SeenNames.limit }

    /// Whether a message of this name was taken.
    func contains(_ name: String) -> Bool { marks.contains(SeenNames.mark(of: name)) }

    /// Notes that a message of this name was taken.
    mutating func insert(_ name: String) { marks.insert(SeenNames.mark(of: name)) }

    /// Forgets every name but these; tells whether there were any.
    mutating func keep(only names: some Sequence<String>) -> Bool {
        let count = marks.count
        marks.formIntersection(names.map { SeenNames.mark(of: $0) })
        return marks.count != count
    }

    /// The names as a cursor.
    var cursor: Cursor {
        var output = Output(capacity: marks.count * 16 + 16)
        output.literal("{\"seen\":\"")
        for mark in marks.sorted() { output.hexadecimal(mark) }
        output.literal("\"}")
        return Cursor(output.string)
    }

    private static func mark(of name: String) -> UInt64 { Digest(of: Array(name.utf8)).high }
}
