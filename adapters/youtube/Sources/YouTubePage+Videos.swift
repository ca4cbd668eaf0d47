internal import Earshot
internal import EarshotFormats

extension YouTubePage {
    /// A video with everything that was asked for.
    mutating func readVideo(_ item: JSONNode) throws(MalformedDocument) {
        let snippet = item["snippet"]
        guard item["id"].isString else { throw MalformedDocument("a video without id") }
        guard snippet.isObject else { throw MalformedDocument("a video without snippet: ask for part=snippet") }
        var row = video(item["id"].string, snippet)
        row.publishedAt = Times.parse(snippet["publishedAt"].string)
        setOwner(of: &row, id: snippet["channelId"], title: snippet["channelTitle"])
        setMedia(of: &row, snippet["thumbnails"], duration: item["contentDetails"]["duration"].string)
        setLanguage(of: &row, snippet["defaultLanguage"].string)
        setMetrics(of: &row, item["statistics"])
        setTags(of: &row, snippet["tags"])
        row.visibility = visibility(item["status"])
        row.promoted = item["paidProductPlacementDetails"]["hasPaidProductPlacement"].boolean
        setPlace(of: &row, item["recordingDetails"])
        row.ext = videoExt(item, snippet)
        reading.append(row)
    }

    /// A result of a search: escaped and cut, so that a video read by its id says more.
    mutating func readFound(_ item: JSONNode) throws(MalformedDocument) {
        let id = item["id"]["videoId"]
        // A playlist that was found is nothing that somebody said.
        guard id.isString else {
            if item["id"]["channelId"].isString { return try readFoundChannel(item) }
            if item["id"].isObject { return }
            throw MalformedDocument("a search result without id")
        }
        let snippet = item["snippet"]
        guard snippet.isObject else { throw MalformedDocument("a search result without snippet") }
        var row = video(id.string, snippet, escapes: .xml)
        row.isPartial = true
        row.truncated = snippet["description"].string.hasSuffix("...")
        row.publishedAt = Times.parse(snippet["publishedAt"].string)
        setOwner(of: &row, id: snippet["channelId"], title: snippet["channelTitle"])
        setMedia(of: &row, snippet["thumbnails"], duration: .none)
        var fields = JSONFields()
        live(snippet, into: &fields)
        row.ext = reading.keep(fields)
        reading.append(row)
    }

    /// A video in a playlist, such as a channel's uploads; one that is gone is a deletion.
    mutating func readListed(_ item: JSONNode) throws(MalformedDocument) {
        let snippet = item["snippet"]
        let details = item["contentDetails"]
        let id = details["videoId"].isString ? details["videoId"].string : snippet["resourceId"]["videoId"].string
        guard !id.isEmpty else { throw MalformedDocument("a playlist item without a video") }
        guard snippet.isObject else { throw MalformedDocument("a playlist item without snippet") }
        let title = snippet["title"].string
        if title == "Deleted video" || title == "Private video", !details["videoPublishedAt"].exists,
            !snippet["videoOwnerChannelId"].exists
        {
            return reading.append(deletion(of: id, kind: .video))
        }
        var row = video(id, snippet)
        let isUploads = isUploads(snippet["playlistId"].string, of: snippet["channelId"].string)
        if details["videoPublishedAt"].exists {
            row.publishedAt = Times.parse(details["videoPublishedAt"].string)
        } else if isUploads {
            row.publishedAt = Times.parse(snippet["publishedAt"].string)
        }
        if snippet["videoOwnerChannelId"].exists {
            setOwner(of: &row, id: snippet["videoOwnerChannelId"], title: snippet["videoOwnerChannelTitle"])
        } else if isUploads {
            setOwner(of: &row, id: snippet["channelId"], title: snippet["channelTitle"])
        }
        setMedia(of: &row, snippet["thumbnails"], duration: .none)
        row.visibility = visibility(item["status"])
        var fields = JSONFields()
        fields.object("playlistItem") { fields in
            fields.string("id", item["id"].string)
            fields.string("playlistId", snippet["playlistId"].string)
            fields.integer("position", snippet["position"].int64)
            fields.string("publishedAt", snippet["publishedAt"].string)
            fields.string("channelId", snippet["channelId"].string)
        }
        row.ext = reading.keep(fields)
        reading.append(row)
    }

