internal import Earshot
internal import EarshotFormats

extension GraphReader {
    /// Reads one event of `messaging` or `standby`: a message, its edit or its withdrawal; other events, such as reads
    /// and deliveries, are counted.
    mutating func messaging(
        _ node: JSONNode, of account: JSONNode, at location: @autoclosure () -> String
    ) {
        guard node.isObject else { return reading.append(defect: "an event that is no object", at: location()) }
        let edit = node["message_edit"]
        let message = edit.isObject ? edit : node["message"]
        guard message.isObject else {
            reading.ignored += 1
            return
        }
        beginExtra()
        var row = MentionRow(kind: .message)
        row.nativeID = keepMessageID(message["mid"])
        guard !row.nativeID.isEmpty else {
            return reading.append(defect: "a message without a mid", at: location())
        }
        if message["is_deleted"].boolean == true {
            row.operation = .delete
            row.editedAt = node["timestamp"].moment
            return append(row, of: node)
        }
        row.visibility = .private
        let moment = node["timestamp"].moment
        if edit.isObject {
            row.operation = .update
            row.editedAt = moment
        } else {
            row.publishedAt = moment
            row.isOriginal = true
        }
        readParties(of: node, message, account, into: &row)
        keepMessage(message["text"], tags: message.absent, into: &row)
        readAttachments(of: message, into: &row)
        readReply(of: message, into: &row)
        sayMessaging(node, message)
        append(row, of: node)
    }

    /// Who wrote to whom, which way it went, and the conversation, which is named after the two.
    private mutating func readParties(
        of node: JSONNode, _ message: JSONNode, _ account: JSONNode, into row: inout MentionRow
    ) {
        let sender = node["sender"]
        let recipient = node["recipient"]
        let isEcho = message["is_echo"].boolean == true || sender["id"].isSameID(as: account)
        row.direction = isEcho ? .outbound : .inbound
        row.author.id = reading.keepID(sender["id"])
        let start = reading.recipients.count
        appendRecipient(recipient, as: .to)
        row.recipients = Entries(from: start, to: reading.recipients.count)
        let ends = isEcho && !recipient["id"].isSameID(as: account) ? recipient : sender
        row.threadID = keepPair(account, ends["id"])
    }

    /// Keeps two ids as one; none where one is missing.
    private mutating func keepPair(_ one: JSONNode, _ other: JSONNode) -> Kept {
        guard one.saysSomething, other.saysSomething else { return .none }
        if one.isString, other.isString {
            return reading.keep(joining: one.string, ("_" as StaticString).bytes, other.string)
        }
        let (first, second) = (reading.keepID(one), reading.keepID(other))
        return first.isEmpty || second.isEmpty
            ? .none : reading.keep(reading.string(first) + "_" + reading.string(second))
    }

    private mutating func readAttachments(of message: JSONNode, into row: inout MentionRow) {
        let start = reading.media.count
        var isPlain = true
        message["attachments"].each { attachment in
            let type = attachment["type"].string
            let payload = attachment["payload"]
            if type == "location" {
                readCoordinates(payload["coordinates"]["lat"], payload["coordinates"]["long"], into: &row)
                row.place.name = reading.keepText(attachment["title"])
                return
            }
            let kind = GraphReader.mediaType(ofAttachment: type)
            let isPost = payload["reel_video_id"].exists || payload["ig_post_media_id"].exists
            if kind == nil || type == "story_mention" || isPost { isPlain = false }
            let url = payload["url"].isString ? payload["url"] : attachment["url"]
            guard !url.string.isEmpty else {
                isPlain = false
                return
            }
            var media = MediaRow(type: kind ?? .link)
            media.url = keepAddress(url.string)
            let title = attachment["title"].isString ? attachment["title"] : payload["title"]
            media.name = reading.keepText(title)
            reading.media.append(media)
        }
        row.media = Entries(from: start, to: reading.media.count)
        // What has no media type of its own (templates, hearts, mentions in stories), or an id, is told as it came.
        if !isPlain { say(("attachments" as StaticString).bytes, message["attachments"]) }
    }

    private static func mediaType(ofAttachment type: Bytes) -> MediaType? {
        if type == "image" { return .image }
        if type == "video" || type == "ig_reel" || type == "reel" { return .video }
        if type == "audio" { return .audio }
        if type == "file" || type == "story_mention" { return .file }
        return type == "fallback" || type == "share" || type == "ig_post" ? .link : nil
    }

    private mutating func readReply(of message: JSONNode, into row: inout MentionRow) {
        let reply = message["reply_to"]
        guard reply.isObject else { return }
        let start = reading.refs.count
        let id = keepMessageID(reply["mid"])
        if !id.isEmpty { reading.refs.append(RefRow(.replyTo, to: id)) }
        appendStory(reply["story"], as: .replyTo)
        row.refs = Entries(from: start, to: reading.refs.count)
    }

    private mutating func sayMessaging(_ node: JSONNode, _ message: JSONNode) {
        message.fields { key, value in
            switch key.count {
            case 3 where key == "mid" || key == "seq": break
            case 4 where key == "text": break
            case 7 where key == "is_echo": break
            case 8 where key == "reply_to": break
            case 10 where key == "is_deleted": break
            case 11 where key == "attachments": break
            default: say(key, value)
            }
        }
        say(("prior_message" as StaticString).bytes, node["prior_message"])
    }
}
