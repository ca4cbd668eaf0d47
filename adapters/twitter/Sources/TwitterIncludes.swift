internal import Earshot
internal import EarshotFormats

/// The side tables of a v2 page, and what was read from them already.
struct TwitterIncludes {
    var users = NodeTable()
    var posts = NodeTable()
    var media = NodeTable()
    var polls = TwitterShared()
    var places = TwitterShared()
    /// The programs that messages were written with.
    var apps = TwitterShared()
    /// The authors read so far, beside `users`.
    var authors: [TwitterAuthor?] = []
    /// The posts read so far as others' originals, beside `posts`.
    var originals: [TwitterOriginal?] = []
    /// What relations need to know of a post, beside `posts`.
    var heads: [TwitterHead?] = []
    /// The media read so far, beside `media`.
    var mediaRows: [MediaRow?] = []

    /// Empty tables.
    init() {}

    /// The tables of `includes`, under either spelling of the API.
    init(_ includes: JSONNode) {
        includes.fields { key, list in
            switch key.count {
            case 5:
                if key == "users" {
                    TwitterIncludes.fill(&users, from: list, by: "id")
                } else if key == "media" {
                    TwitterIncludes.fill(&media, from: list, by: "media_key")
                } else if key == "polls" {
                    TwitterIncludes.fill(&polls.table, from: list, by: "id")
                } else if key == "posts" {
                    TwitterIncludes.fill(&posts, from: list, by: "id")
                }
            case 6:
                if key == "tweets" {
                    TwitterIncludes.fill(&posts, from: list, by: "id")
                } else if key == "places" {
                    TwitterIncludes.fill(&places.table, from: list, by: "id")
                }
            default: break
            }
        }
        prepare()
    }

    /// The tables of an event: accounts and programs, each in a map by their ids.
    init(users map: JSONNode, apps: JSONNode) {
        map.fields { id, account in
            let wrapped = account["data"]
            users.add(wrapped.isObject ? wrapped : account, under: id)
        }
        apps.fields { id, app in self.apps.table.add(app, under: id) }
        prepare()
    }

    /// Makes room for what will be read.
    private mutating func prepare() {
        authors = Array(repeating: nil, count: users.count)
        originals = Array(repeating: nil, count: posts.count)
        heads = Array(repeating: nil, count: posts.count)
        mediaRows = Array(repeating: nil, count: media.count)
    }

    private static func fill(_ table: inout NodeTable, from list: JSONNode, by key: StaticString) {
        list.each { element in
            let id = element[key].string
            if !id.isEmpty { return table.add(element, under: id) }
            // The X Activity API wraps some users as `{"data": {…}}`.
            let wrapped = element["data"]
            table.add(wrapped, under: wrapped[key].string)
        }
    }
}

/// An account as the author of a mention, and what else its posts need to know of it.
struct TwitterAuthor {
    var row = AuthorRow()
    /// Whether only followers may see what it posts, where the platform said so.
    var isProtected: Bool?
    /// Where the account says it is.
    var location = Kept.none
    /// What the account says of itself, as one JSON object for `ext`.
    var profile = Kept.none
    /// The post at the top of the account's page.
    var pinned = Bytes.none
    /// The name, within the document.
    var handle = Bytes.none
}

/// What an account says of itself and mention v1 has no field for, within the document.
struct TwitterProfile {
    var description = Bytes.none
    var url = Bytes.none
    var verifiedType = Bytes.none
    var entities: JSONNode?

    /// Takes a field of the account, if it is one of these.
    mutating func take(_ key: Bytes, _ value: JSONNode) {
        switch key.count {
        case 3: if key == "url" { url = value.string }
        case 8: if key == "entities" { entities = value }
        case 11: if key == "description" { description = value.string }
        case 13: if key == "verified_type" { verifiedType = value.string }
        default: break
        }
    }
}

/// What a post says: everything that its reposts say too.
struct TwitterContent {
    var text = Kept.none
    var truncated = false
    var entities = Entries.none
    var media = Entries.none
    var recipients = Entries.none
    var metrics = MetricsRow()
}

/// A post as the original of reposts.
enum TwitterOriginal {
    /// What every repost says.
    case shared(TwitterContent)
    /// Too large to be said again and again: only the first repost says it.
    case said
}

/// What relations need to know of a post: who wrote it, and the first id of its edits.
struct TwitterHead {
    var authorID = Bytes.none
    var firstID = Bytes.none
}

/// Objects that many mentions repeat in `ext`, each written once.
struct TwitterShared {
    /// The objects by their ids.
    var table = NodeTable()
    private var written: [Int: Kept] = [:]

    /// The largest object that is repeated, in bytes of JSON.
    private static let largest = 4096

    /// An object as JSON, or nothing where there is none or it is too large to be repeated.
    mutating func json(_ id: Bytes, in reading: inout Reading) -> Kept {
        guard let position = table.position(of: id) else { return .none }
        if let kept = written[position] { return kept }
        let kept = reading.keepJSON(table.nodes[position])
        let shared = kept.count > TwitterShared.largest ? .none : kept
        written[position] = shared
        return shared
    }
}
