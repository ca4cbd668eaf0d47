import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Testing

struct TwitterPollingTests {
    static let search = #"{"query": "@acmeair", "token": "t0k"}"#

    @Test func `a search goes through its pages and then asks for what is newer`() async throws {
        let http = TwitterReplies([
            .page(["105", "1040"], next: "p2"), .page(["99"]), .page([]),
        ])
        let adapter = try TwitterAdapter.make(Self.search)
        let first = try await adapter.poll(after: Cursor("{}"), over: http)
        #expect(first.hasMore && first.next.text == #"{"next_token":"p2","newest_id":"1040"}"#)
        let second = try await adapter.poll(after: first.next, over: http)
        #expect(!second.hasMore && second.next.text == #"{"since_id":"1040"}"#)
        let third = try await adapter.poll(after: second.next, over: http)
        #expect(third.next == second.next)
        let urls = await http.urls
        #expect(
            urls[0].hasPrefix("https://api.x.com/2/tweets/search/recent?query=%40acmeair&max_results=100&tweet.fields=")
        )
        #expect(urls[1].contains("&next_token=p2&") && !urls[1].contains("since_id"))
        #expect(urls[2].contains("&since_id=1040&"))
        #expect(first.documents.first?.url == "https://api.x.com/2/tweets/search/recent")
        #expect(first.documents.first?.via == .poll)
    }

    @Test func `an empty page leaves the position where it was`() async throws {
        let http = TwitterReplies([.page([])])
        let adapter = try TwitterAdapter.make(Self.search)
        let page = try await adapter.poll(after: Cursor(#"{"since_id":"7"}"#), over: http)
        #expect(page.next.text == #"{"since_id":"7"}"# && !page.hasMore)
    }

    @Test(arguments: [
        ("mentions", "/2/users/12/mentions?"), ("timeline", "/2/users/12/tweets?"),
        ("quotes", "/2/tweets/34/quote_tweets?"), ("home", "/2/users/12/timelines/reverse_chronological?"),
        ("dms", "/2/dm_conversations/with/12/dm_events?"), ("search_all", "/2/tweets/search/all?query=a%20b"),
    ])
    func `each way of listening has its endpoint`(_ listen: String, _ path: String) async throws {
        let http = TwitterReplies([.page([])])
        let settings = #"""
            {"listen": "\#(listen)", "query": "a b", "user_id": "12", "post_id": "34", "token": "t",
             "base_url": "http://127.0.0.1:9/"}
            """#
        _ = try await TwitterAdapter.make(settings).poll(after: nil, over: http)
        #expect(await http.urls.first?.hasPrefix("http://127.0.0.1:9" + path) == true)
    }

    @Test func `a first start goes back for a day, or as long as it is told`() async throws {
        // The least ids of posts of 28 February and 1 January 2026.
        for (setting, id) in [("", "2027534209643446272"), (#","backfill": "59d""#, "2006515713438646272")] {
            let http = TwitterReplies([.page([]), .page([])])
            let adapter = try TwitterAdapter.make(#"{"query": "@acmeair", "token": "t0k"\#(setting)}"#)
            let page = try await adapter.poll(after: nil, over: http)
            #expect(page.next.text == "{\"since_id\":\"\(id)\"}")
            _ = try await adapter.poll(after: page.next, over: http)
            let urls = await http.urls
            let overlap = try #require(Int64(id)) - 60_000 << 22
            #expect(urls.allSatisfy { $0.contains("&since_id=\(overlap)&") })
        }
    }

    @Test func `messages are paged through until one is known`() async throws {
        let http = TwitterReplies([.page(["30", "20"], next: "more")])
        let adapter = try TwitterAdapter.make(#"{"listen": "dms", "token": "t"}"#)
        let page = try await adapter.poll(after: Cursor(#"{"since_id":"25"}"#), over: http)
        #expect(!page.hasMore && page.next.text == #"{"since_id":"30"}"#)
        #expect(await http.urls.first?.contains("since_id") == false)
    }

    @Test func `a position that X no longer reaches is given up`() async throws {
        let body = #"{"errors":[{"parameters":{"since_id":["1"]},"message":"'since_id' must be newer"}]}"#
        let http = TwitterReplies([.status(400, body)])
        let page = try await TwitterAdapter.make(Self.search).poll(after: Cursor(#"{"since_id":"1"}"#), over: http)
        #expect(page.hasMore && page.next.text == "{}" && page.documents.isEmpty)
    }

    @Test func `a page's token that X no longer knows is given up, and the run begins again at the next interval`()
        async throws
    {
        let http = TwitterReplies([.status(400, #"{"errors":[{"parameters":{"next_token":["p2"]}}]}"#)])
        let cursor = Cursor(#"{"since_id":"7","next_token":"p2","newest_id":"9"}"#)
        let page = try await TwitterAdapter.make(Self.search).poll(after: cursor, over: http)
        #expect(!page.hasMore && page.next.text == #"{"since_id":"7"}"#)
    }

    @Test func `what is known is asked for again as far as it is to be looked back`() async throws {
        let http = TwitterReplies([.page([]), .page([])])
        // A minute is 60,000 times 2 to the 22nd.
        let cursor = Cursor(#"{"since_id":"2010000000000000000"}"#)
        _ = try await TwitterAdapter.make(Self.search).poll(after: cursor, over: http)
        let settings = #"{"query": "x", "token": "t", "look_back": "0s"}"#
        _ = try await TwitterAdapter.make(settings).poll(after: cursor, over: http)
        let urls = await http.urls
        #expect(urls[0].contains("&since_id=2009999748341760000&"))
        #expect(urls[1].contains("&since_id=2010000000000000000&"))
    }

    @Test func `a full window is waited for`() async throws {
        let headers = [("x-rate-limit-reset", "1772356500"), ("date", "Sun, 01 Mar 2026 09:00:00 GMT")]
        let body = #"{"errors":[{"code":88,"message":"Rate limit exceeded"}]}"#
        let http = TwitterReplies([.status(429, body, headers)])
        let adapter = try TwitterAdapter.make(Self.search)
        await #expect(
            throws: FetchFailure.limited("HTTP status 429: code 88 Rate limit exceeded", after: .seconds(900))
        ) { try await adapter.poll(after: nil, over: http) }
    }

    @Test(arguments: [
        (429, #"{"title":"UsageCapExceeded","type":"https://api.x.com/2/problems/usage-capped"}"#, "limited"),
        (401, "{}", "unauthorized"), (403, "no JSON", "unauthorized"), (400, "{}", "refused"), (404, "{}", "refused"),
        (503, "", "unreachable"),
    ])
    func `a status code says what to do`(_ status: Int, _ body: String, _ expected: String) async throws {
        let adapter = try TwitterAdapter.make(Self.search)
        let http = TwitterReplies([.status(status, body)])
        let failure = await #expect(throws: FetchFailure.self) { try await adapter.poll(after: nil, over: http) }
        #expect(failure.map { "\($0)" }?.hasPrefix(expected) == true)
    }

    @Test func `settings that say too little are refused`() async throws {
        let adapter = try TwitterAdapter.make("{}")
        let failure = await #expect(throws: FetchFailure.self) {
            try await adapter.poll(after: nil, over: TwitterReplies([]))
        }
        #expect(failure?.isRefusal == true)
    }

    @Test func `what a stream missed is searched for rule by rule, and holds once all are through`() async throws {
        let http = TwitterReplies([.page(["205"], next: "p2"), .page(["201"]), .page(["301"]), .page([])])
        let adapter = try TwitterAdapter.make(#"{"listen": "stream", "token": "t", "rules": {"b": "two", "a": "one"}}"#)
        var cursor = adapter.resuming(from: Cursor(#"{"since_id":"100","next_token":"old","rule":"1"}"#))
        #expect(cursor.text == #"{"since_id":"100"}"#)
        var cursors: [String] = []
        for _ in 0..<3 {
            let page = try await adapter.poll(after: cursor, over: http)
            cursor = page.next
            cursors.append(cursor.text)
            #expect(page.hasMore == (cursors.count < 3))
        }
        #expect(
            cursors == [
                #"{"since_id":"100","next_token":"p2","newest_id":"205"}"#,
                #"{"since_id":"100","newest_id":"205","rule":"1"}"#, #"{"since_id":"301"}"#,
            ])
        let urls = await http.urls
        #expect(urls.prefix(2).allSatisfy { $0.contains("?query=one&") } && urls[2].contains("?query=two&"))
        #expect(
            adapter.advanced(cursor, by: [Array(#"{"data":{"id":"302","text":"x"}}"#.utf8)])
                == Cursor(#"{"since_id":"302"}"#))
    }

    @Test func `a stream without rules is refused`() {
        #expect(throws: (any Error).self) {
            try TwitterAdapter.make(#"{"listen": "stream", "token": "t", "rules": {}}"#)
        }
    }

    @Test func `a webhook is signed with the consumer secret in base64`() throws {
        let webhook = try TwitterAdapter.make(#"{"listen": "webhook", "consumer_secret": "s"}"#).webhook
        guard case .hmac(let signature)? = webhook?.scheme else {
            Issue.record("no HMAC")
            return
        }
        #expect(signature.header == "x-twitter-webhooks-signature" && signature.prefix == "sha256=")
        #expect(webhook?.secrets == ["s"])
        #expect(try TwitterAdapter.make().webhook == nil)
    }
}

/// Replies in a row, and the addresses that were asked for.
private actor TwitterReplies: HTTPFetching {
    /// One reply.
    struct Reply {
        var status: Int
        var body: String
        var headers: [(String, String)]

        static func status(_ status: Int, _ body: String, _ headers: [(String, String)] = []) -> Reply {
            Reply(status: status, body: body, headers: headers)
        }

        static func page(_ ids: [String], next: String? = nil) -> Reply {
            let posts = ids.map { #"{"id":"\#($0)","text":"x"}"# }.joined(separator: ",")
            let data = ids.isEmpty ? "" : #""data":[\#(posts)],"#
            let token = next.map { #","next_token":"\#($0)""# } ?? ""
            return Reply(status: 200, body: #"{\#(data)"meta":{"result_count":\#(ids.count)\#(token)}}"#, headers: [])
        }
    }

    private var replies: [Reply]
    private(set) var urls: [String] = []

    init(_ replies: [Reply]) { self.replies = replies }

    /// 1 March 2026.
    nonisolated var now: Timestamp { Timestamp(seconds: 1_772_323_200) }

    func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        urls.append(request.url)
        guard !replies.isEmpty else { throw .unreachable("no more replies") }
        let reply = replies.removeFirst()
        return FetchResponse(
            status: reply.status, headers: reply.headers.map { (name: $0.0, value: $0.1) },
            body: Array(reply.body.utf8),
            url: request.url)
    }
}

extension FetchFailure {
    fileprivate var isRefusal: Bool {
        if case .refused = self { return true }
        return false
    }
}
