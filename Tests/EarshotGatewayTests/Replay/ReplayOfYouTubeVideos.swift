/// YouTube: videos that are found, uploaded or told of among a channel's activities, and then read by their ids.
struct ReplayOfYouTubeVideos: ReplayOfGoogle {
    enum Listening: String, Sendable { case search, uploads, activities }

    let listen: Listening
    let shape = ReplayTimeline.Shape(burst: 70)
    var requestsPerRound: Int { 12 }
    var title: String { "\(type(of: self)), \(listen)" }

    var settings: String {
        let place = listen == .search ? #""query":"acme air""# : #""channel_id":"UCacme""#
        return #"{"listen":"\#(listen)","key":"T0KEN",\#(place)}"#
    }

    func key(of item: ReplayItem, in timeline: ReplayTimeline) -> String? { id(item) }

    private func id(_ item: ReplayItem) -> String { "video\(item.number)" }

    func answer(_ request: ReplayRequest, _ timeline: ReplayTimeline, at now: Int64) -> ReplayAnswer? {
        guard request.query["key"] == "T0KEN" else { return nil }
        let items = timeline.visible(at: now)
        switch (request.path.last, listen) {
        case ("videos", _):
            let ids = (request.query["id"] ?? "").split(separator: ",").map(String.init)
            // What is gone meanwhile is just not there.
            return list(items.filter { ids.contains(id($0)) }, 50, request, "video") { write(video: $0, at: now) }
        case ("search", .search):
            let since = request.query["publishedAfter"] ?? ""
            let found = items.filter { $0.stamp >= since }
            return list(found, 20, request, "search") { item in
                #"{"kind":"youtube#searchResult","id":{"kind":"youtube#video","videoId":"\#(id(item))"},"#
                    + #""snippet":{"title":"cut","publishedAt":"\#(item.stamp)"}}"#
            }
        case ("playlistItems", .uploads) where request.query["playlistId"] == "UUacme":
            return list(items, 20, request, "playlistItem") { item in
                #"{"kind":"youtube#playlistItem","snippet":{"title":"x","publishedAt":"\#(item.stamp)"},"#
                    + #""contentDetails":{"videoId":"\#(id(item))","videoPublishedAt":"\#(item.stamp)"}}"#
            }
        case ("activities", .activities) where request.query["channelId"] == "UCacme":
            return list(items, 20, request, "activity") { item in
                #"{"kind":"youtube#activity","snippet":{"type":"upload","publishedAt":"\#(item.stamp)"},"#
                    + #""contentDetails":{"upload":{"videoId":"\#(id(item))"}}}"#
            }
        default: return nil
        }
    }

    private func write(video: ReplayItem, at now: Int64) -> String {
        #"{"kind":"youtube#video","id":"\#(id(video))","snippet":{"title":"x","channelId":"UCacme","#
            + #""description":"\#(video.text(at: now))","publishedAt":"\#(video.stamp)"}}"#
    }
}

/// YouTube: a live chat that ends on the third day, and the one that follows it.
struct ReplayOfYouTubeChat: ReplayOfGoogle {
    let settings = #"{"listen":"live_chat","video_ids":["v"],"key":"T0KEN"}"#
    let shape = ReplayTimeline.Shape(past: 0, burst: 60, editedLevels: 0)
    private let end = ReplayTimeline.begin + 3 * ReplayTimeline.day

    func key(of item: ReplayItem, in timeline: ReplayTimeline) -> String? { "LCC.\(item.number)" }

    func answer(_ request: ReplayRequest, _ timeline: ReplayTimeline, at now: Int64) -> ReplayAnswer? {
        if request.path.last == "videos" {
            let chat = now < end ? "one" : "two"
            return ReplayAnswer(#"{"items":[{"id":"v","liveStreamingDetails":{"activeLiveChatId":"\#(chat)"}}]}"#)
        }
        guard request.path.suffix(2) == ["liveChat", "messages"], let chat = request.query["liveChatId"] else {
            return nil
        }
        // A place in a chat is a moment: what is shown from then on comes next.
        let from = request.query["pageToken"].flatMap { Int64($0) } ?? .min
        let messages = timeline.visible(at: now)
            .filter { ($0.appears < end) == (chat == "one") && $0.appears >= from }.sorted { $0.appears < $1.appears }
        let data = messages.map { item in
            #"{"kind":"youtube#liveChatMessage","id":"LCC.\#(item.number)","snippet":{"type":"textMessageEvent","#
                + #""liveChatId":"\#(chat)","publishedAt":"\#(item.stamp)","#
                + #""textMessageDetails":{"messageText":"\#(item.text(at: now))"}}}"#
        }
        let offline = chat == "one" && now >= end ? #""offlineAt":"\#(date(end))","# : ""
        return ReplayAnswer(
            #"{"kind":"youtube#liveChatMessageListResponse","pollingIntervalMillis":5000,"#
                + #""nextPageToken":"\#(now)",\#(offline)"items":[\#(data.joined(separator: ","))]}"#)
    }
}
