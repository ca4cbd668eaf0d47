internal import Earshot
internal import EarshotFormats

/// v2: what a post says.
extension TwitterReader {
    /// The content of a repost's original; where that is not included, what the repost repeats of it.
    mutating func content(ofOriginal id: Bytes, repostedBy post: TwitterPost) -> TwitterContent {
        guard let position = includes.posts.position(of: id) else { return repeatedContent(of: post) }
        switch includes.originals[position] {
        case .shared(let content): return content
        case .said: return repeatedContent(of: post)
        case nil: break
        }
        let original = TwitterPost(includes.posts.nodes[position])
        guard original.hasText else { return repeatedContent(of: post) }
        let bytes = reading.arena.count
        let content = self.content(of: original)
        let parts = content.entities.count + content.media.count + content.recipients.count
        let size = reading.arena.count - bytes + Int(parts) * 100
        includes.originals[position] = size > TwitterReader.largestOriginal ? .said : .shared(content)
        return content
    }

    /// The size above which an original is said by the first of its reposts alone; about three of X's longest posts.
    private static let largestOriginal = 100_000

    /// What a repost repeats of an original that is not there.
    mutating func repeatedContent(of post: TwitterPost) -> TwitterContent {
        var content = self.content(of: post, skipping: TwitterRepostText.parse(post.text)?.prefix)
        let reposts = content.metrics.reposts
        // A repost shows its original's reposts, and 0 for everything else.
        content.metrics = MetricsRow()
        content.metrics.reposts = reposts
        return content
    }

    /// A post's text with its entities, media and counts.
    ///
    /// - Parameter prefix: how the text of a repost begins that is all there is of its original.
    mutating func content(
        of post: TwitterPost, skipping prefix: TwitterEntities.Prefix? = nil
    ) -> TwitterContent {
        var content = TwitterContent()
        let noteText = post.note["text"]
        let text = noteText.isString ? noteText.string : post.text
        content.recipients = collectEntities(
            noteText.isString ? post.note["entities"] : post.entities, beyond: prefix ?? .none)
        (content.text, content.entities) = entities.keep(text, skipping: prefix ?? .none, in: &reading)
        if !noteText.isString {
            content.truncated =
                prefix != nil
                ? TwitterRepostText.isCut(text)
                : TwitterReader.isCut(text, post.entities["urls"], of: post.id, post.firstID)
        }
        content.media = media(of: post)
        content.metrics = TwitterReader.metrics(post.metrics)
        return content
    }

    /// Whether a long post's text is its cut form, which ends in `…` and a link to itself.
    ///
    /// - Parameters:
    ///   - links: the addresses in it, where they are said; people write such an end, too, before a picture or a post
    ///     that they quote.
    ///   - ids: the post's own, or those of its versions, to one of which the link leads.
    static func isCut(_ text: Bytes, _ links: JSONNode? = nil, of ids: Bytes...) -> Bool {
        guard endsCut(text) else { return false }
        var last = Bytes.none
        links?.each { last = $0["expanded_url"].string }
        guard !last.isEmpty else { return true }
        let own = lastPart(of: last, after: UInt8(ascii: "/"))
        return last.string.contains("/status/") && ids.contains { $0 == own }
    }

    private static func endsCut(_ text: Bytes) -> Bool {
        let literal: StaticString = "\u{2026} https://t.co/"
        let link = literal.bytes
        let tail = text[max(text.count - 40, 0)..<text.count]
        guard tail.count >= link.count, text.count >= 100 else { return false }
        for start in 0...(tail.count - link.count) where tail[start..<start + link.count] == link {
            return tail[start + link.count..<tail.count].firstIndex(of: UInt8(ascii: " ")) == nil
        }
        return false
    }

    /// Notes the entities of a text and appends the accounts it names as recipients, but not those of its beginning.
    mutating func collectEntities(_ node: JSONNode, beyond prefix: TwitterEntities.Prefix = .none) -> Entries {
        entities.removeAll()
        let first = reading.recipients.count
        node.fields { key, list in
            switch key.count {
            case 4: if key == "urls" { list.each { collectURL($0) } }
            case 8:
                if key == "hashtags" {
                    list.each { collectTag($0, .hashtag) }
                } else if key == "cashtags" {
                    list.each { collectTag($0, .cashtag) }
                } else if key == "mentions" {
                    list.each { collectMention($0, after: first, beyond: prefix) }
                }
            default: break
            }
        }
        return Entries(from: first, to: reading.recipients.count)
    }

    private mutating func collectTag(_ node: JSONNode, _ type: EntityType) {
        entities.add(type, from: node["start"].int64, to: node["end"].int64, name: node["tag"].string)
    }

    private mutating func collectMention(_ node: JSONNode, after first: Int, beyond prefix: TwitterEntities.Prefix) {
        var (start, end, id, name) = (unsaid, unsaid, Bytes.none, Bytes.none)
        node.fields { key, value in
            switch key.count {
            case 2: if key == "id" { id = value.string }
            case 3: if key == "end" { end = value.int64 }
            case 5: if key == "start" { start = value.int64 }
            case 8: if key == "username" { name = value.string }
            default: break
            }
        }
        guard !name.isEmpty, !prefix.holds(start) else { return }
        var recipient = RecipientRow(role: .mention)
        recipient.handle = reading.keep(name)
        recipient.id = reading.keep(id)
        entities.add(.mention, from: start, to: end, name: name, value: recipient.handle)
        // Whoever is named twice is told once.
        let known = reading.recipients[first...].contains { reading.same($0.handle, recipient.handle) }
        if !known { reading.recipients.append(recipient) }
    }

    private mutating func collectURL(_ node: JSONNode) {
        var (start, end, short, expanded, unwound) = (unsaid, unsaid, Bytes.none, Bytes.none, Bytes.none)
        node.fields { key, value in
            switch key.count {
            case 3: if key == "end" { end = value.int64 } else if key == "url" { short = value.string }
            case 5: if key == "start" { start = value.int64 }
            case 11: if key == "unwound_url" { unwound = value.string }
            case 12: if key == "expanded_url" { expanded = value.string }
            default: break
            }
        }
        let target = !unwound.isEmpty ? unwound : !expanded.isEmpty ? expanded : short
        // Several pictures of a post share one link.
        guard !target.isEmpty, !entities.has(.url, at: start) else { return }
        entities.add(.url, from: start, to: end, name: short, value: reading.keep(target))
    }

    /// The counts of a post, under either spelling.
    static func metrics(_ node: JSONNode) -> MetricsRow {
        var metrics = MetricsRow()
        node.fields { key, value in
            switch key.count {
            case 10: if key == "like_count" { metrics.likes = value.int64 }
            case 11:
                if key == "reply_count" {
                    metrics.replies = value.int64
                } else if key == "quote_count" {
                    metrics.quotes = value.int64
                }
            case 12: if key == "repost_count" { metrics.reposts = value.int64 }
            case 13: if key == "retweet_count" { metrics.reposts = value.int64 }
            case 14: if key == "bookmark_count" { metrics.bookmarks = value.int64 }
            case 16: if key == "impression_count" { metrics.views = value.int64 }
            default: break
            }
        }
        return metrics
    }
}
