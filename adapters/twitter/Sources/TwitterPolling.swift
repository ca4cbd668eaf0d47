package import Earshot
internal import EarshotFormats

extension TwitterAdapter: PollingAdapter {
    /// Asks for the next page: of what came since the greatest id known, newest first, until there is no more.
    package func poll(after cursor: Cursor?, over http: any HTTPFetching) async throws -> Page {
        let position = cursor == nil ? TwitterCursor(since: http.now, less: backfill) : TwitterCursor(cursor)
        let response = try await http.fetch(try request(after: position))
        if let elsewhere = position.afterRefusal(by: response) {
            // A run that lost its place begins anew at the next interval: it may lose it again and again.
            return Page([], next: elsewhere.cursor, hasMore: position.token == nil)
        }
        if let failure = TwitterFailure.of(response) { throw failure }
        let meta = try TwitterMeta(response.body)
        var document = Document(response.body, observedAt: Timestamp(seconds: 0))
        document.url = address()
        document.contentType = response["content-type"]
        document.via = .poll
        let next =
            isStreaming
            ? position.after(meta, of: settings.rules.count)
            : position.after(meta, stopsAtKnown: takesSince ? nil : lookBack)
        let hasMore = next.token != nil || next.rule > position.rule
        return Page([document], next: next.cursor, hasMore: hasMore, wait: Budget(response)?.wait)
    }

    /// How far back the first start goes.
    private var backfill: Duration { settings.backfill.flatMap { Quantity.duration($0) } ?? .seconds(86_400) }

    /// How much of what is known is asked for again.
    private var lookBack: Duration { settings.lookBack.flatMap { Quantity.duration($0) } ?? .seconds(60) }

    /// The request for the page at a position.
    func request(after position: TwitterCursor) throws(FetchFailure) -> FetchRequest {
        guard let path = path() else {
            throw .refused("the settings of a channel that listens to \(settings.listen.rawValue) are not complete")
        }
        var query: [(String, String)] = []
        if isSearch { query.append(("query", wanted(at: position) ?? "")) }
        query.append(("max_results", String(settings.maxResults ?? 100)))
        if let token = position.token { query.append((isSearch ? "next_token" : "pagination_token", token)) }
        if let since = position.since, takesSince {
            query.append(("since_id", TwitterCursor.id(lookBack, before: since)))
        }
        query += settings.listen == .dms ? TwitterAdapter.messageFields : TwitterAdapter.postFields
        let pairs = query.map { "\($0)=\(TwitterAdapter.escaped($1))" }.joined(separator: "&")
        return request("\(path)?\(pairs)")
    }

    /// A request to the API, with the token.
    func request(_ path: String) -> FetchRequest {
        var request = FetchRequest(address(path))
        if let token = settings.token { request.headers = [("Authorization", "Bearer \(token)")] }
        // Only an address that the operator wrote may lie in a private network.
        request.allowsPrivateNetworks = settings.baseURL != TwitterSettings.publicURL
        return request
    }

    private var isSearch: Bool { [.search, .searchAll, .stream].contains(settings.listen) }

    /// What is searched for: the query, or the rule of a stream whose turn it is.
    private func wanted(at position: TwitterCursor) -> String? {
        guard isStreaming else { return settings.query }
        let rules = wantedRules
        return position.rule < rules.count ? rules[position.rule].value : rules.first?.value
    }

    /// Quotes and messages can only be paged through.
    private var takesSince: Bool { settings.listen != .quotes && settings.listen != .dms }

    /// The endpoint without its query, which says nothing secret.
    private func address() -> String? { path().map { address($0) } }

    private func address(_ path: String) -> String {
        (settings.baseURL.hasSuffix("/") ? String(settings.baseURL.dropLast()) : settings.baseURL) + path
    }

    /// The endpoint, or nil where a setting that it needs is not there.
    private func path() -> String? {
        switch settings.listen {
        case .search: settings.query.map { _ in "/2/tweets/search/recent" }
        case .searchAll: settings.query.map { _ in "/2/tweets/search/all" }
        case .mentions: settings.userID.map { "/2/users/\(TwitterAdapter.escaped($0))/mentions" }
        case .timeline: settings.userID.map { "/2/users/\(TwitterAdapter.escaped($0))/tweets" }
        case .quotes: settings.postID.map { "/2/tweets/\(TwitterAdapter.escaped($0))/quote_tweets" }
        case .home: settings.userID.map { "/2/users/\(TwitterAdapter.escaped($0))/timelines/reverse_chronological" }
        case .dms:
            settings.userID.map { "/2/dm_conversations/with/\(TwitterAdapter.escaped($0))/dm_events" } ?? "/2/dm_events"
        case .stream: settings.rules.isEmpty ? nil : "/2/tweets/search/recent"
        case .webhook: nil
        }
    }

    /// RFC 3986: everything but the unreserved characters.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            let isPlain =
                (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
                || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte)
            let digits = String(byte, radix: 16, uppercase: true)
            escaped += isPlain ? String(UnicodeScalar(byte)) : "%" + (digits.count == 1 ? "0" : "") + digits
        }
        return escaped
    }

    private static let userFields =
        "created_at,description,location,name,pinned_tweet_id,profile_image_url,protected,public_metrics,username,verified,verified_type,affiliation"
    private static let mediaFields =
        "alt_text,duration_ms,height,media_key,preview_image_url,public_metrics,type,url,variants,width"

    /// Without asking for them a post has only an id and a text.
    static let postFields: [(String, String)] = [
        (
            "tweet.fields",
            "attachments,author_id,community_id,context_annotations,conversation_id,created_at,edit_controls,edit_history_tweet_ids,entities,geo,id,in_reply_to_user_id,lang,note_tweet,possibly_sensitive,public_metrics,referenced_tweets,reply_settings,source,text,withheld"
        ),
        (
            "expansions",
            "attachments.media_keys,attachments.poll_ids,author_id,entities.mentions.username,geo.place_id,in_reply_to_user_id,referenced_tweets.id,referenced_tweets.id.author_id"
        ),
        ("user.fields", userFields), ("media.fields", mediaFields),
        ("poll.fields", "duration_minutes,end_datetime,id,options,voting_status"),
        ("place.fields", "country,country_code,full_name,geo,id,name,place_type"),
    ]

    private static let messageFields: [(String, String)] = [
        (
            "dm_event.fields",
            "attachments,created_at,dm_conversation_id,entities,event_type,id,participant_ids,referenced_tweets,sender_id,text"
        ),
        ("event_types", "MessageCreate"),
        ("expansions", "attachments.media_keys,participant_ids,referenced_tweets.id,sender_id"),
        ("user.fields", userFields), ("media.fields", mediaFields),
    ]
}

extension TwitterAdapter: ReceivingAdapter {
    /// Signed with the app's consumer secret, in base64, and asked for with `crc_token`.
    package var webhook: Webhook? {
        guard let secret = settings.consumerSecret else { return nil }
        return Webhook(
            header: "x-twitter-webhooks-signature", prefix: "sha256=", encoding: .base64, secrets: [secret],
            challenge: .crc)
    }
}
