import Earshot

/// What Facebook and Instagram share: lists with cursors, errors by code, budgets in percent.
protocol ReplayOfMeta: ReplayPlatform {}

extension ReplayOfMeta {
    var budget: (requests: Int, seconds: Int64) { (60, 3600) }
    var requestsPerRound: Int { 8 }

    var unauthorized: ReplayAnswer {
        ReplayAnswer(
            #"{"error":{"message":"Session has expired","type":"OAuthException","code":190,"error_subcode":463}}"#,
            status: 400)
    }

    func limited(until moment: Int64, at now: Int64) -> ReplayAnswer {
        let minutes = (moment - now + 59_999) / 60_000
        return ReplayAnswer(
            #"{"error":{"message":"There have been too many calls","type":"OAuthException","code":80001}}"#,
            status: 400,
            usage(100, minutes))
    }

    func standing(used: Int, until moment: Int64, at now: Int64) -> [(String, String)] {
        used * 2 > budget.requests ? usage(used * 100 / budget.requests, 0) : []
    }

    private func usage(_ percent: Int, _ minutes: Int64) -> [(String, String)] {
        let fields = #""call_count":\#(percent),"total_cputime":1,"total_time":1"#
        let usage = #"{"7001":[{"type":"pages",\#(fields),"estimated_time_to_regain_access":\#(minutes)}]}"#
        return [("X-Business-Use-Case-Usage", usage)]
    }

    /// When an item was written, as the Graph API says it: no colon in the offset.
    func graphTime(_ item: ReplayItem) -> String { item.stamp.dropLast() + "+0000" }

    /// A part of a list, from after `cursor` on; nil where the cursor's item is gone.
    func list(
        _ items: [ReplayItem], after cursor: String?, size: Int, at path: String, _ write: (ReplayItem) -> String
    ) -> String? {
        var start = 0
        // Some pages are empty, as what was on them is nobody's business, and have a next page all the same.
        let isEmpty = cursor?.hasPrefix("E") == true
        if let number = cursor.flatMap({ Int($0.drop { $0 == "E" }) }) {
            guard let place = items.firstIndex(where: { $0.number == number }) else { return nil }
            start = place + 1
        }
        let page = isEmpty ? [] : items[start...].prefix(size)
        let end = page.last?.number ?? Int(cursor?.dropFirst() ?? "") ?? 0
        let after = !isEmpty && end % 5 == 0 ? "E\(end)" : "\(end)"
        let hasMore = isEmpty || start + page.count < items.count
        let address = "https://graph.facebook.com/v25.0/\(path)?access_token=T0KEN&limit=25&after=\(after)"
        let next = hasMore ? #","next":"\#(address)""# : ""
        let data = page.map(write).joined(separator: ",")
        return #"{"data":[\#(data)],"paging":{"cursors":{"after":"\#(after)"}\#(next)}}"#
    }