    /// An upload or a bulletin of a channel; what else a channel did is no mention.
    mutating func readActivity(_ item: JSONNode) throws(MalformedDocument) {
        let snippet = item["snippet"]
        let type = snippet["type"].string
        guard snippet.isObject else { throw MalformedDocument("an activity without snippet") }
        var row: MentionRow
        if type == "upload" {
            var id = item["contentDetails"]["upload"]["videoId"].string
            if id.isEmpty { id = videoID(ofThumbnail: thumbnail(snippet["thumbnails"])) }
            guard !id.isEmpty else { throw MalformedDocument("an upload without a video: ask for part=contentDetails") }
            row = video(id, snippet)
            setMedia(of: &row, snippet["thumbnails"], duration: .none)
        } else if type == "bulletin", item["id"].isString {
            row = MentionRow(kind: .post)
            row.nativeID = reading.keep(item["id"])
            row.title = reading.keepText(snippet["title"])
            row.text = reading.keepText(snippet["description"])
            setEntities(of: &row)
        } else {
            return
        }
        row.publishedAt = Times.parse(snippet["publishedAt"].string)
        setOwner(of: &row, id: snippet["channelId"], title: snippet["channelTitle"])
        reading.append(row)
    }

    /// The mention that something is gone.
    mutating func deletion(of id: Bytes, kind: Kind) -> MentionRow {
        var row = MentionRow(kind: kind)
        row.operation = .delete
        row.nativeID = reading.keep(id)
        return row
    }

    /// A video of which id, title and description are said.
    private mutating func video(_ id: Bytes, _ snippet: JSONNode, escapes: Escapes = .none) -> MentionRow {
        var row = MentionRow(kind: .video)
        row.nativeID = reading.keep(id)
        row.threadID = row.nativeID
        row.url = watchURL(id)
        row.canonicalURL = row.url
        row.title = reading.keepText(snippet["title"], escapes: escapes)
        row.text = reading.keepText(snippet["description"], escapes: escapes)
        setEntities(of: &row)
        return row
    }

    private mutating func setOwner(of row: inout MentionRow, id: JSONNode, title: JSONNode) {
        row.author.id = reading.keep(id)
        setName(title.string, of: &row.author)
    }

    private mutating func setMedia(of row: inout MentionRow, _ thumbnails: JSONNode, duration: Bytes) {
        let preview = thumbnail(thumbnails)
        let seconds = YouTubeDuration.seconds(duration)
        guard !preview.isEmpty || seconds != nil else { return }
        var media = MediaRow(type: .video)
        media.previewURL = reading.keep(preview)
        media.duration = seconds
        let first = reading.media.count
        reading.media.append(media)
        row.media = Entries(from: first, to: reading.media.count)
    }

    private mutating func setMetrics(of row: inout MentionRow, _ statistics: JSONNode) {
        row.metrics.views = statistics["viewCount"].int64
        row.metrics.likes = statistics["likeCount"].int64
        row.metrics.replies = statistics["commentCount"].int64
        if row.metrics != MetricsRow() { row.metricsAt = metricsAt }
    }

    mutating func setLanguage(of row: inout MentionRow, _ tag: Bytes) {
        if tag == "und" || tag == "zxx" { return }
        // Three codes are from before ISO 639 changed them.
        let changed = tag == "iw" ? "he" : tag == "in" ? "id" : tag == "ji" ? "yi" : ""
        row.language.tag = changed.isEmpty ? reading.keep(tag) : reading.keep(changed)
    }

