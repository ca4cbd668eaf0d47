import Earshot
import Foundation
import Logging
import Synchronization
import Testing

@testable import EarshotGateway

@Suite struct AuthorizedClientTests {
    private let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path

    private func client(_ authorization: Authorization, over source: ScriptedSource) -> AuthorizedClient {
        var log = Logger(label: "test")
        log.logLevel = .critical
        return AuthorizedClient(
            authorization, of: "brand", over: source, keepingTokensAt: directory + "/tokens/brand.json", log: log)
    }

    private func bearers(_ tokens: String...) -> Authorization {
        .shown(tokens.map { .header(name: "Authorization", value: Secret("Bearer \($0)")) })
    }

    private func renewed(_ refresh: String?) -> Authorization {
        .renewed(
            .init(
                url: "https://login.acme.example/token", client: Secret("id"), clientSecret: Secret("s&cret"),
                refreshToken: refresh.map { Secret($0) }, scope: "read"))
    }

    @Test func `credentials stand in a header, and replace those that were there`() async throws {
        let source = ScriptedSource { _, _ in .answer(200) }
        var request = FetchRequest("https://api.acme.example/a")
        request.headers = [("authorization", "Bearer old"), ("Accept", "*/*")]
        _ = try await client(bearers("T0KEN"), over: source).fetch(request)
        #expect(
            source.requests[0].headers.map { "\($0.name): \($0.value)" } == [
                "Accept: */*", "Authorization: Bearer T0KEN",
            ])
    }

    @Test func `a token is proven by its HMAC, whoever showed it`() throws {
        var request = FetchRequest("https://graph.facebook.com/v25.0/1/feed?limit=1")
        request.tokenProof = TokenProof(parameter: "appsecret_proof", key: "app secret")
        #expect(request.proven.url == request.url, "there is no token to prove")
        request.headers = [("Authorization", "Bearer T0KEN")]
        // As `openssl dgst -sha256 -hmac` says it.
        let proof = "598e462f7155e6eb384a7105a411a8d3fa3b06cacdefc289bea4d4115bcdea0d"
        #expect(request.proven.url == "\(request.url)&appsecret_proof=\(proof)")
    }

    @Test func `a token that was fetched is in no log`() async throws {
        let source = ScriptedSource { request, number in
            request.method == "POST"
                ? .answer(200, #"{"access_token":"access-\#(number)","refresh_token":"refresh-\#(number)"}"#)
                : .answer(number < 3 ? 401 : 200)
        }
        let book = SecretBook([Secret("fixed-one")])
        let client = AuthorizedClient(
            renewed("refresh-0"), of: "brand", over: source, keepingTokensAt: directory + "/tokens/brand.json",
            hiding: book, log: ReceiverBench.log)
        #expect(try await client.fetch(FetchRequest("https://api.acme.example/a")).status == 200)
        #expect(
            book.masked("fixed-one access-1 refresh-1 access-3 refresh-3 access-9")
                == "*** *** *** *** *** access-9")
    }

    @Test func `an address that somebody else named gets none`() async throws {
        let source = ScriptedSource { _, _ in .answer(200) }
        var request = FetchRequest("https://elsewhere.example/a")
        request.takesCredentials = false
        _ = try await client(bearers("T0KEN"), over: source).fetch(request)
        #expect(source.requests[0].headers.isEmpty)
    }

    @Test func `a key in the address is in no address that is told`() async throws {
        let source = ScriptedSource { request, _ in FetchResponse(status: 200, url: request.url) }
        let key = Authorization.shown([.query(name: "api_key", value: Secret("k&y"))])
        let response = try await client(key, over: source).fetch(FetchRequest("https://api.acme.example/a?q=1"))
        #expect(source.requests[0].url == "https://api.acme.example/a?q=1&api_key=k%26y")
        #expect(response.url == "https://api.acme.example/a?q=1")
    }

    @Test func `another token is shown where one has nothing left`() async throws {
        let source = ScriptedSource { request, _ in
            request["Authorization"] == "Bearer one" ? .answer(429, "{}", [("Retry-After", "60")]) : .answer(200)
        }
        let client = client(bearers("one", "two"), over: source)
        for _ in 0..<3 { #expect(try await client.fetch(FetchRequest("https://api.acme.example/")).status == 200) }
        #expect(source.requests.count { $0["Authorization"] == "Bearer one" } == 1)
        source.pass(.seconds(61))
        _ = try await client.fetch(FetchRequest("https://api.acme.example/"))
        #expect(source.requests.count { $0["Authorization"] == "Bearer one" } == 2)
    }

    @Test func `no token left is a wait until the first is given anew`() async throws {
        let source = ScriptedSource { request, _ in
            .answer(429, "{}", [("Retry-After", request["Authorization"] == "Bearer one" ? "60" : "40")])
        }
        let client = client(bearers("one", "two"), over: source)
        #expect(try await client.fetch(FetchRequest("https://api.acme.example/")).status == 429)
        await #expect(throws: FetchFailure.limited("every one of 2 tokens has used up its budget", after: .seconds(40)))
        {
            try await client.fetch(FetchRequest("https://api.acme.example/"))
        }
        #expect(source.requests.count == 2)
    }

    @Test func `an application asks for itself, once, and again when its token is over`() async throws {
        let source = ScriptedSource { request, number in
            request.method == "POST" ? .answer(200, #"{"access_token":"A\#(number)","expires_in":3600}"#) : .answer(200)
        }
        let client = client(renewed(nil), over: source)
        for _ in 0..<3 { _ = try await client.fetch(FetchRequest("https://api.acme.example/")) }
        let asked = source.requests[0]
        #expect(asked.url == "https://login.acme.example/token")
        #expect(asked.form == "grant_type=client_credentials&scope=read")
        #expect(asked["Authorization"] == "Basic " + Data("id:s%26cret".utf8).base64EncodedString())
        #expect(source.requests[1...].map { $0["Authorization"] } == Array(repeating: "Bearer A1", count: 3))
        source.pass(.seconds(3541))
        _ = try await client.fetch(FetchRequest("https://api.acme.example/"))
        #expect(source.requests.last?["Authorization"] == "Bearer A5")
    }

    @Test func `a single-use token is stored before what came with it is used, and survives a restart`() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let valid = Mutex("R1")
        let file = TokenFile(directory + "/tokens/brand.json")
        let stored = Mutex<[String?]>([])
        let source = ScriptedSource { request, number in
            guard request.method == "POST" else {
                stored.withLock { $0.append(file.load(begunWith: Secret("R1"))?.refresh?.reveal()) }
                return request["Authorization"] == "Bearer A-\(valid.withLock { $0 })" ? .answer(200) : .answer(401)
            }
            let isRight = valid.withLock { valid in
                guard request.form.contains("refresh_token=\(valid)&") else { return false }
                valid = "R\(number + 1)"
                return true
            }
            guard isRight else { return .answer(400, #"{"error":"invalid_grant"}"#) }
            let next = valid.withLock { $0 }
            return .answer(200, #"{"access_token":"A-\#(next)","refresh_token":"\#(next)","expires_in":60}"#)
        }
        for _ in 0..<4 {
            // Each is a restart with the first token still in the configuration.
            let client = client(renewed("R1"), over: source)
            #expect(try await client.fetch(FetchRequest("https://api.acme.example/")).status == 200)
            source.pass(.seconds(100))
        }
        #expect(stored.withLock { $0 } == ["R2", "R4", "R6", "R8"])
    }

    @Test func `a token that is not accepted is renewed once for all who wait`() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let source = ScriptedSource { request, _ in
            if request.method == "POST" { return .answer(200, #"{"access_token":"new","refresh_token":"R2"}"#) }
            return request["Authorization"] == "Bearer new" ? .answer(200) : .answer(401)
        }
        try TokenFile(directory + "/tokens/brand.json").store(
            TokenGrant(access: Secret("old"), refresh: Secret("R1")), begunWith: Secret("R0"))
        let client = client(renewed("R0"), over: source)
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 {
                group.addTask { try await client.fetch(FetchRequest("https://api.acme.example/")).status }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 200, count: 20))
        #expect(source.requests.count { $0.method == "POST" } == 1)
    }

    @Test func `a renewal that was begun is brought to its end, whoever is stopped meanwhile`() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let (asked, ask) = AsyncStream<Void>.makeStream()
        let (answers, answer) = AsyncStream<Void>.makeStream()
        let source = ScriptedSource { _, _ in
            ask.yield()
            for await _ in answers { break }
            return Task.isCancelled
                ? .answer(500) : .answer(200, #"{"access_token":"A","refresh_token":"R2"}"#)
        }
        let client = client(renewed("R1"), over: source)
        let task = Task { try await client.fetch(FetchRequest("https://api.acme.example/")) }
        for await _ in asked { break }
        task.cancel()
        answer.finish()
        _ = await task.result
        let stored = TokenFile(directory + "/tokens/brand.json").load(begunWith: Secret("R1"))
        #expect(stored?.refresh == Secret("R2"))
    }

    @Test(arguments: [
        (
            400, #"{"error":"invalid_grant","error_description":"used"}"#,
            FetchFailure.unauthorized("the token endpoint says invalid_grant: used")
        ),
        (200, #"{"error":"invalid_grant"}"#, .unauthorized("the token endpoint says invalid_grant")),
        (401, #"{"error":"invalid_client"}"#, .unauthorized("the token endpoint says invalid_client")),
        (400, #"{"error":"invalid_scope"}"#, .refused("the token endpoint says invalid_scope")),
        (503, "<html>", .unreachable("the token endpoint answers with status 503")),
        (200, "{}", .unreachable("the token endpoint's answer has no access_token")),
    ])
    func `what a token endpoint refuses is said`(_ status: Int, _ body: String, _ failure: FetchFailure) async throws {
        let source = ScriptedSource { _, _ in .answer(status, body) }
        await #expect(throws: failure) {
            try await client(renewed("R1"), over: source).fetch(FetchRequest("https://api.acme.example/"))
        }
    }
}
