internal import Earshot
internal import EarshotFormats

/// Channels: one item each, `channel:<id>`, whose author is the channel and whose text is what it says of itself.
extension YouTubePage {
    /// A channel with everything that was asked for.
    mutating func readChannel(_ item: JSONNode) throws(MalformedDocument) {
        let snippet = item["snippet"]
        let settings = item["brandingSettings"]["channel"]
        guard item["id"].isString else { throw MalformedDocument("a channel without id") }
        guard snippet.isObject || settings["title"].isString else {
            // An id alone answers whether there is such a channel.
            guard item["statistics"].isObject else { return }
            throw MalformedDocument("a channel without snippet: ask for part=snippet")
        }
        let said = snippet.isObject ? snippet : settings
        var row = channel(item["id"].string, said)
        row.isPartial = !snippet.isObject
        row.author.handle = reading.keep(YouTubePage.handle(said["customUrl"].string))
        setCounts(of: &row, item["statistics"])
        setLanguage(of: &row, said["defaultLanguage"].string)
        row.visibility = visibility(item["status"])
        row.place.country = reading.keep(said["country"])
        row.place.owner = .author
        row.ext = channelExt(item, said)
        reading.append(row)
    }

    /// A channel that a search found: escaped and cut, so that it replaces nothing that the channel itself said.
    mutating func readFoundChannel(_ item: JSONNode) throws(MalformedDocument) {
        let snippet = item["snippet"]
        guard snippet.isObject else { throw MalformedDocument("a search result without snippet") }
        var row = channel(item["id"]["channelId"].string, snippet, escapes: .xml)
        row.isPartial = true
        row.truncated = snippet["description"].string.hasSuffix("...")
        reading.append(row)
    }

    /// A channel of which id, title and description are said.
    private mutating func channel(_ id: Bytes, _ said: JSONNode, escapes: Escapes = .none) -> MentionRow {
        let key: StaticString = "channel:"
        let address: StaticString = "https://www.youtube.com/channel/"
        var row = MentionRow(kind: .post)
        row.nativeID = reading.keep(joining: key.bytes, id)
        row.url = reading.keep(joining: address.bytes, id)
        row.canonicalURL = row.url
        row.title = reading.keepText(said["title"], escapes: escapes)
        row.text = reading.keepText(said["description"], escapes: escapes)
        setEntities(of: &row)
        row.publishedAt = Times.parse(said["publishedAt"].string)
        row.author.id = reading.keep(id)
        row.author.name = row.title
        row.author.url = row.url
        row.author.avatarURL = reading.keep(thumbnail(said["thumbnails"]))
        row.author.createdAt = row.publishedAt
        return row
    }

    /// A channel's own name for its address: today a handle with `@`, else words that are no handle.
    private static func handle(_ customURL: Bytes) -> Bytes {
        customURL.hasPrefix("@") ? customURL[1..<customURL.count] : .none
    }

    private mutating func setCounts(of row: inout MentionRow, _ statistics: JSONNode) {
        row.metrics.views = statistics["viewCount"].int64
        // A hidden count is sent as 0.
        if statistics["hiddenSubscriberCount"].boolean != true {
            row.author.followers = statistics["subscriberCount"].int64
        }
        row.author.posts = statistics["videoCount"].int64
        if row.metrics != MetricsRow() { row.metricsAt = metricsAt }
    }

    /// What else was said of a channel, part by part under the API's names.
    private mutating func channelExt(_ item: JSONNode, _ said: JSONNode) -> Kept {
        var fields = JSONFields()
        fields.string("customUrl", said["customUrl"].string)
        if !(said["localized"]["title"].string == said["title"].string)
            || !(said["localized"]["description"].string == said["description"].string)
        {
            fields.node("localized", said["localized"])
        }
        fields.boolean("hiddenSubscriberCount", item["statistics"]["hiddenSubscriberCount"].boolean)
        fields.node("contentDetails", item["contentDetails"])
        fields.node("status", item["status"])
        fields.node("topicDetails", item["topicDetails"])
        fields.node("brandingSettings", item["brandingSettings"])
        fields.node("contentOwnerDetails", item["contentOwnerDetails"])
        fields.node("auditDetails", item["auditDetails"])
        fields.node("localizations", item["localizations"])
        return reading.keep(fields)
    }
}
