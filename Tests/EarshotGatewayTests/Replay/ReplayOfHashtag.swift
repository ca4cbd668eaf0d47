/// Instagram: a hashtag's media of the last day, which never say whose they are.
struct ReplayOfHashtag: ReplayOfMeta {
    let adapter = "instagram"
    let settings = #"{"listen":"hashtag","user_id":"1784","hashtag":"acmeair","token":"T0KEN"}"#
    let shape = ReplayTimeline.Shape(past: 0, burst: 60, isLateInCrowds: false)
    var requestsPerRound: Int { 5 }

    func key(of item: ReplayItem, in timeline: ReplayTimeline) -> String? { String(17_890_000_000_000 + item.number) }

    func answer(_ request: ReplayRequest, _ timeline: ReplayTimeline, at now: Int64) -> ReplayAnswer? {
        guard request.query["user_id"] == "1784" else { return nil }
        if request.path.last == "ig_hashtag_search" {
            return request.query["q"] == "acmeair" ? ReplayAnswer(#"{"data":[{"id":"17840"}]}"#) : nil
        }
        guard request.path[1...] == ["17840", "recent_media"] else { return nil }
        let media = timeline.visible(at: now).filter { $0.made > now - ReplayTimeline.day }
        let start = request.query["after"].flatMap { Int($0) } ?? 0
        let page = media.dropFirst(start).prefix(25)
        let end = start + page.count
        let next = #","next":"https://graph.facebook.com/v25.0/17840/recent_media?access_token=T0KEN&after=\#(end)""#
        let data = page.map { item in
            #"{"id":"\#(17_890_000_000_000 + item.number)","caption":"\#(item.text(at: now))","media_type":"IMAGE","#
                + #""timestamp":"\#(graphTime(item))"}"#
        }
        let paging = #""paging":{"cursors":{"after":"\#(end)"}\#(end < media.count ? next : "")}"#
        return ReplayAnswer(#"{"data":[\#(data.joined(separator: ","))],\#(paging)}"#)
    }
}
