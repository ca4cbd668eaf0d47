/// A feed: the newest entries, with validators.
struct ReplayOfFeed: ReplayPlatform {
    let adapter = "rss"
    let settings = #"{"feeds":["https://acme.example/feed.xml"]}"#
    let shape = ReplayTimeline.Shape(burst: 15)
    var hasToken: Bool { false }
    var requestsPerRound: Int { 1 }

    func key(of item: ReplayItem, in timeline: ReplayTimeline) -> String? { "tag:acme.example:\(item.number)" }

    func key(of mention: [String: Any]) -> String? {
        let web = (mention["ext"] as? [String: Any])?["web"] as? [String: Any]
        return web?["guid"] as? String
    }

    func answer(_ request: ReplayRequest, _ timeline: ReplayTimeline, at now: Int64) -> ReplayAnswer? {
        guard request.path == ["feed.xml"] else { return nil }
        let entries = timeline.visible(at: now).prefix(60).map { item in
            "<entry><id>tag:acme.example:\(item.number)</id><title>\(item.text(at: now))</title>"
                + "<link href=\"https://acme.example/\(item.number)\"/><updated>\(item.stamp)</updated>"
                + "<content type=\"text\">\(item.text(at: now))</content></entry>"
        }
        var hash = SeededNumbers(seed: entries.joined().utf8.reduce(5381) { $0 &* 33 &+ UInt64($1) })
        let tag = "\"\(hash.next())\""
        if request.headers.contains(where: { $0.name == "If-None-Match" && $0.value == tag }) {
            return ReplayAnswer("", status: 304)
        }
        let feed =
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Acme Air</title><id>tag:acme.example:feed</id>"
            + "<updated>\(date(now))</updated>\(entries.joined())</feed>"
        return ReplayAnswer(feed, [("ETag", tag), ("Content-Type", "application/atom+xml")])
    }
}

/// Mastodon: a hashtag's timeline, paged by the header Link.
struct ReplayOfMastodon: ReplayPlatform {
    let adapter = "mastodon"
    let settings = #"{"url":"https://social.example","token":"T0KEN","listen":"hashtag","hashtag":"acmeair"}"#
    let shape = ReplayTimeline.Shape(burst: 60)
    // A page without anything is the end of each round.
    var requestsPerRound: Int { 4 }
    // Every round reads again what is an hour older than the newest, which takes long.
    let interval: Int64 = 10_800

    func key(of item: ReplayItem, in timeline: ReplayTimeline) -> String? {
        "https://social.example/users/asker/statuses/\(id(item))"
    }

    private func id(_ item: ReplayItem) -> Int64 { item.made << 16 | Int64(item.number) }

    func standing(used: Int, until moment: Int64, at now: Int64) -> [(String, String)] {
        [
            ("X-RateLimit-Remaining", String(max(budget.requests - used, 0))),
            ("X-RateLimit-Reset", date(moment + 999)),
        ]
    }

    func answer(_ request: ReplayRequest, _ timeline: ReplayTimeline, at now: Int64) -> ReplayAnswer? {
        guard request.path == ["api", "v1", "timelines", "tag", "acmeair"] else { return nil }
        let since = request.query["since_id"].flatMap { Int64($0) } ?? 0
        let before = request.query["max_id"].flatMap { Int64($0) } ?? .max
        let statuses = timeline.visible(at: now).filter { id($0) > since && id($0) < before }
        let page = statuses.prefix(min(Int(request.query["limit"] ?? "") ?? 20, 40))
        let data = page.map { item in
            #"{"id":"\#(id(item))","uri":"https://social.example/users/asker/statuses/\#(id(item))","#
                + #""created_at":"\#(item.stamp)","content":"<p>\#(item.text(at: now))</p>","visibility":"public","#
                + #""account":{"id":"1","acct":"asker","username":"asker","uri":"https://social.example/users/asker"}}"#
        }
        let last = page.last.map { id($0) } ?? 0
        let link = "<\(request.address)?limit=40&max_id=\(last)>; rel=\"next\", <\(request.address)>; rel=\"prev\""
        return ReplayAnswer("[\(data.joined(separator: ","))]", page.isEmpty ? [] : [("Link", link)])
    }
}

/// Bluesky: a search.
struct ReplayOfBluesky: ReplayPlatform {
    let adapter = "bluesky"
    let settings = #"{"listen":"search","query":"acme air","token":"T0KEN"}"#
    // Posts cannot be edited.
    let shape = ReplayTimeline.Shape(burst: 120, editedLevels: 0)
    let interval: Int64 = 10_800

