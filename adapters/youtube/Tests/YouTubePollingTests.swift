import Earshot
import EarshotAdapters
import Foundation
import Synchronization
import Testing

struct YouTubePollingTests {
    private func adapter(_ settings: String) throws -> any PollingAdapter {
        try #require(try YouTubeTest.adapter(settings) as? any PollingAdapter)
    }

    private static func thread(_ id: Int, _ day: Int, replies: Int = 0) -> String {
        #"{"kind":"youtube#commentThread","id":"Ug\#(id)","snippet":{"videoId":"v","totalReplyCount":\#(replies),"topLevelComment":{"id":"Ug\#(id)","snippet":{"textOriginal":"hi","publishedAt":"2026-01-0\#(day)T00:00:00Z"}}}}"#
    }

    private static func page(_ kind: String, _ items: [String], next: String? = nil) -> String {
        let token = next.map { #""nextPageToken":"\#($0)","# } ?? ""
        return #"{"kind":"youtube#\#(kind)ListResponse",\#(token)"items":[\#(items.joined(separator: ","))]}"#
    }

    @Test func `comments are read page by page and then only down to what is known`() async throws {
        let adapter = try adapter(#"{"key":"k&y","video_ids":["v"]}"#)
        let source = YouTubeSource([
            Self.page("commentThread", [Self.thread(5, 5)], next: "two"),
            Self.page("commentThread", [Self.thread(3, 3)]),
            Self.page("commentThread", [Self.thread(6, 6), Self.thread(4, 4)], next: "two"),
        ])
        let first = try await adapter.poll(after: nil, over: source)
        #expect(first.hasMore)
        let second = try await adapter.poll(after: first.next, over: source)
        #expect(!second.hasMore)
        let third = try await adapter.poll(after: second.next, over: source)
        #expect(!third.hasMore)
        #expect(source.asked.map { $0.contains("pageToken=two") } == [false, true, false])
        #expect(source.asked.allSatisfy { $0.hasSuffix("&key=k%26y") && $0.contains("videoId=v") })
        #expect(first.documents.allSatisfy { $0.url?.contains("key=") == false })
        #expect(!third.next.text.contains("k&y"))
    }

    @Test func `replies that do not come with their thread are fetched once for each new count`() async throws {
        let adapter = try adapter(#"{"channel_id":"UC1"}"#)
        let threads = Self.page("commentThread", [Self.thread(5, 5, replies: 7)])
        let replies = Self.page("comment", [])
        let source = YouTubeSource([
            threads, Self.page("comment", [], next: "two"), replies, threads,
            Self.page("commentThread", [Self.thread(5, 5, replies: 8)]), replies,
        ])
        var page = try await adapter.poll(after: nil, over: source)
        while page.hasMore { page = try await adapter.poll(after: page.next, over: source) }
        #expect(source.asked[1].contains("comments?part=snippet&parentId=Ug5"))
        #expect(source.asked[2].contains("pageToken=two"))
        page = try await adapter.poll(after: page.next, over: source)
        #expect(source.asked.count == 4 && !page.hasMore)
        page = try await adapter.poll(after: page.next, over: source)
        page = try await adapter.poll(after: page.next, over: source)
        #expect(source.asked.count == 6 && !page.hasMore)
    }

    @Test func `one round of ten goes back to threads that may have got replies`() async throws {
        let adapter = try adapter(#"{"video_ids":["v"]}"#)
        let old = Self.page("commentThread", [Self.thread(6, 6), Self.thread(2, 2)], next: "two")
        for (round, hasMore) in [(1, false), (10, true)] {
            let cursor = Cursor(#"{"since":{"v":"2026-01-06T00:00:00Z"},"round":\#(round)}"#)
            #expect(try await adapter.poll(after: cursor, over: YouTubeSource([old])).hasMore == hasMore)
        }
    }

    @Test func `uploads among activities are read by their ids`() async throws {
        let adapter = try adapter(#"{"listen":"activities","channel_id":"UC1"}"#)
        let activity =
            #"{"kind":"youtube#activity","snippet":{"type":"upload","publishedAt":"2026-01-05T12:00:00Z"},"contentDetails":{"upload":{"videoId":"a"}}}"#
        let source = YouTubeSource([Self.page("activity", [activity]), Self.page("video", [])])
        let page = try await adapter.poll(after: nil, over: source)
        #expect(source.asked[0].contains("/activities?") && source.asked[0].contains("channelId=UC1"))
        #expect(source.asked[1].contains("/videos?") && source.asked[1].contains("id=a") && !page.hasMore)
    }

    @Test func `found videos are read by their ids`() async throws {
        let adapter = try adapter(#"{"listen":"search","query":"acme air"}"#)
        let found = Self.page("search", [#"{"id":{"videoId":"a"},"snippet":{"publishedAt":"2026-01-05T12:00:00Z"}}"#])
        let source = YouTubeSource([found, Self.page("video", []), Self.page("search", [])])
        let page = try await adapter.poll(after: nil, over: source)
        #expect(page.documents.count == 1 && !page.hasMore)
        #expect(source.asked[0].contains("q=acme%20air"))
        #expect(source.asked[1].contains("/videos?") && source.asked[1].contains("id=a"))
        _ = try await adapter.poll(after: page.next, over: source)
        // One round of ten asks for a day again, the others for an hour.
        #expect(source.asked[2].contains("publishedAfter=2026-01-05T11%3A00%3A00Z"))
    }

    @Test func `uploads are read from the list that belongs to the channel`() async throws {
        let adapter = try adapter(#"{"listen":"uploads","channel_id":"UCabc"}"#)
        let listed = Self.page(
            "playlistItem", [#"{"contentDetails":{"videoId":"a"},"snippet":{"publishedAt":"2026-01-05T12:00:00Z"}}"#],
            next: "two")
        let source = YouTubeSource([listed, Self.page("video", []), listed, Self.page("video", [])])
        let page = try await adapter.poll(after: nil, over: source)
        #expect(source.asked[0].contains("playlistId=UUabc") && page.hasMore)
        let fresh = try await adapter.poll(
            after: Cursor(#"{"since":{"UCabc":"2026-02-05T12:00:00Z"}}"#),
            over: source)
        #expect(!fresh.hasMore)
    }

    @Test func `a live chat is found by its video and left alone for as long as it asks`() async throws {
        let adapter = try adapter(#"{"listen":"live_chat","video_ids":["v"]}"#)
        let source = YouTubeSource([
            #"{"items":[{"id":"v","liveStreamingDetails":{"activeLiveChatId":"chat"}}]}"#,
            #"{"kind":"youtube#liveChatMessageListResponse","pollingIntervalMillis":5000,"nextPageToken":"n","items":[]}"#,
            #"{"kind":"youtube#liveChatMessageListResponse","offlineAt":"2026-01-05T12:00:00Z","items":[]}"#,
            #"{"items":[]}"#,
        ])
        let page = try await adapter.poll(after: nil, over: source)
        #expect(page.wait == .seconds(5) && !page.hasMore)
        let second = try await adapter.poll(after: page.next, over: source)
        #expect(source.asked[2].contains("liveChatId=chat") && source.asked[2].contains("pageToken=n"))
        let third = try await adapter.poll(after: second.next, over: source)
        #expect(third.documents.isEmpty)
    }

    @Test func `a video without comments does not stop the others`() async throws {
        let adapter = try adapter(#"{"video_ids":["a","b"]}"#)
        let source = YouTubeSource(
            [YouTubeSource.error("commentsDisabled"), Self.page("commentThread", [])], status: [403, 200])
        let page = try await adapter.poll(after: nil, over: source)
        #expect(page.documents.isEmpty && page.hasMore)
        let second = try await adapter.poll(after: page.next, over: source)
        #expect(source.asked[1].contains("videoId=b") && !second.hasMore)
    }

    @Test(arguments: [
        (403, "quotaExceeded", FetchFailure.limited("403 quotaExceeded", after: .seconds(3600))),
        (403, "rateLimitExceeded", .limited("403 rateLimitExceeded", after: nil)),
        (403, "forbidden", .unauthorized("403 forbidden")), (400, "keyInvalid", .unauthorized("400 keyInvalid")),
        (400, "missingRequiredParameter", .refused("400 missingRequiredParameter")),
        (404, "channelNotFound", .refused("404 channelNotFound")),
        (500, "backendError", .unreachable("500 backendError")),
    ])
    func `errors are told apart by their reasons`(status: Int, reason: String, failure: FetchFailure) async throws {
        let adapter = try adapter(#"{"video_ids":["v"]}"#)
        let source = YouTubeSource([YouTubeSource.error(reason)], status: [status])
        await #expect(throws: failure) { try await adapter.poll(after: nil, over: source) }
    }

    @Test func `settings that name nothing to listen to are refused when asked`() async throws {
        let adapter = try adapter("{}")
        await #expect(throws: FetchFailure.self) { try await adapter.poll(after: nil, over: YouTubeSource([])) }
    }
}

/// Answers in order, at 07:00 UTC in winter: an hour before midnight in Los Angeles.
private final class YouTubeSource: HTTPFetching {
    private let answers: [String]
    private let status: [Int]
    private let urls = Mutex<[String]>([])

    init(_ answers: [String], status: [Int] = []) {
        self.answers = answers
        self.status = status
    }

    var asked: [String] { urls.withLock { $0 } }

    /// 7 January 2026.
    var now: Timestamp { Timestamp(seconds: 1_767_744_000) }

    func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        let number = urls.withLock { urls in
            urls.append(request.url)
            return urls.count - 1
        }
        guard number < answers.count else { throw .unreachable("no more answers") }
        return FetchResponse(
            status: number < status.count ? status[number] : 200, headers: [("Date", "Mon, 05 Jan 2026 07:00:00 GMT")],
            body: Array(answers[number].utf8), url: request.url)
    }

    static func error(_ reason: String) -> String { #"{"error":{"code":0,"errors":[{"reason":"\#(reason)"}]}}"# }
}
