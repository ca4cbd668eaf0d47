internal import Earshot
internal import EarshotFormats

/// Which messages a message answers, and which conversation it belongs to.
struct EmailThread {
    private let nativeID: String
    private let parents: [String]
    private let references: [String]
    private let index: String
    private let subject: String

    /// How many references are kept: the first, and the last of the rest.
    private static let limit = 100

    /// The place of a message in its conversation.
    init(_ message: MailMessage, nativeID: String) {
        self.nativeID = nativeID
        references = EmailThread.ids("references", of: message).filter { $0 != nativeID }
        parents = EmailThread.ids("in-reply-to", of: message).filter { $0 != nativeID }
        index = message.text("thread-index")
        subject = message.text("subject")
    }

    /// The message's own id, or nil where it has none that could tell it from others.
    static func ownID(of message: MailMessage) -> String? {
        let own = ids("message-id", of: message).first ?? bare(message.text("message-id"))
        return own.isEmpty || own.utf8.count > 1000 ? nil : own
    }

    /// The ids in a field, also those that were written without brackets.
    private static func ids(_ name: StaticString, of message: MailMessage) -> [String] {
        let ids = message.messageIDs(name)
        guard ids.isEmpty else { return ids }
        return message.text(name).split(separator: " ").filter { $0.contains("@") && $0.utf8.count <= 1000 }.map(bare)
    }

    private static func bare<Text: StringProtocol>(_ text: Text) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { !"<> ,;\"".unicodeScalars.contains($0) }))
    }

    /// Keeps the relations and the conversation's id.
    func keep(in row: inout MentionRow, of reading: inout Reading) {
        let start = reading.refs.count
        // The last reference is the parent (RFC 5322, 3.6.4).
        if let parent = parents.first ?? references.last {
            reading.refs.append(RefRow(.replyTo, to: reading.keep(parent)))
        }
        for (index, id) in references.enumerated()
        where index == 0 || index > references.count - EmailThread.limit {
            reading.refs.append(RefRow(.references, to: reading.keep(id)))
        }
        row.refs = Entries(from: start, to: reading.refs.count)
        row.threadID = reading.keep(references.first ?? parents.first ?? outlookThread ?? namedThread ?? nativeID)
    }

    /// The conversation that Outlook counts a reply to, where nothing else says it: of the 22 bytes that all its
    /// messages begin their `Thread-Index` with, 29 base64 digits are the same in all.
    private var outlookThread: String? {
        index.utf8.count > 32 ? "thread-index:" + index.prefix(29) : nil
    }

    /// The conversation that nothing but its subject tells a reply to belong to.
    private var namedThread: String? {
        guard let topic = EmailTopic.ofReply(subject) else { return nil }
        return "subject:" + Digest(of: Array(topic.utf8)).hexadecimal
    }
}

/// What a conversation is about, by the subjects of its replies.
enum EmailTopic {
    /// What programs of many languages write before the subject of a reply.
    private static let replies: Set<String> = [
        "re", "aw", "antw", "antwort", "sv", "vs", "odp", "odg", "rép", "ynt", "rif", "res", "ref", "r", "رد", "回复",
        "回覆", "答复", "答覆",
        "отв",
        "απ", "atb", "vá", "hv",
    ]
    /// And before the subject of what is passed on.
    private static let forwards: Set<String> = [
        "fw", "fwd", "wg", "tr", "rv", "vl", "vb", "vid", "enc", "i", "pd", "转发", "轉寄", "轉發", "пересл", "proslj",
        "prosl",
    ]

    /// The subject without what replies, forwards and lists put before it, in lower case; nil where it is no reply's.
    static func ofReply(_ subject: String) -> String? {
        var rest = subject[...]
        var isReply = false
        while true {
            rest = rest.drop { $0.isWhitespace }
            if rest.first == "[", let close = rest.prefix(100).firstIndex(of: "]") {
                rest = rest[rest.index(after: close)...]
                continue
            }
            guard let colon = rest.prefix(16).firstIndex(where: { $0 == ":" || $0 == "：" }) else { break }
            // `Re[2]:` and `Re (3):` count the replies.
            let word = rest[..<colon].prefix { !"[(^ ".contains($0) }.lowercased()
            guard replies.contains(word) || forwards.contains(word) else { break }
            isReply = isReply || replies.contains(word)
            rest = rest[rest.index(after: colon)...]
        }
        let topic = rest.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return isReply && !topic.isEmpty ? topic : nil
    }
}
