internal import Earshot
internal import EarshotFormats

/// The fields of a media or of a Threads post that have a place in a mention; the others go to `ext`.
private struct InstagramMedia {
    var id, caption, type, permalink, timestamp, username, owner, url, thumbnail, children: JSONNode
    var likes, commentCount, views, alt, comments, rootPost, repliedTo, quoted, reposted, location: JSONNode
    var link, gif, topic, name, text: JSONNode

    init(_ absent: JSONNode) {
        (id, caption, type, permalink, timestamp) = (absent, absent, absent, absent, absent)
        (username, owner, url, thumbnail, children) = (absent, absent, absent, absent, absent)
        (likes, commentCount, views, alt, comments) = (absent, absent, absent, absent, absent)
        (rootPost, repliedTo, quoted, reposted, location) = (absent, absent, absent, absent, absent)
        (link, gif, topic, name, text) = (absent, absent, absent, absent, absent)
    }

    mutating func take(_ key: Bytes, _ value: JSONNode) -> Bool {
        switch key.count {
        case 2 where key == "id": id = value
        case 4 where key == "text": text = value
        case 4 where key == "name": name = value
        case 5 where key == "owner": owner = value
        case 7 where key == "caption": caption = value
        case 7 where key == "gif_url": gif = value
        case 8 where key == "username": username = value
        case 8 where key == "children": children = value
        case 8 where key == "comments": comments = value
        case 8 where key == "alt_text": alt = value
        case 8 where key == "location": location = value
        case 9 where key == "permalink": permalink = value
        case 9 where key == "timestamp": timestamp = value
        case 9 where key == "media_url": url = value
        case 9 where key == "root_post": rootPost = value
        case 9 where key == "topic_tag": topic = value
        case 10 where key == "media_type": type = value
        case 10 where key == "like_count": likes = value
        case 10 where key == "view_count": views = value
        case 10 where key == "replied_to": repliedTo = value
        case 11 where key == "quoted_post": quoted = value
        case 13 where key == "thumbnail_url": thumbnail = value
        case 13 where key == "reposted_post": reposted = value
        case 14 where key == "comments_count": commentCount = value
        case 19 where key == "link_attachment_url": link = value
        default: return false
        }
        return true
    }
}

extension GraphReader {
    /// Reads one object of Instagram's or of Threads'; false where it is none that mentions are made of.
    mutating func instagramObject(
        _ node: JSONNode, of network: GraphNetwork, at location: @autoclosure () -> String
    ) -> Bool {
        if instagramWrapper(node, of: network, at: location()) { return true }
        switch InstagramShape(of: node, edge: context.edge) {
        case .media: instagramMedia(node, of: network, at: location())
        case .comment: instagramComment(node, in: listedThread(), at: location())
        case .conversation: conversation(node, at: location())
        case .message: message(node, in: listedConversation(), at: location())
        case .nothing: return false
        }
        return true
    }

    /// Reads what is wrapped in the account that asked, or in the account that was asked for.
    private mutating func instagramWrapper(
        _ node: JSONNode, of network: GraphNetwork, at location: @autoclosure () -> String
    ) -> Bool {
        let media = node["mentioned_media"]
        let comment = node["mentioned_comment"]
        let account = node["business_discovery"]
        let before = reading.rows.count
        if media.isObject {
            instagramMedia(media, of: network, at: "\(location())/mentioned_media")
        } else if comment.isObject {
            instagramComment(comment, in: GraphThread(id: .none, visibility: .public), at: "/mentioned_comment")
        } else if account.isObject {
            instagramLists(of: account, of: network, at: "\(location())/business_discovery")
        } else if node["media"]["data"].isArray || node["tags"]["data"].isArray || node["stories"]["data"].isArray {
            instagramLists(of: node, of: network, at: location())
            _ = lists(within: node, of: network)
        } else {
            return false
        }
        guard media.isObject || comment.isObject, reading.rows.count > before else { return true }
        let row = reading.rows[before]
        // Of what was asked for and is gone, the ids alone are told.
        if row.text.isEmpty, row.media.isEmpty, row.author.handle.isEmpty, row.author.id.isEmpty {
            reading.rows[before].isBare = true
        }
        // Who wrote a comment is told by deliveries alone; comments cannot be edited.
        if comment.isObject, row.author.id.isEmpty { reading.rows[before].isPartial = true }
        return true
    }

    /// Reads the lists that came inside an account: its media and stories, which are by it, and where it is tagged.
    private mutating func instagramLists(of account: JSONNode, of network: GraphNetwork, at location: String) {
        account["media"]["data"].each { instagramMedia($0, of: network, by: account, at: "\(location)/media/data") }
        account["stories"]["data"].each {
            instagramMedia($0, of: network, by: account, at: "\(location)/stories/data")
        }
        account["tags"]["data"].each { instagramMedia($0, of: network, at: "\(location)/tags/data") }
    }