    /// The answer that a list is, or that its cursor is none.
    func answer(_ list: String?) -> ReplayAnswer {
        list.map { ReplayAnswer($0) }
            ?? ReplayAnswer(#"{"error":{"message":"Invalid cursor","type":"OAuthException","code":100}}"#, status: 400)
    }

    /// An error that says that an object is gone.
    var gone: ReplayAnswer {
        ReplayAnswer(
            #"{"error":{"message":"gone","type":"GraphMethodException","code":100,"error_subcode":33}}"#, status: 400)
    }
}

/// Facebook: a page's feed with the comments and replies below its posts.
struct ReplayOfFacebook: ReplayOfMeta {
    let adapter = "facebook"
    let settings = #"{"listen":"feed","page_id":"7001","token":"T0KEN"}"#
    // Most comments are under posts that are older than the week.
    let shape = ReplayTimeline.Shape(past: 20, posts: 40, burst: 12, comments: 260, editedLevels: 2)

    func key(of item: ReplayItem, in timeline: ReplayTimeline) -> String? {
        item.parent.map { "\($0)_\(item.number)" } ?? "7001_\(item.number)"
    }

    func answer(_ request: ReplayRequest, _ timeline: ReplayTimeline, at now: Int64) -> ReplayAnswer? {
        guard request.path.count == 3 else { return nil }
        let after = request.query["after"]
        if request.path[1...] == ["7001", "feed"] {
            let since = request.query["since"].flatMap { Int64($0) } ?? 0
            let posts = timeline.visible(at: now).filter { $0.second >= since }
            return answer(
                list(posts, after: after, size: 7, at: "7001/feed") { post in
                    let comments = comments(of: post, after: nil, size: 3, timeline, at: now) ?? "{}"
                    return #"{"id":"7001_\#(post.number)","message":"\#(post.text(at: now))","#
                        + #""created_time":"\#(graphTime(post))","from":{"id":"7001","name":"Acme Air"},"#
                        + #""comments":\#(comments)}"#
                })
        }
        guard request.path[2] == "comments", request.path[1].hasPrefix("7001_"),
            request.query["order"] == "reverse_chronological", request.query["filter"] == "stream"
        else { return nil }
        let number = Int(request.path[1].dropFirst(5))
        guard let post = timeline.visible(at: now).first(where: { $0.number == number }) else { return gone }
        return answer(comments(of: post, after: after, size: 5, timeline, at: now))
    }

    private func comments(
        of post: ReplayItem, after: String?, size: Int, _ timeline: ReplayTimeline, at now: Int64
    ) -> String? {
        let comments = timeline.visible(at: now, below: post.number)
        return list(comments, after: after, size: size, at: "7001_\(post.number)/comments") { comment in
            #"{"id":"\#(post.number)_\#(comment.number)","message":"\#(comment.text(at: now))","#
                + #""created_time":"\#(graphTime(comment))","from":{"id":"9","name":"Asker"},"like_count":0}"#
        }
    }
}

/// Facebook: the messages of a page's conversations.
struct ReplayOfFacebookMessages: ReplayOfMeta {
    let adapter = "facebook"
    let settings = #"{"listen":"conversations","page_id":"7001","token":"T0KEN"}"#
    let shape = ReplayTimeline.Shape(
        past: 12, posts: 0, burst: 0, comments: 300, lateness: 0, editedLevels: 0, deletes: false)

    func key(of item: ReplayItem, in timeline: ReplayTimeline) -> String? {
        item.parent == nil ? nil : "m_\(item.number)"
    }

    func answer(_ request: ReplayRequest, _ timeline: ReplayTimeline, at now: Int64) -> ReplayAnswer? {
        guard request.path.count == 3 else { return nil }
        let after = request.query["after"]
        if request.path[1...] == ["7001", "conversations"] {
            func updated(_ thread: ReplayItem) -> String {
                graphTime(timeline.visible(at: now, below: thread.number).first ?? thread)
            }
            let threads = timeline.visible(at: now).sorted { updated($0) > updated($1) }
            return answer(
                list(threads, after: after, size: 5, at: "7001/conversations") { thread in
                    let messages = messages(of: thread, after: nil, size: 3, timeline, at: now) ?? "{}"
                    return #"{"id":"t_\#(thread.number)","updated_time":"\#(updated(thread))","#
                        + #""messages":\#(messages)}"#
                })
        }
        guard request.path[2] == "messages", let number = Int(request.path[1].dropFirst(2)),
            let thread = timeline.visible(at: now).first(where: { $0.number == number })
        else { return nil }
        return answer(messages(of: thread, after: after, size: 5, timeline, at: now))
    }

    private func messages(
        of thread: ReplayItem, after: String?, size: Int, _ timeline: ReplayTimeline, at now: Int64
    ) -> String? {
        let messages = timeline.visible(at: now, below: thread.number)
        return list(messages, after: after, size: size, at: "t_\(thread.number)/messages") { message in
            #"{"id":"m_\#(message.number)","created_time":"\#(graphTime(message))","#
                + #""from":{"id":"9","name":"Asker"},"to":{"data":[{"id":"7001","name":"Acme Air"}]},"#
                + #""message":"\#(message.text(at: now))"}"#
        }
    }
}

/// Instagram: an account's media, the comments below, and the replies below those, in an order of their own.
struct ReplayOfInstagram: ReplayOfMeta {
    let adapter = "instagram"
    let settings = #"{"listen":"media","user_id":"1784","token":"T0KEN"}"#
    let shape = ReplayTimeline.Shape(past: 20, posts: 25, burst: 0, comments: 200, replies: 150)
    var requestsPerRound: Int { 12 }

    func key(of item: ReplayItem, in timeline: ReplayTimeline) -> String? { id(item) }

    private func id(_ item: ReplayItem) -> String { String(17_890_000_000_000 + item.number) }

    func answer(_ request: ReplayRequest, _ timeline: ReplayTimeline, at now: Int64) -> ReplayAnswer? {
        guard request.path.count == 3, let object = Int(request.path[1]) else { return nil }
        let after = request.query["after"]
        if request.path[1...] == ["1784", "media"] {
            let since = request.query["since"].flatMap { Int64($0) } ?? 0
            let media = timeline.visible(at: now).filter { $0.second >= since }
            return answer(list(media, after: after, size: 6, at: "1784/media") { write(media: $0, timeline, at: now) })
        }
        let item = timeline.items.first { $0.number == object - 17_890_000_000_000 }
        guard let item, item.appears <= now, item.gone.map({ $0 > now }) ?? true else { return gone }
        switch request.path[2] {
        case "comments": return answer(comments(of: item, after: after, size: 5, timeline, at: now))
        case "replies": return answer(replies(to: item, after: after, size: 3, timeline, at: now))
        default: return nil
        }
    }

    private func write(media: ReplayItem, _ timeline: ReplayTimeline, at now: Int64) -> String {
        let comments = timeline.visible(at: now, below: media.number)
        let count = comments.reduce(comments.count) { $0 + timeline.visible(at: now, below: $1.number).count }
        let nested = self.comments(of: media, after: nil, size: 3, timeline, at: now) ?? "{}"
        return #"{"id":"\#(id(media))","caption":"\#(media.text(at: now))","media_type":"IMAGE","username":"acmeair","#
            + #""timestamp":"\#(graphTime(media))","comments_count":\#(count),"comments":\#(nested)}"#
    }

    private func comments(
        of media: ReplayItem, after: String?, size: Int, _ timeline: ReplayTimeline, at now: Int64
    ) -> String? {
        list(timeline.visible(at: now, below: media.number), after: after, size: size, at: "\(id(media))/comments") {
            let replies = replies(to: $0, after: nil, size: 2, timeline, at: now) ?? "{}"
            return write(comment: $0, #","replies":\#(replies)"#, at: now)
        }
    }

    private func replies(
        to comment: ReplayItem, after: String?, size: Int, _ timeline: ReplayTimeline, at now: Int64
    ) -> String? {
        let replies = Array(timeline.visible(at: now, below: comment.number).reversed())
        return list(replies, after: after, size: size, at: "\(id(comment))/replies") { write(comment: $0, "", at: now) }
    }

    private func write(comment: ReplayItem, _ fields: String, at now: Int64) -> String {
        #"{"id":"\#(id(comment))","text":"\#(comment.text(at: now))","timestamp":"\#(graphTime(comment))","#
            + #""username":"asker","like_count":0\#(fields)}"#
    }
}
