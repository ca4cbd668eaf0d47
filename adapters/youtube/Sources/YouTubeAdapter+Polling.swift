package import Earshot
internal import EarshotFormats

extension YouTubeAdapter: SubscribingAdapter {
    /// The feed of the channel's uploads, of which its hub tells without cost.
    package var topics: [Topic] {
        guard configured.websub == true, let channel = configured.channelID else { return [] }
        let address = "https://www.youtube.com/xml/feeds/videos.xml?channel_id=" + channel
        return [Topic(address, hub: "https://pubsubhubbub.appspot.com/subscribe")]
    }

    package func poll(after cursor: Cursor?, over http: any HTTPFetching) async throws -> Page {
        let client = YouTubeClient(http: http, settings: configured)
        var place = YouTubePlace(cursor)
        if cursor == nil { place.floor = Timestamp(seconds: http.now.seconds - backfill).description }
        let targets = self.targets
        if place.target >= targets.count { place.target = 0 }
        if let thread = place.open.first { return try await replies(to: thread, at: &place, client) }
        do {
            return try await page(at: &place, targets, client)
        } catch let malformed as MalformedDocument {
            throw FetchFailure.unreachable("the answer cannot be read: \(malformed)")
        } catch let refusal as YouTubeRefusal where refusal.kind == .token && place.page != nil {
            // The list begins anew at the next interval, and not at once: it may lose its place again and again.
            place.page = nil
            return Page([], next: place.cursor)
        } catch let refusal as YouTubeRefusal {
            guard targets.count > 1 || listening == .liveChat else { throw FetchFailure.refused(refusal.reason) }
            place.chats[targets[place.target]] = nil
            place.newest = nil
            place.advance(to: nil, of: targets.count, scope: targets[place.target])
            return Page([], next: place.cursor, hasMore: place.isUnderWay)
        }
    }

    /// What the project may spend a day; YouTube never says what is left.
    package var quota: DailyQuota? {
        let account = configured.key.map { "-" + Digest(of: Array($0.utf8)).hexadecimal.prefix(8) } ?? ""
        return YouTubeAdapter.day(of: configured.quota ?? 10_000, account: "youtube\(account)")
    }

    /// A day's units, which are given anew at midnight Pacific time.
    static func day(of units: Int, account: String) -> DailyQuota {
        DailyQuota(account: account, units: units, timeZone: "America/Los_Angeles")
    }

    private var listening: Listening { configured.listen ?? .comments }

    /// What is asked for one after another: videos, groups of fifty videos, or the one channel or search.
    private var targets: [String] {
        let videos = configured.videoIDs ?? []
        switch listening {
        case .comments: return videos.isEmpty ? [configured.channelID ?? ""] : videos
        case .liveChat: return videos
        case .videos:
            return stride(from: 0, to: videos.count, by: 50).map {
                videos[$0..<min($0 + 50, videos.count)].joined(separator: ",")
            }
        case .search: return [configured.query ?? ""]
        case .uploads, .activities: return [configured.channelID ?? ""]
        }
    }

    private func page(at place: inout YouTubePlace, _ targets: [String], _ client: YouTubeClient) async throws -> Page {
        guard place.target < targets.count, !targets[place.target].isEmpty else {
            throw FetchFailure.refused("`\(listening.rawValue)` needs video_ids, channel_id or query")
        }
        let target = targets[place.target]
        switch listening {
        case .comments: return try await comments(target, at: &place, targets.count, client)
        case .search: return try await search(target, at: &place, client)
        case .uploads: return try await uploads(target, at: &place, client)
        case .activities: return try await activities(target, at: &place, client)
        case .liveChat: return try await chat(target, at: &place, targets.count, client)
        case .videos:
            let answer = try await videos(target, client)
            place.advance(to: nil, of: targets.count, scope: target)
            return Page([answer.document], next: place.cursor, hasMore: place.isUnderWay)
        }
    }

    /// A page of threads, newest first, down to those that were read before; replies that do not come with it are next.
    private func comments(
        _ target: String, at place: inout YouTubePlace, _ count: Int, _ client: YouTubeClient
    ) async throws -> Page {
        let isChannel = configured.videoIDs?.isEmpty != false
        let answer = try await client.list(
            "commentThreads",
            [
                "part": "snippet,replies", isChannel ? "allThreadsRelatedToChannelId" : "videoId": target,
                "order": "time", "maxResults": "100", "textFormat": "plainText", "pageToken": place.page,
            ])
        let page = ThreadPage(answer.document.bytes)
        for thread in page.threads where thread.replies > thread.included {
            place.open(thread.id, replies: thread.replies)
        }
        let isRead = reached(page.oldest, target, &place, newest: page.newest)
        place.advance(to: isRead ? nil : answer.next, of: count, scope: target)
        return Page([answer.document], next: place.cursor, hasMore: place.isUnderWay)
    }

