internal import Earshot
internal import EarshotFormats

/// The parts of an account's archive: `window.YTD.<name>.part<N> = [ … ]`.
enum TwitterArchive {
    /// A part's name and its JSON.
    struct Part {
        var name: String
        var json: [UInt8]
    }

    /// The part that a file is, or nil where it is none. Nothing is evaluated: it is cut at the first `=`.
    static func part(_ bytes: [UInt8]) -> Part? {
        let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        guard let word = bytes[mark...].firstIndex(where: { $0 > 0x20 }), bytes[word...].starts(with: "window.".utf8),
            let sign = bytes[word...].prefix(200).firstIndex(of: UInt8(ascii: "="))
        else { return nil }
        var start = sign + 1
        while start < bytes.count, bytes[start] <= 0x20 { start += 1 }
        if bytes[start...].starts(with: [0xEF, 0xBB, 0xBF]) { start += 3 }
        var end = bytes.count
        while end > start, bytes[end - 1] <= 0x20 || bytes[end - 1] == UInt8(ascii: ";") { end -= 1 }
        let variable = String(decoding: bytes[word..<sign], as: UTF8.self)
        let pieces = variable.split(separator: ".")
        let name = pieces.count > 2 ? String(pieces[2]) : ""
        return Part(name: name.trimmingSuffix(), json: Array(bytes[start..<end]))
    }

    /// The owner of the archive that a document comes from, by its companion `account.js`.
    static func account(of document: Document) -> [UInt8]? {
        for companion in document.companions {
            if let part = part(companion.bytes), part.name == "account" { return part.json }
        }
        return nil
    }
}

extension String {
    /// The text without white space at its end.
    fileprivate func trimmingSuffix() -> String {
        var text = self
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}

extension TwitterReader {
    /// Reads a part of an archive; those that hold no posts and no messages give nothing.
    mutating func readArchive(_ part: TwitterArchive.Part) throws(MalformedDocument) {
        switch part.name {
        case "tweets", "tweet", "community_tweet", "deleted_tweets":
            let owner = try archiveOwner()
            notes = try TwitterNotes(beside: document)
            let isDeleted = part.name == "deleted_tweets"
            try readElements(of: part) { reader, node, place in
                // Older archives list posts without the object around each.
                let post = node["tweet"].isObject ? node["tweet"] : node
                if isDeleted {
                    reader.appendDeletion(reader.legacyID(post, "id_str", "id"), at: place)
                } else {
                    reader.readStatus(post, owner: owner, at: place)
                }
            }
        case "like", "likes":
            let owner = try archiveOwner().row
            try readElements(of: part) { reader, node, place in
                reader.readLike(node["like"], of: owner, at: place)
            }
        case "direct_messages", "direct_message", "direct_messages_group", "direct_message_group":
            let owner = try archiveOwner().row
            try readElements(of: part) { reader, node, place in
                reader.readArchivedConversation(node["dmConversation"], owner: owner, at: "\(place)/dmConversation")
            }
        case "note_tweet":
            // Within an archive, `tweets.js` takes its long texts from here.
            guard document.companions.isEmpty else { return }
            try readElements(of: part) { reader, node, place in reader.readNote(node["noteTweet"], at: place) }
        default:
            break
        }
    }

    private mutating func readElements(
        of part: TwitterArchive.Part, _ body: (inout TwitterReader, JSONNode, String) -> Void
    ) throws(MalformedDocument) {
        try JSON.read(part.json) { (root, _) throws(MalformedDocument) in
            guard root.isArray else { throw MalformedDocument("the archive's part \(part.name) is no list") }
            var index = 0
            root.each { node in
                body(&self, node, "/\(index)")
                index += 1
            }
        }
    }

    /// The account whose archive it is.
    private mutating func archiveOwner() throws(MalformedDocument) -> TwitterAuthor {
        var author = TwitterAuthor()
        guard let account = TwitterArchive.account(of: document) else { return author }
        try JSON.read(account) { (root, _) throws(MalformedDocument) in
            let node = root[0]["account"]
            let name = TwitterReader.shared(node["username"].string)
            author.row.id = reading.keepID(node["accountId"])
            author.row.handle = reading.keep(name)
            author.row.url = address(of: name)
            author.row.name = keepShared(node["accountDisplayName"].string)
            author.row.createdAt = Times.parse(node["createdAt"].string)
        }
        return author
    }

