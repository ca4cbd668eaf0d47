import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Synchronization
import Testing

@Suite struct GraphPollingTests {
    /// Answers requests one by one, and remembers them.
    private final class Answers: HTTPFetching {
        private let waiting: Mutex<[FetchResponse]>
        private let asked = Mutex<[FetchRequest]>([])

        init(_ bodies: String..., status: Int = 200, headers: [(name: String, value: String)] = []) {
            waiting = Mutex(
                bodies.map { FetchResponse(status: status, headers: headers, body: Array($0.utf8), url: "") })
        }

        var requests: [FetchRequest] { asked.withLock { $0 } }

        /// 13 January 2026.
        var now: Timestamp { Timestamp(seconds: 1_768_262_400) }

        func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
            asked.withLock { $0.append(request) }
            let next = waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            guard let next else { throw FetchFailure.unreachable("no answer is left") }
            return next
        }
    }

    private func facebook(_ settings: String) throws -> FacebookAdapter {
        try FacebookAdapter(settings: JSONDecoder().decode(FacebookAdapter.Settings.self, from: Data(settings.utf8)))
    }

    private func instagram(_ settings: String) throws -> InstagramAdapter {
        try InstagramAdapter(settings: JSONDecoder().decode(InstagramAdapter.Settings.self, from: Data(settings.utf8)))
    }

    private let feed = #"{"listen":"feed","page_id":"700100","token":"SECRET"}"#

    private func page(_ items: [(id: String, time: String)], next: String? = nil, after: String = "A") -> String {
        let data = items.map { #"{"id":"\#($0.id)","message":"x","created_time":"\#($0.time)"}"# }
        let link = next.map { #","next":"\#($0)""# } ?? ""
        return #"{"data":[\#(data.joined(separator: ","))],"paging":{"cursors":{"after":"\#(after)"}\#(link)}}"#
    }

    @Test func `the token travels in a header, and is in no address and no cursor`() async throws {
        let next = "https://graph.facebook.com/v25.0/700100/feed?access_token=SECRET&limit=25&after=A"
        let http = Answers(page([("1_1", "2026-01-12T08:00:00+0000")], next: next))
        let page = try await facebook(feed).poll(after: nil, over: http)
        let request = try #require(http.requests.first)
        #expect(request.headers.contains { $0.name == "Authorization" && $0.value == "Bearer SECRET" })
        #expect(request.url.hasPrefix("https://graph.facebook.com/v25.0/700100/feed?fields=id,"))
        #expect(!request.url.contains("SECRET") && !page.next.text.contains("SECRET"))
        #expect(page.documents.first?.url?.contains("SECRET") == false)
        #expect(page.documents.first?.via == .poll)
    }

    @Test func `an app's secret has the token proven`() async throws {
        let http = Answers(page([]), page([]))
        _ = try await facebook(#"{"listen":"feed","page_id":"1","token":"T0KEN","app_secret":"app secret"}"#)
            .poll(after: nil, over: http)
        _ = try await facebook(feed).poll(after: nil, over: http)
        #expect(http.requests.map { $0.tokenProof?.parameter } == ["appsecret_proof", nil])
        #expect(http.requests[0].tokenProof?.key == "app secret")
    }

    @Test func `a list goes on while there is a next page, however empty the page`() async throws {
        let next = "https://graph.facebook.com/v25.0/700100/feed?after=A"
        let http = Answers(
            page([("1_2", "2026-01-12T08:00:00+0000")], next: next), page([], next: next, after: "B"),
            page([("1_1", "2026-01-11T08:00:00+0000")], after: "C"))
        let adapter = try facebook(feed)
        let first = try await adapter.poll(after: nil, over: http)
        let second = try await adapter.poll(after: first.next, over: http)
        let third = try await adapter.poll(after: second.next, over: http)
        #expect([first.hasMore, second.hasMore, third.hasMore] == [true, true, false])
        #expect(http.requests[1].url.contains("after=A") && http.requests[2].url.contains("after=B"))
    }

    @Test func `the next round begins before the newest item of the last one`() async throws {
        let http = Answers(page([("1_2", "2026-01-12T08:00:00+0000")]), page([]))
        let adapter = try facebook(feed)
        let first = try await adapter.poll(after: nil, over: http)
        // A first start goes back for a month.
        #expect(http.requests[0].url.contains("since=\(1_768_262_400 - 30 * 86_400)"))
        _ = try await adapter.poll(after: first.next, over: http)
        let since = 1_768_204_800 - 3 * 86_400
        #expect(http.requests[1].url.contains("since=\(since)"))
    }

    @Test func `a list without since ends at the first old item`() async throws {
        let ratings = #"{"listen":"ratings","page_id":"700100","token":"SECRET"}"#
        let next = "https://graph.facebook.com/v25.0/700100/ratings?after=A"
        let http = Answers(
            page([("1", "2026-01-12T08:00:00+0000")]),
            page([("2", "2026-01-13T08:00:00+0000"), ("0", "2026-01-01T08:00:00+0000")], next: next))
        let adapter = try facebook(ratings)
        let first = try await adapter.poll(after: nil, over: http)
        let second = try await adapter.poll(after: first.next, over: http)
        #expect(!second.hasMore)
    }

    @Test func `pages by time are followed by their own parameters`() async throws {
        let next =
            "https://graph.facebook.com/v2.0/700100/feed?access_token=SECRET&limit=25&until=99&__paging_token=t_1"
        let body =
            #"{"data":[{"id":"1_1","created_time":"2026-01-12T08:00:00+0000"}],"paging":{"next":"\#(next)"}}"#
        let http = Answers(body, page([]))
        let adapter = try facebook(feed)
        let first = try await adapter.poll(after: nil, over: http)
        _ = try await adapter.poll(after: first.next, over: http)
        #expect(http.requests[1].url.contains("until=99") && http.requests[1].url.contains("__paging_token=t_1"))
        #expect(!http.requests[1].url.contains("SECRET"))
    }

    @Test func `a hashtag ends at a page without news, though its cursor never changes`() async throws {
        let settings = #"{"listen":"hashtag","user_id":"1","hashtag_id":"17840","token":"SECRET"}"#
        let next = "https://graph.facebook.com/v25.0/17840/recent_media?after=same"
        let one = #"{"data":[{"id":"1"}],"paging":{"cursors":{"after":"same"},"next":"\#(next)"}}"#
        let two = #"{"data":[{"id":"2"}],"paging":{"cursors":{"after":"same"},"next":"\#(next)"}}"#
        let http = Answers(one, two, two)
        let adapter = try instagram(settings)
        let first = try await adapter.poll(after: nil, over: http)
        let second = try await adapter.poll(after: first.next, over: http)
        let third = try await adapter.poll(after: second.next, over: http)
        #expect([first.hasMore, second.hasMore, third.hasMore] == [true, true, false])
        // What does not change would make the gateway stop.
        #expect(first.next != second.next)
    }

    @Test(
        arguments: [
            (190, 463, "unauthorized"), (10, 0, "unauthorized"), (200, 0, "unauthorized"), (4, 0, "limited"),
            (32, 0, "limited"), (613, 0, "limited"), (80001, 0, "limited"), (80002, 0, "limited"), (2, 0, "limited"),
            (100, 33, "refused"), (803, 0, "refused"), (368, 0, "refused"),
        ])
    func `the code of an error decides, whatever its type`(_ code: Int, _ subcode: Int, _ word: String) async throws {
        let body =
            #"{"error":{"message":"no","type":"OAuthException","code":\#(code),"error_subcode":\#(subcode)}}"#
        let http = Answers(body, status: 400)
        await #expect { try await facebook(feed).poll(after: nil, over: http) } throws: { error in
            switch error as? FetchFailure {
            case .unauthorized: word == "unauthorized"
            case .limited: word == "limited"
            case .refused: word == "refused"
            default: false
            }
        }
    }

    @Test func `a spent budget waits for as long as its header says`() async throws {
        let usage =
            #"{"700100":[{"type":"pages","call_count":100,"total_cputime":1,"total_time":1,"#
            + #""estimated_time_to_regain_access":10}]}"#
        let body = #"{"error":{"message":"no","type":"OAuthException","code":80001}}"#
        let http = Answers(body, status: 400, headers: [("X-Business-Use-Case-Usage", usage)])
        await #expect(
            throws: FetchFailure.limited("Graph API error 80001: no", after: .seconds(600))
        ) { try await facebook(feed).poll(after: nil, over: http) }
    }

    @Test func `a budget near its end slows the channel down`() async throws {
        let high = Answers(page([]), headers: [("x-app-usage", #"{"call_count":85,"total_time":1,"total_cputime":1}"#)])
        let full = Answers(page([]), headers: [("x-app-usage", #"{"call_count":97,"total_time":1,"total_cputime":1}"#)])
        let low = Answers(page([]), headers: [("x-app-usage", #"{"call_count":28}"#)])
        #expect(try await facebook(feed).poll(after: nil, over: high).wait == .seconds(60))
        #expect(try await facebook(feed).poll(after: nil, over: full).wait == .seconds(900))
        #expect(try await facebook(feed).poll(after: nil, over: low).wait == nil)
    }

    @Test func `a page that is no page is asked for again later`() async throws {
        let http = Answers("<html>")
        await #expect(throws: FetchFailure.self) { try await facebook(feed).poll(after: nil, over: http) }
    }

    @Test func `a cursor that cannot be read means the beginning`() async throws {
        let http = Answers(page([]))
        _ = try await facebook(feed).poll(after: Cursor("rubbish"), over: http)
        #expect(!http.requests[0].url.contains("since="))
    }

    @Test func `a list needs its object and a token`() {
        #expect(throws: (any Error).self) { try facebook(#"{"listen":"feed","token":"x"}"#) }
        #expect(throws: (any Error).self) { try facebook(#"{"listen":"comments","page_id":"1","token":"x"}"#) }
        #expect(throws: (any Error).self) { try instagram(#"{"listen":"hashtag","user_id":"1","token":"x"}"#) }
        #expect(throws: Never.self) { try instagram("{}") }
    }

    @Test func `deliveries are proven by the app's secret`() throws {
        let webhook = try #require(facebook(#"{"app_secret":"s","verify_token":"v"}"#).webhook)
        guard case .hmac(let signature) = webhook.scheme, case .hub(let token) = webhook.challenge else {
            Issue.record("no HMAC or no challenge")
            return
        }
        #expect(token == "v" && webhook.secrets == ["s"])
        #expect(signature.header == "X-Hub-Signature-256" && signature.prefix == "sha256=")
        #expect(try instagram("{}").webhook == nil)
        // The secret of a list proves its token, and opens no door by itself.
        let list = #""listen":"feed","page_id":"1","token":"T","app_secret":"s""#
        #expect(try facebook("{\(list)}").webhook == nil)
        #expect(try facebook(#"{\#(list),"verify_token":"v"}"#).webhook != nil)
    }
}
