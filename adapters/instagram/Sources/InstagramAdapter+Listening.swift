package import Earshot

extension InstagramAdapter: PollingAdapter {
    /// The page of what is listened to at a cursor.
    package func poll(after cursor: Cursor?, over http: any HTTPFetching) async throws -> Page {
        guard let listing else {
            throw FetchFailure.refused("\"listen\": \"\(setup.listen ?? "webhook")\" does not poll")
        }
        return try await listing.poll(after: cursor, over: http)
    }

    /// The lists of an account.
    private static let lists = ["media", "tags", "stories", "hashtag", "conversations"]

    /// What may be set.
    package static let settings = [
        Setting(
            "listen", .choice(["webhook"] + lists + ["comments"]), fallback: "\"webhook\"",
            about: "What is listened to."),
        Setting(
            "user_id", .text, requiredWhen: ("listen", lists),
            about: "The account's id; for conversations with Facebook login that of its page."),
        Setting(
            "media_id", .text, requiredWhen: ("listen", ["comments"]),
            about: "The media whose comments are listened to."),
        Setting(
            "hashtag", .text,
            about: "The hashtag without #, for hashtag; an account may search for thirty in seven days."),
        Setting(
            "hashtag_id", .text, about: "The hashtag's id, as ig_hashtag_search gives it, instead of the hashtag."),
        Setting(
            "token", .secret, requiredWhen: ("listen", lists + ["comments"]),
            about: "The account's or its page's access token."),
        Setting(
            "app_secret", .secret, requiredWhen: ("listen", ["webhook"]),
            about:
                "The app's secret, which signs deliveries and proves the token; with Instagram login the Instagram app's."
        ),
        Setting(
            "verify_token", .secret, requiredWhen: ("listen", ["webhook"]),
            about: "The word that the platform shows when it asks whether the webhook is ours."),
        Setting(
            "look_back", .duration, fallback: "\"30d\"",
            about: "How old a media may be, counted from the newest, for its comments still to be found."),
        Setting(
            "backfill", .duration, fallback: "\"30d\"", about: "How far back the first start goes."),
        Setting(
            "look_up", .boolean,
            about:
                "Whether captions and comments that deliveries only name are asked for; they are where a token is set."
        ),
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

    private static let messageFields = "id,created_time,from,to,message,attachments,shares"

    /// Later comments stand first, though nobody promises it; replies come in no known order.
    private static let comments = GraphInner(
        edge: "comments",
        query: [("fields", "\(commentFields),replies.limit(50){\(commentFields)}"), ("limit", "50")],
        timeField: "timestamp", isOrderPromised: false, countField: "comments_count",
        inner: [
            GraphInner(
                edge: "replies", query: [("fields", commentFields), ("limit", "50")], timeField: "timestamp",
                isNewestFirst: false, isOrderPromised: false)
        ])

    /// The list that the settings name; nil where there is none to poll.
    static func listing(_ settings: Settings) throws -> GraphListing? {
        let edge = settings.listen ?? "webhook"
        guard edge != "webhook", edge != "files" else { return nil }
        let object = edge == "comments" ? settings.media_id : settings.user_id
        guard let object else {
            throw WrongSettings(edge == "comments" ? "comments need media_id" : "\(edge) needs user_id")
        }
        let id = GraphListing.encoded(object)
        var listing = GraphListing(
            path: "\(id)/\(edge)", query: [("fields", mediaFields), ("limit", "50")], timeField: "timestamp",
            token: settings.token)
        listing.backfill = try GraphListing.seconds(settings.backfill, of: "backfill")
        listing.lookBack = try GraphListing.seconds(settings.look_back)
        switch edge {
        case "media":
            listing.takesSince = true
            // Most comments come in a media's first days; now and then the older ones are looked at, too.
            listing.overlap = min(3 * 86_400, listing.lookBack)
            listing.query[0].value += ",comments.limit(25){\(commentFields),replies.limit(25){\(commentFields)}}"
            listing.inner = [comments]
        case "comments":
            // A reply to an old comment does not bring the comment to the front, so every round reads them all.
            listing.isNewestFirst = false
            listing.query = comments.query
            listing.inner = comments.inner
        case "stories": listing.isNewestFirst = false
        case "hashtag": try listen(&listing, toHashtagOf: settings, as: object)
        case "conversations":
            listing.timeField = "updated_time"
            listing.lookBack = listing.overlap
            listing.query = [
                ("fields", "id,updated_time,participants,messages.limit(20){\(messageFields)}"), ("limit", "25"),
                ("platform", "instagram"),
            ]
            let query = [(name: "fields", value: messageFields), (name: "limit", value: "20")]
            listing.inner = [GraphInner(edge: "messages", query: query, timeField: "created_time")]
        default: break
        }
        listing.appSecret = settings.app_secret
        listing.place(settings.base_url, version: settings.version)
        return listing
    }

    private static func listen(
        _ listing: inout GraphListing, toHashtagOf settings: Settings, as user: String
    ) throws {
        if let id = settings.hashtag_id {
            listing.path = "\(GraphListing.encoded(id))/recent_media"
        } else if let hashtag = settings.hashtag {
            listing.path = "recent_media"
            let name = hashtag.hasPrefix("#") ? String(hashtag.dropFirst()) : hashtag
            listing.search = GraphSearch(path: "ig_hashtag_search", query: [("q", name), ("user_id", user)])
        } else {
            throw WrongSettings("listening to a hashtag needs hashtag or hashtag_id")
        }
        listing.query[0].value =
            "id,caption,media_type,permalink,timestamp,like_count,comments_count,media_url,children{media_type,media_url}"
        listing.query.append(("user_id", user))
        listing.endsWithoutNews = true
    }
}

extension InstagramAdapter: ReceivingAdapter {
    /// How deliveries are proven; nil where no secret is set, or a list's secret only proves its token.
    package var webhook: Webhook? {
        guard listing == nil || setup.verify_token != nil else { return nil }
        return Webhook(appSecret: setup.app_secret, verifyToken: setup.verify_token)
    }
}
