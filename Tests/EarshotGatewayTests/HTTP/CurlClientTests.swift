import Earshot
import EarshotGateway
import EarshotTestSupport
import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@Suite struct CurlClientTests {
    /// Serves what the tests ask for, on a loopback port of the kernel's choice, while `body` runs.
    private func withServer(_ body: @escaping @Sendable (String) async throws -> Void) async throws {
        let router = Router()
        router.get("/hello") { _, _ in "hello" }
        router.get("/large") { _, _ in String(repeating: "x", count: 100_000) }
        router.get("/echo-header") { request, _ in
            HTTPField.Name("X-Api-Key").flatMap { request.headers[$0] } ?? "none"
        }
        router.get("/loop") { _, _ in Response(status: .found, headers: [.location: "/loop"]) }
        router.get("/moved") { _, _ in Response(status: .movedPermanently, headers: [.location: "/hello"]) }
        router.get("/file") { _, _ in Response(status: .found, headers: [.location: "file:///etc/passwd"]) }
        router.get("/other-origin") { request, _ in
            let port = (request.head.authority ?? "").split(separator: ":").last ?? ""
            return Response(status: .found, headers: [.location: "http://localhost:\(port)/echo-header"])
        }
        router.post("/echo") { request, _ in
            Response(status: .accepted, body: .init(byteBuffer: try await request.body.collect(upTo: 1 << 20)))
        }
        try await Loopback.serve(router) { try await body("http://127.0.0.1:\($0)") }
    }

    private func request(_ url: String) -> FetchRequest {
        var request = FetchRequest(url)
        request.allowsPrivateNetworks = true
        return request
    }

    @Test func `a page is fetched, and a permanent redirect is told`() async throws {
        let client = CurlClient.patient(agent: "earshot-test")
        try await withServer { base in
            let plain = try await client.fetch(request(base + "/hello"))
            #expect(plain.status == 200)
            #expect(plain.body == Array("hello".utf8))
            #expect(plain.permanentURL == nil)
            let moved = try await client.fetch(request(base + "/moved"))
            #expect(moved.body == Array("hello".utf8))
            #expect(moved.permanentURL == base + "/hello")
        }
    }

    @Test func `a body is sent as it is`() async throws {
        let client = CurlClient.patient(agent: "earshot-test")
        try await withServer { base in
            var post = request(base + "/echo")
            post.method = "POST"
            post.body = Array(0...255)
            let reply = try await client.fetch(post)
            #expect(reply.status == 202)
            #expect(reply.body == Array(0...255))
        }
    }

    @Test func `a loopback address is refused unless the operator wrote it`() async throws {
        let client = CurlClient.patient(agent: "earshot-test")
        try await withServer { base in
            await #expect(throws: FetchFailure.self) { try await client.fetch(FetchRequest(base + "/hello")) }
            let decimal = base.replacing("127.0.0.1", with: "2130706433")
            await #expect(throws: FetchFailure.self) { try await client.fetch(FetchRequest(decimal + "/hello")) }
        }
    }

    @Test func `a body above the limit is cut off`() async throws {
        let client = CurlClient.patient(agent: "earshot-test")
        try await withServer { base in
            var small = request(base + "/large")
            small.sizeLimit = 1000
            let limited = small
            await #expect(throws: FetchFailure.tooLarge(limit: 1000)) { try await client.fetch(limited) }
        }
    }

    @Test func `redirects end, stay in HTTP, and take no secret to another origin`() async throws {
        let client = CurlClient.patient(agent: "earshot-test")
        try await withServer { base in
            await #expect(throws: FetchFailure.self) { try await client.fetch(request(base + "/loop")) }
            await #expect(throws: FetchFailure.self) { try await client.fetch(request(base + "/file")) }
            var secret = request(base + "/other-origin")
            secret.headers = [("X-Api-Key", "s3cret")]
            let elsewhere = try await client.fetch(secret)
            #expect(elsewhere.body == Array("none".utf8))
            secret.url = base + "/echo-header"
            let here = try await client.fetch(secret)
            #expect(here.body == Array("s3cret".utf8))
        }
    }

    @Test func `nobody there is no reply`() async {
        let client = CurlClient.patient(agent: "earshot-test")
        await #expect(throws: FetchFailure.self) { try await client.fetch(request("http://127.0.0.1:1/")) }
    }
}
