internal import Earshot
internal import EarshotFormats

extension GraphReader {
    /// Reads a record of a Facebook export: a comment where it holds one, else a post.
    mutating func facebookRecord(_ record: JSONNode, _ owner: ExportOwner) {
        var comment = record.absent
        record["data"].each { part in if part["comment"].isObject { comment = part["comment"] } }
        var row = MentionRow(kind: comment.isObject ? .comment : .post)
        let time = comment["timestamp"].exists ? comment["timestamp"] : record["timestamp"]
        row.publishedAt = time.moment
        row.nativeID = reading.keepID(record["fbid"])
        row.title = keepRepaired(record["title"])
        var account = owner.name
        if comment.isObject {
            let author = MetaExport.text(comment["author"])
            row.author.name = keepText(author)
            keepWords(comment["comment"], into: &row)
            let group = MetaExport.text(comment["group"])
            group.withBytes { say("group", $0) }
            if account.isEmpty { account = author }
        } else {
            setAuthor(owner, of: &row)
            record["data"].each { readPart($0, into: &row) }
        }
        readExportedAttachments(of: record, into: &row)
        let tagged = reading.recipients.count
        record["tags"].each { tag in
            var recipient = RecipientRow(role: .mention)
            recipient.name = keepRepaired(tag["name"])
            if !recipient.name.isEmpty { reading.recipients.append(recipient) }
        }
        row.recipients = Entries(from: tagged, to: reading.recipients.count)
        row.threadID = row.kind == .post ? row.nativeID : .none
        // A record of which only a time is left is what was deleted from the timeline.
        if row.text.isEmpty, row.title.isEmpty, row.media.isEmpty, row.place.isEmpty { return beginExtra() }
        appendExported(row, of: record, by: account)
    }

    /// Keeps what somebody wrote, repaired, with the tags and addresses in it.
    private mutating func keepWords(_ node: JSONNode, into row: inout MentionRow) {
        row.text = keepRepaired(node)
        TextEntities.append(to: &row, of: &reading, finding: [.hashtags, .urls])
    }

    private mutating func readPart(_ part: JSONNode, into row: inout MentionRow) {
        if part["post"].isString { keepWords(part["post"], into: &row) }
        if part["update_timestamp"].exists { row.editedAt = part["update_timestamp"].moment }
        say(("backdated_timestamp" as StaticString).bytes, part["backdated_timestamp"])
    }

    private mutating func readExportedAttachments(of record: JSONNode, into row: inout MentionRow) {
        let start = reading.media.count
        record["attachments"].each { attachment in
            attachment["data"].each { readExportedAttachment($0, into: &row) }
        }
        row.media = Entries(from: start, to: reading.media.count)
    }

    private mutating func readExportedAttachment(_ part: JSONNode, into row: inout MentionRow) {
        appendExportedMedia(part["media"])
        let link = part["external_context"]
        let address = MetaExport.text(link["url"])
        if !address.isEmpty {
            var media = MediaRow(type: .link)
            media.url = address.withBytes { keepAddress($0) }
            media.name = keepRepaired(link["name"])
            reading.media.append(media)
        }
        let place = part["place"]
        if place.isObject {
            row.place.name = keepRepaired(place["name"])
            readCoordinates(place["coordinate"]["latitude"], place["coordinate"]["longitude"], into: &row)
        }
        let words = part["note"].isObject ? part["note"]["text"] : part["text"]
        if row.text.isEmpty, words.isString { keepWords(words, into: &row) }
        let event = MetaExport.text(part["event"]["name"])
        event.withBytes { say("event", $0) }
        let question = MetaExport.text(part["poll"]["question"])
        question.withBytes { say("poll", $0) }
    }

