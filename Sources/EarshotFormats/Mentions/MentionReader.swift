internal import Earshot

/// Reads one line of mention v1 into a row.
///
/// Texts of a line that the gateway wrote are kept as they stand. A printed line is somebody else's: its texts are made
/// what the schema asks for, and what only the gateway can say is passed over.
struct MentionReader: ~Copyable {
    private let root: JSONNode
    private let line: [UInt8]
    private let isPrinted: Bool

    init(root: JSONNode, line: [UInt8], isPrinted: Bool = false) {
        self.root = root
        self.line = line
        self.isPrinted = isPrinted
    }

    /// Appends the line's row to a reading of its network.
    mutating func read(into reading: inout Reading) throws(MalformedDocument) {
        guard root["schema"].string.hasPrefix("mention/1.") else {
            throw MalformedDocument("not a mention of version 1", at: "/schema")
        }
        let network = root["network"].string
        let id = root["native_id"].string
        guard !network.isEmpty else { throw MalformedDocument("no network", at: "/network") }
        guard !id.isEmpty else { throw MalformedDocument("no native id", at: "/native_id") }
        guard root["id"].string == reading.joined(network, id) || (isPrinted && !root["id"].exists) else {
            throw MalformedDocument("not the network and the native id", at: "/id")
        }
        let operation: Operation = isPrinted && !root["op"].exists ? .create : try word("op")
        var row = MentionRow(kind: operation == .delete ? .post : try word("kind"))
        row.operation = operation
        row.nativeID = reading.keepJSON(id)
        if operation != .delete { body(&row, &reading) }
        reading.append(row)
    }

    /// When the gateway first held the bytes.
    func observedAt() throws(MalformedDocument) -> Timestamp {
        guard let moment = time(root["observed_at"]) else {
            throw MalformedDocument("not a time", at: "/observed_at")
        }
        return moment
    }

    /// The provenance object as the line has it.
    func provenance() throws(MalformedDocument) -> [UInt8] {
        guard root["provenance"].isObject else { throw MalformedDocument("no provenance", at: "/provenance") }
        return source(of: "provenance")
    }

    /// What an update says has changed.
    var changed: Change {
        var changed: Change = []
        root["changed"].each { word in
            if word.string == "content" { changed.insert(.content) }
            if word.string == "metrics" { changed.insert(.metrics) }
        }
        return changed
    }

    /// Other channels that brought the mention.
    var seenVia: [String] {
        var channels: [String] = []
        root["seen_via"].each { channels.append($0.string.string) }
        return channels
    }

    /// The bytes of a member's value as the line has them.
    func source(of key: StaticString) -> [UInt8] { line.withBytes { $0.jsonMember(key).array } }

    // The groups of fields, in the order of the schema.

    private func body(_ row: inout MentionRow, _ reading: inout Reading) {
        row.url = text(root["url"], &reading)
        row.canonicalURL = text(root["canonical_url"], &reading)
        if isPrinted, row.canonicalURL.isEmpty { row.canonicalURL = reading.keepCanonical(of: row.url) }
        row.title = text(root["title"], &reading)
        row.entities = entities(&reading)
        row.text = prose(&row, &reading)
        row.html = isPrinted ? reading.keepHTML(root["html"].string) : text(root["html"], &reading)
        row.truncated = root["truncated"].boolean ?? false
        row.language = language(&reading)
        row.author = author(&reading)
        row.visibility = Visibility(word: root["visibility"].string)
        row.direction = Direction(word: root["direction"].string)
        row.recipients = recipients(&reading)
        row.media = media(&reading)
        row.metrics = metrics
        row.metricsAt = time(root["metrics_at"])
        row.refs = refs(&reading)
        row.threadID = nativeID(root["thread_id"], &reading)
        row.promoted = root["promoted"].boolean
        row.pinned = root["pinned"].boolean
        row.place = place(&reading)
        row.tags = tags(&reading)
        row.publishedAt = time(root["published_at"])
        row.editedAt = time(root["edited_at"])
        if !isPrinted {
            row.matches = matches(&reading)
            row.cluster = cluster(&reading)
        }
        if isPrinted {
            row.ext = reading.keepJSON(root["ext"][root["network"].string], withoutNulls: true)
            row.raw = reading.keepJSON(root["raw"])
        } else {
            row.ext = line.withBytes { reading.keepJSON($0.jsonMember("ext").jsonMember(root["network"].string)) }
            row.raw = line.withBytes { reading.keepJSON($0.jsonMember("raw")) }
        }
    }

