/// One of the five references of XML in one of the spellings that platforms use.
struct CharacterReference {
    /// The ASCII character that is meant.
    let character: UInt8
    /// How many bytes stand for it.
    let length: Int

    /// The length of the longest.
    static let longest = 6

    private static let known: [(name: StaticString, character: UInt8)] = [
        ("&amp;", UInt8(ascii: "&")), ("&lt;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")),
        ("&quot;", UInt8(ascii: "\"")), ("&#39;", UInt8(ascii: "'")), ("&apos;", UInt8(ascii: "'")),
        ("&#039;", UInt8(ascii: "'")), ("&#x27;", UInt8(ascii: "'")),
    ]

    /// The reference that begins at `index`, if one does.
    init?(in bytes: Bytes, at index: Int) {
        let ahead = bytes[index..<(index + CharacterReference.longest)]
        guard let match = CharacterReference.known.first(where: { ahead.hasPrefix($0.name) }) else { return nil }
        character = match.character
        length = match.name.utf8CodeUnitCount
    }
}

extension EntityRow {
    /// Moves an entity whose place counts the source's scalars by what was removed before it, or, where the place is
    /// not within the source, takes it away. A place inside of a reference becomes the place after it.
    mutating func move(by removed: [(end: Int32, count: Int32)], within length: Int32) {
        guard start >= 0 else { return }
        guard start <= end, end <= length else {
            (start, end) = (-1, -1)
            return
        }
        var (before, upTo): (Int32, Int32) = (0, 0)
        for cut in removed {
            let begin = cut.end - cut.count - 1
            before += min(max(start - begin, 0), cut.count)
            upTo += min(max(end - begin, 0), cut.count)
        }
        (start, end) = (start - before, end - upTo)
    }
}
