internal import Earshot
internal import EarshotFormats

/// A field of a row that a declaration can fill: its name, what it takes, and how a value gets there.
struct FieldSlot<Row: Sendable>: Sendable {
    /// The field's name in mention v1.
    let name: String
    /// What it takes, for the operator.
    let expected: String
    /// Whether `false` says something.
    var takesFalse = false
    /// Sets the field; false where the value is nothing that it takes.
    let set: @Sendable (JSONValue, inout Row, inout Reading) -> Bool
}

extension FieldSlot {
    /// An id or another word that is kept as it is; numbers become text.
    static func id(_ name: String, _ put: @escaping @Sendable (inout Row, Kept) -> Void) -> FieldSlot {
        FieldSlot(name: name, expected: "a text or a whole number") { value, row, reading in
            guard let text = value.asID else { return false }
            put(&row, reading.keep(text))
            return true
        }
    }

    /// A text that people read.
    static func text(_ name: String, _ put: @escaping @Sendable (inout Row, Kept) -> Void) -> FieldSlot {
        FieldSlot(name: name, expected: "a text") { value, row, reading in
            guard let text = value.asID else { return false }
            put(&row, reading.keepText(text))
            return true
        }
    }

    /// An address.
    static func url(_ name: String, _ put: @escaping @Sendable (inout Row, Kept) -> Void) -> FieldSlot {
        FieldSlot(name: name, expected: "a text") { value, row, reading in
            guard let text = value.text else { return false }
            put(&row, Array(text.utf8).withBytes { reading.keep($0.trimmed) })
            return true
        }
    }

    /// A whole number.
    static func count(_ name: String, _ put: @escaping @Sendable (inout Row, Int64) -> Void) -> FieldSlot {
        FieldSlot(name: name, expected: "a whole number") { value, row, _ in
            guard let count = value.wholeNumber ?? value.text.flatMap({ Int64($0) }), count != unsaid else {
                return false
            }
            put(&row, count)
            return true
        }
    }

    /// A number.
    static func number(_ name: String, _ put: @escaping @Sendable (inout Row, Double) -> Void) -> FieldSlot {
        FieldSlot(name: name, expected: "a number") { value, row, _ in
            guard let number = value.double ?? value.text.flatMap({ Double($0) }), number.isFinite else {
                return false
            }
            put(&row, number)
            return true
        }
    }

    /// A truth.
    static func truth(_ name: String, _ put: @escaping @Sendable (inout Row, Bool) -> Void) -> FieldSlot {
        FieldSlot(name: name, expected: "true or false", takesFalse: true) { value, row, _ in
            guard let truth = value.truth else { return false }
            put(&row, truth)
            return true
        }
    }

    /// A moment, as a text or as seconds, milliseconds … since 1970.
    static func moment(_ name: String, _ put: @escaping @Sendable (inout Row, Timestamp) -> Void) -> FieldSlot {
        FieldSlot(name: name, expected: "a moment") { value, row, _ in
            guard let moment = value.moment else { return false }
            put(&row, moment)
            return true
        }
    }

    /// A word of the schema.
    static func word<Word: SchemaWord>(
        _ name: String, _ type: Word.Type, _ put: @escaping @Sendable (inout Row, Word) -> Void
    ) -> FieldSlot {
        let words = Word.allCases.map { "\($0.word)" }.joined(separator: ", ")
        return FieldSlot(name: name, expected: "one of \(words)") { value, row, _ in
            guard let word = value.text.flatMap({ text in Array(text.utf8).withBytes { Word(word: $0) } }) else {
                return false
            }
            put(&row, word)
            return true
        }
    }
}

extension JSONValue {
    /// A text as it is, a whole number in digits.
    var asID: String? { text ?? wholeNumber.map { String($0) } }

    /// The moment that a text or an epoch says.
    var moment: Timestamp? {
        switch self {
        case .string(let text): Times.parse(text)
        case .integer(let epoch): Times.epoch(epoch)
        case .number(let number):
            if let whole = Int64(exactly: number) {
                Times.epoch(whole)
            } else {
                Int64(exactly: (number * 1000).rounded(.down)).map { Timestamp(milliseconds: $0) }
                    .flatMap { $0.isWritable ? $0 : nil }
            }
        default: nil
        }
    }

    /// What sort of value it is, for the operator.
    var sort: String {
        switch self {
        case .null: "null"
        case .boolean(let truth): "\(truth)"
        case .integer, .number: "a number"
        case .string: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

/// A row whose fields a declaration can name.
protocol DeclarableRow: Sendable {
    /// The fields.
    static var slots: [FieldSlot<Self>] { get }
}

/// A row of a list, which is nothing without its sort.
protocol DeclarableEntry: DeclarableRow {
    /// The field that says of what sort an entry is; it is among the slots.
    static var sort: String { get }
    /// An entry of which nothing is said yet.
    static var blank: Self { get }
}

/// Some of a row's fields, each with its expression.
struct FieldGroup<Row: Sendable>: Sendable {
    /// The fields in the order they are declared.
    var members: [(slot: FieldSlot<Row>, expression: DeclaredExpression)] = []
}
