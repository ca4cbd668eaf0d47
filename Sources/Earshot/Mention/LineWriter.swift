/// Writes the members of one line, each ended by a comma, in the order of mention v1.
struct LineWriter: ~Copyable {
    var output: Output
    var network = Bytes.none
    /// When the document at hand was observed, which its mentions say, and mostly their counts.
    private var observedAt: Timestamp?
    /// That moment as it is written.
    private var observedLetters = Output()

    init(output: consuming Output) { self.output = output }

    /// Says when the document was observed whose mentions are written next.
    mutating func begin(observedAt: Timestamp) {
        guard observedAt != self.observedAt else { return }
        self.observedAt = observedAt
        observedLetters.removeAll()
        observedLetters.timestamp(observedAt)
    }

    /// `id` to `digest`.
    mutating func identity(_ row: MentionRow, _ texts: Texts, _ content: Digest) {
        output.literal("\"id\":")
        joined(texts[row.nativeID])
        output.literal(",\"network\":")
        output.string(network)
        output.literal(",\"native_id\":")
        output.string(texts[row.nativeID])
        output.byte(UInt8(ascii: ","))
        guard row.operation != .delete else { return }
        word("\"kind\":\"", row.kind.word)
        output.literal("\"digest\":\"")
        output.hexadecimal(content.high)
        output.hexadecimal(content.low)
        output.literal("\",")
    }

    /// `url` to `tags`.
    mutating func body(_ row: MentionRow, of reading: Reading, _ texts: Texts) {
        text("\"url\":", texts[row.url])
        text("\"canonical_url\":", texts[row.canonicalURL])
        text("\"title\":", texts[row.title])
        text("\"text\":", texts[row.text])
        text("\"html\":", texts[row.html])
        if row.truncated { output.literal("\"truncated\":true,") }
        language(row.language, texts)
        author(row.author, texts)
        if let visibility = row.visibility { word("\"visibility\":\"", visibility.word) }
        if let direction = row.direction { word("\"direction\":\"", direction.word) }
        recipients(row.recipients, of: reading, texts)
        entities(row.entities, of: reading, texts)
        media(row.media, of: reading, texts)
        metrics(row.metrics)
        if row.metrics != MetricsRow() { time("\"metrics_at\":\"", row.metricsAt) }
        refs(row.refs, of: reading, texts)
        if !row.threadID.isEmpty {
            output.literal("\"thread_id\":")
            joined(texts[row.threadID])
            output.byte(UInt8(ascii: ","))
        }
        truth("\"promoted\":", row.promoted)
        truth("\"pinned\":", row.pinned)
        place(row.place, texts)
        tags(row.tags, of: reading, texts)
    }

    /// `published_at` to `observed_at`.
    mutating func times(_ row: MentionRow, observedAt: Timestamp, isDeletion: Bool) {
        if !isDeletion {
            time("\"published_at\":\"", row.publishedAt)
            time("\"edited_at\":\"", row.editedAt)
        }
        time("\"observed_at\":\"", observedAt)
    }

    /// `matches` and `cluster`.
    mutating func matches(_ row: MentionRow, of reading: Reading, _ texts: Texts) {
        spans(row.matches, of: reading, texts)
        guard let cluster = row.cluster else { return }
        output.cluster(cluster.id, size: cluster.size, similarity: cluster.similarity) { output in
            output.string(texts[cluster.lead])
        }
    }

    /// `ext` and `raw`, each with its comma before it, as they come last.
    mutating func extensions(_ row: MentionRow, _ texts: Texts) {
        if !row.ext.isEmpty {
            output.literal(",\"ext\":{")
            output.string(network)
            output.byte(UInt8(ascii: ":"))
            output.raw(texts[row.ext])
            output.byte(UInt8(ascii: "}"))
        }
        if !row.raw.isEmpty {
            output.literal(",\"raw\":")
            output.raw(texts[row.raw])
        }
    }

    // The parts of a line.