    var unauthorized: ReplayAnswer {
        ReplayAnswer(#"{"error":"ExpiredToken","message":"Token has expired"}"#, status: 400)
    }

    func standing(used: Int, until moment: Int64, at now: Int64) -> [(String, String)] {
        [
            ("ratelimit-remaining", String(max(budget.requests - used, 0))),
            ("ratelimit-reset", String((moment + 999) / 1000)),
        ]
    }

    func key(of item: ReplayItem, in timeline: ReplayTimeline) -> String? {
        "at://did:plc:asker/app.bsky.feed.post/\(item.number)"
    }

    func answer(_ request: ReplayRequest, _ timeline: ReplayTimeline, at now: Int64) -> ReplayAnswer? {
        guard request.path == ["xrpc", "app.bsky.feed.searchPosts"] else { return nil }
        let items = timeline.visible(at: now)
        let start = request.query["cursor"].flatMap { Int($0) } ?? 0
        let page = items.dropFirst(start).prefix(min(Int(request.query["limit"] ?? "") ?? 25, 100))
        let posts = page.map { item in
            #"{"uri":"at://did:plc:asker/app.bsky.feed.post/\#(item.number)","cid":"c\#(item.number)","#
                + #""author":{"did":"did:plc:asker","handle":"asker.example"},"record":{"text":"\#(item.text(at: now))","#
                + #""createdAt":"\#(item.stamp)"},"indexedAt":"\#(item.stamp)"}"#
        }
        let end = start + page.count
        let cursor = end < items.count ? #","cursor":"\#(end)""# : ""
        return ReplayAnswer(#"{"posts":[\#(posts.joined(separator: ","))]\#(cursor)}"#)
    }
}

/// Reddit: the new posts of a subreddit.
struct ReplayOfReddit: ReplayPlatform {
    let adapter = "reddit"
    let settings = #"{"listen":"posts","subreddits":"acmeair","token":"T0KEN"}"#
    let shape = ReplayTimeline.Shape(burst: 120)
    let interval: Int64 = 10_800

    var unauthorized: ReplayAnswer { ReplayAnswer(#"{"message":"Unauthorized","error":401}"#, status: 401) }

    func standing(used: Int, until moment: Int64, at now: Int64) -> [(String, String)] {
        [
            ("x-ratelimit-remaining", "\(Double(max(budget.requests - used, 0)))"),
            ("x-ratelimit-reset", String((moment - now + 999) / 1000)),
        ]
    }

    func key(of item: ReplayItem, in timeline: ReplayTimeline) -> String? { "t3_\(String(item.number, radix: 36))" }

    func answer(_ request: ReplayRequest, _ timeline: ReplayTimeline, at now: Int64) -> ReplayAnswer? {
        guard request.path == ["r", "acmeair", "new"] else { return nil }
        var posts = timeline.visible(at: now)
        if let after = request.query["after"], let number = Int(after.dropFirst(3), radix: 36) {
            // What is after a post that is gone is nothing.
            let place = posts.firstIndex { $0.number == number }
            posts = place.map { Array(posts[($0 + 1)...]) } ?? []
        }
        let page = posts.prefix(100)
        let children = page.map { item in
            let name = "t3_\(String(item.number, radix: 36))"
            return
                #"{"kind":"t3","data":{"name":"\#(name)","id":"\#(name.dropFirst(3))","title":"\#(item.text(at: now))","#
                + #""selftext":"\#(item.text(at: now))","author":"asker","author_fullname":"t2_1","is_self":true,"#
                + #""permalink":"/r/acmeair/\#(item.number)/","created_utc":\#(item.second).0}}"#
        }
        let last = posts.count > 100 ? page.last.map { "\"t3_\(String($0.number, radix: 36))\"" } : nil
        let data = #""after":\#(last ?? "null"),"children":[\#(children.joined(separator: ","))]"#
        return ReplayAnswer(#"{"kind":"Listing","data":{\#(data)}}"#)
    }
}

/// Hacker News: the search, paged by numbers.
struct ReplayOfHackerNews: ReplayPlatform {
    let adapter = "hackernews"
    let settings = #"{"query":"acme air"}"#
    let shape = ReplayTimeline.Shape(burst: 120, deletes: false)
    let interval: Int64 = 10_800
    var hasToken: Bool { false }

    func key(of item: ReplayItem, in timeline: ReplayTimeline) -> String? { String(item.number) }

    func answer(_ request: ReplayRequest, _ timeline: ReplayTimeline, at now: Int64) -> ReplayAnswer? {
        guard request.path == ["api", "v1", "search_by_date"] else { return nil }
        var hits = timeline.visible(at: now)
        if let filter = request.query["numericFilters"] {
            guard let since = Int64(filter.replacing("created_at_i>=", with: "")) else { return nil }
            hits.removeAll { $0.second < since }
        }
        let page = Int(request.query["page"] ?? "") ?? 0
        let size = min(Int(request.query["hitsPerPage"] ?? "") ?? 20, 1000)
        let shown = hits.dropFirst(page * size).prefix(size).map { item in
            #"{"objectID":"\#(item.number)","created_at_i":\#(item.second),"author":"asker","title":"Acme","#
                + #""story_text":"\#(item.text(at: now))","_tags":["story"],"points":1,"num_comments":0}"#
        }
        return ReplayAnswer(#"{"hits":[\#(shown.joined(separator: ","))],"page":\#(page)}"#)
    }
}
