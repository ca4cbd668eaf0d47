internal import Earshot
internal import EarshotFormats

/// A push notification or a channel's feed: Atom entries of videos, and tombstones of those that are gone.
final class YouTubeFeed: XMLHandling {
    /// The elements that say something, as numbers for `code(for:)`.
    private enum Element: Int {
        case other, feed, entry, deleted, videoID, channelID, title, link, author, name, uri, published, updated
        case description, thumbnail, rating, statistics, by
    }

    /// One entry as far as it was read.
    private struct Entry {
        var values: [Element: [UInt8]] = [:]
        var preview: [UInt8] = []
        var rating: [UInt8] = []
        var views: [UInt8] = []
        var isDeletion = false
    }

    private(set) var reading = Reading(network: "youtube")
    private let metricsAt: Timestamp?
    private var path: [Element] = []
    private var entry: Entry?
    private(set) var isFeed = false

    /// Whether the channel also asks for videos, so that others say more of them.
    private let isBeside: Bool

    private init(_ document: Document, isBeside: Bool) {
        self.isBeside = isBeside
        metricsAt = document.via == .import ? nil : document.observedAt
    }

    /// Reads a feed, of a channel that asks for videos beside it or not.
    static func read(_ document: Document, isBeside: Bool) throws(MalformedDocument) -> Reading {
        let outcome = try XML.read(document.bytes, contentType: document.contentType) {
            YouTubeFeed(document, isBeside: isBeside)
        }
        guard outcome.handler.isFeed else { throw MalformedDocument("XML, but no Atom feed") }
        var reading = outcome.handler.reading
        if let recovery = outcome.recovery { reading.defects.append(recovery) }
        return reading
    }

    func code(for name: XMLName) -> Int { YouTubeFeed.element(name).rawValue }

    private static func element(_ name: XMLName) -> Element {
        let known: [(prefix: String, local: StaticString, Element)] = [
            ("", "feed", .feed), ("", "entry", .entry), ("at", "deleted-entry", .deleted), ("yt", "videoId", .videoID),
            ("yt", "channelId", .channelID), ("", "title", .title), ("", "link", .link), ("", "author", .author),
            ("", "name", .name), ("", "uri", .uri), ("", "published", .published), ("", "updated", .updated),
            ("media", "description", .description), ("media", "thumbnail", .thumbnail),
            ("media", "starRating", .rating), ("media", "statistics", .statistics), ("at", "by", .by),
        ]
        let prefix = prefix(name)
        return known.first { name.local == $0.local && prefix == $0.prefix }?.2 ?? .other
    }

    /// The usual prefix of a namespace, whatever prefix the document has for it; none for Atom and for no namespace.
    private static func prefix(_ name: XMLName) -> String {
        if name.namespace == "http://www.youtube.com/xml/schemas/2015" { return "yt" }
        if name.namespace == "http://purl.org/atompub/tombstones/1.0" { return "at" }
        if name.namespace.hasPrefix("http://search.yahoo.com/mrss") { return "media" }
        if name.namespace == "http://www.w3.org/2005/Atom" { return "" }
        return name.namespace.isEmpty ? name.prefix.string : "?"
    }

    func start(_ code: Int, _ element: XMLElement) {
        let kind = Element(rawValue: code) ?? .other
        if path.isEmpty, kind == .feed || kind == .entry { isFeed = true }
        path.append(kind)
        switch kind {
        case .entry: entry = Entry()
        case .deleted:
            entry = Entry(isDeletion: true)
            entry?.values[.videoID] = element["ref"].array
        case .link where path.dropLast().last == .entry:
            let relation = element["rel"]
            if relation.isEmpty || relation == "alternate" { entry?.values[.link] = element["href"].array }
        case .thumbnail: entry?.preview = element["url"].array
        case .rating: entry?.rating = element["count"].array
        case .statistics: entry?.views = element["views"].array
        default: break
        }
    }

    func text(_ bytes: Bytes) {
        guard let kind = path.last, let parent = path.dropLast().last, entry != nil else { return }
        switch (kind, parent) {
        case (.videoID, .entry), (.channelID, .entry), (.title, .entry), (.published, .entry), (.updated, .entry),
            (.name, .author), (.uri, .author), (.description, _):
            entry?.values[kind, default: []] += bytes.array
        default: break
        }
    }

    func end() {
        guard let kind = path.popLast(), kind == .entry || kind == .deleted, let done = entry else { return }
        entry = nil
        done.isDeletion ? appendDeletion(done) : appendVideo(done)
    }

    private func appendDeletion(_ entry: Entry) {
        let id = keep(entry.values[.videoID]) { $0.hasPrefix("yt:video:") ? $0[9..<$0.count] : .none }
        guard !id.isEmpty else { return reading.append(defect: "a deletion of something that is no video") }
        var row = MentionRow(kind: .video)
        row.operation = .delete
        row.nativeID = id
        reading.append(row)
    }

    private func appendVideo(_ entry: Entry) {
        var row = MentionRow(kind: .video)
        row.nativeID = keep(entry.values[.videoID])
        guard !row.nativeID.isEmpty else { return reading.append(defect: "an entry without yt:videoId") }
        row.threadID = row.nativeID
        row.canonicalURL = reading.keep("https://www.youtube.com/watch?v=" + reading.string(row.nativeID))
        row.url = keep(entry.values[.link])
        if row.url.isEmpty { row.url = row.canonicalURL }
        row.title = (entry.values[.title] ?? []).withBytes { reading.keepText($0) }
        row.text = (entry.values[.description] ?? []).withBytes { reading.keepText($0) }
        TextEntities.append(to: &row, of: &reading, finding: [.hashtags, .mentions, .urls], handles: .dotted)
        for index in row.entities.indices where reading.entities[index].type == .mention {
            reading.entities[index].extendHandle(in: row.text, reading)
        }
        row.author.id = keep(entry.values[.channelID])
        row.author.name = (entry.values[.name] ?? []).withBytes { reading.keepText($0.trimmed) }
        row.author.url = keep(entry.values[.uri])
        row.publishedAt = (entry.values[.published] ?? []).withBytes { Times.parse($0.trimmed) }
        let updated = (entry.values[.updated] ?? []).withBytes { Times.parse($0.trimmed) }
        if let updated, let published = row.publishedAt, updated > published { row.editedAt = updated }
        // A push has no description and no counts: it tells of a video that is new, and where nobody asks, of its titles.
        row.isPartial = isBeside && entry.values[.description] == nil
        row.metrics.views = entry.views.withBytes { Int64(decimal: $0) ?? unsaid }
        if row.metrics.views != unsaid { row.metricsAt = metricsAt }
        if !entry.preview.isEmpty {
            var media = MediaRow(type: .video)
            media.previewURL = keep(entry.preview)
            reading.media.append(media)
            row.media = Entries(from: reading.media.count - 1, to: reading.media.count)
        }
        var fields = JSONFields()
        fields.object("starRating") { fields in
            fields.integer("count", entry.rating.withBytes { Int64(decimal: $0) ?? unsaid })
        }
        row.ext = reading.keep(fields)
        reading.append(row)
    }

    private func keep(_ value: [UInt8]?, _ part: (Bytes) -> Bytes = { $0 }) -> Kept {
        (value ?? []).withBytes { reading.keep(part($0.trimmed)) }
    }
}
