internal import Earshot
internal import EarshotFormats

extension GraphReader {
    /// Reads the messages of a conversation.
    mutating func conversation(_ node: JSONNode, at location: String) {
        let id = reading.keepID(node["id"])
        // Threads of before conversations held their messages as comments.
        let messages = node["messages"].exists ? node["messages"] : node["comments"]
        var index = 0
        messages["data"].each { message in
            self.message(message, in: id, at: "\(location)/messages/data/\(index)")
            index += 1
        }
    }

    /// Reads a message that the Graph API gave, of Messenger or of Instagram.
    mutating func message(_ node: JSONNode, in thread: Kept, at location: @autoclosure () -> String) {
        beginExtra()
        var row = MentionRow(kind: .message)
        row.nativeID = keepMessageID(node["id"])
        guard !row.nativeID.isEmpty else {
            return reading.append(defect: "a message without an id", at: location())
        }
        row.threadID = thread
        row.visibility = .private
        row.publishedAt = node["created_time"].moment
        row.author = author(node["from"])
        keepMessage(node["message"], tags: node.absent, into: &row)
        row.direction = direction(of: node)
        let recipients = reading.recipients.count
        node["to"]["data"].each { other in
            if !other["id"].isSameID(as: node["from"]["id"]) { appendRecipient(other, as: .to) }
        }
        row.recipients = Entries(from: recipients, to: reading.recipients.count)
        let media = reading.media.count
        node["attachments"]["data"].each { appendMessageAttachment($0) }
        node["shares"]["data"].each { share in
            appendLink(
                share["link"], named: share["name"], described: share["description"], picture: share["picture"])
        }
        appendMedia(.image, at: node["sticker"].string)
        row.media = Entries(from: media, to: reading.media.count)
        readStory(node["story"], into: &row)
        sayMessage(node)
        append(row, of: node)
    }

    /// Keeps a message's id as webhooks write it: the Graph API puts `m_` before the old `mid.…`.
    mutating func keepMessageID(_ node: JSONNode) -> Kept {
        let id = node.string
        return id.hasPrefix("m_mid.") ? reading.keep(id[2..<id.count]) : reading.keepID(node)
    }

    /// From the page whose conversations are listed, or to it; only its own are ever given. Those of Instagram can be
    /// listed by the page that its account belongs to: then nobody's id is that of what is listed.
    private func direction(of node: JSONNode) -> Direction? {
        let from = node["from"]["id"]
        let isListed = context.edge == "messages" && !owner.isEmpty
        guard context.edge == "conversations" || isListed, from.exists else { return nil }
        let id = from.isString ? from.string.string : String(from.int64)
        let listed = isListed ? owner : context.object
        if id == listed { return .outbound }
        guard network == .instagram else { return .inbound }
        var isListedReader = false
        node["to"]["data"].each { if $0["id"].string.string == listed { isListedReader = true } }
        return isListedReader ? .inbound : nil
    }

    private mutating func appendMessageAttachment(_ node: JSONNode) {
        let image = node["image_data"]
        let video = node["video_data"]
        let mime = node["mime_type"]
        var media = MediaRow(type: GraphReader.mediaType(mime.string, image: image, video: video))
        let shape = video.isObject ? video : image
        let generic = node["generic_template"]
        let moving = image["animated_gif_url"]
        if moving.isString { media.type = .gif }
        let source = moving.isString ? moving : shape["url"].isString ? shape["url"] : node["file_url"]
        media.url = keepAddress(source.isString ? source.string : generic["cta"]["url"].string)
        let still = moving.isString ? shape["url"] : shape["preview_url"]
        let preview = still.isString ? still : generic["media_url"]
        media.previewURL = keepAddress(preview.string)
        // The type is that of the still picture.
        if !moving.isString { media.mime = reading.keep(mime) }
        media.name = reading.keepText(node["name"].isString ? node["name"] : generic["title"])
        media.alt = reading.keepText(generic["subtitle"])
        media.bytes = node["size"].int64
        media.width = shape["width"].int64
        media.height = shape["height"].int64
        media.duration = video["length"].double
        if generic.isObject { media.type = .link }
        reading.media.append(media)
    }

    private static func mediaType(_ mime: Bytes, image: JSONNode, video: JSONNode) -> MediaType {
        if video.isObject || mime.hasPrefix("video/") { return .video }
        if mime == "image/gif" { return .gif }
        if image.isObject || mime.hasPrefix("image/") { return .image }
        return mime.hasPrefix("audio/") ? .audio : .file
    }

    /// The story that a message answers or that names the account: only Instagram has them.
    mutating func readStory(_ story: JSONNode, into row: inout MentionRow) {
        let start = reading.refs.count
        appendStory(story["reply_to"], as: .replyTo)
        appendStory(story["mention"], as: .attachedTo)
        row.refs = Entries(from: start, to: reading.refs.count)
    }

    /// Adds a reference to a story.
    mutating func appendStory(_ story: JSONNode, as relation: Relation) {
        var ref = RefRow(relation, to: reading.keepID(story["id"]))
        guard !ref.id.isEmpty else { return }
        ref.url = reading.keep(story["link"].isString ? story["link"] : story["url"])
        reading.refs.append(ref)
    }

    private mutating func sayMessage(_ node: JSONNode) {
        say(("is_unsupported" as StaticString).bytes, node["is_unsupported"])
        say(("reactions" as StaticString).bytes, node["reactions"]["data"])
        say(("tags" as StaticString).bytes, node["tags"]["data"])
        let product = node["shares"]["data"][0]["template"]["payload"]["product"]["elements"]["data"]
        say(("product" as StaticString).bytes, product)
        if node["story"]["mention"].isObject { say("story_mention", true) }
    }
}
