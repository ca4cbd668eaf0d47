internal import Earshot
internal import EarshotFormats

/// The side tables of a v2 page, and what was read from them already.
struct TwitterIncludes {
    var users = NodeTable()
    var posts = NodeTable()
    var media = NodeTable()
    var polls = NodeTable()
    var places = NodeTable()
    /// The authors read so far, beside `users`.
    var authors: [TwitterAuthor?] = []
    /// The posts read so far as others' originals, beside `posts`.
    var originals: [TwitterContent?] = []

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
                    TwitterIncludes.fill(&polls, from: list, by: "id")
                } else if key == "posts" {
                    TwitterIncludes.fill(&posts, from: list, by: "id")
                }
            case 6:
                if key == "tweets" {
                    TwitterIncludes.fill(&posts, from: list, by: "id")
                } else if key == "places" {
                    TwitterIncludes.fill(&places, from: list, by: "id")
                }
            default: break
            }
        }
        authors = Array(repeating: nil, count: users.count)
        originals = Array(repeating: nil, count: posts.count)
    }

    private static func fill(_ table: inout NodeTable, from list: JSONNode, by key: StaticString) {
        list.each { element in
            // The X Activity API wraps some users as `{"data": {…}}`.
            let wrapped = element["data"]
            let node = wrapped.isObject ? wrapped : element
            table.add(node, under: node[key].string)
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
    /// The post at the top of the account's page.
    var pinned = Bytes.none
    /// The name, within the document.
    var handle = Bytes.none
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
