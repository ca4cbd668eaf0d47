internal import Earshot

/// What the schema of mention v1 has names for.
package enum MentionFields {
    /// The names of a mention's fields.
    package static let names: [String] = {
        guard case .object(let members, _) = MentionShape.mention else { return [] }
        return members.keys.sorted()
    }()
}

/// What the schema of mention v1 asks of a value.
indirect enum MentionShape: Sendable {
    /// A text that says something.
    case text
    /// A text that names something: no control characters, and of bounded length.
    case name
    /// An id in the schema's form, of the mention's own network.
    case id
    /// A moment.
    case time
    /// `true` or `false`.
    case truth
    /// A whole number that is not below zero.
    case count
    /// A whole number.
    case integer
    /// A number within bounds.
    case number(ClosedRange<Double>)
    /// One of some words.
    case word([String])
    /// A SHA-256 in lower-case hexadecimal digits.
    case sha256
    /// Several values.
    case list(MentionShape)
    /// An object with known members, some of which must be there.
    case object([String: MentionShape], required: [String] = [])
    /// An object of any members.
    case open
    /// Anything.
    case any

    /// The longest name, in bytes.
    private static let nameLimit = 2048

    /// Throws what is first wrong with the root of a line.
    static func check(_ root: JSONNode) throws(MalformedDocument) {
        guard root["schema"].string.hasPrefix("mention/1.") else {
            throw MalformedDocument("expected \"mention/1.0\"", at: "/schema")
        }
        let check = MentionCheck(
            network: root["network"].string.string, isClosed: root["schema"].string == "mention/1.0")
        try check.hold(root, .mention, at: "")
        if !(root["op"].string == "delete"), !root["kind"].exists {
            throw MalformedDocument("\"kind\" is missing: expected \(words(Kind.self).described)", at: "")
        }
        try check.holdTogether(root)
    }

    /// Whether bytes can name something.
    static func isName(_ bytes: Bytes) -> Bool {
        guard !bytes.isEmpty, bytes.count <= nameLimit else { return false }
        for index in 0..<bytes.count where bytes[index] < 0x20 || bytes[index] == 0x7F { return false }
        return true
    }

    private static func words<Word: SchemaWord>(_ word: Word.Type) -> MentionShape {
        .word(Word.allCases.map { "\($0.word)" })
    }

    /// A whole line.
    static let mention = MentionShape.object(
        [
            "schema": .text, "op": words(Operation.self), "changed": .list(.text), "id": .name, "network": .name,
            "native_id": .name, "kind": words(Kind.self), "digest": .any, "url": .name, "canonical_url": .name,
            "title": .text, "text": .text, "html": .text, "truncated": .truth, "language": language, "author": author,
            "visibility": words(Visibility.self), "direction": words(Direction.self), "recipients": .list(recipient),
            "entities": .list(entity), "media": .list(medium), "metrics": metrics, "metrics_at": .time,
            "refs": .list(ref), "thread_id": .id, "promoted": .truth, "pinned": .truth, "place": place,
            "tags": .list(.text), "published_at": .time, "edited_at": .time, "observed_at": .any, "matches": .any,
            "cluster": .any, "seen_via": .any, "provenance": .any, "ext": .open, "raw": .any,
        ], required: ["network", "native_id"])

    private static let language = MentionShape.object(
        ["tag": .name, "confidence": .number(0...1), "by": words(LanguageSource.self)], required: ["tag"])

    private static let author = MentionShape.object([
        "id": .name, "handle": .name, "name": .text, "url": .name, "avatar_url": .name, "verified": .truth,
        "kind": words(AuthorKind.self), "followers": .count, "following": .count, "posts": .count,
        "created_at": .time, "address": .name, "own": .truth,
    ])

    private static let recipient = MentionShape.object(
        ["role": words(RecipientRole.self), "id": .name, "handle": .name, "name": .text, "address": .name],
        required: ["role"])

    private static let entity = MentionShape.object(
        ["type": words(EntityType.self), "text": .text, "value": .text, "start": .count, "end": .count],
        required: ["type"])

    private static let medium = MentionShape.object(
        [
            "type": words(MediaType.self), "url": .name, "preview_url": .name, "alt": .text, "mime": .name,
            "name": .text, "bytes": .count, "width": .count, "height": .count, "duration": .number(0...1e9),
            "sha256": .sha256,
        ], required: ["type"])

    private static let metrics = MentionShape.object([
        "likes": .count, "replies": .count, "reposts": .count, "quotes": .count, "views": .count,
        "bookmarks": .count, "shares": .count, "rating": .number(0...1), "score": .integer,
    ])

    private static let ref = MentionShape.object(
        ["rel": words(Relation.self), "id": .id, "url": .name, "author": .text], required: ["rel", "id"])

    private static let place = MentionShape.object([
        "name": .text, "country": .text, "lat": .number(-90...90), "lon": .number(-180...180),
        "of": words(PlaceOwner.self),
    ])

    /// The shape in words, for a message.
    var described: String {
        switch self {
        case .text: "a text"
        case .name: "a text without control characters, of 2048 bytes at most"
        case .id: "an id of the mention's own network, \"<network>:<native id>\""
        case .time: "a moment such as \"2026-01-12T08:30:00Z\""
        case .truth: "true or false"
        case .count: "a whole number from 0"
        case .integer: "a whole number"
        case .number(let bounds): "a number from \(bounds.lowerBound) to \(bounds.upperBound)"
        case .word(let words): "one of \(words.joined(separator: ", "))"
        case .sha256: "64 hexadecimal digits in lower case"
        case .list: "a list"
        case .object, .open: "an object"
        case .any: "anything"
        }
    }
}
