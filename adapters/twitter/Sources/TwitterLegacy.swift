internal import Earshot
internal import EarshotFormats

/// Version 1.1: posts of older APIs, of webhooks and of archives.
extension TwitterReader {
    /// Appends a post; `owner` is the author of every post of an archive, whose posts name none.
    mutating func readStatus(_ node: JSONNode, owner: TwitterAuthor? = nil, at place: String) {
        let id = legacyID(node, "id_str", "id")
        guard !id.isEmpty else { return reading.append(defect: "a post without an id", at: place) }
        guard TwitterReader.legacyText(node).isString else {
            return reading.append(defect: "a post without a text", at: place)
        }
        var row = MentionRow(kind: .post)
        let author = node["user"].isObject ? legacyAuthor(node["user"]) : owner ?? TwitterAuthor()
        row.author = author.row
        row.visibility = author.isProtected.map { $0 ? .followers : .public }
        setIdentity(node, id, author, &row)
        setLegacyRefs(node, &row)
        if row.operation == .update {
            let id = Array(reading.string(id).utf8)
            id.withBytes { appendVersions(TwitterReader.legacyHistory(node), before: $0, to: &row) }
        }
        setLegacyContent(node, &row)
        // Reposts and long posts that are cut are told whole elsewhere.
        row.isPartial = row.truncated == true && row.editedAt == nil
        row.isOriginal = row.editedAt == nil
        row.language = language(node["lang"].string)
        row.place = legacyPlace(node, author)
        if row.metrics != MetricsRow() { row.metricsAt = metricsAt }
        writeLegacyExt(node)
        writeProfile(of: author)
        row.ext = takeExt()
        row.raw = raw(node)
        reading.append(row)
    }

    /// Id, addresses and times: of the first version, where the chain of edits is told and the post is in it.
    private mutating func setIdentity(_ node: JSONNode, _ id: Kept, _ author: TwitterAuthor, _ row: inout MentionRow) {
        row.nativeID = id
        row.publishedAt = Times.parse(node["created_at"].string) ?? Times.parse(node["timestamp_ms"].string)
        row.url = address(of: id, by: author.row.handle)
        row.canonicalURL = row.url
        let chain = TwitterReader.legacyHistory(node)
        let isListed = reading.withBytes(of: id) { own in
            var found = false
            chain.each { found = found || $0.string == own }
            return found
        }
        // Where the chain is not listed, its first may be named.
        let enterprise = node["edit_history"]["initial_tweet_id"]
        let named = enterprise.exists ? enterprise : node["edit_info"]["edit"]["initialTweetId"]
        let first = chain.exists ? chain[0].string : named.string
        guard !first.isEmpty, !chain.exists || isListed && chain[1].exists else { return }
        ext.node("edit_history", chain)
        let isFirst = reading.withBytes(of: id) { $0 == first }
        guard !isFirst else { return }
        row.operation = .update
        row.nativeID = reading.keep(first)
        row.canonicalURL = address(of: row.nativeID, by: author.row.handle)
        row.editedAt = row.publishedAt
        row.publishedAt = TwitterID.published(first: first, version: row.publishedAt)
    }

    /// The id that the mention of a post has which is named in another: that of its first version, where it is told.
    private mutating func firstLegacyID(_ node: JSONNode) -> Kept {
        let chain = TwitterReader.legacyHistory(node)
        let first = chain.exists ? chain[0] : node["edit_history"]["initial_tweet_id"]
        return first.isString ? reading.keepID(first) : legacyID(node, "id_str", "id")
    }

    /// Appends the versions that a later one took the place of, whose addresses still lead there. The first has the id
    /// that the mention has.
    mutating func appendVersions(_ chain: JSONNode, before id: Bytes, to row: inout MentionRow) {
        let first = row.refs.count > 0 ? Int(row.refs.start) : reading.refs.count
        var isEarlier = true
        chain.each { version in
            isEarlier = isEarlier && !(version.string == id) && reading.refs.count - first < 100
            guard isEarlier, !version.string.isEmpty else { return }
            var ref = RefRow(.references, to: reading.keep(version.string))
            ref.url = address(of: ref.id, by: row.author.handle)
            reading.refs.append(ref)
        }
        row.refs = Entries(from: first, to: reading.refs.count)
    }

