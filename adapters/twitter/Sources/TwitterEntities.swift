internal import Earshot
internal import EarshotFormats

/// The entities of one text between the document, where their places count scalars of the escaped text, and the
/// reading, where they count scalars of the text as it is kept.
struct TwitterEntities {
    /// One entity and the name that the document gives it.
    struct Item {
        var row: EntityRow
        /// The bare tag or name.
        var name: Bytes
    }

    private var items: [Item] = []
    private var isSorted = true

    /// The longest entity whose place is believed, in scalars.
    private static let longest = 512

    /// How many are kept in order one by one.
    private static let few = 32

    /// Whether there is none.
    var isEmpty: Bool { items.isEmpty }

    /// Whether there is one of a type at a place.
    func has(_ type: EntityType, at start: Int64) -> Bool {
        start >= 0 && items.contains { Int64($0.row.start) == start && $0.row.type == type }
    }

    /// Forgets all of them and keeps the memory.
    mutating func removeAll() {
        items.removeAll(keepingCapacity: true)
        isSorted = true
    }

    /// Adds an entity; what is no place within a text counts as no place at all.
    mutating func add(_ type: EntityType, from start: Int64, to end: Int64, name: Bytes, value: Kept = .none) {
        var row = EntityRow(type: type)
        row.value = value
        if start >= 0, end > start, end < Int64(Int32.max), end - start <= Int64(TwitterEntities.longest) {
            row.start = Int32(truncatingIfNeeded: start)
            row.end = Int32(truncatingIfNeeded: end)
        }
        insert(Item(row: row, name: name))
    }

    /// Puts an entity in its place by the text's order, as long as there are few; more are sorted later.
    private mutating func insert(_ item: Item) {
        var position = items.count
        items.append(item)
        guard position < TwitterEntities.few else {
            isSorted = false
            return
        }
        while position > 0, items[position - 1].row.start > item.row.start {
            items.swapAt(position, position - 1)
            position -= 1
        }
    }

    /// Keeps a text, moves the entities along and appends them to the reading in the text's order.
    ///
    /// - Parameter skipped: scalars at the text's beginning that are left out, with the entities in them.
    mutating func keep(_ text: Bytes, skipping skipped: Prefix = .none, in reading: inout Reading) -> (Kept, Entries) {
        if skipped.scalars > 0 { skip(Int32(truncatingIfNeeded: skipped.scalars)) }
        let shown = skipped.bytes == 0 ? text : text[skipped.bytes..<text.count]
        guard !items.isEmpty else { return (reading.keepText(shown, escapes: .xml), .none) }
        if !isSorted { items.sort { $0.row.start < $1.row.start } }
        let first = reading.entities.count
        for item in items { reading.entities.append(item.row) }
        let entries = Entries(from: first, to: reading.entities.count)
        let kept = reading.keepText(shown, escapes: .xml, moving: entries)
        for index in entries.indices { items[index - first].row = reading.entities[index] }
        reading.withBytes(of: kept) { place(in: $0, from: kept.start) }
        for index in entries.indices {
            var row = items[index - first].row
            if row.value.isEmpty { row.value = reading.keep(items[index - first].name) }
            reading.entities[index] = row
        }
        return (kept, entries)
    }

    /// A beginning of a text, in bytes and scalars.
    struct Prefix {
        var bytes: Int
        var scalars: Int
        static let none = Prefix(bytes: 0, scalars: 0)

        /// Whether what begins at a scalar begins in it.
        func holds(_ start: Int64) -> Bool { start >= 0 && start < Int64(scalars) }
    }

    private mutating func skip(_ count: Int32) {
        items.removeAll { $0.row.start >= 0 && $0.row.start < count }
        for index in items.indices where items[index].row.start >= 0 {
            items[index].row.start -= count
            items[index].row.end -= count
        }
    }

    /// Finds the bytes of each entity in one walk over the kept text; an entity that does not begin with its sign
    /// there loses its place.
    private mutating func place(in text: Bytes, from base: UInt32) {
        var byte = 0
        var scalar: Int32 = 0
        for index in items.indices where items[index].row.start >= 0 {
            let row = items[index].row
            TwitterEntities.walk(text, &byte, &scalar, to: row.start)
            var end = byte
            var last = scalar
            TwitterEntities.walk(text, &end, &last, to: row.end)
            if last == row.end, TwitterEntities.fits(text[byte..<end], items[index]) {
                fix(index, text, byte..<end, base)
            } else {
                items[index].row.start = -1
                items[index].row.end = -1
            }
        }
    }

