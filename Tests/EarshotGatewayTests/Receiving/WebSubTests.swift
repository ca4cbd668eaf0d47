import Earshot
import EarshotTesting
import Foundation
import Testing

@testable import EarshotGateway

/// Subscriptions at a hub over real sockets, with the clock in hand.
@Suite(.timeLimit(.minutes(15))) struct WebSubTests {
    private let hub = TestHub()
    private let journal = MemoryJournal()
    private let hand = HandClock()
    private let board = StatusBoard()
    private let coverage = WebSubCoverage()
    private let key = WebSubKey([UInt8](repeating: 7, count: 32))

    /// Runs a receiver and a subscriber to the hub's feed, or to nothing, while `body` talks to them.
    private func listen(
        isWanted: Bool = true, as publicURL: String = TestHub.publicURL,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let intake = Intake(
            channel: "press", adapter: LineAdapter(settings: .init()), enrichment: Enrichment(), journal: journal)
        let interest = WebSubSubscriber.Interest(
            channel: "press", topic: Topic(hub.feed), http: CurlClient.patient(agent: "test"), intake: intake)
        let key = key
        let subscriber = WebSubSubscriber(
            publicURL: publicURL, interests: isWanted ? [interest] : [], key: { key },
            http: CurlClient.patient(agent: "test"),
            journal: journal, clock: hand.clock, coverage: coverage, log: ReceiverBench.log)
        let receiver = Receiver(
            host: "127.0.0.1", port: 0, routes: [], subscriber: subscriber, clock: hand.clock, board: board,
            log: ReceiverBench.log)
        let (ports, port) = AsyncStream<Int>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await receiver.run { port.yield($0) } }
            group.addTask {
                for await number in ports {
                    hub.reaches(number)
                    return try await withThrowingTaskGroup(of: Void.self) { inner in
                        inner.addTask {
                            try await subscriber.run()
                            // With nothing left to subscribe to it ends by itself, and what was asked goes on.
                            try await hand.clock.sleep(.seconds(1 << 40))
                        }
                        inner.addTask { try await body() }
                        try await inner.next()
                        inner.cancelAll()
                    }
                }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    private func subscribed(lease: Int = 1000) async throws -> TestHub.Form {
        let form = try #require(await hub.next())
        let answer = try await hub.verify("subscribe", form["hub.callback"] ?? "", lease: lease)
        #expect(answer == (200, "ch-1"))
        return form
    }

    private func signature(_ content: String, _ form: TestHub.Form, _ algorithm: Webhook.Algorithm) -> String {
        WebSubSignature.field(for: Array(content.utf8), secret: form["hub.secret"] ?? "", algorithm)
    }

    private func head() async throws -> Int64 { try await journal.status().head }

    @Test func `a feed's hub is found, asked and answered, and its content taken`() async throws {
        try await hub.serve {
            try await listen {
                let form = try await subscribed()
                #expect(form["hub.mode"] == "subscribe" && form["hub.topic"] == hub.topic)
                let callback = form["hub.callback"] ?? ""
                #expect(callback.hasPrefix(TestHub.publicURL + "/hooks/press/") && callback.utf8.count > 80)
                #expect(coverage.covers("press", at: hand.now))
                for (number, algorithm) in Webhook.Algorithm.allCases.enumerated() {
                    let content = "item \(number)"
                    let sign = signature(content, form, algorithm)
                    #expect(try await hub.distribute(content, to: callback, signature: sign) == 202)
                    #expect(try await head() == Int64(number + 1), "\(algorithm)")
                }
            }
        }
        let stored = try await journal.cursors().values.map(\.value.text).joined()
        #expect(!stored.contains(key.secret(channel: "press", url: hub.feed)))
        #expect(!stored.contains(key.token(channel: "press", url: hub.feed)))
    }

    @Test func `what is not signed rightly is acknowledged and passed over; an unknown address is gone`() async throws {
        try await hub.serve {
            try await listen {
                let form = try await subscribed()
                let callback = form["hub.callback"] ?? ""
                for wrong in [nil, "sha256=00", "md5=00", signature("other", form, .sha256)] {
                    #expect(try await hub.distribute("item", to: callback, signature: wrong) == 202)
                }
                #expect(try await head() == 0)
                let sign = signature("item", form, .sha256)
                #expect(try await hub.distribute("item", to: callback + "0", signature: sign) == 410)
                #expect(try await hub.distribute("item", to: String(callback.dropLast(65)), signature: sign) == 404)
            }
        }
        #expect(board.all["press"]?.refusedDeliveries == 4)
    }

    @Test func `only what was asked for is confirmed, also when the hub asks once more`() async throws {
        try await hub.serve {
            try await listen {
                let form = try #require(await hub.next())
                let callback = form["hub.callback"] ?? ""
                #expect(try await hub.verify("subscribe", callback, topic: "http://127.0.0.1/other").status == 404)
                #expect(try await hub.verify("unsubscribe", callback).status == 404)
                #expect(try await hub.verify("subscribe", callback + "0").status == 404)
                #expect(try await hub.verify("subscribe", callback).status == 200)
                #expect(try await hub.verify("subscribe", callback).status == 200)
                #expect(try await hub.verify("unsubscribe", callback).status == 404)
            }
        }
    }

    @Test func `a lease is renewed at half its time, also after a restart`() async throws {
        try await hub.serve {
            try await listen {
                _ = try await subscribed()
                await hand.waits(for: .seconds(30))
                hand.advance(by: .seconds(400))
                await hand.waits(for: .seconds(30))
            }
            // Started again: the lease goes on, and is renewed when it is time.
            try await listen {
                await hand.waits(for: .seconds(30))
                #expect(coverage.covers("press", at: hand.now))
                hand.advance(by: .seconds(100))
                let form = try await subscribed()
                #expect(form["hub.mode"] == "subscribe")
                #expect(coverage.covers("press", at: Timestamp(seconds: hand.now.seconds + 999)))
                #expect(!coverage.covers("press", at: Timestamp(seconds: hand.now.seconds + 1001)))
            }
        }
    }

    @Test func `where others reach us by another address, the hub is told at once`() async throws {
        try await hub.serve {
            try await listen { _ = try await subscribed() }
            try await listen(as: "https://ear.acme.example") {
                let form = try #require(await hub.next())
                #expect(form["hub.callback"]?.hasPrefix("https://ear.acme.example/hooks/press/") == true)
                #expect(!coverage.covers("press", at: hand.now))
            }
        }
    }

    @Test func `a hub that says no, or nothing, is asked again later`() async throws {
        try await hub.serve {
            hub.answers(500)
            try await listen {
                _ = await hub.next()
                await hand.waits(for: .seconds(30))
                hub.answers(202)
                hand.advance(by: .seconds(300))
                _ = await hub.next()
                await hand.waits(for: .seconds(30))
                // No verification came.
                hand.advance(by: .seconds(600))
                let form = try await subscribed()
                let callback = form["hub.callback"] ?? ""
                #expect(try await hub.verify("denied", callback).status == 200)
                #expect(!coverage.covers("press", at: hand.now))
                await hand.waits(for: .seconds(30))
                hand.advance(by: .seconds(86_400))
                _ = try await subscribed()
                #expect(coverage.covers("press", at: hand.now))
            }
        }
    }

    @Test func `a feed that is no longer configured is unsubscribed from`() async throws {
        try await hub.serve {
            let kept = AsyncStream<TestHub.Form>.makeStream()
            try await listen { kept.continuation.yield(try await subscribed()) }
            try await listen(isWanted: false) {
                let form = try #require(await hub.next())
                let callback = form["hub.callback"] ?? ""
                #expect(form["hub.mode"] == "unsubscribe" && form["hub.secret"] == nil)
                #expect(try await hub.verify("subscribe", callback).status == 404)
                #expect(try await hub.verify("unsubscribe", callback) == (200, "ch-1"))
                for await first in kept.stream {
                    #expect(first["hub.callback"] == callback)
                    let sign = signature("item", first, .sha256)
                    #expect(try await hub.distribute("item", to: callback, signature: sign) == 410)
                    break
                }
            }
        }
        #expect(try await journal.cursor(of: WebSubState.name)?.value.text == #"{"subscriptions":[]}"#)
    }

    @Test(
        arguments: [
            ([("Link", "<https://hub.example/>; rel=\"hub\", <https://x.example/f>; rel=self")], ""),
            ([("Link", "<https://hub.example/>; title=\"a\"; rel=hub"), ("link", "</f>; rel=\"alternate self\"")], ""),
            (
                [],
                #"<rss xmlns:atom="http://www.w3.org/2005/Atom"><channel><link>https://x.example/</link><atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="https://x.example/f"/></channel></rss>"#
            ),
            (
                [],
                #"{"feed_url": "https://x.example/f", "hubs": [{"type": "rssCloud", "url": "https://no.example/"}, {"type": "WebSub", "url": "https://hub.example/"}]}"#
            ),
        ] as [([(String, String)], String)])
    func `hub and topic are said in the header, the feed or the JSON`(headers: [(String, String)], body: String) {
        let response = FetchResponse(
            status: 200, headers: headers.map { (name: $0.0, value: $0.1) }, body: Array(body.utf8),
            url: "https://x.example/feed.xml")
        let found = WebSubDiscovery(response)
        #expect(found.hub == "https://hub.example/")
        #expect(found.topic == "https://x.example/f")
    }

    @Test func `a page without a hub, or with one that is none, has none`() {
        for body in ["", "<rss/>", #"<feed><link rel="hub" href="javascript:x"/></feed>"#, "{", "{}"] {
            let response = FetchResponse(status: 200, body: Array(body.utf8), url: "https://x.example/")
            #expect(WebSubDiscovery(response).hub == nil, "\(body)")
        }
    }
}