    /// The text, and with it the places of the entities that stand in it.
    private func prose(_ row: inout MentionRow, _ reading: inout Reading) -> Kept {
        isPrinted ? reading.keepText(root["text"], moving: row.entities) : text(root["text"], &reading)
    }

    private func language(_ reading: inout Reading) -> LanguageRow {
        let node = root["language"]
        var language = LanguageRow()
        language.tag = text(node["tag"], &reading)
        language.confidence = node["confidence"].double
        language.by = LanguageSource(word: node["by"].string) ?? .source
        return language
    }

    private func author(_ reading: inout Reading) -> AuthorRow {
        let node = root["author"]
        var author = AuthorRow()
        author.id = text(node["id"], &reading)
        author.handle = text(node["handle"], &reading)
        author.name = text(node["name"], &reading)
        author.url = text(node["url"], &reading)
        author.avatarURL = text(node["avatar_url"], &reading)
        author.verified = node["verified"].boolean
        author.kind = AuthorKind(word: node["kind"].string)
        author.followers = node["followers"].int64
        author.following = node["following"].int64
        author.posts = node["posts"].int64
        author.createdAt = time(node["created_at"])
        author.address = text(node["address"], &reading)
        author.own = !isPrinted && node["own"].boolean ?? false
        return author
    }

    private func recipients(_ reading: inout Reading) -> Entries {
        let start = reading.recipients.count
        root["recipients"].each { node in
            guard let role = RecipientRole(word: node["role"].string) else { return }
            var recipient = RecipientRow(role: role)
            recipient.id = text(node["id"], &reading)
            recipient.handle = text(node["handle"], &reading)
            recipient.name = text(node["name"], &reading)
            recipient.address = text(node["address"], &reading)
            reading.recipients.append(recipient)
        }
        return Entries(from: start, to: reading.recipients.count)
    }

    private func entities(_ reading: inout Reading) -> Entries {
        let start = reading.entities.count
        root["entities"].each { node in
            guard let type = EntityType(word: node["type"].string) else { return }
            var entity = EntityRow(type: type)
            entity.text = text(node["text"], &reading)
            entity.value = text(node["value"], &reading)
            (entity.start, entity.end) = span(node)
            reading.entities.append(entity)
        }
        return Entries(from: start, to: reading.entities.count)
    }

    private func media(_ reading: inout Reading) -> Entries {
        let start = reading.media.count
        root["media"].each { node in
            guard let type = MediaType(word: node["type"].string) else { return }
            var media = MediaRow(type: type)
            media.url = text(node["url"], &reading)
            media.previewURL = text(node["preview_url"], &reading)
            media.alt = text(node["alt"], &reading)
            media.mime = text(node["mime"], &reading)
            media.name = text(node["name"], &reading)
            media.bytes = node["bytes"].int64
            media.width = node["width"].int64
            media.height = node["height"].int64
            media.duration = node["duration"].double
            media.sha256 = text(node["sha256"], &reading)
            reading.media.append(media)
        }
        return Entries(from: start, to: reading.media.count)
    }

    private var metrics: MetricsRow {
        let node = root["metrics"]
        var metrics = MetricsRow()
        metrics.likes = node["likes"].int64
        metrics.replies = node["replies"].int64
        metrics.reposts = node["reposts"].int64
        metrics.quotes = node["quotes"].int64
        metrics.views = node["views"].int64
        metrics.bookmarks = node["bookmarks"].int64
        metrics.shares = node["shares"].int64
        metrics.rating = node["rating"].double
        metrics.score = node["score"].int64
        return metrics
    }

