package import Earshot

extension InstagramAdapter: PollingAdapter {
    /// The page of what is listened to at a cursor.
    package func poll(after cursor: Cursor?, over http: any HTTPFetching) async throws -> Page {
        guard let listing else {
            throw FetchFailure.refused("\"listen\": \"\(setup.listen ?? "webhook")\" does not poll")
        }
        return try await listing.poll(after: cursor, over: http)
    }

    /// What may be set.
    package static let settings = [
        Setting(
            "listen", .choice(["webhook", "media", "comments", "tags", "hashtag"]), fallback: "\"webhook\"",
            about: "What is listened to."),
        Setting(
            "user_id", .text, requiredWhen: ("listen", ["media", "tags", "hashtag"]), about: "The account's id."),
        Setting(
            "media_id", .text, requiredWhen: ("listen", ["comments"]),
            about: "The media whose comments are listened to."),
        Setting(
            "hashtag_id", .text, requiredWhen: ("listen", ["hashtag"]),
            about: "The hashtag's id, as ig_hashtag_search gives it."),
        Setting(
            "token", .secret, requiredWhen: ("listen", ["media", "comments", "tags", "hashtag"]),
            about: "The account's or its page's access token."),
        Setting(
            "app_secret", .secret, requiredWhen: ("listen", ["webhook"]),
            about: "The app's secret, which signs deliveries; with Instagram login the Instagram app's."),
        Setting(
            "verify_token", .secret, requiredWhen: ("listen", ["webhook"]),
            about: "The word that the platform shows when it asks whether the webhook is ours."),
        Setting("version", .text, fallback: "\"v25.0\"", about: "The version of the Graph API."),
        Setting(
            "base_url", .url, fallback: "\"https://graph.facebook.com\"",
            about: "Where the Graph API is; https://graph.instagram.com with Instagram login."),
        Setting("keep_raw", .boolean, fallback: "false", about: "Whether mentions carry the source's own record."),
    ]

    private static let commentFields =
        "id,text,timestamp,username,from,like_count,hidden,parent_id,media{id,media_product_type}"

    private static let mediaFields =
        "id,caption,media_type,media_product_type,permalink,shortcode,timestamp,username,owner,media_url,"
        + "thumbnail_url,children{id,media_type,media_url,thumbnail_url},like_count,comments_count"

    /// The list that the settings name; nil where there is none to poll.
    static func listing(_ settings: Settings) throws -> GraphListing? {
        let edge = settings.listen ?? "webhook"
        guard edge != "webhook", edge != "files" else { return nil }
        guard let token = settings.token else { throw WrongSettings("\(edge) needs a token") }
        let object = edge == "comments" ? settings.media_id : settings.user_id
        guard let object else {
            throw WrongSettings(edge == "comments" ? "comments need media_id" : "\(edge) needs user_id")
        }
        let id = GraphListing.encoded(object)
        var listing = GraphListing(
            path: "\(id)/\(edge)", query: [("fields", mediaFields), ("limit", "50")], timeField: "timestamp",
            token: token)
        switch edge {
        case "media":
            listing.takesSince = true
            // Comments come inside their media, and most of them in its first days.
            listing.overlap = 3 * 86_400
            listing.query[0].value += ",comments.limit(25){\(commentFields),replies.limit(25){\(commentFields)}}"
        case "comments":
            // A reply to an old comment does not bring the comment to the front, so every round reads them all.
            listing.isNewestFirst = false
            listing.query[0].value = "\(commentFields),replies.limit(50){\(commentFields)}"
        case "hashtag":
            guard let hashtag = settings.hashtag_id else { throw WrongSettings("a hashtag needs hashtag_id") }
            listing.path = "\(GraphListing.encoded(hashtag))/recent_media"
            listing.query[0].value =
                "id,caption,media_type,permalink,timestamp,like_count,comments_count,media_url,children{media_type,media_url}"
            listing.query.append(("user_id", object))
            listing.endsWithoutNews = true
        default: break
        }
        if let version = settings.version { listing.version = version }
        if let base = settings.base_url {
            listing.base = base.hasSuffix("/") ? String(base.dropLast()) : base
            listing.isOperators = true
        }
        return listing
    }
}

extension InstagramAdapter: ReceivingAdapter {
    /// How deliveries are proven; nil where no secret is set.
    package var webhook: Webhook? { Webhook(appSecret: setup.app_secret, verifyToken: setup.verify_token) }
}