    private mutating func setTags(of row: inout MentionRow, _ tags: JSONNode) {
        let first = reading.tags.count
        tags.each { tag in reading.append(tag: reading.keepText(tag)) }
        row.tags = Entries(from: first, to: reading.tags.count)
    }

    private mutating func setPlace(of row: inout MentionRow, _ recording: JSONNode) {
        row.place.name = reading.keepText(recording["locationDescription"])
        guard let latitude = recording["location"]["latitude"].double,
            let longitude = recording["location"]["longitude"].double,
            abs(latitude) <= 90, abs(longitude) <= 180
        else { return }
        row.place.latitude = latitude
        row.place.longitude = longitude
    }

    func visibility(_ status: JSONNode) -> Visibility? { Visibility(word: status["privacyStatus"].string) }

    /// Whether a playlist holds a channel's uploads: `UU…` beside `UC…`.
    private func isUploads(_ playlist: Bytes, of channel: Bytes) -> Bool {
        playlist.count > 2 && playlist.hasPrefix("UU") && channel.hasPrefix("UC")
            && playlist[2..<playlist.count] == channel[2..<channel.count]
    }

    /// The video of a thumbnail's address, `https://i.ytimg.com/vi/<id>/…`; no bytes where it is another address.
    private func videoID(ofThumbnail url: Bytes) -> Bytes {
        guard url.hasPrefix("https://i"), let slash = url.firstIndex(of: UInt8(ascii: "/"), from: 8),
            url[0..<slash].hasSuffix(".ytimg.com"), url[slash..<url.count].hasPrefix("/vi/"), url.count > slash + 15,
            url[slash + 15] == UInt8(ascii: "/")
        else { return .none }
        return url[(slash + 4)..<(slash + 15)]
    }

    private func live(_ snippet: JSONNode, into fields: inout JSONFields) {
        let state = snippet["liveBroadcastContent"].string
        if !(state == "none") { fields.string("liveBroadcastContent", state) }
    }

    /// What else was said of a video, part by part under the API's names.
    private mutating func videoExt(_ item: JSONNode, _ snippet: JSONNode) -> Kept {
        var fields = JSONFields()
        fields.string("categoryId", snippet["categoryId"].string)
        fields.string("defaultAudioLanguage", snippet["defaultAudioLanguage"].string)
        live(snippet, into: &fields)
        if !(snippet["localized"]["title"].string == snippet["title"].string)
            || !(snippet["localized"]["description"].string == snippet["description"].string)
        {
            fields.node("localized", snippet["localized"])
        }
        fields.integer("dislikeCount", item["statistics"]["dislikeCount"].int64)
        fields.node("contentDetails", item["contentDetails"])
        fields.node("status", item["status"])
        fields.node("liveStreamingDetails", item["liveStreamingDetails"])
        fields.node("topicDetails", item["topicDetails"])
        fields.node("localizations", item["localizations"])
        fields.string("recordingDate", item["recordingDetails"]["recordingDate"].string)
        return reading.keep(fields)
    }
}

/// Durations as ISO 8601 writes them: `PT1H2M3S`, `P1DT2S`.
enum YouTubeDuration {
    /// The seconds of a duration in days, hours, minutes and seconds, or nil.
    static func seconds(_ text: Bytes) -> Double? {
        guard text.count > 2, text.count < 40, text[0] == UInt8(ascii: "P") else { return nil }
        var total: Double = 0
        var start = 1
        for index in 1..<text.count {
            let unit: Double
            switch text[index] {
            case UInt8(ascii: "T"):
                start = index + 1
                continue
            case UInt8(ascii: "W"): unit = 604_800
            case UInt8(ascii: "D"): unit = 86_400
            case UInt8(ascii: "H"): unit = 3600
            case UInt8(ascii: "M"): unit = 60
            case UInt8(ascii: "S"): unit = 1
            default: continue
            }
            guard let value = Int64(decimal: text[start..<index]), value >= 0 else { return nil }
            total += Double(value) * unit
            start = index + 1
        }
        return start == text.count ? total : nil
    }
}