    private func refs(_ reading: inout Reading) -> Entries {
        let start = reading.refs.count
        root["refs"].each { node in
            guard let relation = Relation(word: node["rel"].string) else { return }
            var ref = RefRow(relation, to: nativeID(node["id"], &reading))
            ref.url = text(node["url"], &reading)
            ref.author = text(node["author"], &reading)
            reading.refs.append(ref)
        }
        return Entries(from: start, to: reading.refs.count)
    }

    private func place(_ reading: inout Reading) -> PlaceRow {
        let node = root["place"]
        var place = PlaceRow()
        place.name = text(node["name"], &reading)
        place.country = text(node["country"], &reading)
        place.latitude = node["lat"].double
        place.longitude = node["lon"].double
        place.owner = PlaceOwner(word: node["of"].string) ?? .post
        return place
    }

    private func tags(_ reading: inout Reading) -> Entries {
        let start = reading.tags.count
        root["tags"].each { reading.append(tag: text($0, &reading)) }
        return Entries(from: start, to: reading.tags.count)
    }

    private func matches(_ reading: inout Reading) -> Entries {
        let start = reading.matches.count
        root["matches"].each { node in
            let rule = text(node["rule"], &reading)
            if node["spans"].count == 0 { reading.matches.append(MatchRow(rule: rule)) }
            node["spans"].each { place in
                let (start, end) = span(place)
                reading.matches.append(MatchRow(rule: rule, start: start, end: end))
            }
        }
        return Entries(from: start, to: reading.matches.count)
    }

    private func cluster(_ reading: inout Reading) -> ClusterRow? {
        let node = root["cluster"]
        guard let id = Digest(hexadecimal: node["id"].string) else { return nil }
        let size = node["size"].int64
        return ClusterRow(
            id: id, size: size == unsaid ? 1 : size, lead: text(node["lead"], &reading),
            similarity: node["similarity"].double ?? 1)
    }

    // Single values.

    private func text(_ node: JSONNode, _ reading: inout Reading) -> Kept {
        isPrinted ? reading.keepText(node) : reading.keepJSON(node.string)
    }

    private func word<Word: SchemaWord>(_ key: StaticString) throws(MalformedDocument) -> Word {
        guard let word = Word(word: root[key].string) else {
            throw MalformedDocument("not a word of the schema", at: "/\(key)")
        }
        return word
    }

    private func time(_ node: JSONNode) -> Timestamp? { node.isString ? Times.parse(node.string) : nil }

    private func span(_ node: JSONNode) -> (Int32, Int32) {
        (Int32(exactly: node["start"].int64) ?? -1, Int32(exactly: node["end"].int64) ?? -1)
    }

    /// What stands after `<network>:`; all of it where another network does.
    private func nativeID(_ node: JSONNode, _ reading: inout Reading) -> Kept {
        let network = root["network"].string
        let id = node.string
        guard id.count > network.count, id[0..<network.count] == network, id[network.count] == UInt8(ascii: ":")
        else { return text(node, &reading) }
        return reading.keepJSON(id[(network.count + 1)..<id.count])
    }
}

extension Reading {
    /// `<network>:<native id>` as text.
    fileprivate func joined(_ network: Bytes, _ id: Bytes) -> Bytes.Joined { Bytes.Joined(network: network, id: id) }
}

extension Bytes {
    /// A mention's `id`, not yet put together.
    struct Joined {
        let network: Bytes
        let id: Bytes

        static func == (bytes: Bytes, joined: Joined) -> Bool {
            let colon = joined.network.count
            return bytes.count == colon + 1 + joined.id.count && bytes[0..<colon] == joined.network
                && bytes[colon] == UInt8(ascii: ":") && bytes[(colon + 1)..<bytes.count] == joined.id
        }
    }
}

extension Digest {
    /// The digest that thirty-two hexadecimal digits write.
    init?(hexadecimal bytes: Bytes) {
        guard bytes.count == 32, let high = UInt64(bytes[0..<16].string, radix: 16),
            let low = UInt64(bytes[16..<32].string, radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }
}
