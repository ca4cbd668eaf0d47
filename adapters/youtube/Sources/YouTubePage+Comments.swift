internal import Earshot
internal import EarshotFormats

extension YouTubePage {
    /// What a comment inherits from the thread it was found in.
    struct Thread {
        /// The video, where the comment itself does not say it.
        var video = Bytes.none
        /// The first comment of the thread, for replies.
        var parent = Bytes.none
        /// How many replies the first comment has.
        var replies = unsaid
        /// Whether everybody may see it.
        var isPublic: Bool?
        /// Whether the reader may reply.
        var canReply: Bool?
    }

    /// The first comment of a thread, and those replies that came with it.
    mutating func readThread(_ item: JSONNode, at place: String) throws(MalformedDocument) {
        var top = item[-1]
        var first = Thread()
        item["snippet"].fields { key, value in
            switch key.count {
            case 7 where key == "videoId": first.video = value.string
            case 8 where key == "isPublic": first.isPublic = value.boolean
            case 8 where key == "canReply": first.canReply = value.boolean
            case 15 where key == "topLevelComment": top = value
            case 15 where key == "totalReplyCount": first.replies = value.int64
            default: break
            }
        }
        guard top.isObject else { throw MalformedDocument("a thread without its comment: ask for part=snippet") }
        if first.video.isEmpty { first.video = top["snippet"]["videoId"].string }
        try readComment(top, of: first)
        var thread = Thread(video: first.video)
        // Replies are also listed without their thread: saying it here alone would make them look edited.
        if first.isPublic == false { thread.isPublic = false }
        thread.parent = top["id"].string
        var index = 0
        item["replies"]["comments"].each { reply in
            do throws(MalformedDocument) {
                try readComment(reply, of: thread)
            } catch {
                reading.append(defect: error.reason, at: "\(place)/replies/comments/\(index)")
            }
            index += 1
        }
    }

    /// A comment or a reply.
    mutating func readComment(_ item: JSONNode, of thread: Thread) throws(MalformedDocument) {
        let id = item["id"].string
        let snippet = item["snippet"]
        guard !id.isEmpty else { throw MalformedDocument("a comment without id") }
        guard snippet.isObject else { throw MalformedDocument("a comment without snippet") }
        let comment = YouTubeComment(snippet)
        let parent = comment.parentID.exists ? comment.parentID.string : thread.parent
        let video = comment.videoID.exists ? comment.videoID.string : thread.video
        var row = MentionRow(kind: parent.isEmpty ? .comment : .reply)
        row.nativeID = reading.keep(id)
        setPlace(of: &row, id: id, parent: parent, video: video)
        setText(of: &row, comment)
        setAuthor(of: &row, comment)
        row.metrics.likes = comment.likeCount.int64
        row.metrics.replies = thread.replies
        if row.metrics != MetricsRow() { row.metricsAt = metricsAt }
        row.publishedAt = Times.parse(comment.publishedAt)
        // Most were never edited, and say the same moment twice.
        if !(comment.updatedAt == comment.publishedAt), let published = row.publishedAt,
            let updated = Times.parse(comment.updatedAt), updated > published
        {
            row.editedAt = updated
        }
        row.isOriginal = row.editedAt == nil && !comment.updatedAt.isEmpty
        if let isPublic = thread.isPublic { row.visibility = isPublic ? .public : .private }
        if comment.isHeldBack { row.visibility = .private }
        if !comment.imageURL.isEmpty {
            let first = reading.media.count
            var image = MediaRow(type: .image)
            image.url = reading.keep(comment.imageURL)
            reading.media.append(image)
            row.media = Entries(from: first, to: reading.media.count)
        }
        row.ext = ext(of: comment, thread)
        reading.append(row)
    }

    /// The address of a comment, the comment or video that it answers, and the video that a reply is under.
    mutating func setPlace(of row: inout MentionRow, id: Bytes, parent: Bytes, video: Bytes) {
        if !video.isEmpty {
            row.url = reading.keep(joining: YouTubePage.watch.bytes, video, YouTubePage.comment.bytes, id)
            row.canonicalURL = row.url
        }
        setConversation(of: &row, parent: parent, video: video)
    }

    /// What a comment or chat message answers, a comment or else the video, and the video that a reply is under.
    mutating func setConversation(of row: inout MentionRow, parent: Bytes, video: Bytes) {
        let first = reading.refs.count
        if !parent.isEmpty { reading.refs.append(RefRow(.replyTo, to: reading.keep(parent))) }
        if !video.isEmpty {
            row.threadID = reading.keep(video)
            var ref = RefRow(parent.isEmpty ? .replyTo : .root, to: row.threadID)
            ref.url = watchURL(video)
            reading.refs.append(ref)
        }
        row.refs = Entries(from: first, to: reading.refs.count)
    }

    /// The text as written, else the text as displayed, which is HTML unless it was asked for otherwise.
    private mutating func setText(of row: inout MentionRow, _ comment: YouTubeComment) {
        let displayed = comment.textDisplay
        let isHTML = !isPlainText && HTML.isLikely(displayed)
        let original = comment.textOriginal.string
        if !original.isEmpty || !isHTML {
            row.text = reading.keepText(original.isEmpty ? displayed : original)
        } else {
            row.text = reading.keepText(html: displayed)
        }
        if isHTML, displayed.firstIndex(of: UInt8(ascii: "<")) != nil {
            row.html = reading.keepHTML(displayed, base: YouTubePage.watch.bytes)
        }
        setEntities(of: &row)
    }

    private mutating func setAuthor(of row: inout MentionRow, _ comment: YouTubeComment) {
        row.author.id = reading.keep(comment.authorID)
        setName(comment.authorName, of: &row.author)
        row.author.url = reading.keep(comment.authorURL)
        row.author.avatarURL = reading.keep(comment.authorPicture)
    }

    private mutating func ext(of comment: YouTubeComment, _ thread: Thread) -> Kept {
        let isRated = !comment.viewerRating.isEmpty && !(comment.viewerRating == "none")
        guard thread.canReply != nil || isRated || !comment.channelID.isEmpty || !comment.moderationStatus.isEmpty
        else { return .none }
        var fields = JSONFields()
        fields.string("channelId", comment.channelID)
        fields.string("moderationStatus", comment.moderationStatus)
        if isRated { fields.string("viewerRating", comment.viewerRating) }
        fields.boolean("canReply", thread.canReply)
        return reading.keep(fields)
    }
}
