internal import Earshot
internal import EarshotFormats

/// The fields of a comment that have a place in a mention; the others go to `ext`.
private struct FacebookComment {
    var id, from, message, created, permalink, parent, object, attachment: JSONNode
    var tags, likeCount, replyCount, likes, reactions, comments, isPrivate, conversation: JSONNode

    init(_ absent: JSONNode) {
        (id, from, message, created, permalink) = (absent, absent, absent, absent, absent)
        (parent, object, attachment, tags, likeCount) = (absent, absent, absent, absent, absent)
        (replyCount, likes, reactions, comments, isPrivate) = (absent, absent, absent, absent, absent)
        conversation = absent
    }

    mutating func take(_ key: Bytes, _ value: JSONNode) -> Bool {
        switch key.count {
        case 2 where key == "id": id = value
        case 4 where key == "from": from = value
        case 5 where key == "likes": likes = value
        case 6 where key == "parent": parent = value
        case 6 where key == "object": object = value
        case 7 where key == "message": message = value
        case 8 where key == "comments": comments = value
        case 9 where key == "reactions": reactions = value
        case 10 where key == "like_count": likeCount = value
        case 10 where key == "is_private": isPrivate = value
        case 10 where key == "attachment": attachment = value
        case 12 where key == "created_time": created = value
        case 12 where key == "message_tags": tags = value
        case 13 where key == "comment_count": replyCount = value
        case 13 where key == "permalink_url": permalink = value
        case 26 where key == "private_reply_conversation": conversation = value
        default: return false
        }
        return true
    }

    /// Whether nothing is said but which comment it is, and what answers it.
    var isShell: Bool {
        comments.isObject && !message.exists && !created.exists && !from.exists && !attachment.exists
    }
}

extension GraphReader {
    /// How deep replies may hang before they are left out.
    private static let depthLimit = 64

    /// Reads the comments that came with a post, or the replies that came with a comment.
    mutating func comments(
        _ node: JSONNode, of thread: GraphThread, under parent: Kept = .none, depth: Int = 0
    ) {
        let list = node.isArray ? node : node["data"]
        guard list.isArray else { return }
        guard depth < GraphReader.depthLimit else {
            return reading.append(defect: "replies nested deeper than \(GraphReader.depthLimit)", at: "/comments")
        }
        list.each { comment($0, in: thread, under: parent, depth: depth) }
    }

    /// Reads a comment or reply, and the replies that came with it.
    mutating func comment(
        _ node: JSONNode, in thread: GraphThread, under outer: Kept = .none, depth: Int = 0,
        at location: @autoclosure () -> String = "/comments"
    ) {
        guard node.isObject else { return reading.append(defect: "a comment that is no object", at: location()) }
        var comment = FacebookComment(node.absent)
        beginExtra()
        node.fields { key, value in
            if !comment.take(key, value), !GraphNoise.contains(key) { say(key, value) }
        }
        var row = MentionRow(kind: .comment)
        row.nativeID = reading.keepID(comment.id)
        guard !row.nativeID.isEmpty else {
            return reading.append(defect: "a comment without an id", at: location())
        }
        let parent = comment.parent["id"].exists ? reading.keepID(comment.parent["id"]) : outer
        let post = thread.id.isEmpty ? reading.keepID(comment.object["id"]) : thread.id
        row.visibility = thread.visibility
        if comment.isPrivate.saysTrue || comment.parent.isObject && comment.parent["is_private"].saysTrue { hide(&row) }
        row.publishedAt = comment.created.moment
        row.author = author(comment.from)
        row.url = keepAddress(comment.permalink.string)
        keepMessage(comment.message, tags: comment.tags, into: &row)
        readCounts(of: comment, into: &row)
        if comment.attachment.isObject {
            let start = reading.media.count
            appendAttachment(comment.attachment, depth: 0)
            row.media = Entries(from: start, to: reading.media.count)
        }
        place(&row, in: post, under: parent)
        // What was said in private is not part of what everybody reads.
        if comment.conversation["id"].exists { say("private_reply_conversation_id", comment.conversation["id"].string) }
        if comment.isShell { beginExtra() } else { append(row, of: node) }
        if comment.conversation["messages"].exists {
            conversation(comment.conversation, at: "/private_reply_conversation")
        }
        if comment.comments.exists {
            comments(comment.comments, of: thread, under: row.nativeID, depth: depth + 1)
        }
    }

    private mutating func readCounts(of comment: FacebookComment, into row: inout MentionRow) {
        let reactions = GraphCount.of(comment.reactions)
        let likes = GraphCount.of(comment.likes)
        let total = reactions != unsaid ? reactions : likes
        row.metrics.likes = total != unsaid ? total : comment.likeCount.int64
        let replies = comment.replyCount.int64
        row.metrics.replies = replies != unsaid ? replies : GraphCount.of(comment.comments)
    }

    /// Says where a comment hangs: below a post, or below another comment, where it is a reply.
    mutating func place(_ row: inout MentionRow, in post: Kept, under parent: Kept) {
        let start = reading.refs.count
        row.threadID = post
        let isReply = !parent.isEmpty && !reading.same(parent, post)
        if isReply {
            row.kind = .reply
            reading.refs.append(RefRow(.replyTo, to: parent))
        }
        if !post.isEmpty { reading.refs.append(RefRow(isReply ? .root : .replyTo, to: post)) }
        row.refs = Entries(from: start, to: reading.refs.count)
    }
}
