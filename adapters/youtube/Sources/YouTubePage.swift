internal import Earshot
internal import EarshotFormats

/// One answer of the Data API while it is read; its extensions say what each resource means.
struct YouTubePage {
    /// What was read so far.
    var reading: Reading
    /// When the counts were true, where the document is fresh.
    let metricsAt: Timestamp?
    /// Whether `textDisplay` was asked for as plain text.
    let isPlainText: Bool
    private let keepsRaw: Bool

    init(_ document: Document, keepsRaw: Bool) {
        reading = Reading(network: "youtube", capacity: document.bytes.count / 2)
        metricsAt = document.via == .import ? nil : document.observedAt
        isPlainText = document.url?.contains("textFormat=plainText") == true
        self.keepsRaw = keepsRaw
    }

    /// Reads a list, a single resource, an array of resources or an error.
    mutating func read(_ root: JSONNode) throws(MalformedDocument) {
        if root["error"].exists { throw YouTubeError(root["error"]).malformed }
        if root.isArray { return readArray(root) }
        let kind = root["kind"].string
        if kind.hasSuffix("ListResponse") || kind.hasSuffix("#searchListResponse") || root["items"].isArray {
            readItems(root["items"], kind: kind, at: "/items")
        } else if root["comments"].isArray {
            readItems(root["comments"], kind: kind, at: "/comments")
        } else if root["topLevelComment"].isObject {
            read(root["topLevelComment"], kind: kind, at: "/topLevelComment")
        } else if resource(root, kind: kind) == .unknown {
            throw MalformedDocument("no YouTube resource: it has no kind that is known, nor the shape of one", at: "/")
        } else {
            read(root, kind: kind, at: "/")
        }
    }

    /// An array of resources; Takeout's history of what was watched and searched for is one, and says nothing.
    private mutating func readArray(_ root: JSONNode) {
        let isHistory = root[0]["header"].isString && root[0]["title"].isString
        if !isHistory { readItems(root, kind: .none, at: "") }
    }

    private mutating func readItems(_ items: JSONNode, kind: Bytes, at place: String) {
        var index = 0
        items.each { item in
            let own = item["kind"].string
            let resource = own.isEmpty ? kind : own
            if item["items"].isArray, !item["id"].exists {
                // An answer among several that were put in a list.
                readItems(item["items"], kind: resource, at: "\(place)/\(index)/items")
            } else {
                read(item, kind: resource, at: "\(place)/\(index)")
            }
            index += 1
        }
    }

    private mutating func read(_ item: JSONNode, kind: Bytes, at place: String) {
        let first = reading.rows.count
        do throws(MalformedDocument) {
            switch resource(item, kind: kind) {
            case .thread: try readThread(item, at: place)
            case .comment: try readComment(item, of: Thread())
            case .video: try readVideo(item)
            case .found: try readFound(item)
            case .listed: try readListed(item)
            case .activity: try readActivity(item)
            case .chat: try readChat(item)
            case .channel: try readChannel(item)
            case .silent: return
            case .unknown: throw MalformedDocument("no YouTube resource that is known")
            }
        } catch {
            reading.append(defect: error.reason, at: place + error.location)
        }
        if keepsRaw, reading.rows.count > first {
            let raw = reading.keepJSON(item)
            for row in first..<reading.rows.count where reading.rows[row].operation != .delete {
                reading.rows[row].raw = raw
            }
        }
    }

    /// What an object of the API is.
    private enum Resource { case thread, comment, video, found, listed, activity, chat, channel, silent, unknown }