    /// The ids of a post's versions, under each name that has been used for them.
    private static func legacyHistory(_ node: JSONNode) -> JSONNode {
        let enterprise = node["edit_history"]["edit_tweet_ids"]
        if enterprise.isArray { return enterprise }
        let archived = node["edit_info"]["initial"]["editTweetIds"]
        if archived.isArray { return archived }
        return node["edit_info"]["edit"]["editControlInitial"]["editTweetIds"]
    }

    /// Relations, kind and conversation.
    private mutating func setLegacyRefs(_ node: JSONNode, _ row: inout MentionRow) {
        let first = reading.refs.count
        let original = node["retweeted_status"]
        if original.isObject { appendLegacyRef(.repostOf, firstLegacyID(original), original["user"]) }
        let parent = legacyID(node, "in_reply_to_status_id_str", "in_reply_to_status_id")
        if !parent.isEmpty {
            var ref = RefRow(.replyTo, to: parent)
            ref.author = reading.keep(node["in_reply_to_screen_name"].string)
            if !ref.author.isEmpty {
                ref.url = address(of: parent, by: ref.author)
            } else {
                ref.author = legacyID(node, "in_reply_to_user_id_str", "in_reply_to_user_id")
            }
            reading.refs.append(ref)
        }
        var quoted = firstLegacyID(node["quoted_status"])
        if quoted.isEmpty { quoted = legacyID(node, "quoted_status_id_str", "quoted_status_id") }
        // A repost of a quote repeats the quote's own relation.
        if !quoted.isEmpty, !original.isObject {
            let permalink = node["quoted_status_permalink"]["expanded"].string
            appendLegacyRef(.quoteOf, quoted, node["quoted_status"]["user"], permalink: permalink)
        }
        row.refs = Entries(from: first, to: reading.refs.count)
        let isReply = !parent.isEmpty || node["in_reply_to_user_id_str"].exists || node["in_reply_to_user_id"].exists
        let isQuote = !quoted.isEmpty || node["is_quote_status"].boolean == true
        row.kind = original.isObject ? .repost : isReply ? .reply : isQuote ? .quote : .post
        // Version 1.1 does not tell conversations; one that a post begins has the post's id.
        if !isReply { row.threadID = row.nativeID }
    }

    /// Appends a relation to a post by a user; where nothing is told of them, what `permalink` is is its address.
    private mutating func appendLegacyRef(
        _ relation: Relation, _ id: Kept, _ user: JSONNode, permalink: Bytes = .none
    ) {
        guard !id.isEmpty else { return }
        var ref = RefRow(relation, to: id)
        ref.author = reading.keep(user["screen_name"].string)
        if ref.author.isEmpty {
            ref.author = legacyID(user, "id_str", "id")
            if !permalink.isEmpty { ref.url = reading.keep(permalink) }
        } else {
            ref.url = address(of: id, by: ref.author)
        }
        reading.refs.append(ref)
    }