    private mutating func spans(_ matches: Entries, of reading: Reading, _ texts: Texts) {
        guard !matches.isEmpty else { return }
        output.literal("\"matches\":[")
        var previous: Kept?
        var isFirst = true
        for index in matches.indices {
            let match = reading.matches[index]
            if previous.map({ reading.same($0, match.rule) }) != true {
                output.literal(previous == nil ? "{\"rule\":" : "]},{\"rule\":")
                output.string(texts[match.rule])
                output.literal(",\"spans\":[")
                previous = match.rule
                isFirst = true
            }
            guard match.start >= 0 else { continue }
            if !isFirst { output.byte(UInt8(ascii: ",")) }
            span(match.start, match.end)
            isFirst = false
        }
        output.literal("]}],")
    }

    private mutating func language(_ language: LanguageRow, _ texts: Texts) {
        guard !language.tag.isEmpty else { return }
        output.literal("\"language\":{\"tag\":")
        output.string(texts[language.tag])
        if let confidence = language.confidence {
            output.literal(",\"confidence\":")
            output.number(confidence)
        }
        output.literal(",\"by\":\"")
        output.literal(language.by.word)
        output.literal("\"},")
    }

    private mutating func author(_ author: AuthorRow, _ texts: Texts) {
        let start = output.count
        output.literal("\"author\":{")
        let empty = output.count
        text("\"id\":", texts[author.id])
        text("\"handle\":", texts[author.handle])
        text("\"name\":", texts[author.name])
        text("\"url\":", texts[author.url])
        text("\"avatar_url\":", texts[author.avatarURL])
        truth("\"verified\":", author.verified)
        if let kind = author.kind { word("\"kind\":\"", kind.word) }
        integer("\"followers\":", author.followers)
        integer("\"following\":", author.following)
        integer("\"posts\":", author.posts)
        time("\"created_at\":\"", author.createdAt)
        text("\"address\":", texts[author.address])
        if author.own { output.literal("\"own\":true,") }
        close(UInt8(ascii: "}"), since: empty, orForget: start)
    }

    private mutating func recipients(_ entries: Entries, of reading: Reading, _ texts: Texts) {
        list("\"recipients\":[", entries) { line, index in
            let recipient = reading.recipients[index]
            line.word("{\"role\":\"", recipient.role.word)
            line.text("\"id\":", texts[recipient.id])
            line.text("\"handle\":", texts[recipient.handle])
            line.text("\"name\":", texts[recipient.name])
            line.text("\"address\":", texts[recipient.address])
        }
    }

    private mutating func entities(_ entries: Entries, of reading: Reading, _ texts: Texts) {
        list("\"entities\":[", entries) { line, index in
            let entity = reading.entities[index]
            line.word("{\"type\":\"", entity.type.word)
            line.text("\"text\":", texts[entity.text])
            line.text("\"value\":", texts[entity.value])
            guard entity.start >= 0 else { return }
            line.integer("\"start\":", Int64(entity.start))
            line.integer("\"end\":", Int64(entity.end))
        }
    }

    private mutating func media(_ entries: Entries, of reading: Reading, _ texts: Texts) {
        list("\"media\":[", entries) { line, index in
            let media = reading.media[index]
            line.word("{\"type\":\"", media.type.word)
            line.text("\"url\":", texts[media.url])
            line.text("\"preview_url\":", texts[media.previewURL])
            line.text("\"alt\":", texts[media.alt])
            line.text("\"mime\":", texts[media.mime])
            line.text("\"name\":", texts[media.name])
            line.integer("\"bytes\":", media.bytes)
            line.integer("\"width\":", media.width)
            line.integer("\"height\":", media.height)
            line.number("\"duration\":", media.duration)
            line.text("\"sha256\":", texts[media.sha256])
        }
    }

    private mutating func metrics(_ metrics: MetricsRow) {
        let start = output.count
        output.literal("\"metrics\":{")
        let empty = output.count
        integer("\"likes\":", metrics.likes)
        integer("\"replies\":", metrics.replies)
        integer("\"reposts\":", metrics.reposts)
        integer("\"quotes\":", metrics.quotes)
        integer("\"views\":", metrics.views)
        integer("\"bookmarks\":", metrics.bookmarks)
        integer("\"shares\":", metrics.shares)
        number("\"rating\":", metrics.rating)
        integer("\"score\":", metrics.score)
        close(UInt8(ascii: "}"), since: empty, orForget: start)
    }

