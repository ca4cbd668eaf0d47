internal import Earshot
internal import EarshotFormats

/// The Activity Streams form of the enterprise APIs (Gnip): `objectType: "activity"`, `verb: post | share | delete`.
extension TwitterReader {
    /// Appends an activity.
    mutating func readStreamActivity(_ node: JSONNode, at place: String) {
        let id = TwitterReader.lastPart(of: node["id"].string, after: UInt8(ascii: ":"))
        guard !id.isEmpty else { return reading.append(defect: "an activity without an id", at: place) }
        if node["verb"].string == "delete" {
            let target = TwitterReader.lastPart(of: node["object"]["id"].string, after: UInt8(ascii: ":"))
            return appendDeletion(reading.keep(target.isEmpty ? id : target), at: place)
        }
        guard node["body"].isString else { return reading.append(defect: "an activity without a body", at: place) }
        var row = MentionRow(kind: .post)
        row.nativeID = reading.keep(id)
        row.url = reading.keep(node["link"].string)
        row.canonicalURL = address(of: id, by: node["actor"]["preferredUsername"].string)
        row.author = streamActor(node["actor"])
        row.publishedAt = Times.parse(node["postedTime"].string)
        row.language = language(node["twitter_lang"].string)
        setStreamRefs(node, &row)
        let original = node["object"]
        let source = row.kind == .repost && original["body"].isString ? original : node
        setStreamContent(source, &row)
        row.place = streamPlace(node)
        if row.metrics != MetricsRow() { row.metricsAt = metricsAt }
        ext.string("source", node["generator"]["displayName"].string)
        ext.node("matching_rules", node["gnip"]["matching_rules"])
        row.ext = takeExt()
        row.raw = raw(node)
        reading.append(row)
    }

    private mutating func setStreamRefs(_ node: JSONNode, _ row: inout MentionRow) {
        let first = reading.refs.count
        let isShare = node["verb"].string == "share"
        if isShare { appendStreamRef(.repostOf, node["object"]) }
        let parent = node["inReplyTo"]["link"].string
        if !parent.isEmpty {
            var ref = RefRow(.replyTo, to: reading.keep(TwitterReader.lastPart(of: parent, after: UInt8(ascii: "/"))))
            ref.url = reading.keep(parent)
            ref.author = reading.keep(TwitterReader.handle(in: parent))
            reading.refs.append(ref)
        }
        let quoted = node["twitter_quoted_status"]
        if quoted.isObject, !isShare { appendStreamRef(.quoteOf, quoted) }
        row.refs = Entries(from: first, to: reading.refs.count)
        row.kind = isShare ? .repost : !parent.isEmpty ? .reply : quoted.isObject ? .quote : .post
        if parent.isEmpty { row.threadID = row.nativeID }
    }

    private mutating func appendStreamRef(_ relation: Relation, _ node: JSONNode) {
        let id = TwitterReader.lastPart(of: node["id"].string, after: UInt8(ascii: ":"))
        guard !id.isEmpty else { return }
        let handle = node["actor"]["preferredUsername"].string
        var ref = RefRow(relation, to: reading.keep(id))
        ref.author = reading.keep(handle)
        if !handle.isEmpty { ref.url = address(of: id, by: handle) }
        reading.refs.append(ref)
    }

    private mutating func setStreamContent(_ source: JSONNode, _ row: inout MentionRow) {
        let long = source["long_object"]
        let part = long["body"].isString ? long : source
        let lists = part["twitter_entities"]
        row.recipients = collectLegacyEntities(lists)
        (row.text, row.entities) = entities.keep(part["body"].string, in: &reading)
        let extended = part["twitter_extended_entities"]["media"]
        row.media = legacyMedia(extended.exists ? extended : lists["media"])
        row.metrics.likes = TwitterReader.count(source["favoritesCount"])
        row.metrics.reposts = TwitterReader.count(source["retweetCount"])
    }

    private mutating func streamActor(_ node: JSONNode) -> AuthorRow {
        var author = AuthorRow()
        let handle = node["preferredUsername"].string
        author.id = reading.keep(TwitterReader.lastPart(of: node["id"].string, after: UInt8(ascii: ":")))
        author.handle = reading.keep(handle)
        author.url = address(of: handle)
        author.name = reading.keepText(node["displayName"].string)
        author.avatarURL = reading.keep(node["image"].string)
        author.verified = node["verified"].boolean
        author.followers = TwitterReader.count(node["followersCount"])
        author.following = TwitterReader.count(node["friendsCount"])
        author.posts = TwitterReader.count(node["statusesCount"])
        author.createdAt = Times.parse(node["postedTime"].string)
        return author
    }

    private mutating func streamPlace(_ node: JSONNode) -> PlaceRow {
        var place = PlaceRow()
        let point = node["geo"]["coordinates"]
        (place.latitude, place.longitude) = (point[0].double, point[1].double)
        place.name = reading.keepText(node["location"]["displayName"].string)
        place.country = reading.keep(node["location"]["twitter_country_code"].string)
        let home = node["actor"]["location"]["displayName"].string
        if place.isEmpty, !home.isEmpty {
            place.name = reading.keepText(home)
            place.owner = .author
        }
        return place
    }

    /// A count, where there is one: -1 stands for none.
    static func count(_ node: JSONNode) -> Int64 {
        let count = node.int64
        return count < 0 ? unsaid : count
    }

    /// What follows the last `separator`; all of it where there is none.
    static func lastPart(of text: Bytes, after separator: UInt8) -> Bytes {
        var start = text.count
        while start > 0, text[start - 1] != separator { start -= 1 }
        return text[start..<text.count]
    }

    /// The account in `http://twitter.com/NAME/statuses/1`.
    static func handle(in link: Bytes) -> Bytes {
        guard let scheme = link.firstIndex(of: UInt8(ascii: ":")),
            let start = link.firstIndex(of: UInt8(ascii: "/"), from: scheme + 3),
            let end = link.firstIndex(of: UInt8(ascii: "/"), from: start + 1)
        else { return .none }
        let handle = link[start + 1..<end]
        // `https://x.com/i/web/status/1` names nobody.
        return handle == "i" || !TwitterRepostText.isName(handle) ? .none : handle
    }
}