    /// A long text on its own, without the rest of its archive.
    private mutating func readNote(_ node: JSONNode, at place: String) {
        let id = reading.keepID(node["tweetId"])
        guard !id.isEmpty, TwitterNotes.text(of: node).isString else { return }
        var row = MentionRow(kind: .post)
        row.nativeID = id
        row.url = address(of: id, by: .none)
        row.canonicalURL = row.url
        row.text = reading.keepText(TwitterNotes.text(of: node).string)
        row.publishedAt = Times.parse(node["createdAt"].string)
        row.raw = raw(node)
        reading.append(row)
    }
}

/// The long texts of an archive, whose posts hold only their beginnings.
struct TwitterNotes {
    /// A long text.
    struct Note {
        var text: String
        /// The addresses that links in it lead to, by their short ones.
        var links: [String: String] = [:]
        fileprivate var createdAt: Timestamp?
    }

    private var byPost: [String: Note] = [:]
    /// By their first words, for those that name no post.
    private var byBeginning: [String: [Note]] = [:]

    /// How much of a beginning must agree, in scalars.
    private static let beginning = 100
    /// How far the moments of a note and its post may be apart, in milliseconds, where several begin alike.
    private static let distance: Int64 = 2000

    /// The notes in the companion `note-tweet.js`, if there is one.
    init(beside document: Document) throws(MalformedDocument) {
        for companion in document.companions {
            guard let part = TwitterArchive.part(companion.bytes), part.name == "note_tweet" else { continue }
            try JSON.read(part.json) { (root, _) throws(MalformedDocument) in
                root.each { add($0["noteTweet"]) }
            }
        }
    }

    /// Takes out the whole text of a post, which shows its beginning escaped; nil where it is not known to be longer,
    /// was taken already, or may be one of several.
    mutating func take(_ id: String, _ shown: Bytes, at moment: Timestamp?) -> Note? {
        if let note = byPost.removeValue(forKey: id) { return note }
        guard !byBeginning.isEmpty, let key = TwitterNotes.key(TwitterNotes.unescaped(shown.string)),
            var notes = byBeginning[key]
        else { return nil }
        let alike = notes.indices.filter { index in
            guard let moment, let created = notes[index].createdAt else { return false }
            return abs(created.milliseconds - moment.milliseconds) <= TwitterNotes.distance
        }
        guard let index = notes.count == 1 ? 0 : alike.count == 1 ? alike[0] : nil else { return nil }
        let note = notes.remove(at: index)
        byBeginning[key] = notes.isEmpty ? nil : notes
        return note
    }

    private mutating func add(_ node: JSONNode) {
        let text = TwitterNotes.text(of: node)
        guard text.isString else { return }
        var note = Note(text: text.string.string, createdAt: Times.parse(node["createdAt"].string))
        for list in [node["core"]["urls"], node["noteTweetResults"]["entitySet"]["urls"]] {
            list.each { link in
                let short = link["shortUrl"].isString ? link["shortUrl"].string : link["url"].string
                let target = link["expandedUrl"].isString ? link["expandedUrl"].string : link["expanded_url"].string
                if !short.isEmpty, !target.isEmpty, note.links.count < 256 { note.links[short.string] = target.string }
            }
        }
        let post = node["tweetId"].string.string
        if !post.isEmpty {
            byPost[post] = note
        } else if let key = TwitterNotes.key(note.text) {
            byBeginning[key, default: []].append(note)
        }
    }

    /// The text of a note, in either shape that was seen.
    static func text(of node: JSONNode) -> JSONNode {
        let results = node["noteTweetResults"]["text"]
        return results.isString ? results : node["core"]["text"]
    }

    private static func unescaped(_ text: String) -> String {
        text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
    }

    private static func key(_ text: String) -> String? {
        let start = text.unicodeScalars.prefix(beginning)
        return start.count == beginning ? String(String.UnicodeScalarView(start)) : nil
    }
}
