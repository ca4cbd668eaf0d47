internal import Earshot
internal import EarshotFormats

/// Reads JSON Feed 1.0 and 1.1.
struct JSONFeed {
    private let root: JSONNode
    private let base: [UInt8]
    private let identity: FeedIdentity
    private var reading: Reading
    private var feedFields: [UInt8] = []
    private var scope = Kept.none

    /// Reads a document; throws what it is where it is no feed.
    static func read(_ document: Document) throws(MalformedDocument) -> Reading {
        try JSON.read(document.bytes) { root, isRepaired throws(MalformedDocument) in
            let version = root["version"].string
            let isFeed = version.string.contains("jsonfeed.org") || (root["items"].isArray && root["title"].isString)
            guard isFeed else { throw MalformedDocument("JSON, but not a JSON Feed") }
            var feed = JSONFeed(root, document)
            if isRepaired { feed.reading.append(defect: "recovered: not JSON as it was sent") }
            feed.readItems()
            return feed.reading
        }
    }

    private init(_ root: JSONNode, _ document: Document) {
        self.root = root
        let addresses = [root["feed_url"].string, root["home_page_url"].string]
        base = document.url.map { Array($0.utf8) } ?? addresses.first { FeedLink.isWeb($0) }?.array ?? []
        let claims = [root["feed_url"], root["home_page_url"], root["title"]].map { $0.string.array }
        identity = FeedIdentity(claims: claims, url: document.url)
        reading = Reading(network: "web", capacity: document.bytes.count)
        scope = identity.scope.withBytes { reading.keep($0) }
        feedFields = fields()
    }

    private mutating func readItems() {
        var items: [JSONNode] = []
        root["items"].each { if items.count < Feed.entryLimit { items.append($0) } }
        if root["items"].isArray, root["items"].count > items.count {
            reading.append(defect: "more than \(Feed.entryLimit) entries; the rest was left out")
        }
        var keys = items.map { key(of: $0) }
        identity.assign(&keys)
        for (index, item) in items.enumerated() where !keys[index].isRevised {
            guard reading.arena.count < Feed.arenaLimit else {
                reading.append(defect: "more text than is kept; entries were left out")
                break
            }
            guard item.isObject else {
                reading.append(defect: "not an object", at: "/items/\(index)")
                continue
            }
            read(item, keys[index])
        }
    }

    private func key(of item: JSONNode) -> FeedKey {
        var key = FeedKey()
        key.guid = text(item["id"])
        key.link = address(item["url"])
        key.title = item["title"].string.array
        key.date = text(item["date_published"])
        key.moment = moment(item["date_modified"]) ?? moment(item["date_published"])
        if key.guid.isEmpty {
            let texts = [item["content_text"], item["content_html"], item["summary"]]
            key.text = texts.first { !$0.string.isEmpty }.map { Digest(of: $0.string) }
        }
        return key
    }

    /// A string, or a number's digits: some say dates as seconds.
    private func text(_ node: JSONNode) -> [UInt8] { node.isString ? node.string.array : number(node) }

    private func moment(_ node: JSONNode) -> Timestamp? { text(node).withBytes { Times.parse($0) } }

    private func number(_ node: JSONNode) -> [UInt8] {
        guard node.kind == .integer || node.kind == .number else { return [] }
        var output = Output()
        node.write(to: &output)
        return output.array
    }

    private mutating func read(_ item: JSONNode, _ key: FeedKey) {
        var row = MentionRow(kind: .article)
        row.nativeID = key.nativeID.withBytes { reading.keep($0) }
        row.feed = scope
        row.title = mended(item["title"]).withBytes { reading.keepText($0) }
        readTexts(item, &row)
        let url = key.link.isEmpty ? address(item["external_url"]) : key.link
        row.url = url.withBytes { reading.keep($0) }
        row.canonicalURL = url.withBytes { FeedLink.isWeb($0) ? URLs.canonical($0) ?? [] : [] }
            .withBytes { reading.keep($0) }
        let language = [item["language"], root["language"]].lazy.compactMap { FeedLanguage.tag($0.string.trimmed) }
            .first
        if let language { row.language.tag = language.withBytes { reading.keep($0) } }
        row.publishedAt = moment(item["date_published"])
        if let edited = moment(item["date_modified"]), row.publishedAt.map({ edited > $0 }) ?? true {
            row.editedAt = edited
        }
        readAuthor(item, &row)
        readMedia(item, &row)
        readTags(item, &row)
        row.ext = reading.keep(extras(of: item, row))
        reading.append(row)
    }

    private mutating func readTexts(_ item: JSONNode, _ row: inout MentionRow) {
        let (html, text) = (mended(item["content_html"]), mended(item["content_text"]))
        let place = address(item["url"])
        html.withBytes { html in
            guard !html.isEmpty else { return }
            row.html = (place.isEmpty ? base : place).withBytes { reading.keepHTML(html, base: $0) }
            if text.isEmpty { row.text = reading.keepText(html: html) }
        }
        let plain = text.isEmpty && html.isEmpty ? mended(item["summary"]) : text
        if !plain.isEmpty { row.text = plain.withBytes { reading.keepText($0) } }
    }

