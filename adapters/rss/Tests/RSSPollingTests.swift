import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Synchronization
import Testing

/// Answers each request with the next of some replies, and remembers what was asked.
private final class Script: HTTPFetching {
    private let state: Mutex<(replies: [Result<FetchResponse, FetchFailure>], requests: [FetchRequest])>

    init(_ replies: [Result<FetchResponse, FetchFailure>]) { state = Mutex((replies, [])) }

    var requests: [FetchRequest] { state.withLock { $0.requests } }

    func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        let reply = state.withLock { state -> Result<FetchResponse, FetchFailure> in
            state.requests.append(request)
            return state.replies.isEmpty ? .failure(.unreachable("no reply left")) : state.replies.removeFirst()
        }
        return try reply.get()
    }
}

private let one = "https://one.example/feed"
private let two = "https://two.example/feed"

private func reply(
    _ status: Int, _ url: String = one, _ headers: [(name: String, value: String)] = [], moved: String? = nil
) -> Result<FetchResponse, FetchFailure> {
    let body = Array("<rss><channel><title>x</title></channel></rss>".utf8)
    return .success(
        FetchResponse(
            status: status, headers: headers, body: status == 200 ? body : [], url: moved ?? url, permanentURL: moved))
}

private func adapter(_ feeds: String...) throws -> RSSAdapter {
    try RSSAdapter.make(#"{"feeds": ["\#(feeds.joined(separator: "\", \""))"]}"#)
}

private func field(_ name: String, of request: FetchRequest) -> String? {
    request.headers.first { $0.name == name }?.value
}

struct RSSPollingTests {
    @Test(arguments: [
        ("<rss><channel><title>x</title><item><guid>1</guid></item><item><guid>23", 1),
        ("<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>x</title><entry><id>tag:1", 0),
        ("<rss><channel><title>x {}</title><item><guid>1</guid></item><item><title>a { b: c }</title", 1),
        ("<rss><channel><title>x</title><item><guid>1</guid></item></channel></rss>", 1),
    ])
    func `an entry that was cut off is not read, and what has not come is asked for again`(
        _ text: String, _ count: Int
    ) async throws {
        let headers = [(name: "ETag", value: "\"a\"")]
        let cut = FetchResponse(status: 200, headers: headers, body: Array(text.utf8), url: one)
        let http = Script([.success(cut), reply(200)])
        let adapter = try adapter(one)
        let page = try await adapter.poll(after: nil, over: http)
        let reading = try adapter.read(try #require(page.documents.first))
        #expect(reading.rows.count == count)
        _ = try await adapter.poll(after: page.next, over: http)
        #expect((field("If-None-Match", of: http.requests[1]) != nil) == text.hasSuffix("</rss>"))
    }

    @Test(arguments: [
        "", " ", "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{\"id\":\"1\"}", "<rss><chan",
    ])
    func `a reply without an end is asked for again`(_ text: String) async throws {
        let headers = [(name: "ETag", value: "\"a\"")]
        let cut = FetchResponse(status: 200, headers: headers, body: Array(text.utf8), url: one)
        let http = Script([.success(cut), reply(200)])
        let adapter = try adapter(one)
        let page = try await adapter.poll(after: nil, over: http)
        _ = try await adapter.poll(after: page.next, over: http)
        #expect(field("If-None-Match", of: http.requests[1]) == nil)
    }

    @Test(arguments: [
        ("?token=abc&page=2", "?token=***&page=2"), ("?q=a&X-Amz-Signature=abc#top", "?q=a&X-Amz-Signature=***#top"),
        ("?key=abc", "?key=***"), ("?monkey=1&code=abc", "?monkey=1&code=***"), ("?a&token=", "?a&token="), ("", ""),
    ])
    func `keys in a feed's address stay out of documents and messages`(_ query: String, _ shown: String) async throws {
        let http = Script([reply(200, one + query), reply(500, one + query)])
        let adapter = try adapter(one + query)
        let page = try await adapter.poll(after: nil, over: http)
        #expect(page.documents.first?.url == one + shown)
        let failure = await #expect(throws: FetchFailure.self) { try await adapter.poll(after: page.next, over: http) }
        #expect(failure == .unreachable("status 500 from \(one + shown)"))
    }

    @Test func `validators of the last reply are sent, and 304 is an empty page`() async throws {
        let http = Script([
            reply(
                200, one,
                [(name: "ETag", value: "\"a\""), (name: "Last-Modified", value: "Mon, 05 Jan 2026 00:00:00 GMT")]),
            reply(304),
        ])
        let adapter = try adapter(one)
        let first = try await adapter.poll(after: nil, over: http)
        #expect(first.documents.count == 1)
        #expect(!first.hasMore)
        #expect(field("If-None-Match", of: http.requests[0]) == nil)
        let second = try await adapter.poll(after: first.next, over: http)
        #expect(second.documents.isEmpty)
        #expect(field("If-None-Match", of: http.requests[1]) == "\"a\"")
        #expect(field("If-Modified-Since", of: http.requests[1]) == "Mon, 05 Jan 2026 00:00:00 GMT")
    }

    @Test func `validators are forgotten where another address says that nothing has changed`() async throws {
        let http = Script([
            reply(200, one, [(name: "ETag", value: "\"a\"")]), reply(304, "https://evil.example/feed"), reply(200),
        ])
        let adapter = try adapter(one)
        var cursor: Cursor?
        for _ in 0..<3 { cursor = try await adapter.poll(after: cursor, over: http).next }
        #expect(field("If-None-Match", of: http.requests[2]) == nil)
    }

    @Test func `validators that another address gave are shown to it alone`() async throws {
        let poisoned = [
            (name: "ETag", value: "\"poison\""), (name: "Last-Modified", value: "Mon, 05 Jan 2099 00:00:00 GMT"),
        ]
        // Once led elsewhere, the feed is asked without what was said there; what it says itself is shown again.
        let http = Script([
            reply(200, "https://evil.example/feed", poisoned), reply(200, one, [(name: "ETag", value: "\"own\"")]),
            reply(304), reply(200, one, [(name: "ETag", value: String(repeating: "x", count: 1 << 16))]), reply(200),
        ])
        let adapter = try adapter(one)
        var cursor: Cursor?
        for _ in 0..<5 { cursor = try await adapter.poll(after: cursor, over: http).next }
        #expect(
            http.requests.map { field("If-None-Match", of: $0) } == [nil, nil, "\"own\"", "\"own\"", nil])
        #expect(http.requests.allSatisfy { field("If-Modified-Since", of: $0) == nil })
    }

    @Test func `a permanent redirect is believed after three sightings in a row`() async throws {
        let moved = "https://new.example/feed"
        let http = Script([
            reply(200, moved: moved), reply(200, moved: moved), reply(200), reply(200, moved: moved),
            reply(304, moved: moved), reply(200, moved: moved), reply(200, moved),
        ])
        let adapter = try adapter(one)
        var cursor: Cursor?
        for _ in 0..<7 { cursor = try await adapter.poll(after: cursor, over: http).next }
        #expect(http.requests.map { $0.url } == Array(repeating: one, count: 6) + [moved])
        #expect(http.requests.map { $0.allowsPrivateNetworks } == Array(repeating: true, count: 6) + [false])
    }

    @Test func `a feed that is gone is not asked again`() async throws {
        let http = Site { $0.url == one ? Site.reply(410, to: $0) : Site.feed("x", to: $0) }
        let adapter = try adapter(one, two)
        var cursor: Cursor?
        for _ in 0..<3 { cursor = try await adapter.poll(after: cursor, over: http).next }
        #expect(http.asked(one).count == 1 && http.asked(two).count == 3)
    }

    @Test(arguments: [
        (410, FetchFailure.refused("the feed is gone for good (410): \(one)")),
        (404, .refused("status 404 from \(one)")), (401, .unauthorized("status 401 from \(one)")),
        (500, .limited("status 500 from \(one)", after: .seconds(90))),
        (429, .limited("status 429 from \(one)", after: .seconds(90))),
    ])
    func `a single feed's failure is thrown by what should happen next`(
        status: Int, failure: FetchFailure
    ) async throws {
        let http = Script([reply(status, one, [(name: "Retry-After", value: "90")])])
        let adapter = try adapter(one)
        await #expect(throws: failure) { _ = try await adapter.poll(after: nil, over: http) }
    }

    @Test func `a date in Retry-After counts from the reply's own date`() async throws {
        let http = Script([
            reply(
                503, one,
                [
                    (name: "Date", value: "Mon, 05 Jan 2026 00:00:00 GMT"),
                    (name: "Retry-After", value: "Mon, 05 Jan 2026 00:02:00 GMT"),
                ])
        ])
        let adapter = try adapter(one)
        await #expect(throws: FetchFailure.limited("status 503 from \(one)", after: .seconds(120))) {
            _ = try await adapter.poll(after: nil, over: http)
        }
    }

    @Test func `header fields go to the feeds' own hosts alone, and names and passwords stay out of documents`()
        async throws
    {
        let http = Script([reply(200, "https://me:secret@one.example/feed")])
        let adapter = try RSSAdapter.make(#"{"feeds": ["\#(one)"], "headers": {"X-Key": "k"}}"#)
        let page = try await adapter.poll(after: nil, over: http)
        #expect(field("X-Key", of: http.requests[0]) == "k")
        #expect(page.documents.first?.url == one)
    }

    @Test(arguments: [
        "", "nonsense", "[]", #"{"round": -3, "feeds": {}}"#,
        #"{"round": 1e300, "feeds": {"https://one.example/feed": {"due": 9223372036854775807, "asked": -1}}}"#,
        #"{"round": 9223372036854775807, "feeds": {"https://one.example/feed": {"failures": 9223372036854775807}}}"#,
    ])
    func `a cursor that cannot be is the beginning`(text: String) async throws {
        let http = Script([reply(200), reply(200)])
        let adapter = try adapter(one)
        var cursor = Cursor(text)
        for _ in 0..<2 { cursor = try await adapter.poll(after: cursor, over: http).next }
        #expect(http.requests.count >= 1)
    }
}
