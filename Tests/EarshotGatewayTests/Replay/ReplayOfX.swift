/// X: a recent search or an account's mentions, version 2 of the API. An edited post is a new post with the chain of
/// its ids.
struct ReplayOfX: ReplayPlatform {
    enum Listening: String, Sendable { case search, mentions }

    var listen = Listening.search
    let adapter = "twitter"
    var title: String { "\(type(of: self)), \(listen)" }

    var settings: String {
        let place = listen == .search ? #""query":"acme air""# : #""user_id":"7""#
        return #"{"listen":"\#(listen)",\#(place),"token":"T0KEN","backfill":"5d"}"#
    }

    // X keeps the last half minute to itself; what is later than that is rare.
    let shape = ReplayTimeline.Shape(lateness: 45)

    static let unauthorized = ReplayAnswer(
        #"{"title":"Unauthorized","type":"about:blank","status":401,"detail":"Unauthorized"}"#, status: 401)
    var unauthorized: ReplayAnswer { ReplayOfX.unauthorized }

    func limited(until moment: Int64, at now: Int64) -> ReplayAnswer {
        ReplayAnswer(
            #"{"title":"Too Many Requests","type":"about:blank","status":429}"#, status: 429,
            [("x-rate-limit-remaining", "0"), ("x-rate-limit-reset", String((moment + 999) / 1000))])
    }

    func standing(used: Int, until moment: Int64, at now: Int64) -> [(String, String)] {
        [
            ("x-rate-limit-limit", String(budget.requests)),
            ("x-rate-limit-remaining", String(max(budget.requests - used, 0))),
            ("x-rate-limit-reset", String((moment + 999) / 1000)),
        ]
    }

    func key(of item: ReplayItem, in timeline: ReplayTimeline) -> String? { String(Self.id(item, item.made)) }

    /// An id of a post, of which the first bits are a time.
    static func id(_ item: ReplayItem, _ made: Int64) -> Int64 { (made - 1_288_834_974_657) << 22 | Int64(item.number) }

    /// The ids of a post's versions at a moment, the first one first.
    private func versions(_ item: ReplayItem, at now: Int64) -> [Int64] {
        let edit = item.edited.flatMap { $0 <= now ? $0 : nil }
        return [Self.id(item, item.made)] + (edit.map { [Self.id(item, $0)] } ?? [])
    }

    func answer(_ request: ReplayRequest, _ timeline: ReplayTimeline, at now: Int64) -> ReplayAnswer? {
        let isSearch = listen == .search
        guard request.path == (isSearch ? ["2", "tweets", "search", "recent"] : ["2", "users", "7", "mentions"]),
            request.query["query"] == (isSearch ? "acme air" : nil)
        else { return nil }
        let week = (now - 7 * ReplayTimeline.day - 1_288_834_974_657) << 22
        var posts = timeline.visible(at: now).map { ($0, versions($0, at: now)) }.filter { $0.1.last ?? 0 > week }
        posts.sort { ($0.1.last ?? 0) > ($1.1.last ?? 0) }
        if let since = request.query["since_id"].flatMap({ Int64($0) }) {
            if since < week {
                return ReplayAnswer(#"{"errors":[{"message":"'since_id' is too old"}]}"#, status: 400)
            }
            posts.removeAll { $0.1.last ?? 0 <= since }
        }
        // The last post of a page stands on the next one, too.
        if let token = request.query[isSearch ? "next_token" : "pagination_token"].flatMap({ Int64($0) }) {
            posts.removeAll { $0.1.last ?? 0 > token }
        }
        let page = posts.prefix(10)
        let data = page.map { item, ids in
            let chain = ids.map { "\"\($0)\"" }.joined(separator: ",")
            return #"{"id":"\#(ids.last ?? 0)","edit_history_tweet_ids":[\#(chain)],"author_id":"7","#
                + #""created_at":"\#(item.stamp)","text":"\#(item.text(at: now))"}"#
        }
        guard let last = page.last?.1.last else { return ReplayAnswer(#"{"meta":{"result_count":0}}"#) }
        let next = posts.count > 10 ? #","next_token":"\#(last)""# : ""
        let users = #""includes":{"users":[{"id":"7","username":"asker","name":"Asker"}]}"#
        return ReplayAnswer(
            #"{"data":[\#(data.joined(separator: ","))],\#(users),"meta":{"result_count":\#(page.count)\#(next)}}"#)
    }
}

/// X: an account's messages, which can only be paged through.
struct ReplayOfXMessages: ReplayPlatform {
    let adapter = "twitter"
    let settings = #"{"listen":"dms","token":"T0KEN","backfill":"5d"}"#
    let shape = ReplayTimeline.Shape(lateness: 45, editedLevels: 0)
    // Fifteen a quarter of an hour is what X allows.
    var budget: (requests: Int, seconds: Int64) { (15, 900) }

    var unauthorized: ReplayAnswer { ReplayOfX.unauthorized }
    func limited(until moment: Int64, at now: Int64) -> ReplayAnswer { ReplayOfX().limited(until: moment, at: now) }
    func standing(used: Int, until moment: Int64, at now: Int64) -> [(String, String)] { [] }
    func key(of item: ReplayItem, in timeline: ReplayTimeline) -> String? { String(ReplayOfX.id(item, item.made)) }

    func answer(_ request: ReplayRequest, _ timeline: ReplayTimeline, at now: Int64) -> ReplayAnswer? {
        guard request.path == ["2", "dm_events"] else { return nil }
        var events = timeline.visible(at: now)
        if let token = request.query["pagination_token"].flatMap({ Int64($0) }) {
            events.removeAll { ReplayOfX.id($0, $0.made) >= token }
        }
        let page = events.prefix(8)
        let data = page.map { item in
            #"{"id":"\#(ReplayOfX.id(item, item.made))","event_type":"MessageCreate","dm_conversation_id":"7-8","#
                + #""sender_id":"7","created_at":"\#(item.stamp)","text":"\#(item.text(at: now))"}"#
        }
        let next =
            events.count > 8
            ? #","next_token":"\#(page.last.map { ReplayOfX.id($0, $0.made) } ?? 0)""# : ""
        return ReplayAnswer(
            #"{"data":[\#(data.joined(separator: ","))],"meta":{"result_count":\#(page.count)\#(next)}}"#)
    }
}
