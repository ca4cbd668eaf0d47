public import Earshot

/// Finds hashtags, cashtags, names and addresses in plain text, by the rules of twitter-text.
///
/// For sources that send a text without saying what stands in it. Every scan is one pass: no pattern backtracks.
public enum TextEntities {
    /// What to look for.
    public struct Search: OptionSet, Sendable {
        /// The bits.
        public let rawValue: UInt8

        /// A search by its bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// `#tag`.
        public static let hashtags = Search(rawValue: 1)
        /// `$TAG`.
        public static let cashtags = Search(rawValue: 2)
        /// `@name`.
        public static let mentions = Search(rawValue: 4)
        /// `https://example.com/page` and `example.com/page`.
        public static let urls = Search(rawValue: 8)
        /// All of them.
        public static let all: Search = [.hashtags, .cashtags, .mentions, .urls]
    }

    /// How a network writes the names of accounts.
    public enum Handles: Sendable {
        /// Up to twenty ASCII letters, digits and `_` (X).
        case plain
        /// Up to thirty ASCII letters, digits, `_` and `.`, not ending in `.` (Instagram, Threads).
        case dotted
    }

    /// Appends what stands in a kept text to `reading.entities`, in order and without overlaps.
    ///
    /// Each entity's `text` is a part of the kept text itself; `value` is the bare tag or name, or the address, which
    /// gets `http://` where the text has no scheme.
    public static func append(
        from text: Kept, to reading: inout Reading, finding search: Search = .all, handles: Handles = .plain
    ) -> Entries {
        let first = reading.entities.count
        for found in reading.withBytes(of: text, { find(in: $0, search, handles) }) {
            var entity = EntityRow(type: found.type)
            entity.text = part(of: text, found.bytes)
            entity.start = Int32(truncatingIfNeeded: found.scalars.lowerBound)
            entity.end = Int32(truncatingIfNeeded: found.scalars.upperBound)
            entity.value = part(of: text, found.value)
            if found.type == .url && !found.hasScheme {
                entity.value = reading.keep("http://" + reading.string(entity.text))
            }
            reading.entities.append(entity)
        }
        return Entries(from: first, to: reading.entities.count)
    }

    /// Appends what stands in a text of a row that has none yet: sets `row.entities`.
    public static func append(
        to row: inout MentionRow, of reading: inout Reading, finding search: Search = .all, handles: Handles = .plain
    ) {
        row.entities = append(from: row.text, to: &reading, finding: search, handles: handles)
    }

    private static func part(of text: Kept, _ range: Range<UInt32>) -> Kept {
        Kept(start: text.start + range.lowerBound, count: range.upperBound - range.lowerBound)
    }

    /// What stands in a text, by place.
    static func find(in bytes: Bytes, _ search: Search = .all, _ handles: Handles = .plain) -> [FoundEntity] {
        let hints = Hints(bytes)
        guard !hints.isEmpty else { return [] }
        let text = ScannedText(bytes)
        var spans: [EntitySpan] = []
        if hints.contains(.dot) { spans = URLScanner.urls(in: text) }
        if search.contains(.hashtags) && hints.contains(.hash) { spans += TagScanner.hashtags(in: text) }
        if search.contains(.cashtags) && hints.contains(.dollar) { spans += TagScanner.cashtags(in: text) }
        if search.contains(.mentions) && hints.contains(.at) { spans += HandleScanner.names(in: text, handles) }
        spans.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
        var end = 0
        var found: [FoundEntity] = []
        for span in spans where span.range.lowerBound >= end {
            end = span.range.upperBound
            guard let type = span.type, type != .url || search.contains(.urls) else { continue }
            found.append(FoundEntity(type, span, in: text))
        }
        return found
    }
}

/// Something found, as positions of scalars.
struct EntitySpan {
    /// What it is; nil for what is only in the way of others.
    var type: EntityType?
    /// The scalars, sign included.
    var range: Range<Int>
    /// Whether an address says its scheme.
    var hasScheme = false
}

/// Something found, as positions of scalars and bytes.
struct FoundEntity {
    let type: EntityType
    /// The scalars, sign included.
    let scalars: Range<Int>
    /// The bytes, sign included.
    let bytes: Range<UInt32>
    /// The bytes without the sign.
    let value: Range<UInt32>
    /// Whether an address says its scheme.
    let hasScheme: Bool

    init(_ type: EntityType, _ span: EntitySpan, in text: ScannedText) {
        let range = span.range
        self.type = type
        scalars = range
        bytes = text.offsets[range.lowerBound]..<text.offsets[range.upperBound]
        value = text.offsets[range.lowerBound + (type == .url ? 0 : 1)]..<text.offsets[range.upperBound]
        hasScheme = span.hasScheme
    }
}

/// Which signs a text has at all; most texts lack most of them.
private struct Hints: OptionSet {
    let rawValue: UInt8

    static let hash = Hints(rawValue: 1)
    static let dollar = Hints(rawValue: 2)
    static let at = Hints(rawValue: 4)
    /// A dot with something right after it.
    static let dot = Hints(rawValue: 8)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ bytes: Bytes) {
        self = []
        var index = 0
        while let word = bytes.eight(at: index) {
            var places = Hints.places(in: word)
            while places != 0 {
                look(at: index &+ places.trailingZeroBitCount &>> 3, in: bytes)
                places &= places &- 1
            }
            index &+= 8
        }
        for place in index..<bytes.count { look(at: place, in: bytes) }
    }

    /// The highest bit of each of eight bytes that is one of the signs; what is beyond the first of them may be false.
    @inline(__always)
    private static func places(in word: UInt64) -> UInt64 {
        word.bytes(equal: 0x23) | word.bytes(equal: 0x24) | word.bytes(equal: 0x40) | word.bytes(equal: 0x2E)
            | word.bytes(equal: 0xEF)
    }

    @inline(__always)
    private mutating func look(at index: Int, in bytes: Bytes) {
        switch bytes[index] {
        case UInt8(ascii: "#"): insert(.hash)
        case UInt8(ascii: "$"): insert(.dollar)
        case UInt8(ascii: "@"): insert(.at)
        case UInt8(ascii: ".") where index + 1 < bytes.count && bytes[index + 1] > UInt8(ascii: "."): insert(.dot)
        // The full-width forms of # and @ begin with these bytes, those of emoji with another second one.
        case 0xEF where index + 1 < bytes.count && bytes[index + 1] == 0xBC: formUnion([.hash, .at])
        default: break
        }
    }
}
