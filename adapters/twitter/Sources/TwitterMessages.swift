internal import Earshot
internal import EarshotFormats

/// Direct messages, in the four forms that X sends them in.
extension TwitterReader {
    /// An event of `/2/dm_events`.
    mutating func readMessageEvent(_ node: JSONNode, at place: String) {
        let id = node["id"].string
        guard !id.isEmpty, node["text"].isString || node["attachments"].isObject else {
            return reading.append(defect: "a message without an id or a text", at: place)
        }
        let sender = node["sender_id"].string
        let conversation = node["dm_conversation_id"].string
        var row = message(id: reading.keep(id), thread: reading.keep(conversation))
        row.author = account(sender)
        row.publishedAt = Times.parse(node["created_at"].string)
        let first = reading.recipients.count
        appendPartner(of: sender, in: conversation)
        let entities = node["entities"]
        let named = collectEntities(entities.isObject ? entities : node)
        row.recipients = Entries(from: first, to: max(first, named.indices.upperBound, reading.recipients.count))
        (row.text, row.entities) = self.entities.keep(node["text"].string, in: &reading)
        row.media = media(under: node["attachments"]["media_keys"])
        let firstRef = reading.refs.count
        let references = node["referenced_tweets"]
        (references.exists ? references : node["referenced_posts"]).each { reference in
            let id = reference["id"].string
            if !id.isEmpty { reading.refs.append(RefRow(.references, to: reading.keep(id))) }
        }
        row.refs = Entries(from: firstRef, to: reading.refs.count)
        ext.node("attachments", node["attachments"])
        row.ext = takeExt()
        row.raw = raw(node)
        reading.append(row)
    }

    /// An event of version 1.1 and of the Account Activity API, whose accounts are in `includes`.
    mutating func readMessageCreate(_ node: JSONNode, at place: String) {
        guard node["type"].string == "message_create" else { return }
        let create = node["message_create"]
        let content = create["message_data"]
        let id = reading.keepID(node["id"])
        guard !id.isEmpty, content["text"].isString else {
            return reading.append(defect: "a message without an id or a text", at: place)
        }
        let sender = create["sender_id"].string
        let recipient = create["target"]["recipient_id"].string
        var row = message(id: id, thread: thread(of: sender, and: recipient))
        row.author = account(sender)
        row.publishedAt = Times.parse(node["created_timestamp"].string)
        let first = reading.recipients.count
        appendRecipient(account(recipient))
        _ = collectLegacyEntities(content["entities"])
        row.recipients = Entries(from: first, to: reading.recipients.count)
        (row.text, row.entities) = entities.keep(content["text"].string, in: &reading)
        row.media = legacyMedia(content["attachment"]["media"])
        let app = includes.apps.json(create["source_app_id"].string, in: &reading)
        reading.withBytes(of: app) { ext.json("source_app", $0) }
        ext.node("quick_reply_response", content["quick_reply_response"])
        ext.node("quick_reply", content["quick_reply"])
        ext.node("ctas", content["ctas"])
        ext.node("initiated_via", create["initiated_via"])
        let shared = content["attachment"]["location"]
        let point = shared["shared_coordinate"]["coordinates"]["coordinates"]
        if let longitude = point[0].double, let latitude = point[1].double {
            (row.place.longitude, row.place.latitude) = (longitude, latitude)
        } else if shared.exists {
            ext.node("location", shared)
        }
        row.ext = takeExt()
        row.raw = raw(node)
        reading.append(row)
    }

    /// A message as it was before 2018, with both accounts in it.
    mutating func readOldMessage(_ node: JSONNode, at place: String) {
        let id = legacyID(node, "id_str", "id")
        guard !id.isEmpty else { return reading.append(defect: "a message without an id", at: place) }
        let sender = oldAccount(node, "sender", "sender_id_str", "sender_id", "sender_screen_name")
        let recipient = oldAccount(node, "recipient", "recipient_id_str", "recipient_id", "recipient_screen_name")
        let ids = (Array(reading.string(sender.id).utf8), Array(reading.string(recipient.id).utf8))
        let thread = ids.0.withBytes { one in ids.1.withBytes { self.thread(of: one, and: $0) } }
        var row = message(id: id, thread: thread)
        row.author = sender
        row.publishedAt = Times.parse(node["created_at"].string)
        let first = reading.recipients.count
        appendRecipient(recipient)
        _ = collectLegacyEntities(node["entities"])
        row.recipients = Entries(from: first, to: reading.recipients.count)
        (row.text, row.entities) = entities.keep(node["text"].string, in: &reading)
        row.media = legacyMedia(node["entities"]["media"])
        row.raw = raw(node)
        reading.append(row)
    }

