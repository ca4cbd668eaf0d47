package import Earshot

extension FacebookAdapter: PollingAdapter {
    /// The page of what is listened to at a cursor.
    package func poll(after cursor: Cursor?, over http: any HTTPFetching) async throws -> Page {
        guard let listing else {
            throw FetchFailure.refused("\"listen\": \"\(setup.listen ?? "webhook")\" does not poll")
        }
        return try await listing.poll(after: cursor, over: http)
    }

    /// The lists of a page.
    private static let lists = ["feed", "posts", "visitor_posts", "tagged", "ratings", "conversations"]

    /// What may be set.
    package static let settings = [
        Setting(
            "listen", .choice(["webhook"] + lists + ["comments"]),
            fallback: "\"webhook\"", about: "What is listened to."),
        Setting(
            "page_id", .text, requiredWhen: ("listen", lists),
            about: "The page's id."),
        Setting(
            "post_id", .text, requiredWhen: ("listen", ["comments"]), about: "The post whose comments are listened to."),
        Setting(
            "token", .secret,
            requiredWhen: ("listen", lists + ["comments"]),
            about: "The page's access token."),
        Setting(
            "app_secret", .secret, requiredWhen: ("listen", ["webhook"]),
            about: "The app's secret, which signs deliveries and, for lists, proves the token."),
        Setting(
            "verify_token", .secret, requiredWhen: ("listen", ["webhook"]),
            about: "The word that the platform shows when it asks whether the webhook is ours."),
        Setting(
            "look_back", .duration, fallback: "\"30d\"",
            about: "How old a post may be, counted from the newest, for its comments still to be found."),
        Setting(
            "backfill", .duration, fallback: "\"30d\"", about: "How far back the first start goes."),
        Setting("version", .text, fallback: "\"v25.0\"", about: "The version of the Graph API."),
        Setting(
            "base_url", .url, fallback: "\"https://graph.facebook.com\"", about: "Where the Graph API is."),
        Setting("keep_raw", .boolean, fallback: "false", about: "Whether mentions carry the source's own record."),
    ]

    /// What a post is asked for; the words of people, not of advertisers.
    private static let postFields =
        "id,message,story,created_time,updated_time,from{id,name,picture{url}},permalink_url,status_type,"
        + "promotion_status,parent_id,is_hidden,is_published,privacy,place,message_tags,to,full_picture,shares,"
        + "attachments{type,media_type,title,description,url,unshimmed_url,target,media,"
        + "subattachments{type,media_type,title,description,url,target,media}},"
        + "reactions.limit(0).summary(true)"

    private static let commentFields =
        "id,message,created_time,from{id,name,picture{url}},parent{id,is_private},permalink_url,attachment,message_tags,"
        + "like_count,comment_count,is_hidden,is_private"

    private static let nestedComments =
        ",comments.limit(25).order(reverse_chronological).filter(stream).summary(true){\(commentFields)}"

    /// The list that the settings name; nil where there is none to poll.
    static func listing(_ settings: Settings) throws -> GraphListing? {
        let edge = settings.listen ?? "webhook"
        guard edge != "webhook", edge != "files" else { return nil }
        let object = edge == "comments" ? settings.post_id : settings.page_id
        guard let object else {
            throw WrongSettings(
                edge == "comments" ? "comments need post_id" : "\(edge) need page_id")
        }
        var listing = GraphListing(
            path: "\(GraphListing.encoded(object))/\(edge)", query: query(of: edge), timeField: "created_time",
            token: settings.token)
        listing.backfill = try GraphListing.seconds(settings.backfill, of: "backfill")
        listing.lookBack = try GraphListing.seconds(settings.look_back)
        switch edge {
        case "conversations":
            listing.timeField = "updated_time"
            listing.lookBack = listing.overlap
            listing.inner = [GraphInner(edge: "messages", query: messages, timeField: "created_time")]
        case "ratings": break
        case "comments": listing.takesSince = true
        default:
            listing.takesSince = true
            if edge == "tagged" { listing.timeField = "tagged_time" }
            // Most comments come in a post's first days; now and then the older posts are looked at, too.
            listing.overlap = min(3 * 86_400, listing.lookBack)
            listing.inner = [GraphInner(edge: "comments", query: query(of: "comments"), timeField: "created_time")]
        }
        listing.appSecret = settings.app_secret
        listing.place(settings.base_url, version: settings.version)
        return listing
    }

    private static let messageFields = "id,created_time,from,to,message,attachments,shares,sticker"
    private static let messages = [(name: "fields", value: messageFields), (name: "limit", value: "100")]

    private static func query(of edge: String) -> [(name: String, value: String)] {
        switch edge {
        case "comments":
            [
                ("fields", commentFields), ("filter", "stream"), ("order", "reverse_chronological"), ("limit", "100"),
            ]
        case "ratings":
            [
                (
                    "fields",
                    "created_time,has_rating,has_review,rating,recommendation_type,review_text,reviewer{id,name},"
                        + "open_graph_story{id,message,start_time,type,data,comments}"
                ), ("limit", "50"),
            ]
        case "conversations":
            [
                (
                    "fields",
                    "id,updated_time,participants,messages.limit(25){\(messageFields)}"
                ), ("limit", "25"),
            ]
        case "tagged": [("fields", postFields + ",tagged_time" + nestedComments), ("limit", "25")]
        default: [("fields", postFields + nestedComments), ("limit", "25")]
        }
    }
}

extension FacebookAdapter: ReceivingAdapter {
    /// How deliveries are proven; nil where no secret is set, or a list's secret only proves its token.
    package var webhook: Webhook? {
        guard listing == nil || setup.verify_token != nil else { return nil }
        return Webhook(appSecret: setup.app_secret, verifyToken: setup.verify_token)
    }
}

/// Settings that do not go together.
struct WrongSettings: Error, CustomStringConvertible {
    /// What is wrong.
    let description: String

    /// Settings that are wrong in a way.
    init(_ description: String) { self.description = description }
}

extension Webhook {
    /// A webhook as Meta signs it, over the bytes as they were sent; nil where no secret is set.
    init?(appSecret: String?, verifyToken: String?) {
        guard let appSecret, !appSecret.isEmpty else { return nil }
        self.init(
            header: "X-Hub-Signature-256", prefix: "sha256=", encoding: .hexadecimal, secrets: [appSecret],
            challenge: verifyToken.map { .hub(verifyToken: $0) } ?? .none)
    }
}