    /// Text, entities, media and counts: the original's, where the post is a repost.
    private mutating func setLegacyContent(_ node: JSONNode, _ row: inout MentionRow) {
        let original = node["retweeted_status"]
        let source = original.isObject && TwitterReader.legacyText(original).isString ? original : node
        let extended = source["extended_tweet"]
        let text = TwitterReader.legacyText(source)
        let isExtended = extended["full_text"].isString
        let lists = isExtended ? extended["entities"] : source["entities"]
        var prefix = TwitterEntities.Prefix.none
        // Archives tell a repost by its text alone.
        let repeated = notes != nil ? TwitterRepostText.parse(text.string) : nil
        if let repeated {
            row.kind = .repost
            row.truncated = TwitterRepostText.isCut(text.string)
            row.threadID = .none
            prefix = repeated.prefix
            ext.string("retweeted_screen_name", repeated.handle)
        }
        row.recipients = collectLegacyEntities(lists, beyond: prefix)
        let note = repeated == nil ? note(of: node, row, text.string) : nil
        if let note {
            row.text = reading.keepText(note.text)
            // The post's own entities are those of the beginning that it shows.
            row.entities = TextEntities.append(from: row.text, to: &reading)
            for index in row.entities.indices where reading.entities[index].type == .url {
                guard let target = note.links[reading.string(reading.entities[index].value)] else { continue }
                reading.entities[index].value = reading.keep(target)
            }
        } else {
            (row.text, row.entities) = entities.keep(text.string, skipping: prefix, in: &reading)
            if source["truncated"].boolean == true && !isExtended { row.truncated = true }
            let own = node["id_str"].exists ? node["id_str"] : node["id"]
            // The last link of a post with pictures leads to those.
            let isPlain = lists["urls"][0].exists || !lists["media"][0].exists
            if notes != nil, repeated == nil, isPlain, TwitterReader.isCut(text.string, lists["urls"], of: own.string) {
                row.truncated = true
            }
        }
        let media = extended["extended_entities"]["media"]
        let plain = source["extended_entities"]["media"]
        row.media = legacyMedia(media.exists ? media : plain.exists ? plain : lists["media"])
        if repeated == nil { row.metrics = TwitterReader.legacyMetrics(source) }
    }

    /// The long text of an archive's post, named after the version that it is of, or after the first.
    private mutating func note(of node: JSONNode, _ row: MentionRow, _ text: Bytes) -> TwitterNotes.Note? {
        let own = reading.string(legacyID(node, "id_str", "id"))
        let moment = row.editedAt ?? row.publishedAt
        return notes?.take(own, text, at: moment) ?? notes?.take(reading.string(row.nativeID), text, at: moment)
    }

    /// The text to read: the whole one, where it was sent.
    static func legacyText(_ node: JSONNode) -> JSONNode {
        let extended = node["extended_tweet"]["full_text"]
        if extended.isString { return extended }
        let full = node["full_text"]
        return full.isString ? full : node["text"]
    }

    private static func legacyMetrics(_ node: JSONNode) -> MetricsRow {
        var metrics = MetricsRow()
        metrics.likes = TwitterReader.count(node["favorite_count"])
        metrics.replies = TwitterReader.count(node["reply_count"])
        metrics.reposts = TwitterReader.count(node["retweet_count"])
        metrics.quotes = TwitterReader.count(node["quote_count"])
        return metrics
    }

    /// What version 1.1 says and mention v1 has no field for.
    private mutating func writeLegacyExt(_ node: JSONNode) {
        ext.string("source", TwitterReader.sourceName(node["source"].string))
        ext.boolean("possibly_sensitive", node["possibly_sensitive"].boolean)
        ext.string("community_id", node["community_id"].string)
        ext.node("withheld_in_countries", node["withheld_in_countries"])
        ext.boolean("withheld_copyright", node["withheld_copyright"].boolean)
        ext.string("withheld_scope", node["withheld_scope"].string)
        ext.node("edit_controls", node["edit_controls"])
        ext.node("scopes", node["scopes"])
        if node["place"]["id"].exists { ext.node("place", node["place"]) }
        if node["matching_rules"][0].exists { ext.node("matching_rules", node["matching_rules"]) }
        ext.node("quoted_status_permalink", node["quoted_status_permalink"])
    }

    /// The name of the program a post was written with; version 1.1 sends a link around it.
    private static func sourceName(_ source: Bytes) -> Bytes {
        guard source.hasPrefix("<a "), source.hasSuffix("</a>"), let end = source.firstIndex(of: UInt8(ascii: ">")),
            end < source.count - 4
        else {
            return source
        }
        return source[(end + 1)..<(source.count - 4)]
    }
}
