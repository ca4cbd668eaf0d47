import Earshot

/// A mention of which everything is said, and the lines it makes.
enum FullMention {
    static let reading: Reading = {
        var reading = Reading(network: "twitter")
        var row = MentionRow(kind: .reply)
        row.nativeID = reading.keep("1460323737035677698")
        texts(&row, &reading)
        people(&row, &reading)
        parts(&row, &reading)
        row.metrics = metrics
        row.metricsAt = Timestamp(seconds: 1_767_225_600)
        row.threadID = reading.keep("1460323737035677690")
        row.promoted = false
        row.pinned = true
        place(&row, &reading)
        row.publishedAt = Timestamp(milliseconds: 1_767_225_590_123)
        row.editedAt = Timestamp(seconds: 1_767_225_595)
        row.ext = reading.keepJSON(#"{"source":"web, {}[]\"\\","edit_history":[1,2.50,{"a":[]}]}"#)
        row.raw = reading.keepJSON(#"{"id":1460323737035677698,"n":1.0e3}"#)
        reading.append(row)
        return reading
    }()

    static let createLine = lines(of: reading)
    static let updateLine: [UInt8] = {
        let batch = write(reading)
        var lines: [UInt8] = []
        _ = batch.copy(0, asUpdateOf: [.content, .metrics], seenVia: ["press", "archive"], to: &lines)
        return lines.dropLast()
    }()
    static let deleteLine: [UInt8] = {
        var deletion = reading
        deletion.rows[0].operation = .delete
        return lines(of: deletion)
    }()

    private static func lines(of reading: Reading) -> [UInt8] { write(reading).lines.dropLast() }

    private static func write(_ reading: Reading) -> Batch {
        var document = Document(Array("…".utf8), observedAt: Timestamp(milliseconds: 1_767_225_600_500))
        document.url = "https://api.example/2/tweets?query=acme"
        document.via = .push
        document.verified = true
        var writer = MentionWriter(origin: .init(channel: "brand", adapter: "twitter", adapterVersion: "1.0"))
        writer.write(reading, of: document)
        return writer.take()
    }

    private static func texts(_ row: inout MentionRow, _ reading: inout Reading) {
        row.url = reading.keep("https://x.example/ada/status/1460323737035677698?s=20")
        row.canonicalURL = reading.keep("https://x.example/ada/status/1460323737035677698")
        row.title = reading.keepText("A \"title\"")
        row.text = reading.keepText("@acmeair lost 🧳 #acmefail\n\thttps://t.example/1 \\o/")
        row.html = reading.keep("<p>lost</p>")
        row.truncated = true
        row.language.tag = reading.keep("en")
        row.language.confidence = 0.875
        row.language.by = .detector
        row.visibility = .public
        row.direction = .inbound
    }

    private static func people(_ row: inout MentionRow, _ reading: inout Reading) {
        row.author.id = reading.keep("2244994945")
        row.author.handle = reading.keep("ada")
        row.author.name = reading.keep("Ada Ahola")
        row.author.url = reading.keep("https://x.example/ada")
        row.author.avatarURL = reading.keep("https://img.example/ada.png")
        row.author.verified = false
        row.author.kind = .person
        row.author.followers = 12
        row.author.following = 0
        row.author.posts = 9_007_199_254_740_993
        row.author.createdAt = Timestamp(seconds: 1_400_000_000)
        row.author.address = reading.keep("ada@example.org")
        row.author.own = true
        var recipient = RecipientRow(role: .mention)
        recipient.id = reading.keep("77")
        recipient.handle = reading.keep("acmeair")
        recipient.name = reading.keep("Acme Air")
        recipient.address = reading.keep("care@acme.example")
        reading.recipients = [recipient, RecipientRow(role: .group)]
        row.recipients = Entries(from: 0, to: 2)
    }

    private static func parts(_ row: inout MentionRow, _ reading: inout Reading) {
        var entity = EntityRow(type: .hashtag)
        entity.text = reading.keep("#acmefail")
        entity.value = reading.keep("acmefail")
        (entity.start, entity.end) = (16, 25)
        reading.entities = [entity, EntityRow(type: .customEmoji)]
        row.entities = Entries(from: 0, to: 2)
        reading.media = [medium(&reading), MediaRow(type: .link)]
        row.media = Entries(from: 0, to: 2)
        var ref = RefRow(.replyTo, to: reading.keep("1460323737035677690"))
        ref.url = reading.keep("https://x.example/acmeair/status/1460323737035677690")
        ref.author = reading.keep("acmeair")
        reading.refs = [ref, RefRow(.quoteOf, to: reading.keep("146"))]
        row.refs = Entries(from: 0, to: 2)
        reading.tags = [reading.keep("travel"), reading.keep("ti–lt")]
        row.tags = Entries(from: 0, to: 2)
        let rule = reading.keep("baggage")
        reading.matches = [
            MatchRow(rule: rule, start: 9, end: 13), MatchRow(rule: rule, start: 16, end: 25),
            MatchRow(rule: reading.keep("title only")), MatchRow(rule: reading.keep("name"), start: 0, end: 8),
        ]
        row.matches = Entries(from: 0, to: 4)
        row.cluster = ClusterRow(
            id: Digest(high: 0x0123_4567_89AB_CDEF, low: 7), size: 41, lead: reading.keep("twitter:146"),
            similarity: 0.913)
    }

    private static func medium(_ reading: inout Reading) -> MediaRow {
        var media = MediaRow(type: .image)
        media.url = reading.keep("https://img.example/1.jpg?sig=1")
        media.previewURL = reading.keep("https://img.example/1s.jpg")
        media.alt = reading.keepText("an empty belt")
        media.mime = reading.keep("image/jpeg")
        media.name = reading.keep("belt.jpg")
        media.bytes = 4096
        media.width = 800
        media.height = 600
        media.duration = 1.5
        media.sha256 = reading.keep(String(repeating: "0a", count: 32))
        return media
    }

    private static func place(_ row: inout MentionRow, _ reading: inout Reading) {
        row.place.name = reading.keep("Helsinki")
        row.place.country = reading.keep("FI")
        row.place.latitude = 60.1699
        row.place.longitude = -24.5
        row.place.owner = .author
    }

    private static var metrics: MetricsRow {
        var metrics = MetricsRow()
        metrics.likes = 1
        metrics.replies = 0
        metrics.reposts = 2
        metrics.quotes = 3
        metrics.views = 4
        metrics.bookmarks = 5
        metrics.shares = 6
        metrics.rating = 0.8
        metrics.score = -7
        return metrics
    }
}

extension Reading {
    fileprivate mutating func keepJSON(_ text: String) -> Kept { Array(text.utf8).withBytes { keepJSON($0) } }

    fileprivate mutating func keepText(_ text: String) -> Kept { keep(text: text) }

    private mutating func keep(text: String) -> Kept { Array(text.utf8).withBytes { keepText($0) } }
}
