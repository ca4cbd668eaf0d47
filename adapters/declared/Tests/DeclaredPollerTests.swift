import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Synchronization
import Testing

/// A network that answers from a list and remembers what was asked.
private final class ScriptedNetwork: HTTPFetching {
    private let answers: Mutex<[FetchResponse]>
    private let asked = Mutex<[FetchRequest]>([])

    init(_ answers: [FetchResponse]) { self.answers = Mutex(answers.reversed()) }

    var requests: [FetchRequest] { asked.withLock { $0 } }

    func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        asked.withLock { $0.append(request) }
        guard let answer = answers.withLock({ $0.popLast() }) else { throw .unreachable("no answer left") }
        return answer
    }
}

@Suite struct DeclaredPollerTests {
    private func poller(_ name: String, _ settings: String) throws -> any PollingAdapter {
        let kind = try #require(BuiltInAdapters.kinds.first { $0.name == name })
        return try #require(try kind.make(settings: Array(settings.utf8)) as? any PollingAdapter)
    }

    private func answer(_ body: String, status: Int = 200, _ headers: [(String, String)] = []) -> FetchResponse {
        FetchResponse(
            status: status, headers: headers.map { (name: $0.0, value: $0.1) }, body: Array(body.utf8),
            url: "https://social.example/api/v1/timelines/tag/acme")
    }

    private let mastodon = #"{"url":"https://social.example/","token":"T0KEN","listen":"hashtag","hashtag":"acme air"}"#

    @Test func `pages are followed by the header Link, then what is newer is asked for`() async throws {
        let next = "https://social.example/api/v1/timelines/tag/acme?max_id=5"
        // The newest twenty are asked for again, as statuses arrive late from other instances.
        let page =
            "[" + (9...28).reversed().map { #"{"id":"\#(115_000_000_000_000_000 + $0)"}"# }.joined(separator: ",") + "]"
        let network = ScriptedNetwork([
            answer(page, [("Link", "<\(next)>; rel=\"next\", <https://social.example/x>; rel=\"prev\"")]),
            answer(#"[{"id":"4"}]"#), answer("[]"),
        ])
        let poller = try poller("mastodon", mastodon)
        let first = try await poller.poll(after: nil, over: network)
        #expect(first.hasMore)
        let second = try await poller.poll(after: first.next, over: network)
        #expect(!second.hasMore)
        _ = try await poller.poll(after: second.next, over: network)
        #expect(
            network.requests.map(\.url) == [
                "https://social.example/api/v1/timelines/tag/acme%20air?limit=40", next,
                "https://social.example/api/v1/timelines/tag/acme%20air?limit=40&since_id=114999764070400009",
            ])
        #expect(network.requests.allSatisfy { $0.headers.contains { $0 == ("Authorization", "Bearer T0KEN") } })
        #expect(!second.next.text.contains("T0KEN"))
    }

    @Test func `a next page at another host is refused, so that no token goes there`() async throws {
        let network = ScriptedNetwork([answer("[]", [("Link", "<https://evil.example/x>; rel=\"next\"")])])
        let poller = try poller("mastodon", mastodon)
        let page = try await poller.poll(after: nil, over: network)
        await #expect(throws: FetchFailure.refused("the next page is at another host")) {
            _ = try await poller.poll(after: page.next, over: network)
        }
        #expect(network.requests.count == 1)
    }