    private mutating func refs(_ entries: Entries, of reading: Reading, _ texts: Texts) {
        list("\"refs\":[", entries) { line, index in
            let ref = reading.refs[index]
            line.word("{\"rel\":\"", ref.relation.word)
            line.output.literal("\"id\":")
            line.joined(texts[ref.id])
            line.output.byte(UInt8(ascii: ","))
            line.text("\"url\":", texts[ref.url])
            line.text("\"author\":", texts[ref.author])
        }
    }

    private mutating func place(_ place: PlaceRow, _ texts: Texts) {
        guard !place.isEmpty else { return }
        output.literal("\"place\":{")
        text("\"name\":", texts[place.name])
        text("\"country\":", texts[place.country])
        number("\"lat\":", place.latitude)
        number("\"lon\":", place.longitude)
        output.literal("\"of\":\"")
        output.literal(place.owner.word)
        output.literal("\"},")
    }

    private mutating func tags(_ entries: Entries, of reading: Reading, _ texts: Texts) {
        guard !entries.isEmpty else { return }
        output.literal("\"tags\":[")
        for index in entries.indices {
            if index > entries.indices.lowerBound { output.byte(UInt8(ascii: ",")) }
            output.string(texts[reading.tags[index]])
        }
        output.literal("],")
    }

    // The ways to write a member.

    /// Writes an array of objects; `each` writes an object's brace and members, every one ended by a comma.
    private mutating func list(
        _ head: StaticString, _ entries: Entries, _ each: (inout LineWriter, Int) -> Void
    ) {
        guard !entries.isEmpty else { return }
        output.literal(head)
        for index in entries.indices {
            each(&self, index)
            output.truncate(to: output.count - 1)
            output.literal("},")
        }
        output.truncate(to: output.count - 1)
        output.literal("],")
    }

    /// Ends an object whose members were written since `empty`, or takes it back where there are none.
    private mutating func close(_ bracket: UInt8, since empty: Int, orForget start: Int) {
        guard output.count > empty else { return output.truncate(to: start) }
        output.truncate(to: output.count - 1)
        output.byte(bracket)
        output.byte(UInt8(ascii: ","))
    }

    @inline(__always)
    private mutating func text(_ head: StaticString, _ value: Bytes) {
        if !value.isEmpty { say(head, value) }
    }

    private mutating func say(_ head: StaticString, _ value: Bytes) {
        output.literal(head)
        output.string(value)
        output.byte(UInt8(ascii: ","))
    }

    private mutating func word(_ head: StaticString, _ word: StaticString) {
        output.literal(head)
        output.literal(word)
        output.literal("\",")
    }

    @inline(__always)
    private mutating func integer(_ head: StaticString, _ value: Int64) {
        if value != unsaid { say(head, value) }
    }

    private mutating func say(_ head: StaticString, _ value: Int64) {
        output.literal(head)
        output.integer(value)
        output.byte(UInt8(ascii: ","))
    }

    private mutating func number(_ head: StaticString, _ value: Double?) {
        guard let value, value.isFinite else { return }
        output.literal(head)
        output.number(value)
        output.byte(UInt8(ascii: ","))
    }

    private mutating func truth(_ head: StaticString, _ value: Bool?) {
        guard let value else { return }
        output.literal(head)
        output.boolean(value)
        output.byte(UInt8(ascii: ","))
    }

    private mutating func time(_ head: StaticString, _ value: Timestamp?) {
        guard let value, value.isWritable else { return }
        output.literal(head)
        if value == observedAt {
            observedLetters.withBytes { output.raw($0) }
        } else {
            output.timestamp(value)
        }
        output.literal("\",")
    }

    private mutating func span(_ start: Int32, _ end: Int32) {
        output.literal("{\"start\":")
        output.integer(Int64(start))
        output.literal(",\"end\":")
        output.integer(Int64(end))
        output.byte(UInt8(ascii: "}"))
    }

    /// Writes `<network>:<native id>` as one string.
    private mutating func joined(_ nativeID: Bytes) {
        output.byte(UInt8(ascii: "\""))
        output.escaped(network)
        output.byte(UInt8(ascii: ":"))
        output.escaped(nativeID)
        output.byte(UInt8(ascii: "\""))
    }
}
