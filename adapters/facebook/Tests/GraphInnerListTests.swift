import Earshot
import EarshotAdapters
import Foundation
import Synchronization
import Testing

@Suite struct GraphInnerListTests {
    /// Answers requests one by one, each with its status, and remembers their addresses.
    private final class Script: HTTPFetching {
        private let waiting: Mutex<[(status: Int, body: String)]>
        private let asked = Mutex<[String]>([])

        init(_ answers: (Int, String)...) { waiting = Mutex(answers.map { (status: $0.0, body: $0.1) }) }

        var urls: [String] { asked.withLock { $0 } }

        /// When the answers are dated.
        var now: Timestamp { Timestamp(seconds: 1_768_219_200) }

        func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
            asked.withLock { $0.append(request.url) }
            let next = waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            guard let next else { throw FetchFailure.unreachable("no answer is left") }
            return FetchResponse(
                status: next.status, headers: [("date", "Mon, 12 Jan 2026 12:00:00 GMT")], body: Array(next.body.utf8),
                url: request.url)
        }
    }

    private func facebook(_ listen: String) throws -> FacebookAdapter {
        let settings = #"{"listen":"\#(listen)","page_id":"7","token":"SECRET"}"#
        return try FacebookAdapter(
            settings: JSONDecoder().decode(FacebookAdapter.Settings.self, from: Data(settings.utf8)))
    }

    private func instagram(_ settings: String) throws -> InstagramAdapter {
        try InstagramAdapter(settings: JSONDecoder().decode(InstagramAdapter.Settings.self, from: Data(settings.utf8)))
    }

    private let next = #""paging":{"cursors":{"after":"A"},"next":"https://graph.facebook.com/v25.0/x?after=A"}"#

    private func list(_ items: String, goesOn: Bool = false) -> String {
        goesOn ? #"{"data":[\#(items)],\#(next)}"# : #"{"data":[\#(items)]}"#
    }

    private func item(_ id: String, _ time: String, _ fields: String = "") -> String {
        #"{"id":"\#(id)","message":"x","timestamp":"\#(time)","created_time":"\#(time)","updated_time":"\#(time)"\#(fields)}"#
    }

    private func post(_ comments: String, goesOn: Bool, count: Int = 3) -> String {
        let list = list(comments, goesOn: goesOn)
        return item("7_1", "2026-01-10T08:00:00+0000", #","comments_count":\#(count),"comments":\#(list)"#)
    }

    /// Polls until there is no more, and gives the cursor.
    private func round(_ adapter: any PollingAdapter, _ cursor: Cursor?, _ http: Script) async throws -> Cursor {
        var page = try await adapter.poll(after: cursor, over: http)
        while page.hasMore { page = try await adapter.poll(after: page.next, over: http) }
        return page.next
    }

    @Test func `comments beyond those that came with their post are read on, down to what was heard`() async throws {
        let old = item("1_1", "2026-01-10T09:00:00+0000")
        let new = item("1_2", "2026-01-12T11:30:00+0000")
        let http = Script(
            (200, list(post(new, goesOn: true))), (200, list(old)), (200, list(post(new, goesOn: true))),
            (200, list(old, goesOn: true)), (200, list(post(old, goesOn: true))))
        let adapter = try facebook("feed")
        var cursor = try await round(adapter, nil, http)
        #expect(http.urls.count == 2 && http.urls[1].contains("/v25.0/7_1/comments?after=A"))
        #expect(http.urls[1].contains("filter=stream") && !http.urls[1].contains("SECRET"))
        // An hour is read twice, as things appear late; then the first old comment ends it.
        cursor = try await round(adapter, cursor, http)
        #expect(http.urls.count == 4)
        cursor = try await round(adapter, cursor, http)
        #expect(http.urls.count == 5)
    }

    @Test func `one round of ten looks back as far as the settings say`() async throws {
        let http = Script(
            (200, list(post("", goesOn: false))), (200, list("")), (200, list("")))
        let adapter = try facebook("posts")
        let cursor = try await round(adapter, nil, http)
        _ = try await round(adapter, cursor, http)
        let tenth = Cursor(cursor.text.replacing(#""round":1"#, with: #""round":10"#))
        _ = try await round(adapter, tenth, http)
        let newest = 1_768_032_000
        #expect(http.urls[1].contains("since=\(newest - 3 * 86_400)"))
        #expect(http.urls[2].contains("since=\(newest - 30 * 86_400)"))
    }

    @Test func `messages beyond those that came with their conversation are read on, and are private`() async throws {
        let message = #"{"id":"m_2","created_time":"2026-01-12T11:00:00+0000","from":{"id":"7"},"message":"yes"}"#
        let first = #"{"id":"m_1","created_time":"2026-01-12T11:50:00+0000","from":{"id":"8"},"message":"hi"}"#
        let messages = #","messages":\#(list(first, goesOn: true))"#
        let http = Script((200, list(item("t_1", "2026-01-12T11:50:00+0000", messages))), (200, list(message)))
        let adapter = try facebook("conversations")
        var page = try await adapter.poll(after: nil, over: http)
        page = try await adapter.poll(after: page.next, over: http)
        #expect(http.urls[1].contains("/v25.0/t_1/messages?after=A") && !page.hasMore)
        let read = try #require(try page.documents.first.map { try adapter.read($0) })
        #expect(read.rows.first?.visibility == .private && read.rows.first?.direction == .outbound)
    }

    @Test func `a media that has more comments than before is read whole, replies too`() async throws {
        let replies = #","replies":\#(list(item("r1", "2026-01-10T10:00:00+0000"), goesOn: true))"#
        let old = item("c1", "2026-01-10T09:00:00+0000", replies)
        let http = Script(
            (200, list(post(old, goesOn: true))), (200, list("")), (200, list(item("r2", "2026-01-10T11:00:00+0000"))))
        let adapter = try instagram(#"{"listen":"media","user_id":"7","token":"SECRET"}"#)
        let cursor = try await round(adapter, nil, http)
        #expect(http.urls.map { $0.contains("/c1/replies?") || $0.contains("/7_1/comments?") } == [false, true, true])
        let same = Script((200, list(post(old, goesOn: true))))
        _ = try await round(adapter, cursor, same)
        let far = Cursor(cursor.text.replacing(#""round":1"#, with: #""round":10"#))
        let more = Script((200, list(post(old, goesOn: true, count: 4))), (200, list("")), (200, list("")))
        _ = try await round(adapter, far, more)
        #expect(same.urls.count == 1 && more.urls.count == 3)
    }

    @Test func `a post that is gone takes its comments with it`() async throws {
        let gone = #"{"error":{"message":"gone","code":100,"error_subcode":33}}"#
        let comment = item("1_1", "2026-01-10T09:00:00+0000")
        let http = Script((200, list(post(comment, goesOn: true))), (400, gone))
        _ = try await round(facebook("feed"), nil, http)
        #expect(http.urls.count == 2)
    }

    @Test func `a place that is lost again and again is begun anew at its time, and told`() async throws {
        let lost = #"{"error":{"message":"invalid cursor","code":100}}"#
        let page = list(item("7_1", "2026-01-10T08:00:00+0000"), goesOn: true)
        let http = Script((200, page), (400, lost), (200, page), (400, lost))
        let adapter = try facebook("feed")
        var last = try await adapter.poll(after: nil, over: http)
        while last.hasMore { last = try await adapter.poll(after: last.next, over: http) }
        #expect(http.urls.map { $0.contains("after=A") } == [false, true, false, true])
        #expect(last.notice == "the list loses its place again and again: invalid cursor")
        let well = Script((200, list(item("7_1", "2026-01-10T08:00:00+0000"))))
        let next = try await adapter.poll(after: last.next, over: well)
        #expect(well.urls.map { $0.contains("after=A") } == [false])
        #expect(next.notice == nil && !next.hasMore)
    }

    @Test func `what is too much to be answered is asked for in smaller pages`() async throws {
        let much = #"{"error":{"message":"Please reduce the amount of data you're asking for","code":1}}"#
        let http = Script((500, much), (200, list("")))
        _ = try await round(facebook("feed"), nil, http)
        #expect(
            http.urls[0].contains("&limit=25") && http.urls[1].contains("&limit=5&") || http.urls[1].hasSuffix("=5"))
    }

    @Test func `a hashtag is found by its name, once`() async throws {
        let http = Script((200, list(#"{"id":"178"}"#)), (200, list("")), (200, list("")))
        let adapter = try instagram(##"{"listen":"hashtag","user_id":"7","hashtag":"#acmeair","token":"SECRET"}"##)
        let cursor = try await round(adapter, nil, http)
        _ = try await round(adapter, cursor, http)
        #expect(http.urls[0].hasSuffix("/v25.0/ig_hashtag_search?q=acmeair&user_id=7"))
        #expect(http.urls[1].contains("/v25.0/178/recent_media?") && http.urls[2].contains("/178/recent_media?"))
    }
}
