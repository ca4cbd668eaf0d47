/// What all of YouTube shares: lists with tokens, errors by reason.
protocol ReplayOfGoogle: ReplayPlatform {}

extension ReplayOfGoogle {
    var adapter: String { "youtube" }
    var budget: (requests: Int, seconds: Int64) { (100_000, 900) }
    var unauthorized: ReplayAnswer { error("authError", 401) }

    func limited(until moment: Int64, at now: Int64) -> ReplayAnswer {
        var answer = error("rateLimitExceeded", 429)
        answer.headers = [("Retry-After", String((moment - now + 999) / 1000))]
        return answer
    }

    func error(_ reason: String, _ status: Int) -> ReplayAnswer {
        ReplayAnswer(
            #"{"error":{"code":\#(status),"message":"no","errors":[{"message":"no","reason":"\#(reason)"}]}}"#,
            status: status)
    }

    /// A part of a list; the page's token is where it begins, whatever has come meanwhile.
    func list(
        _ items: [ReplayItem], _ size: Int, _ request: ReplayRequest, _ kind: String, _ write: (ReplayItem) -> String
    ) -> ReplayAnswer {
        let start = request.query["pageToken"].flatMap { Int($0.dropFirst()) } ?? 0
        let page = items.dropFirst(start).prefix(size)
        let next = start + page.count < items.count ? #""nextPageToken":"T\#(start + page.count)","# : ""
        let data = page.map(write).joined(separator: ",")
        return ReplayAnswer(#"{"kind":"youtube#\#(kind)ListResponse",\#(next)"items":[\#(data)]}"#)
    }
}

/// YouTube: the comments of two videos, and the replies that do not come with them.
struct ReplayOfYouTube: ReplayOfGoogle {
    let settings = #"{"video_ids":["v0","v1"],"key":"T0KEN"}"#
    let shape = ReplayTimeline.Shape(past: 10, posts: 120, burst: 20, comments: 200)
    // A day's quota, which ends at midnight in Los Angeles; others of the project spend most of it on the third day.
    var requestsPerRound: Int { 9 }

    func key(of item: ReplayItem, in timeline: ReplayTimeline) -> String? { id(item) }

    private func id(_ item: ReplayItem) -> String { item.parent.map { "Ug\($0).\(item.number)" } ?? "Ug\(item.number)" }

    func answer(_ request: ReplayRequest, _ timeline: ReplayTimeline, at now: Int64) -> ReplayAnswer? {
        guard request.query["key"] == "T0KEN" else { return nil }
        let thirdDay = ReplayTimeline.begin + 3 * ReplayTimeline.day
        // Pacific time in January is eight hours behind.
        if (thirdDay - 4 * ReplayTimeline.hour..<thirdDay + 8 * ReplayTimeline.hour).contains(now) {
            return error("quotaExceeded", 403)
        }
        switch request.path.last {
        case "commentThreads":
            guard let video = request.query["videoId"], request.query["order"] == "time" else { return nil }
            let threads = timeline.visible(at: now).filter { "v\($0.number % 2)" == video }
            return list(threads, 8, request, "commentThread") { write(thread: $0, in: video, timeline, at: now) }
        case "comments":
            guard let number = Int(request.query["parentId"]?.dropFirst(2) ?? "") else { return nil }
            guard timeline.visible(at: now).contains(where: { $0.number == number }) else {
                return error("commentNotFound", 404)
            }
            let replies = timeline.visible(at: now, below: number)
            return list(replies, 4, request, "comment") { write(comment: $0, #""parentId":"Ug\#(number)","#, at: now) }
        default: return nil
        }
    }

    private func write(thread: ReplayItem, in video: String, _ timeline: ReplayTimeline, at now: Int64) -> String {
        let replies = timeline.visible(at: now, below: thread.number)
        let some = replies.prefix(2).map { write(comment: $0, #""parentId":"Ug\#(thread.number)","#, at: now) }
        return #"{"kind":"youtube#commentThread","id":"\#(id(thread))","snippet":{"videoId":"\#(video)","#
            + #""totalReplyCount":\#(replies.count),"topLevelComment":\#(write(comment: thread, "", at: now))},"#
            + #""replies":{"comments":[\#(some.joined(separator: ","))]}}"#
    }

    private func write(comment: ReplayItem, _ fields: String, at now: Int64) -> String {
        #"{"kind":"youtube#comment","id":"\#(id(comment))","snippet":{\#(fields)"textOriginal":"\#(comment.text(at: now))","#
            + #""authorDisplayName":"@asker","likeCount":0,"publishedAt":"\#(comment.stamp)"}}"#
    }
}
