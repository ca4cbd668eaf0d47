internal import Earshot
internal import EarshotFormats

/// v2: pages, single look-ups and stream lines.
extension TwitterReader {
    /// Reads `{data, includes, errors, meta, matching_rules}`, whatever of it there is.
    mutating func readPage(_ root: JSONNode) {
        var data = root["data"]
        includes = TwitterIncludes(root["includes"])
        let rules = root["matching_rules"]
        if data.isArray {
            var index = 0
            data.each { element in
                readElement(element, rules: root[-1], at: index)
                index += 1
            }
        } else if data.isObject {
            readElement(data, rules: rules, at: nil)
        }
        data = root["errors"]
        noteErrors(data)
    }

    /// Reads one element of `data`: a post or a message; accounts, counts, lists and spaces are no mentions.
    private mutating func readElement(_ node: JSONNode, rules: JSONNode, at index: Int?) {
        guard node.isObject else { return reading.append(defect: "not an object", at: TwitterReader.place(index)) }
        let post = TwitterPost(node)
        if post.eventType.isEmpty {
            readPost(post, rules: rules, at: index)
        } else if post.eventType == "MessageCreate" {
            readMessageEvent(node, at: TwitterReader.place(index))
        }
    }

    /// Appends a post as a mention.
    mutating func readPost(_ post: TwitterPost, rules: JSONNode, at index: Int?) {
        guard !post.id.isEmpty, post.hasText else {
            if let reason = TwitterReader.fault(in: post) {
                reading.append(defect: reason, at: TwitterReader.place(index))
            }
            return
        }
        var row = MentionRow(kind: .post)
        let author = self.author(post)
        let firstID = post.firstID
        row.nativeID = reading.keep(firstID)
        row.author = author.row
        row.url = address(of: post.id, by: author.handle)
        row.canonicalURL = firstID == post.id ? row.url : address(of: firstID, by: author.handle)
        row.publishedAt = Times.parse(post.createdAt)
        if !(firstID == post.id) {
            row.operation = .update
            row.editedAt = row.publishedAt ?? TwitterID.moment(of: post.id)
            row.publishedAt = TwitterID.published(first: firstID, version: row.publishedAt)
        }
        readReferences(post, into: &row)
        if row.operation == .update { appendVersions(post.history, before: post.id, to: &row) }
        row.language = language(post.language)
        row.visibility = author.isProtected.map { $0 ? .followers : .public }
        row.place = place(of: post, author)
        // A conversation is named by its first post, which may have been edited since.
        let isStart = post.conversationID == post.id
        row.threadID = isStart || post.conversationID == firstID ? row.nativeID : reading.keep(post.conversationID)
        if row.metrics != MetricsRow() { row.metricsAt = metricsAt }
        if post.promotedMetrics.isObject || post.isPaid == true { row.promoted = true }
        if !author.pinned.isEmpty, author.pinned == post.id { row.pinned = true }
        writeExt(post, by: author, rules: rules, to: &row)
        row.raw = raw(post.node)
        row.isPartial = post.isBare || row.truncated == true && row.editedAt == nil
        row.isOriginal = row.editedAt == nil
        reading.append(row)
    }

    /// What is wrong with an element that cannot be a mention; nil where it is something else, such as an account.
    private static func fault(in post: TwitterPost) -> String? {
        if post.hasText { return "a post without an id" }
        let isPost = !post.authorID.isEmpty || !post.conversationID.isEmpty || post.history.exists
        return isPost && post.username.isEmpty ? "a post without a text" : nil
    }

    static func place(_ index: Int?) -> String { index.map { "/data/\($0)" } ?? "/data" }

    /// The relations of a post, its kind, and its content: its own, or the original's where it is a repost.
    private mutating func readReferences(_ post: TwitterPost, into row: inout MentionRow) {
        let first = reading.refs.count
        var reply = false
        var quote = false
        var repost: Bytes?
        post.references.each { reference in
            let id = reference["id"].string
            guard !id.isEmpty else { return }
            switch reference["type"].string {
            case let type where type == "retweeted" || type == "reposted":
                repost = id
                appendRef(.repostOf, to: id, of: post)
            case let type where type == "quoted":
                quote = true
                appendRef(.quoteOf, to: id, of: post)
            case let type where type == "replied_to":
                reply = true
                appendRef(.replyTo, to: id, of: post)
            default: break
            }
        }
        row.refs = Entries(from: first, to: reading.refs.count)
        let repeats = repost == nil && post.isBare && TwitterRepostText.parse(post.text) != nil
        row.kind =
            repost != nil || repeats ? .repost : reply || !post.inReplyTo.isEmpty ? .reply : quote ? .quote : .post
        let content =
            repost.map { self.content(ofOriginal: $0, repostedBy: post) }
            ?? (repeats ? repeatedContent(of: post) : self.content(of: post))
        row.text = content.text
        row.truncated = content.truncated
        row.entities = content.entities
        row.media = content.media
        row.recipients = content.recipients
        row.metrics = content.metrics
    }

    /// Appends a relation; where the other post is included, by the first id of its edits, so that the two join.
    private mutating func appendRef(_ relation: Relation, to id: Bytes, of post: TwitterPost) {
        var authorID = relation == .replyTo ? post.inReplyTo : .none
        var target = id
        if let head = head(of: id) {
            if !head.authorID.isEmpty { authorID = head.authorID }
            if !head.firstID.isEmpty { target = head.firstID }
        }
        var ref = RefRow(relation, to: reading.keep(target))
        if let handle = handle(of: authorID) {
            ref.author = reading.keep(handle.isEmpty ? authorID : handle)
            if !handle.isEmpty { ref.url = address(of: id, by: handle) }
        } else if relation == .repostOf, let repeated = TwitterRepostText.parse(post.text) {
            ref.author = reading.keep(repeated.handle)
            ref.url = address(of: id, by: repeated.handle)
        } else {
            ref.author = reading.keep(authorID)
        }
        reading.refs.append(ref)
    }

    /// The name of an included account, for which the rest of it need not be read.
    private func handle(of id: Bytes) -> Bytes? {
        guard let position = includes.users.position(of: id) else { return nil }
        if let known = includes.authors[position] { return known.handle }
        let node = includes.users.nodes[position]
        let name = node["username"].string
        return TwitterReader.shared(name.isEmpty ? node["screen_name"].string : name)
    }

    /// What relations need to know of an included post, found once.
    private mutating func head(of id: Bytes) -> TwitterHead? {
        guard let position = includes.posts.position(of: id) else { return nil }
        if let known = includes.heads[position] { return known }
        var head = TwitterHead()
        includes.posts.nodes[position].fields { key, value in
            if key == "author_id" {
                head.authorID = TwitterReader.shared(value.string)
            } else if key == "edit_history_tweet_ids" || key == "edit_history_post_ids" {
                head.firstID = TwitterReader.shared(value[0].string)
            }
        }
        includes.heads[position] = head
        return head
    }
}
