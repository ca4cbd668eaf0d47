internal import Earshot
internal import EarshotFormats

extension GraphReader {
    /// Keeps a message with its tags as entities; the platform does not say in which unit tags count.
    mutating func keepMessage(_ message: JSONNode, tags: JSONNode, into row: inout MentionRow) {
        let start = reading.entities.count
        if tags.isArray || tags.isObject { appendTags(tags, in: message.string) }
        row.entities = Entries(from: start, to: reading.entities.count)
        row.text = reading.keepText(message, moving: row.entities)
        // Tags are people and pages only; what else stands in the text is not listed.
        _ = TextEntities.append(from: row.text, to: &reading, finding: [.hashtags, .urls])
        row.entities = Entries(from: start, to: reading.entities.count)
    }

    /// Adds the tags of a list, or of an old object of lists by offset.
    private mutating func appendTags(_ tags: JSONNode, in text: Bytes) {
        tags.each { appendTag($0, in: text) }
        tags.fields { _, list in
            if list.isArray { list.each { appendTag($0, in: text) } } else { appendTag(list, in: text) }
        }
    }

    private mutating func appendTag(_ tag: JSONNode, in text: Bytes) {
        let name = tag["name"].string
        guard !name.isEmpty else { return }
        var entity = EntityRow(type: .mention)
        entity.text = reading.keepText(name)
        entity.value = reading.keepID(tag["id"])
        if let place = GraphText.place(of: name, in: text, at: tag["offset"].int64, for: tag["length"].int64) {
            entity.start = Int32(truncatingIfNeeded: place.lowerBound)
            entity.end = Int32(truncatingIfNeeded: place.upperBound)
        }
        reading.entities.append(entity)
    }
}

/// Finds names in messages.
enum GraphText {
    /// How a platform may count characters.
    private enum Unit { case utf16, scalars }

    /// The scalars of `text` that `name` takes, where `offset` and `length` count UTF-16 units or else code points;
    /// nil where neither reading gives the name.
    static func place(of name: Bytes, in text: Bytes, at offset: Int64, for length: Int64) -> Range<Int>? {
        guard offset >= 0, length > 0, offset <= text.count, length <= text.count else { return nil }
        let (first, last) = (Int(offset), Int(offset + length))
        return place(of: name, in: text, first, last, .utf16) ?? place(of: name, in: text, first, last, .scalars)
    }

    private static func place(
        of name: Bytes, in text: Bytes, _ first: Int, _ last: Int, _ unit: Unit
    ) -> Range<Int>? {
        guard let start = position(first, in: text, from: (0, 0, 0), unit),
            let end = position(last, in: text, from: start, unit), text[start.byte..<end.byte] == name
        else { return nil }
        return start.scalar..<end.scalar
    }

    /// The byte and the scalar that stand `units` units into `text`; nil where it is shorter or a pair would be cut.
    private static func position(
        _ units: Int, in text: Bytes, from known: (byte: Int, scalar: Int, unit: Int), _ unit: Unit
    ) -> (byte: Int, scalar: Int, unit: Int)? {
        var (byte, scalar, count) = known
        while count < units, byte < text.count {
            let lead = text[byte]
            let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
            count += unit == .utf16 && length == 4 ? 2 : 1
            byte += length
            scalar += 1
        }
        return count == units && byte <= text.count ? (byte, scalar, count) : nil
    }
}