    /// A page of a thread's replies; a thread that is gone has none.
    private func replies(
        to thread: YouTubePlace.OpenThread, at place: inout YouTubePlace, _ client: YouTubeClient
    ) async throws -> Page {
        place.open.removeFirst()
        do {
            let answer = try await client.list(
                "comments",
                [
                    "part": "snippet", "parentId": thread.id, "maxResults": "100", "textFormat": "plainText",
                    "pageToken": thread.page,
                ])
            if let next = answer.next, next != thread.page {
                place.open.insert(YouTubePlace.OpenThread(id: thread.id, page: next), at: 0)
            }
            return Page([answer.document], next: place.cursor, hasMore: place.isUnderWay)
        } catch is MalformedDocument {
            throw FetchFailure.unreachable("the answer cannot be read")
        } catch let refusal as YouTubeRefusal {
            if refusal.kind == .token, thread.page != nil {
                place.open.insert(YouTubePlace.OpenThread(id: thread.id), at: 0)
            }
            return Page([], next: place.cursor, hasMore: place.isUnderWay)
        }
    }

    /// A page of what was found, read by the videos' ids: results of searches are cut and escaped.
    private func search(_ query: String, at place: inout YouTubePlace, _ client: YouTubeClient) async throws -> Page {
        // The index is late and answers out of order, so windows overlap, now and then by more.
        let overlap: Int64 = place.isFar ? min(86_400, lookBack) : YouTubeAdapter.lateness
        let known = place.since[query].flatMap { Times.parse($0) }.map { Timestamp(seconds: $0.seconds - overlap) }
        let since = known ?? place.floor.flatMap { Times.parse($0) }
        let answer = try await client.list(
            "search",
            [
                "part": "snippet", "q": query, "type": "video", "order": "date", "maxResults": "50",
                "channelId": configured.channelID, "publishedAfter": since?.description, "pageToken": place.page,
            ])
        let page = VideoPage(answer.document.bytes)
        _ = reached(nil, query, &place, newest: page.newest)
        let documents = page.ids.isEmpty ? [] : [try await videos(page.ids.joined(separator: ","), client).document]
        place.advance(to: answer.next, of: 1, scope: query)
        return Page(documents, next: place.cursor, hasMore: place.isUnderWay)
    }

    /// A page of a channel's uploads, newest first, down to those that were read before.
    private func uploads(_ channel: String, at place: inout YouTubePlace, _ client: YouTubeClient) async throws -> Page
    {
        let playlist = channel.hasPrefix("UC") ? "UU" + channel.dropFirst(2) : channel
        let answer = try await client.list(
            "playlistItems",
            [
                "part": "snippet,contentDetails,status", "playlistId": playlist, "maxResults": "50",
                "pageToken": place.page,
            ])
        let page = VideoPage(answer.document.bytes)
        let isRead = reached(page.oldest, channel, &place, newest: page.newest)
        let documents = page.ids.isEmpty ? [] : [try await videos(page.ids.joined(separator: ","), client).document]
        place.advance(to: isRead ? nil : answer.next, of: 1, scope: channel)
        return Page(documents, next: place.cursor, hasMore: place.isUnderWay)
    }

    /// A page of what a channel did, newest first, down to what was read before: the videos that it uploaded.
    private func activities(
        _ channel: String, at place: inout YouTubePlace, _ client: YouTubeClient
    ) async throws -> Page {
        let answer = try await client.list(
            "activities",
            ["part": "snippet,contentDetails", "channelId": channel, "maxResults": "50", "pageToken": place.page])
        let page = VideoPage(answer.document.bytes)
        let isRead = reached(page.oldest, channel, &place, newest: page.newest)
        let videos = page.ids.isEmpty ? nil : try await videos(page.ids.joined(separator: ","), client).document
        place.advance(to: isRead ? nil : answer.next, of: 1, scope: channel)
        // Read by their ids, videos are the same as by any other way of listening.
        return Page([videos ?? answer.document], next: place.cursor, hasMore: place.isUnderWay)
    }

    private func videos(_ ids: String, _ client: YouTubeClient) async throws -> YouTubeClient.Answer {
        try await client.list(
            "videos",
            [
                "part": "snippet,contentDetails,statistics,status,liveStreamingDetails,paidProductPlacementDetails",
                "id": ids, "maxResults": "50",
            ])
    }