    @Test func `a token of the answer leads on until the newest of the time before`() async throws {
        let network = ScriptedNetwork([listing("c"), listing("fe", after: "t3_e"), listing("dcb", after: "t3_b")])
        let poller = try poller("reddit", #"{"listen":"posts","subreddits":"acmeair","token":"T"}"#)
        var cursor: Cursor?
        var more: [Bool] = []
        for _ in 0..<3 {
            let page = try await poller.poll(after: cursor, over: network)
            cursor = page.next
            more.append(page.hasMore)
        }
        #expect(more == [false, true, false])
        #expect(network.requests[2].url.hasSuffix("&raw_json=1&after=t3_e"))
        #expect(cursor?.text == #"{"since":"1020000"}"#)
    }

    private func listing(_ names: String, after: String = "") -> FetchResponse {
        // Each letter is some hours after the one before.
        let children = names.unicodeScalars.map {
            #"{"kind":"t3","data":{"name":"t3_\#($0)","created_utc":\#($0.value * 10_000).0}}"#
        }.joined(separator: ",")
        return answer(#"{"kind":"Listing","data":{"after":"\#(after)","children":[\#(children)]}}"#)
    }

    @Test func `a pass that ends at an item deleted meanwhile begins again, once`() async throws {
        let network = ScriptedNetwork([
            listing("fe", after: "t3_e"), listing(""), listing("f", after: "t3_f"), listing(""),
        ])
        let poller = try poller("reddit", #"{"listen":"posts","subreddits":"acmeair","token":"T"}"#)
        var cursor: Cursor? = Cursor(#"{"since":"970000"}"#)
        var more: [Bool] = []
        for _ in 0..<4 {
            let page = try await poller.poll(after: cursor, over: network)
            cursor = page.next
            more.append(page.hasMore)
        }
        #expect(more == [true, true, true, false])
        #expect(network.requests.map { $0.url.contains("after=") } == [false, true, false, true])
        #expect(cursor?.text == #"{"since":"1020000"}"#)
    }

    @Test func `a later pass that is too long goes on the next time`() async throws {
        let pages = (0..<12).map { listing(String(UnicodeScalar(UInt8(0x62 + $0))), after: "t3_after\($0)") }
        let network = ScriptedNetwork(pages + [listing("a")])
        let poller = try poller("reddit", #"{"listen":"posts","subreddits":"acmeair","token":"T"}"#)
        var cursor: Cursor? = Cursor(#"{"since":"970000"}"#)
        var more: [Bool] = []
        for _ in 0..<13 {
            let page = try await poller.poll(after: cursor, over: network)
            cursor = page.next
            more.append(page.hasMore)
        }
        #expect(more.firstIndex(of: false) == 9 && more.last == false && more.filter { !$0 }.count == 2)
        #expect(network.requests[10].url.contains("after=t3_after9"))
        #expect(cursor?.text == #"{"since":"980000"}"#)
    }

    @Test func `statuses and budgets become waits and failures`() async throws {
        let poller = try poller("reddit", #"{"listen":"search","query":"acme"}"#)
        let budget = [("x-ratelimit-remaining", "1.0"), ("x-ratelimit-reset", "30")]
        let network = ScriptedNetwork([
            answer(#"{"data":{"children":[]}}"#, budget), answer("<html>", status: 429, [("Retry-After", "7")]),
            answer("{}", status: 401), answer("{}", status: 502), answer("{}", status: 404),
        ])
        #expect(try await poller.poll(after: nil, over: network).wait == .seconds(30))
        let failures: [FetchFailure] = [
            .limited("status 429", after: .seconds(7)), .unauthorized("status 401"), .unreachable("status 502"),
            .refused("status 404"),
        ]
        for failure in failures {
            await #expect(throws: failure) { _ = try await poller.poll(after: nil, over: network) }
        }
    }

    @Test func `an error that comes with the status 200 takes nothing from the pass`() async throws {
        let poller = try poller("reddit", #"{"listen":"search","query":"acme"}"#)
        let page = #"{"data":{"after":"t3_a","children":[{"kind":"t3","data":{"name":"t3_b","created_utc":5}}]}}"#
        let network = ScriptedNetwork([
            answer(page), answer(#"{"message":"try again","error":500}"#), answer(#"{"message":"again","error":500}"#),
        ])
        let first = try await poller.poll(after: nil, over: network)
        let again = try await poller.poll(after: first.next, over: network)
        #expect(again.documents.isEmpty && !again.hasMore)
        await #expect(throws: FetchFailure.unreachable("reddit says: again")) {
            _ = try await poller.poll(after: again.next, over: network)
        }
        #expect(network.requests[1].url.contains("after=t3_a") && network.requests[2].url == network.requests[0].url)
    }

    @Test func `what an answer says is told, and of credentials as such`() async throws {
        let poller = try poller("bluesky", #"{"query":"acme"}"#)
        let network = ScriptedNetwork([
            answer(#"{"error":"ExpiredToken","message":"Token has expired"}"#, status: 400),
            answer(#"{"error":"InvalidRequest","message":"bad \ud83d q"}"#, status: 400),
            answer(#"{"posts":[{"uri":"at://x","note":"cut \ud83d"}]}"#), answer("", status: 204),
        ])
        let failures: [FetchFailure] = [
            .unauthorized("status 400, bluesky says: ExpiredToken: Token has expired"),
            .refused("status 400, bluesky says: InvalidRequest: bad \u{FFFD} q"),
        ]
        for failure in failures {
            await #expect(throws: failure) { _ = try await poller.poll(after: nil, over: network) }
        }
        let page = try await poller.poll(after: nil, over: network)
        #expect(page.documents.count == 1)
        let nothing = try await poller.poll(after: page.next, over: network)
        #expect(nothing.documents.isEmpty && nothing.next == page.next && !nothing.hasMore)
    }

    @Test func `a next page is found in any line of the header, and a newest with a fraction is kept`() async throws {
        let next = "https://social.example/api/v1/timelines/tag/acme?max_id=5"
        let network = ScriptedNetwork([
            answer("[]", [("Link", "<https://social.example/x>; rel=\"prev\""), ("link", "<\(next)>; rel=\"next\"")])
        ])
        let page = try await poller("mastodon", mastodon).poll(after: nil, over: network)
        #expect(page.hasMore && page.next.text.contains(next.dropFirst(30)))
        let declared = try BuiltInAdapters.kind(
            declaredBy: Array(
                (#"{"name":"telex","version":"1.0","about":"x","ask":{"requests":{"a":{"url":"https://x.example/","#
                    + #""since":{"newest":"r[0].at","parameter":"after","overlap":60}}}},"#
                    + #""records":{"a":{"at":"r","kind":"post","fields":{"native_id":"id"}}}}"#).utf8),
            file: "adapter.json")
        let telex = try #require(try declared.make() as? any PollingAdapter)
        let wires = ScriptedNetwork([answer(#"{"r":[{"id":1,"at":1768125720.25}]}"#), answer(#"{"r":[]}"#)])
        let first = try await telex.poll(after: nil, over: wires)
        _ = try await telex.poll(after: first.next, over: wires)
        #expect(wires.requests.map(\.url) == ["https://x.example/", "https://x.example/?after=1768125660.25"])
    }

    @Test func `a setting that an address needs and has not is said`() async throws {
        let poller = try poller("mastodon", #"{"url":"https://social.example","listen":"hashtag"}"#)
        await #expect(throws: FetchFailure.self) { _ = try await poller.poll(after: nil, over: ScriptedNetwork([])) }
    }
}