    /// A conversation of an archive's `direct-messages.js`, in which `owner` took part.
    mutating func readArchivedConversation(_ node: JSONNode, owner: AuthorRow, at place: String) {
        let conversation = node["conversationId"]
        var index = 0
        node["messages"].each { message in
            let create = message["messageCreate"]
            if create.isObject { readArchived(create, conversation, owner, at: "\(place)/messages/\(index)") }
            index += 1
        }
    }

    private mutating func readArchived(
        _ node: JSONNode, _ conversation: JSONNode, _ owner: AuthorRow, at place: String
    ) {
        let id = reading.keepID(node["id"])
        guard !id.isEmpty, node["text"].isString else {
            return reading.append(defect: "a message without an id or a text", at: place)
        }
        var row = message(id: id, thread: reading.keepID(conversation))
        row.author = archived(node["senderId"], owner)
        row.publishedAt = Times.parse(node["createdAt"].string)
        let first = reading.recipients.count
        if node["recipientId"].exists {
            appendRecipient(archived(node["recipientId"], owner))
        } else {
            var group = RecipientRow(role: .group)
            group.id = row.threadID
            reading.recipients.append(group)
        }
        row.recipients = Entries(from: first, to: reading.recipients.count)
        entities.removeAll()
        node["urls"].each { url in
            let expanded = url["expanded"].string
            entities.add(.url, from: -1, to: -1, name: url["url"].string, value: reading.keep(expanded))
        }
        (row.text, row.entities) = entities.keep(node["text"].string, in: &reading)
        let firstMedia = reading.media.count
        node["mediaUrls"].each { url in
            let address = url.string.string
            let type: MediaType = address.contains("/dm_gif/") ? .gif : address.contains("/dm_video/") ? .video : .image
            var media = MediaRow(type: type)
            media.url = reading.keep(url.string)
            reading.media.append(media)
        }
        row.media = Entries(from: firstMedia, to: reading.media.count)
        if node["reactions"][0].exists { ext.node("reactions", node["reactions"]) }
        row.ext = takeExt()
        row.raw = raw(node)
        reading.append(row)
    }

    // What the forms share.

    private func message(id: Kept, thread: Kept) -> MentionRow {
        var row = MentionRow(kind: .message)
        row.nativeID = id
        row.threadID = thread
        row.visibility = .private
        return row
    }

    /// The id that X gives the conversation of two accounts: the lesser id first.
    private mutating func thread(of one: Bytes, and other: Bytes) -> Kept {
        guard !one.isEmpty, !other.isEmpty else { return .none }
        let isOrdered = TwitterID.isLess(one, than: other)
        scratch.removeAll()
        scratch.raw(isOrdered ? one : other)
        scratch.byte(UInt8(ascii: "-"))
        scratch.raw(isOrdered ? other : one)
        return scratch.withBytes { reading.keep($0) }
    }

    /// An account of `includes.users`, or its id alone.
    private mutating func account(_ id: Bytes) -> AuthorRow {
        if let known = knownAuthor(id) { return known.row }
        var row = AuthorRow()
        row.id = reading.keep(id)
        return row
    }

    private mutating func oldAccount(
        _ node: JSONNode, _ account: StaticString, _ text: StaticString, _ number: StaticString, _ name: StaticString
    ) -> AuthorRow {
        if node[account].isObject { return legacyAuthor(node[account]).row }
        var row = AuthorRow()
        row.id = legacyID(node, text, number)
        row.handle = reading.keep(node[name].string)
        row.url = address(of: node[name].string)
        return row
    }

    private mutating func archived(_ id: JSONNode, _ owner: AuthorRow) -> AuthorRow {
        let isOwner = reading.withBytes(of: owner.id) { !$0.isEmpty && $0 == id.string }
        if isOwner { return owner }
        var row = AuthorRow()
        row.id = reading.keepID(id)
        return row
    }

    private mutating func appendRecipient(_ account: AuthorRow) {
        guard !account.id.isEmpty || !account.handle.isEmpty else { return }
        var recipient = RecipientRow(role: .to)
        (recipient.id, recipient.handle, recipient.name) = (account.id, account.handle, account.name)
        reading.recipients.append(recipient)
    }

    /// Appends the other side of a conversation: the account that is not the sender, or the group by its id.
    private mutating func appendPartner(of sender: Bytes, in conversation: Bytes) {
        guard !conversation.isEmpty else { return }
        guard let dash = conversation.firstIndex(of: UInt8(ascii: "-")) else {
            var group = RecipientRow(role: .group)
            group.id = reading.keep(conversation)
            return reading.recipients.append(group)
        }
        let (one, other) = (conversation[0..<dash], conversation[dash + 1..<conversation.count])
        guard one == sender || other == sender else { return }
        appendRecipient(account(one == sender ? other : one))
    }
}
