package import Earshot

/// The settings of a channel that hears X.
package struct TwitterSettings: Decodable, Sendable {
    /// What is listened to.
    enum Listening: String, Decodable, Sendable, CaseIterable {
        case search, searchAll = "search_all", mentions, timeline, home, quotes, dms, stream, webhook
    }

    /// What is listened to.
    var listen = Listening.search
    /// What is searched for, in X's query language.
    var query: String?
    /// What the stream is to send, in X's language of rules, by name.
    var rules: [String: String] = [:]
    /// What the tags of our rules begin with.
    var ruleTag = "earshot"
    /// How many minutes X sends again when the stream is opened.
    var backfillMinutes: Int?
    /// The account whose mentions or timeline are read.
    var userID: String?
    /// The post whose quotes are read.
    var postID: String?
    /// The bearer token.
    var token: String?
    /// The key that webhooks are signed with.
    var consumerSecret: String?
    /// How far back the first start goes.
    var backfill: String?
    /// How much of what is known is asked for again.
    var lookBack: String?
    /// How many posts a page holds.
    var maxResults: Int?
    /// Where the API is.
    var baseURL = TwitterSettings.publicURL
    /// Where it is for everybody.
    static let publicURL = "https://api.x.com"
    /// Whether mentions keep the source's own record.
    var keepsRaw = false

    private enum CodingKeys: String, CodingKey {
        case listen, query, token, backfill, rules
        case ruleTag = "rule_tag"
        case backfillMinutes = "backfill_minutes"
        case userID = "user_id"
        case postID = "post_id"
        case consumerSecret = "consumer_secret"
        case maxResults = "max_results"
        case baseURL = "base_url"
        case lookBack = "look_back"
        case keepsRaw = "keep_raw"
    }

    /// Decodes settings, in which everything may be left out.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        listen = try values.decodeIfPresent(Listening.self, forKey: .listen) ?? .search
        query = try values.decodeIfPresent(String.self, forKey: .query)
        rules = try values.decodeIfPresent([String: String].self, forKey: .rules) ?? [:]
        ruleTag = try values.decodeIfPresent(String.self, forKey: .ruleTag) ?? ruleTag
        backfillMinutes = try values.decodeIfPresent(Int.self, forKey: .backfillMinutes)
        userID = try values.decodeIfPresent(String.self, forKey: .userID)
        postID = try values.decodeIfPresent(String.self, forKey: .postID)
        token = try values.decodeIfPresent(String.self, forKey: .token)
        consumerSecret = try values.decodeIfPresent(String.self, forKey: .consumerSecret)
        backfill = try values.decodeIfPresent(String.self, forKey: .backfill)
        maxResults = try values.decodeIfPresent(Int.self, forKey: .maxResults)
        lookBack = try values.decodeIfPresent(String.self, forKey: .lookBack)
        baseURL = try values.decodeIfPresent(String.self, forKey: .baseURL) ?? baseURL
        keepsRaw = try values.decodeIfPresent(Bool.self, forKey: .keepsRaw) ?? false
    }
}

extension TwitterAdapter {
    /// What may be set.
    package static let settings: [Setting] = [
        Setting(
            "listen", .choice(TwitterSettings.Listening.allCases.map(\.rawValue)), fallback: "search",
            about:
                "What to hear: a search of the last week or of all time, an account's mentions, posts (timeline), home timeline or messages, the quotes of a post, a stream of what matches rules, or what X sends to a webhook."
        ),
        Setting(
            "query", .text, requiredWhen: ("listen", ["search", "search_all"]),
            about: "What to search for, in X's query language."),
        Setting(
            "rules", .map(.text), requiredWhen: ("listen", ["stream"]),
            about: "What the stream is to send, by name: rules in X's language, kept equal at X to what stands here."),
        Setting(
            "rule_tag", .text, fallback: "earshot",
            about: "What the tags of these rules begin with; rules with other tags are let be."),
        Setting(
            "backfill_minutes", .integer(1...5),
            about:
                "How many minutes of a stream X sends again after a break, where the plan has it; else what was missed is searched for."
        ),
        Setting(
            "user_id", .text, requiredWhen: ("listen", ["mentions", "timeline", "home"]),
            about:
                "The number of the account whose mentions or timeline are read; for dms of the one account whose messages are wanted."
        ),
        Setting(
            "post_id", .text, requiredWhen: ("listen", ["quotes"]),
            about: "The number of the post whose quotes are read."),
        Setting(
            "token", .secret,
            requiredWhen: (
                "listen", ["search", "search_all", "mentions", "timeline", "home", "quotes", "dms", "stream"]
            ),
            about: "The bearer token: the app's, or for messages and a home timeline an account's."),
        Setting(
            "consumer_secret", .secret, requiredWhen: ("listen", ["webhook"]),
            about: "The app's consumer secret, with which X signs what it sends."),
        Setting(
            "backfill", .duration, fallback: "1d",
            about: "How far back the first start goes; a search of the last week knows no more than seven days."),
        Setting("max_results", .integer(1...500), about: "How many posts a page holds; each is billed."),
        Setting(
            "look_back", .duration, fallback: "\"1m\"",
            about: "How much of what is known is asked for again, as posts may appear late; each is billed once a day."),
        Setting("base_url", .url, fallback: "https://api.x.com", about: "Where the API is."),
        Setting("keep_raw", .boolean, fallback: "false", about: "Keep X's own record with each mention, under raw."),
    ]
}