    /// Reads a thread of messages: `{participants, messages: [{sender_name, timestamp_ms, content …}], thread_path}`.
    mutating func exportThread(_ root: JSONNode, _ owner: ExportOwner) {
        let thread = keepRepaired(root["thread_path"].isString ? root["thread_path"] : root["title"])
        let people = root["participants"].count
        var index = 0
        root["messages"].each { message in
            let place = "/messages/\(index)"
            index += 1
            guard message.isObject else { return reading.append(defect: "a message that is no object", at: place) }
            beginExtra()
            var row = MentionRow(kind: .message)
            row.visibility = .private
            row.threadID = thread
            row.publishedAt = (message["timestamp_ms"].exists ? message["timestamp_ms"] : message["timestamp"]).moment
            let sender = MetaExport.text(message["sender_name"])
            row.author.name = keepText(sender)
            if !owner.name.isEmpty { row.direction = sender == owner.name ? .outbound : .inbound }
            keepWords(message["content"], into: &row)
            readThreadMedia(of: message, into: &row)
            let recipients = reading.recipients.count
            root["participants"].each { other in
                let name = MetaExport.text(other["name"])
                guard name != sender, !name.isEmpty else { return }
                var recipient = RecipientRow(role: people > 2 ? .group : .to)
                recipient.name = keepText(name)
                reading.recipients.append(recipient)
            }
            row.recipients = Entries(from: recipients, to: reading.recipients.count)
            sayReactions(of: message)
            if row.text.isEmpty, row.media.isEmpty { return beginExtra() }
            appendExported(row, of: message, by: sender)
        }
    }

    private mutating func readThreadMedia(of message: JSONNode, into row: inout MentionRow) {
        let start = reading.media.count
        message["photos"].each { appendExportedMedia($0, as: .image) }
        message["videos"].each { appendExportedMedia($0, as: .video) }
        message["gifs"].each { appendExportedMedia($0, as: .gif) }
        message["audio_files"].each { appendExportedMedia($0, as: .audio) }
        message["files"].each { appendExportedMedia($0, as: .file) }
        appendExportedMedia(message["sticker"], as: .image)
        let share = message["share"]
        let link = MetaExport.text(share["link"])
        if !link.isEmpty {
            var media = MediaRow(type: .link)
            media.url = link.withBytes { keepAddress($0) }
            media.name = keepRepaired(share["share_text"])
            reading.media.append(media)
        }
        row.media = Entries(from: start, to: reading.media.count)
    }

    private mutating func sayReactions(of message: JSONNode) {
        var output = Output(capacity: 256)
        message["reactions"].each { reaction in
            output.literal(output.count == 0 ? "[" : ",")
            var fields = JSONFields()
            MetaExport.text(reaction["reaction"]).withBytes { fields.string("reaction", $0) }
            MetaExport.text(reaction["actor"]).withBytes { fields.string("actor", $0) }
            fields.withBytes { output.raw($0.isEmpty ? ("{}" as StaticString).bytes : $0) }
        }
        guard output.count > 0 else { return }
        output.literal("]")
        output.withBytes { say("reactions", json: $0) }
    }

    /// Reads a record whose fields are `label_values`: labels are in the owner's language, so fields are told by shape.
    mutating func labelledRecord(_ record: JSONNode, in list: Bytes, _ owner: ExportOwner) {
        let isComment = list.string.contains("comment") || document.name.contains("comment")
        var row = MentionRow(kind: isComment ? .comment : .post)
        row.nativeID = reading.keepID(record["fbid"])
        row.publishedAt = (record["timestamp"].exists ? record["timestamp"] : record["creation_timestamp"]).moment
        setAuthor(owner, of: &row)
        let start = reading.media.count
        record["media"].each { appendExportedMedia($0) }
        row.media = Entries(from: start, to: reading.media.count)
        var labels = JSONFields()
        record["label_values"].each { entry in
            if let time = entry["timestamp_value"].moment, row.publishedAt == nil { row.publishedAt = time }
            let value = MetaExport.text(entry["value"])
            let address = MetaExport.text(entry["href"])
            let isAddress = value.withBytes { $0.hasPrefix("https://") || $0.hasPrefix("http://") }
            if row.url.isEmpty, isAddress || !address.isEmpty {
                row.url = keepText(address.isEmpty ? value : address)
            } else if !value.isEmpty, row.text.isEmpty {
                row.text = keepText(value)
            } else if !value.isEmpty {
                MetaExport.text(entry["label"]).withBytes { label in
                    value.withBytes { labels.string(named: label, $0) }
                }
            }
        }
        labels.withBytes { say("label_values", json: $0) }
        row.threadID = row.kind == .post ? row.nativeID : .none
        if row.text.isEmpty, row.media.isEmpty { return beginExtra() }
        appendExported(row, of: record, by: owner.name)
    }
}
