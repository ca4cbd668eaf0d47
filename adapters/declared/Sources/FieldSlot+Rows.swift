internal import Earshot
internal import EarshotFormats

extension MentionRow: DeclarableRow {
    static let slots: [FieldSlot<MentionRow>] = [
        .word("op", Operation.self) { $0.operation = $1 },
        FieldSlot(name: "network", expected: "a lower-case word such as \"mastodon\"") { value, row, reading in
            guard let name = value.text, DeclarationReader.isName(name) else { return false }
            row.network = reading.keep(name)
            return true
        },
        .id("native_id") { $0.nativeID = $1 },
        .word("kind", Kind.self) { $0.kind = $1 },
        FieldSlot(name: "url", expected: "a text") { value, row, reading in
            guard let text = value.text else { return false }
            (row.url, row.canonicalURL) = Array(text.utf8).withBytes { reading.keepURL($0) }
            return true
        },
        .truth("truncated") { $0.truncated = $1 },
        .word("visibility", Visibility.self) { $0.visibility = $1 },
        .moment("metrics_at") { $0.metricsAt = $1 },
        .id("thread_id") { $0.threadID = $1 },
        .truth("promoted") { $0.promoted = $1 },
        .truth("pinned") { $0.pinned = $1 },
        .moment("published_at") { $0.publishedAt = $1 },
        .moment("edited_at") { $0.editedAt = $1 },
    ]
}

extension AuthorRow: DeclarableRow {
    static let slots: [FieldSlot<AuthorRow>] = [
        .id("id") { $0.id = $1 },
        .id("handle") { $0.handle = $1 },
        .text("name") { $0.name = $1 },
        .url("url") { $0.url = $1 },
        .url("avatar_url") { $0.avatarURL = $1 },
        .truth("verified") { $0.verified = $1 },
        .word("kind", AuthorKind.self) { $0.kind = $1 },
        .count("followers") { $0.followers = $1 },
        .count("following") { $0.following = $1 },
        .count("posts") { $0.posts = $1 },
        .moment("created_at") { $0.createdAt = $1 },
        .id("address") { $0.address = $1 },
    ]
}

extension MetricsRow: DeclarableRow {
    static let slots: [FieldSlot<MetricsRow>] = [
        .count("likes") { $0.likes = max($1, 0) },
        .count("replies") { $0.replies = max($1, 0) },
        .count("reposts") { $0.reposts = max($1, 0) },
        .count("quotes") { $0.quotes = max($1, 0) },
        .count("views") { $0.views = max($1, 0) },
        .count("bookmarks") { $0.bookmarks = max($1, 0) },
        .count("shares") { $0.shares = max($1, 0) },
        .number("rating") { $0.rating = min(max($1, 0), 1) },
        .count("score") { $0.score = $1 },
    ]
}

extension PlaceRow: DeclarableRow {
    static let slots: [FieldSlot<PlaceRow>] = [
        .text("name") { $0.name = $1 },
        .id("country") { $0.country = $1 },
        .number("lat") { if abs($1) <= 90 { $0.latitude = $1 } },
        .number("lon") { if abs($1) <= 180 { $0.longitude = $1 } },
        .word("of", PlaceOwner.self) { $0.owner = $1 },
    ]
}

extension RecipientRow: DeclarableEntry {
    static let sort = "role"
    static var blank: RecipientRow { RecipientRow(role: .mention) }
    static let slots: [FieldSlot<RecipientRow>] = [
        .word("role", RecipientRole.self) { $0.role = $1 },
        .id("id") { $0.id = $1 },
        .id("handle") { $0.handle = $1 },
        .text("name") { $0.name = $1 },
        .id("address") { $0.address = $1 },
    ]
}

extension EntityRow: DeclarableEntry {
    static let sort = "type"
    static var blank: EntityRow { EntityRow(type: .url) }
    static let slots: [FieldSlot<EntityRow>] = [
        .word("type", EntityType.self) { $0.type = $1 },
        .text("text") { $0.text = $1 },
        .text("value") { $0.value = $1 },
        .count("start") { $0.start = Int32(exactly: $1) ?? -1 },
        .count("end") { $0.end = Int32(exactly: $1) ?? -1 },
    ]
}

extension MediaRow: DeclarableEntry {
    static let sort = "type"
    static var blank: MediaRow { MediaRow(type: .file) }
    static let slots: [FieldSlot<MediaRow>] = [
        .word("type", MediaType.self) { $0.type = $1 },
        .url("url") { $0.url = $1 },
        .url("preview_url") { $0.previewURL = $1 },
        .text("alt") { $0.alt = $1 },
        .id("mime") { $0.mime = $1 },
        .text("name") { $0.name = $1 },
        .count("bytes") { $0.bytes = max($1, 0) },
        .count("width") { $0.width = max($1, 0) },
        .count("height") { $0.height = max($1, 0) },
        .number("duration") { $0.duration = max($1, 0) },
    ]
}

extension RefRow: DeclarableEntry {
    static let sort = "rel"
    static var blank: RefRow { RefRow(.references, to: .none) }
    static let slots: [FieldSlot<RefRow>] = [
        .word("rel", Relation.self) { $0.relation = $1 },
        .id("id") { $0.id = $1 },
        .url("url") { $0.url = $1 },
        .id("author") { $0.author = $1 },
    ]
}