    /// A text without white space at its ends, repaired where its fault is certain.
    private func mended(_ node: JSONNode) -> [UInt8] {
        let text = node.string.trimmed
        return switch FeedRepair.mended(text) {
        case .same: text.array
        case .other(let mended): mended
        }
    }

    /// The authors of an item or of the feed; 1.0 had one, and some write one where a list belongs, or a name alone.
    private func authors(_ node: JSONNode) -> [JSONNode] {
        var found: [JSONNode] = []
        func take(_ author: JSONNode) {
            if author.isObject || !author.string.trimmed.isEmpty, found.count < 64 { found.append(author) }
        }
        node["authors"].each { take($0) }
        if found.isEmpty { take(node["authors"]) }
        if found.isEmpty { take(node["author"]) }
        return found
    }

    private mutating func readAuthor(_ item: JSONNode, _ row: inout MentionRow) {
        guard let author = authors(item).first ?? authors(root).first else { return }
        row.author.name = mended(author.isObject ? author["name"] : author).withBytes {
            reading.keepText($0.wholeScalars(within: FeedPerson.longestName))
        }
        row.author.url = address(author["url"]).withBytes { reading.keep($0) }
        row.author.avatarURL = address(author["avatar"]).withBytes { reading.keep($0) }
        let url = author["url"].string
        if url.hasPrefix("mailto:") { row.author.address = reading.keep(url[7..<url.count]) }
    }

    private mutating func readMedia(_ item: JSONNode, _ row: inout MentionRow) {
        let start = reading.media.count
        for name in ["image", "banner_image"] as [StaticString] {
            let target = address(item[name])
            guard !target.isEmpty else { continue }
            var media = MediaRow(type: .image)
            media.url = target.withBytes { reading.keep($0) }
            reading.media.append(media)
        }
        item["attachments"].each { attachment in
            let target = address(attachment["url"])
            guard !target.isEmpty, reading.media.count - start < 100 else { return }
            let mime = attachment["mime_type"].string
            var media = MediaRow(type: FeedMedia.type(mime, target))
            media.url = target.withBytes { reading.keep($0) }
            media.mime = reading.keep(mime)
            media.name = reading.keepText(attachment["title"])
            let size = attachment["size_in_bytes"].int64
            media.bytes = size >= 0 ? size : unsaid
            if let duration = attachment["duration_in_seconds"].double, duration >= 0 { media.duration = duration }
            reading.media.append(media)
        }
        row.media = Entries(from: start, to: reading.media.count)
    }

    private mutating func readTags(_ item: JSONNode, _ row: inout MentionRow) {
        let start = reading.tags.count
        func take(_ tag: JSONNode) {
            if reading.tags.count - start < Feed.categoryLimit {
                reading.append(tag: mended(tag).withBytes { reading.keepText($0) })
            }
        }
        item["tags"].each { take($0) }
        if item["tags"].isString { take(item["tags"]) }
        row.tags = Entries(from: start, to: reading.tags.count)
    }

    /// An address of the document, made absolute; nothing where people may not be sent there.
    private func address(_ node: JSONNode) -> [UInt8] {
        let said = node.string.trimmed
        guard !said.isEmpty, said.count <= 4096, FeedLink.isSafe(said) else { return [] }
        return base.withBytes { URLs.resolved(said, base: $0) } ?? said.array
    }
}

extension JSONFeed {
    /// `ext.web` of an item.
    private func extras(of item: JSONNode, _ row: MentionRow) -> JSONFields {
        var fields = JSONFields()
        fields.text("guid", text(item["id"]))
        fields.array("feed", feedFields)
        let hasText = item["content_text"].string.count + item["content_html"].string.count > 0
        if hasText { fields.text("summary", mended(item["summary"])) }
        if !address(item["url"]).isEmpty { fields.text("external_url", address(item["external_url"])) }
        let authors = authors(item)
        if authors.count > 1 { fields.node("authors", item["authors"]) }
        item.fields { name, value in
            if name.count > 1, name.count <= 100, name[0] == UInt8(ascii: "_"), value.isObject {
                var output = Output()
                value.write(to: &output)
                output.withBytes { fields.json(named: name, $0) }
            }
        }
        return fields
    }

    /// `ext.web.feed`.
    private func fields() -> [UInt8] {
        var fields = JSONFields()
        fields.string("title", root["title"].string.trimmed)
        fields.text("url", address(root["feed_url"]))
        fields.text("site_url", address(root["home_page_url"]))
        if let tag = FeedLanguage.tag(root["language"].string.trimmed) { fields.text("language", tag) }
        let icon = address(root["icon"])
        fields.text("image_url", icon.isEmpty ? address(root["favicon"]) : icon)
        fields.string("subtitle", root["description"].string.trimmed)
        fields.text("icon", address(root["favicon"]))
        if root["authors"].isArray, !authors(root).isEmpty {
            fields.node("authors", root["authors"])
        } else {
            fields.node("author", root["author"])
        }
        return fields.withBytes { $0.count <= Feed.fieldLimit ? $0.array : [] }
    }
}