    /// By its kind, else by what only objects of one kind have; kinds that say nothing about a brand are silent.
    private func resource(_ item: JSONNode, kind: Bytes) -> Resource {
        if kind.hasPrefix("youtube#commentThread") { return .thread }
        if kind.hasPrefix("youtube#comment") { return .comment }
        if kind.hasPrefix("youtube#search") { return .found }
        if kind.hasPrefix("youtube#playlistItem") { return .listed }
        if kind.hasPrefix("youtube#activity") { return .activity }
        if kind.hasPrefix("youtube#liveChatMessage") { return .chat }
        if kind == "youtube#video" || kind == "youtube#videoListResponse" { return .video }
        if kind == "youtube#channel" || kind == "youtube#channelListResponse" { return .channel }
        if kind.hasPrefix("youtube#") { return .silent }
        let snippet = item["snippet"]
        if snippet["topLevelComment"].isObject { return .thread }
        if snippet["textDisplay"].isString || snippet["textOriginal"].isString { return .comment }
        if snippet["liveChatId"].isString, snippet["type"].isString { return .chat }
        if snippet["resourceId"].isObject, snippet["playlistId"].isString { return .listed }
        if item["id"].isObject, snippet.isObject { return .found }
        if item["id"].string.hasPrefix("UC"), snippet["title"].isString, !snippet["channelId"].exists {
            return .channel
        }
        if snippet["categoryId"].isString, snippet["title"].isString, snippet["channelId"].isString { return .video }
        return .unknown
    }
}

extension YouTubePage {
    /// The address of a video, made of its id.
    mutating func watchURL(_ id: Bytes) -> Kept { reading.keep(joining: YouTubePage.watch.bytes, id) }

    /// What stands before a video's id in its address.
    static let watch: StaticString = "https://www.youtube.com/watch?v="
    /// What stands before a comment's id in its address.
    static let comment: StaticString = "&lc="

    /// The name people see: an account's handle since 2022, before that any name.
    mutating func setName(_ name: Bytes, of author: inout AuthorRow) {
        if name.hasPrefix("@"), name.count > 1 {
            author.handle = reading.keep(name[1..<name.count])
        } else {
            author.name = reading.keepText(name)
        }
    }

    /// The hashtags, names and addresses in a row's text.
    mutating func setEntities(of row: inout MentionRow) {
        TextEntities.append(to: &row, of: &reading, finding: [.hashtags, .mentions, .urls], handles: .dotted)
        for index in row.entities.indices where reading.entities[index].type == .mention {
            reading.entities[index].extendHandle(in: row.text, reading)
        }
    }

    /// The largest of an item's thumbnails; those of channels that were found tell no width but by their names.
    func thumbnail(_ thumbnails: JSONNode) -> Bytes {
        var best = (width: Int64(-1), url: Bytes.none)
        thumbnails.fields { name, picture in
            let said = picture["width"].int64
            let width = said > 0 ? said : YouTubePage.width(of: name)
            if width > best.width, picture["url"].isString { best = (width, picture["url"].string) }
        }
        return best.url
    }

    /// How wide a video's thumbnail of a name is.
    private static func width(of name: Bytes) -> Int64 {
        switch name.count {
        case 4 where name == "high": 480
        case 6 where name == "medium": 320
        case 6 where name == "maxres": 1280
        case 7 where name == "default": 120
        case 8 where name == "standard": 640
        default: 0
        }
    }
}

extension EntityRow {
    /// Takes in what else YouTube has in handles, up to thirty characters: hyphens, and letters after them.
    mutating func extendHandle(in text: Kept, _ reading: Reading) {
        let extra = reading.withBytes(of: text) { bytes -> Int in
            let first = Int(value.start - text.start) + Int(value.count)
            var end = first
            while end < bytes.count, end - first + Int(value.count) < 30, EntityRow.isOfHandle(bytes[end]) { end += 1 }
            while end > first, bytes[end - 1] == UInt8(ascii: "-") || bytes[end - 1] == UInt8(ascii: ".") { end -= 1 }
            return end - first
        }
        guard extra > 0 else { return }
        value = Kept(start: value.start, count: value.count + UInt32(extra))
        self.text = Kept(start: self.text.start, count: self.text.count + UInt32(extra))
        end += Int32(extra)
    }

    private static func isOfHandle(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: false
        }
    }
}
