import Earshot
import Logging
import Synchronization
import Testing

@testable import EarshotGateway

@Suite struct PoliteClientTests {
    @Test func `no more than so many requests to a host are under way at a time`() async throws {
        let (begun, begin) = AsyncStream<String>.makeStream()
        let (ends, end) = AsyncStream<Void>.makeStream()
        let inside = Mutex((now: 0, most: 0))
        let source = ScriptedSource { request, _ in
            inside.withLock { inside in
                inside.now += 1
                inside.most = max(inside.most, inside.now)
            }
            begin.yield(request.url)
            for await _ in ends { break }
            inside.withLock { $0.now -= 1 }
            return .answer(200)
        }
        let client = PoliteClient(over: source, perHost: 2, clock: source.clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<10 {
                group.addTask { _ = try await client.fetch(FetchRequest("https://Acme.example/\(number)")) }
            }
            var others = 0
            for await _ in begun {
                others += 1
                if others == 2 { break }
            }
            group.addTask { _ = try await client.fetch(FetchRequest("https://other.example/")) }
            for await url in begun where url == "https://other.example/" { break }
            #expect(inside.withLock { $0.most } == 3)
            end.finish()
            try await group.waitForAll()
        }
        #expect(source.requests.count == 11)
    }

    @Test func `who waits for a turn and is cancelled takes none`() async throws {
        let (begun, begin) = AsyncStream<Void>.makeStream()
        let (ends, end) = AsyncStream<Void>.makeStream()
        let source = ScriptedSource { _, _ in
            begin.yield()
            for await _ in ends { break }
            return .answer(200)
        }
        let client = PoliteClient(over: source, perHost: 1, clock: source.clock)
        let first = Task { try await client.fetch(FetchRequest("https://acme.example/")) }
        for await _ in begun { break }
        let second = Task { try await client.fetch(FetchRequest("https://acme.example/")) }
        second.cancel()
        await #expect(throws: FetchFailure.unreachable("cancelled")) { try await second.value }
        end.finish()
        #expect(try await first.value.status == 200)
        #expect(try await client.fetch(FetchRequest("https://acme.example/")).status == 200)
    }

    @Test func `who asked to be left alone is asked by nobody before that`() async throws {
        let source = ScriptedSource { _, number in
            number == 1 ? .answer(429, "", [("Retry-After", "90")]) : .answer(200)
        }
        let client = PoliteClient(over: source, clock: source.clock)
        #expect(try await client.fetch(FetchRequest("https://acme.example/a")).status == 429)
        source.pass(.milliseconds(89_999))
        await #expect(
            throws: FetchFailure.limited(
                "https://acme.example asked to be left alone, and is not asked", after: .milliseconds(1))
        ) { try await client.fetch(FetchRequest("https://acme.example/b")) }
        _ = try await client.fetch(FetchRequest("https://other.example/"))
        source.pass(.milliseconds(1))
        #expect(try await client.fetch(FetchRequest("https://acme.example/b")).status == 200)
    }

    @Test func `a limit of one token at one endpoint is no other's`() async throws {
        let source = ScriptedSource { request, _ in
            request["Authorization"] == "Bearer one" && request.url.contains("/search")
                ? .answer(200, "{}", [("x-rate-limit-remaining", "0"), ("x-rate-limit-reset", "1767225900")])
                : .answer(200)
        }
        let client = PoliteClient(over: source, clock: source.clock)
        func ask(_ path: String, _ token: String) async throws {
            var request = FetchRequest("https://api.acme.example/\(path)")
            request.headers = [("Authorization", token)]
            _ = try await client.fetch(request)
        }
        try await ask("search?page=1", "Bearer one")
        await #expect(throws: FetchFailure.self) { try await ask("search?page=2", "Bearer one") }
        try await ask("search?page=2", "Bearer two")
        try await ask("users", "Bearer one")
        source.pass(.seconds(301))
        try await ask("search?page=2", "Bearer one")
    }

    @Test func `signed requests of one account are known as its own`() async throws {
        let source = ScriptedSource { _, _ in .answer(429, "", [("Retry-After", "60")]) }
        let client = PoliteClient(over: source, clock: source.clock)
        let request = FetchRequest("https://api.acme.example/a")
        let keys = Authorization.SigningKeys(
            consumer: Secret("c"), consumerSecret: Secret("s"), token: Secret("T"), tokenSecret: Secret("t"))
        _ = try await client.fetch(OAuth1Signature.sign(request, with: keys, at: source.now, nonce: "1"))
        await #expect(throws: FetchFailure.self) {
            try await client.fetch(OAuth1Signature.sign(request, with: keys, at: source.now, nonce: "2"))
        }
    }

    @Test(arguments: [
        Authorization.shown([.query(name: "key", value: Secret("one")), .query(name: "key", value: Secret("two"))]),
        .shown([.header(name: "X-Key", value: Secret("one")), .header(name: "X-Key", value: Secret("two"))]),
    ])
    func `a key that is used up holds up no other`(_ authorization: Authorization) async throws {
        let source = ScriptedSource { request, _ in
            request.url.contains("key=one") || request["X-Key"] == "one"
                ? .answer(429, "", [("Retry-After", "60")]) : .answer(200)
        }
        let polite = PoliteClient(over: source, clock: source.clock)
        var log = Logger(label: "test")
        log.logLevel = .critical
        let client = AuthorizedClient(authorization, of: "c", over: polite, keepingTokensAt: "/none", log: log)
        for _ in 0..<4 { #expect(try await client.fetch(FetchRequest("https://a.example/?q=1")).status == 200) }
        #expect(source.requests.count <= 5)
    }

    @Test func `a window without an end is not believed`() async throws {
        let headers = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "9999999999")]
        let source = ScriptedSource { _, _ in .answer(200, "", headers) }
        let client = PoliteClient(over: source, clock: source.clock)
        _ = try await client.fetch(FetchRequest("https://a.example/"))
        await #expect(throws: FetchFailure.self) { try await client.fetch(FetchRequest("https://a.example/")) }
        source.pass(.seconds(3600))
        #expect(try await client.fetch(FetchRequest("https://a.example/")).status == 200)
    }

    @Test func `a reply without a date gets the moment that it came`() async throws {
        let source = ScriptedSource { _, _ in .answer(200) }
        let response = try await PoliteClient(over: source, clock: source.clock).fetch(
            FetchRequest("https://a.example/"))
        #expect(response["Date"] == "2026-01-01T00:00:00Z")
    }
}
