internal import Earshot
internal import EarshotFormats

/// The fields of an Instagram comment that have a place in a mention; the others go to `ext`.
private struct InstagramComment {
    var id, text, timestamp, username, from, user, likes, parent, media, replies: JSONNode

    init(_ absent: JSONNode) {
        (id, text, timestamp, username, from) = (absent, absent, absent, absent, absent)
        (user, likes, parent, media, replies) = (absent, absent, absent, absent, absent)
    }

    mutating func take(_ key: Bytes, _ value: JSONNode) -> Bool {
        switch key.count {
        case 2 where key == "id": id = value
        case 4 where key == "text": text = value
        case 4 where key == "from": from = value
        case 4 where key == "user": user = value
        case 5 where key == "media": media = value
        case 7 where key == "replies": replies = value
        case 8 where key == "username": username = value
        case 9 where key == "timestamp": timestamp = value
        case 9 where key == "parent_id": parent = value
        case 10 where key == "like_count": likes = value
        default: return false
        }
        return true
    }

    /// Whether nothing is said but which comment it is, and what answers it.
    var isShell: Bool {
        replies.isObject && !text.exists && !timestamp.exists && !from.exists && !username.exists
    }
}

extension GraphReader {
    /// Reads a comment or reply, and the replies that came with it; the API nests them one level deep.
    mutating func instagramComment(
        _ node: JSONNode, in thread: GraphThread, under outer: Kept = .none, of account: JSONNode? = nil,
        at location: @autoclosure () -> String
    ) {
        guard node.isObject else { return reading.append(defect: "a comment that is no object", at: location()) }
        var comment = InstagramComment(node.absent)
        beginExtra()
        node.fields { key, value in if !comment.take(key, value) { say(key, value) } }
        var row = MentionRow(kind: .comment)
        row.nativeID = reading.keepID(comment.id)
        guard !row.nativeID.isEmpty else {
            return reading.append(defect: "a comment without an id", at: location())
        }
        let media = thread.id.isEmpty ? reading.keepID(comment.media["id"]) : thread.id
        let parent = comment.parent.exists ? reading.keepID(comment.parent) : outer
        row.visibility = .public
        row.publishedAt = comment.timestamp.moment
        keepCaption(comment.text.string, into: &row)
        readAuthor(of: comment, into: &row)
        if let account, comment.from["id"].exists {
            row.direction = comment.from["id"].isSameID(as: account) ? .outbound : .inbound
        }
        row.metrics.likes = comment.likes.int64
        for key: StaticString in ["media_product_type", "ad_id", "ad_title", "original_media_id"] {
            say(key.bytes, comment.media[key])
        }
        place(&row, in: media, under: parent.isEmpty ? listedComment() : parent)
        // Nobody can edit a comment: who is not told of its writer knows it less well.
        row.isPartial = row.author.id.isEmpty
        if comment.isShell { beginExtra() } else { append(row, of: node) }
        guard outer.isEmpty else { return }
        let below = GraphThread(id: media, visibility: .public)
        comment.replies["data"].each {
            instagramComment($0, in: below, under: row.nativeID, of: account, at: "/replies/data")
        }
    }

    /// The comment whose replies are listed, as far as an address says so.
    private mutating func listedComment() -> Kept {
        context.edge == "replies" ? reading.keep(context.object) : .none
    }

    /// `from`, `username` or neither may be there; `user` only where the comment is one's own.
    private mutating func readAuthor(of comment: InstagramComment, into row: inout MentionRow) {
        row.author = author(comment.from)
        if row.author.id.isEmpty { row.author.id = reading.keepID(comment.user["id"]) }
        if row.author.handle.isEmpty { row.author.handle = reading.keep(comment.username) }
    }
}