    /// Notes the bytes of an entity: what stands in the text, and for tags the tag itself.
    private mutating func fix(_ index: Int, _ text: Bytes, _ range: Range<Int>, _ base: UInt32) {
        items[index].row.text = TwitterEntities.kept(range, base)
        guard items[index].row.value.isEmpty else { return }
        let sign = text[range.lowerBound] < 0x80 ? 1 : 3
        let name = range.lowerBound + sign..<range.upperBound
        let isTag = items[index].row.type == .hashtag || items[index].row.type == .cashtag
        // A name in the text may be written in other letters than the account's own.
        if isTag || text[name] == items[index].name { items[index].row.value = TwitterEntities.kept(name, base) }
    }

    private static func kept(_ range: Range<Int>, _ base: UInt32) -> Kept {
        Kept(start: base + UInt32(truncatingIfNeeded: range.lowerBound), count: UInt32(truncatingIfNeeded: range.count))
    }

    /// Moves on to a scalar, or to the text's end.
    private static func walk(_ text: Bytes, _ byte: inout Int, _ scalar: inout Int32, to target: Int32) {
        // Eight bytes at a time as long as they cannot pass the target.
        while target &- scalar > 8, byte &+ 8 < text.count {
            scalar &+= Int32(truncatingIfNeeded: text.scalarsBegun(inEightFrom: byte))
            byte &+= 8
        }
        while byte < text.count, text[byte] & 0xC0 == 0x80 { byte &+= 1 }
        while scalar < target, byte < text.count {
            byte &+= 1
            while byte < text.count, text[byte] & 0xC0 == 0x80 { byte &+= 1 }
            scalar &+= 1
        }
    }

    /// Whether a slice of a text is what an entity of a type with a name looks like there.
    private static func fits(_ slice: Bytes, _ item: Item) -> Bool {
        switch item.row.type {
        case .hashtag: return isName(slice, item.name, UInt8(ascii: "#"), "\u{FF03}")
        case .mention: return isName(slice, item.name, UInt8(ascii: "@"), "\u{FF20}")
        case .cashtag: return isName(slice, item.name, UInt8(ascii: "$"), "\u{FF04}")
        default:
            if slice == item.name { return true }
            // Old links were not shortened, and are escaped here and not there.
            return slice.hasPrefix("http") && slice.firstIndex(of: UInt8(ascii: " ")) == nil
        }
    }

    /// Whether a slice is a sign and a name: in any letter case, and in any composition, as the text was composed.
    private static func isName(_ slice: Bytes, _ name: Bytes, _ sign: UInt8, _ wide: StaticString) -> Bool {
        guard slice.count > 1, slice[0] == sign || slice.hasPrefix(wide) else { return false }
        let word = slice[(slice[0] == sign ? 1 : 3)..<slice.count]
        if word == name { return true }
        var isPlain = true
        for index in 0..<word.count where word[index] >= 0x80 { isPlain = false }
        guard isPlain else { return true }
        guard word.count == name.count else { return false }
        for index in 0..<word.count where word[index] | 0x20 != name[index] | 0x20 { return false }
        return true
    }
}

/// The form of a plain repost's text: `RT @name: …`.
enum TwitterRepostText {
    /// The name that was repeated, and how much of the text says so; nil where the text has another form.
    static func parse(_ text: Bytes) -> (handle: Bytes, prefix: TwitterEntities.Prefix)? {
        guard text.hasPrefix("RT @"), let colon = text.firstIndex(of: UInt8(ascii: ":")), colon > 4, colon <= 24 else {
            return nil
        }
        for index in 4..<colon where !isNamePart(text[index]) { return nil }
        let length = min(colon + 2, text.count)
        return (text[4..<colon], TwitterEntities.Prefix(bytes: length, scalars: length))
    }

    /// Whether a text ends as X cuts one.
    static func isCut(_ text: Bytes) -> Bool { text.hasSuffix("\u{2026}") }

    /// Whether a text can be an account's short name.
    static func isName(_ text: Bytes) -> Bool {
        for index in 0..<text.count where !isNamePart(text[index]) { return false }
        return !text.isEmpty && text.count <= 20
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        byte == 0x5F || (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
    }
}