    /// Reads a media, story or Threads post, and the comments that came with it.
    mutating func instagramMedia(
        _ node: JSONNode, of network: GraphNetwork, by account: JSONNode? = nil,
        at location: @autoclosure () -> String
    ) {
        guard node.isObject else { return reading.append(defect: "a media that is no object", at: location()) }
        var media = InstagramMedia(node.absent)
        beginExtra()
        node.fields { key, value in if !media.take(key, value) { say(key, value) } }
        var row = MentionRow(kind: .post)
        row.nativeID = reading.keepID(media.id)
        guard !row.nativeID.isEmpty else {
            return reading.append(defect: "a media without an id", at: location())
        }
        row.visibility = .public
        row.threadID = row.nativeID
        row.publishedAt = media.timestamp.moment
        row.url = reading.keep(media.permalink)
        keepCaption((media.caption.isString ? media.caption : media.text).string, into: &row)
        readAuthor(of: media, account, into: &row)
        if node["media_product_type"].string == "AD" { row.promoted = true }
        row.metrics.likes = media.likes.int64
        row.metrics.replies = media.commentCount.int64
        row.metrics.views = media.views.int64
        readFiles(of: media, into: &row)
        readInstagramPlace(media.location, into: &row)
        if network == .threads { readThread(of: media, into: &row) }
        append(row, of: node)
        let thread = GraphThread(id: row.nativeID, visibility: .public)
        media.comments["data"].each { instagramComment($0, in: thread, at: "/comments/data") }
    }

    /// Keeps a caption or comment with the tags and names in it, which the platform does not list.
    mutating func keepCaption(_ text: Bytes, into row: inout MentionRow) {
        row.text = reading.keepText(text)
        TextEntities.append(to: &row, of: &reading, finding: [.hashtags, .mentions], handles: .dotted)
    }

    private mutating func readAuthor(of media: InstagramMedia, _ account: JSONNode?, into row: inout MentionRow) {
        row.author.id = reading.keepID(media.owner["id"])
        row.author.handle = reading.keep(media.username.isString ? media.username : media.owner["username"])
        guard let account else { return }
        if row.author.id.isEmpty { row.author.id = reading.keepID(account["id"]) }
        if row.author.handle.isEmpty { row.author.handle = reading.keep(account["username"]) }
        row.author.name = reading.keepText(account["name"])
        row.author.avatarURL = reading.keep(account["profile_picture_url"])
        row.author.followers = account["followers_count"].int64
        row.author.following = account["follows_count"].int64
        row.author.posts = account["media_count"].int64
    }

    /// The parts of a carousel, or the one picture or film; addresses are signed and expire.
    private mutating func readFiles(of media: InstagramMedia, into row: inout MentionRow) {
        let start = reading.media.count
        if media.children["data"][0].isObject {
            media.children["data"].each { child in
                appendFile(
                    child["media_url"], preview: child["thumbnail_url"], as: child["media_type"],
                    described: child["alt_text"])
            }
        } else {
            appendFile(media.url, preview: media.thumbnail, as: media.type, described: media.alt)
        }
        appendLink(media.link, named: media.name.absent, described: media.name.absent, picture: media.name.absent)
        appendMedia(.gif, at: media.gif.string)
        row.media = Entries(from: start, to: reading.media.count)
    }

    private mutating func appendFile(
        _ url: JSONNode, preview: JSONNode, as type: JSONNode, described alt: JSONNode
    ) {
        guard !url.string.isEmpty || !preview.string.isEmpty else { return }
        let kind = type.string
        var file = MediaRow(type: kind == "VIDEO" || kind == "REELS" ? .video : kind == "AUDIO" ? .audio : .image)
        file.url = reading.keep(url)
        file.previewURL = reading.keep(preview)
        file.alt = reading.keepText(alt)
        reading.media.append(file)
    }

    private mutating func readInstagramPlace(_ location: JSONNode, into row: inout MentionRow) {
        guard location.isObject else { return }
        row.place.name = reading.keepText(location["name"])
        row.place.country = reading.keep(location["country"])
        readCoordinates(location["latitude"], location["longitude"], into: &row)
    }

    /// Where a Threads post hangs, and what it passes on.
    private mutating func readThread(of media: InstagramMedia, into row: inout MentionRow) {
        let start = reading.refs.count
        let root = reading.keepID(media.rootPost["id"])
        let parent = reading.keepID(media.repliedTo["id"])
        let quoted = reading.keepID(media.quoted["id"])
        let reposted = reading.keepID(media.reposted["id"])
        if !quoted.isEmpty {
            row.kind = .quote
            reading.refs.append(RefRow(.quoteOf, to: quoted))
        }
        if !reposted.isEmpty || media.type.string == "REPOST_FACADE" { row.kind = .repost }
        if !reposted.isEmpty { reading.refs.append(RefRow(.repostOf, to: reposted)) }
        if !parent.isEmpty {
            row.kind = .reply
            reading.refs.append(RefRow(.replyTo, to: parent))
        }
        if !root.isEmpty {
            row.threadID = root
            if !reading.same(root, parent) { reading.refs.append(RefRow(.root, to: root)) }
        }
        row.refs = Entries(from: start, to: reading.refs.count)
        let tag = reading.keepText(media.topic)
        row.tags = Entries(from: reading.tags.count, to: reading.tags.count + (tag.isEmpty ? 0 : 1))
        reading.append(tag: tag)
    }
}