    /// What was said in a video's live chat since the last call; nothing while there is no chat.
    private func chat(
        _ video: String, at place: inout YouTubePlace, _ count: Int, _ client: YouTubeClient
    ) async throws -> Page {
        if place.chats[video] == nil {
            let answer = try await client.list("videos", ["part": "liveStreamingDetails", "id": video])
            let id = try JSON.read(answer.document.bytes) { root, _ in
                root["items"][0]["liveStreamingDetails"]["activeLiveChatId"].string.string
            }
            guard !id.isEmpty else {
                place.advance(to: nil, of: count, scope: video)
                return Page([], next: place.cursor, hasMore: place.isUnderWay)
            }
            place.chats[video] = YouTubePlace.Chat(id: id)
        }
        let answer = try await client.list(
            "liveChat/messages",
            [
                "liveChatId": place.chats[video]?.id, "part": "snippet,authorDetails", "maxResults": "2000",
                "pageToken": place.chats[video]?.page,
            ])
        let (pause, isOver) = try JSON.read(answer.document.bytes) { root, _ in
            (root["pollingIntervalMillis"].int64, root["offlineAt"].exists)
        }
        place.chats[video]?.page = answer.next
        if isOver || answer.next == nil { place.chats[video] = nil }
        place.advance(to: nil, of: count, scope: video)
        let wait = pause > 0 && pause < 3_600_000 ? Duration.milliseconds(pause) : nil
        return Page([answer.document], next: place.cursor, hasMore: place.isUnderWay, wait: wait)
    }

    /// Notes the newest moment of a page, and tells whether its oldest was read before.
    private func reached(
        _ oldest: Timestamp?, _ scope: String, _ place: inout YouTubePlace, newest: Timestamp?
    ) -> Bool {
        let known = place.newest.flatMap { Times.parse($0) } ?? .earliest
        if let newest, newest > known { place.newest = newest.description }
        guard let oldest else { return false }
        guard let since = place.since[scope].flatMap({ Times.parse($0) }) else {
            return place.floor.flatMap { Times.parse($0) }.map { oldest < $0 } ?? false
        }
        // What is of the same moment may stand on the next page.
        return oldest.seconds < since.seconds - (place.isFar ? lookBack : YouTubeAdapter.lateness)
    }

    /// How late something may appear among what is newer, in seconds.
    private static let lateness: Int64 = 3600

    /// How far back the first start goes, in seconds.
    private var backfill: Int64 {
        configured.backfill.flatMap { Quantity.duration($0) }?.components.seconds ?? 30 * 86_400
    }

    /// How far back one of ten rounds goes, in seconds: replies do not bring their thread to the front.
    private var lookBack: Int64 {
        configured.lookBack.flatMap { Quantity.duration($0) }?.components.seconds ?? 30 * 86_400
    }
}

/// What polling needs to know of a page of threads.
private struct ThreadPage {
    var threads: [(id: String, replies: Int64, included: Int64)] = []
    var newest: Timestamp?
    var oldest: Timestamp?

    init(_ bytes: [UInt8]) {
        var page = ThreadPage()
        try? JSON.read(bytes) { root, _ in
            root["items"].each { item in
                let replies = max(item["snippet"]["totalReplyCount"].int64, 0)
                let included = Int64(item["replies"]["comments"].count)
                page.threads.append((item["id"].string.string, replies, included))
                guard let moment = Times.parse(item["snippet"]["topLevelComment"]["snippet"]["publishedAt"].string)
                else {
                    return
                }
                page.newest = max(page.newest ?? moment, moment)
                page.oldest = min(page.oldest ?? moment, moment)
            }
        }
        self = page
    }

    init() {}
}

/// What polling needs to know of a page of found or listed videos.
private struct VideoPage {
    var ids: [String] = []
    var newest: Timestamp?
    var oldest: Timestamp?

    init(_ bytes: [UInt8]) {
        var page = VideoPage()
        try? JSON.read(bytes) { root, _ in
            root["items"].each { item in
                let listed = item["contentDetails"]["videoId"]
                let uploaded = item["contentDetails"]["upload"]["videoId"]
                let id = (listed.exists ? listed : uploaded.exists ? uploaded : item["id"]["videoId"]).string.string
                if !id.isEmpty, !page.ids.contains(id) { page.ids.append(id) }
                guard let moment = Times.parse(item["snippet"]["publishedAt"].string) else { return }
                page.newest = max(page.newest ?? moment, moment)
                page.oldest = min(page.oldest ?? moment, moment)
            }
        }
        self = page
    }

    init() {}
}
