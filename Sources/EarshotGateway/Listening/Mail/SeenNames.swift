internal import Earshot
internal import EarshotFormats

/// What was taken of a mailbox whose messages have names and no order: the cursor of a channel that listens to POP3 or
/// a Maildir. Of each name sixteen hexadecimal digits are kept.
///
/// Where names have an order and there are more than can be remembered, the lower ones are known by a floor: all up to
/// it were taken, and how many they are is counted, so that another among them is noticed.
package struct SeenNames {
    private var marks: Set<UInt64> = []
    private var floor = ""
    private var older = 0
    private let memory: Int

    /// The most names that are remembered.
    package static let limit = 50_000

    init(_ cursor: Cursor?, limit: Int = SeenNames.limit) {
        memory = limit
        let value = cursor.flatMap { try? JSONValue(parsing: $0.text) }
        if let name = value?["floor"]?.text, let count = value?["older"]?.wholeNumber.flatMap({ Int(exactly: $0) }) {
            (floor, older) = (name, max(count, 0))
        }
        guard let text = value?["seen"]?.text else { return }
        let digits = Array(text.utf8)
        for start in stride(from: 0, to: digits.count - digits.count % 16, by: 16) {
            guard let mark = UInt64(String(decoding: digits[start..<start + 16], as: UTF8.self), radix: 16) else {
                continue
            }
            marks.insert(mark)
        }
    }

    /// Whether there is room for more names.
    var isFull: Bool { marks.count >= memory }

    /// Whether a message of this name was taken.
    func contains(_ name: String) -> Bool { isBelow(name) || marks.contains(SeenNames.mark(of: name)) }

    private func isBelow(_ name: String) -> Bool { !floor.isEmpty && name <= floor }

    /// Notes that a message of this name was taken.
    mutating func insert(_ name: String) { marks.insert(SeenNames.mark(of: name)) }

    /// Forgets every name but these; tells whether there were any.
    mutating func keep(only names: some Sequence<String>) -> Bool {
        let count = marks.count
        marks.formIntersection(names.map { SeenNames.mark(of: $0) })
        return marks.count != count
    }

    /// Forgets every name but these, which are in order; false where more of them are below the floor than there were,
    /// and then the floor is forgotten, as nobody knows which have come.
    mutating func settle(among names: [String]) -> Bool {
        _ = keep(only: names)
        let count = names.prefix { isBelow($0) }.count
        guard count <= older else {
            (floor, older) = ("", 0)
            return false
        }
        older = count
        return true
    }

    /// Raises the floor over half of what is remembered, of names in order; false where the lowest was not taken.
    mutating func makeRoom(among names: [String]) -> Bool {
        let known = names.drop { isBelow($0) }.prefix { marks.contains(SeenNames.mark(of: $0)) }
        let passed = known.prefix(max(memory / 2, 1))
        guard let last = passed.last else { return false }
        for name in passed { marks.remove(SeenNames.mark(of: name)) }
        older += passed.count
        floor = last
        return true
    }

    /// The names as a cursor.
    var cursor: Cursor {
        var output = Output(capacity: marks.count * 16)
        for mark in marks.sorted() { output.hexadecimal(mark) }
        var object: JSONObject = ["seen": .string(output.string)]
        if !floor.isEmpty {
            object["floor"] = .string(floor)
            object["older"] = .integer(Int64(older))
        }
        return Cursor(String(decoding: JSONValue.object(object).bytes, as: UTF8.self))
    }

    private static func mark(of name: String) -> UInt64 { Digest(of: Array(name.utf8)).high }
}
