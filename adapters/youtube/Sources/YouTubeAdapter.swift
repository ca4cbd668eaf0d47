package import Earshot
internal import EarshotFormats

/// Reads what YouTube says: Data API v3 answers, push notifications and channel feeds, Takeout's own comments.
package struct YouTubeAdapter: Adapter {
    /// What a channel may set.
    package struct Settings: Decodable, Sendable {
        var listen: Listening?
        var videoIDs: [String]?
        var channelID: String?
        var query: String?
        var key: String?
        var baseURL: String?
        var lookBack: String?
        var backfill: String?
        var quota: Int?
        var keepRaw: Bool?
        var websub: Bool?

        enum CodingKeys: String, CodingKey {
            case listen, query, key, backfill, quota, websub
            case videoIDs = "video_ids"
            case channelID = "channel_id"
            case baseURL = "base_url"
            case lookBack = "look_back"
            case keepRaw = "keep_raw"
        }
    }

    /// What a channel listens to.
    enum Listening: String, Decodable, Sendable, CaseIterable {
        case comments, search, videos, uploads, activities
        case liveChat = "live_chat"
    }

    package static let name = "youtube"
    package static let version = "1.0"
    package static let about = "YouTube: comments, videos, channels, live chat, push notifications, Takeout"
    package static let container = Container.lines
    package static let settings: [Setting] = [
        Setting(
            "listen", .choice(Listening.allCases.map(\.rawValue)), fallback: "comments",
            about:
                "What is asked for: comments and their replies, found, named or uploaded videos, activities, or live chats."
        ),
        Setting(
            "video_ids", .list(.text), requiredWhen: ("listen", ["videos", "live_chat"]),
            about: "The videos whose comments, counts or live chats are read."),
        Setting(
            "channel_id", .text, requiredWhen: ("listen", ["uploads", "activities"]),
            about: "The channel (UC…) whose uploads or activities, or on all of whose videos the comments, are read."),
        Setting(
            "query", .text, requiredWhen: ("listen", ["search"]),
            about: "What videos are searched for; each page of results costs 100 units of the daily quota."),
        Setting("key", .secret, about: "The API key of a project with the YouTube Data API."),
        Setting(
            "quota", .integer(1...1_000_000_000), fallback: "10000",
            about: "How many units the project may spend a day; channels with the same key share them."),
        Setting("backfill", .duration, fallback: "30d", about: "How far back the first start goes."),
        Setting(
            "base_url", .url, fallback: "https://www.googleapis.com/youtube/v3",
            about: "Where the API is, without the slash at the end."),
        Setting(
            "look_back", .duration, fallback: "30d",
            about: "How old a comment may be, counted from the newest, for replies to it still to be found."),
        Setting(
            "websub", .boolean, fallback: "false",
            about: "With uploads, whether YouTube's hub tells of new videos, which are then asked for once an hour."),
        Setting("keep_raw", .boolean, fallback: "false", about: "Keep each source record as `raw`."),
    ]

    let configured: Settings

    package init(settings: Settings) throws {
        configured = settings
        if settings.websub == true, settings.listen != .uploads || settings.channelID == nil {
            throw YouTubeSettingsFault(
                description: "websub is for \"listen\": \"uploads\" of a \"channel_id\": the hub tells of nothing else")
        }
    }

    /// Settings that do not go together.
    struct YouTubeSettingsFault: Error, CustomStringConvertible {
        /// What is wrong.
        let description: String
    }

    package func read(_ document: Document) throws(MalformedDocument) -> Reading {
        let first = document.bytes.withBytes { bytes -> UInt8 in
            let text = (bytes.hasPrefix("\u{FEFF}") ? bytes[3..<bytes.count] : bytes).trimmed
            return text.isEmpty ? 0 : text[0]
        }
        switch first {
        case 0: throw MalformedDocument("empty")
        case UInt8(ascii: "<"): return try YouTubeFeed.read(document, isBeside: configured.key != nil)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            return try JSON.read(document.bytes) { (root, _) throws(MalformedDocument) in
                if let own = YouTubeTakeout.read(root, of: document) { return own }
                var page = YouTubePage(document, keepsRaw: configured.keepRaw == true)
                try page.read(root)
                return page.reading
            }
        default: return try YouTubeTakeout.read(document)
        }
    }
}
