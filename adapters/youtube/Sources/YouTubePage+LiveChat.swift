internal import Earshot
internal import EarshotFormats

extension YouTubePage {
    /// What an item of a live chat is about.
    private enum ChatEvent { case message, removal, silent, unknown }

    /// A message of a live chat, or the word that one is gone.
    mutating func readChat(_ item: JSONNode) throws(MalformedDocument) {
        let snippet = item["snippet"]
        let type = snippet["type"].string
        guard snippet.isObject else { throw MalformedDocument("a live chat message without snippet") }
        switch event(type) {
        case .message: try readMessage(item, snippet, type: type)
        case .removal:
            let id = removed(item, snippet, type: type)
            guard !id.isEmpty else { throw MalformedDocument("a removal in a live chat that does not say of what") }
            reading.append(deletion(of: id, kind: .comment))
        case .silent: return
        case .unknown:
            throw MalformedDocument("a live chat event of a type that is not known: \(type.string.prefix(40))")
        }
    }

    private func event(_ type: Bytes) -> ChatEvent {
        let words: [StaticString] = [
            "textMessageEvent", "superChatEvent", "superStickerEvent", "newSponsorEvent", "memberMilestoneChatEvent",
            "membershipGiftingEvent", "giftMembershipReceivedEvent", "giftEvent", "fanFundingEvent", "pollEvent",
        ]
        if words.contains(where: { type == $0 }) { return .message }
        if type == "messageDeletedEvent" || type == "messageRetractedEvent" || type == "tombstone" { return .removal }
        if type == "userBannedEvent" || type == "chatEndedEvent" || type.hasPrefix("sponsorOnlyMode") { return .silent }
        return .unknown
    }

    /// The id of the message that a removal is of.
    private func removed(_ item: JSONNode, _ snippet: JSONNode, type: Bytes) -> Bytes {
        if type == "messageDeletedEvent" { return snippet["messageDeletedDetails"]["deletedMessageId"].string }
        if type == "messageRetractedEvent" { return snippet["messageRetractedDetails"]["retractedMessageId"].string }
        return item["id"].string
    }

    private mutating func readMessage(
        _ item: JSONNode, _ snippet: JSONNode, type: Bytes
    ) throws(MalformedDocument) {
        guard item["id"].isString else { throw MalformedDocument("a live chat message without id") }
        let details = self.details(snippet)
        let author = item["authorDetails"]
        var row = MentionRow(kind: .comment)
        row.nativeID = reading.keep(item["id"])
        setChat(of: &row, snippet["liveChatId"].string)
        row.text = reading.keepText(words(snippet, details))
        setEntities(of: &row)
        row.author.id = reading.keep(author["channelId"].exists ? author["channelId"] : snippet["authorChannelId"])
        setName(author["displayName"].string, of: &row.author)
        row.author.url = reading.keep(author["channelUrl"])
        row.author.avatarURL = reading.keep(author["profileImageUrl"])
        row.author.verified = author["isVerified"].boolean
        row.publishedAt = Times.parse(snippet["publishedAt"].string)
        var fields = JSONFields()
        fields.string("liveChatId", snippet["liveChatId"].string)
        fields.string("type", type)
        fields.boolean("isChatOwner", author["isChatOwner"].boolean)
        fields.boolean("isChatModerator", author["isChatModerator"].boolean)
        fields.boolean("isChatSponsor", author["isChatSponsor"].boolean)
        if !(type == "textMessageEvent") { fields.node(named: details.name, details.value) }
        row.ext = reading.keep(fields)
        reading.append(row)
    }

    /// The `…Details` object of a message.
    private func details(_ snippet: JSONNode) -> (name: Bytes, value: JSONNode) {
        var found = (name: Bytes.none, value: snippet["-"])
        snippet.fields { name, value in
            if found.name.isEmpty, name.hasSuffix("Details"), value.isObject { found = (name, value) }
        }
        return found
    }

    /// What the author wrote, else the line that the chat shows.
    private func words(_ snippet: JSONNode, _ details: (name: Bytes, value: JSONNode)) -> Bytes {
        let question = details.value["metadata"]["questionText"]
        for text in [details.value["messageText"], details.value["userComment"], question] where !text.string.isEmpty {
            return text.string
        }
        return snippet["displayMessage"].string
    }

    /// The conversation: the video, whose id a chat's id begins with (a protocol buffer in base64), else the chat.
    private mutating func setChat(of row: inout MentionRow, _ chat: Bytes) {
        guard let video = YouTubeChatID.video(chat) else {
            row.threadID = reading.keep(chat)
            return
        }
        video.withBytesOfText { setConversation(of: &row, parent: .none, video: $0) }
    }
}

/// What a live chat's id says.
enum YouTubeChatID {
    /// The video of eleven characters within the id's first seventeen bytes (`0A 0D 0A 0B` and the video), or nil.
    static func video(_ id: Bytes) -> String? {
        guard id.hasPrefix("Cg0KC"), id.count >= 20 else { return nil }
        var bits = 0
        var held = 0
        var bytes: [UInt8] = []
        for index in 0..<20 {
            guard let value = value(id[index]) else { return nil }
            bits = (bits << 6 | value) & 0xFFFF
            held += 6
            if held >= 8 {
                held -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> held))
            }
        }
        let video = bytes[4..<15]
        guard bytes.starts(with: [0x0A, 0x0D, 0x0A, 0x0B]), video.allSatisfy({ value($0) != nil }) else { return nil }
        return String(decoding: video, as: UTF8.self)
    }

    /// The six bits of a character of base64 for addresses.
    private static func value(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x41...0x5A: Int(byte) - 0x41
        case 0x61...0x7A: Int(byte) - 0x61 + 26
        case 0x30...0x39: Int(byte) - 0x30 + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}

extension String {
    /// Calls `body` with the text's bytes.
    func withBytesOfText<Result>(_ body: (Bytes) -> Result) -> Result {
        Array(utf8).withBytes { body($0) }
    }
}
