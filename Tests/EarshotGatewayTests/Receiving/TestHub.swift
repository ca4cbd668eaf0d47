import Earshot
import EarshotTestSupport
import EarshotTesting
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Synchronization

@testable import EarshotGateway

/// A hub written from the specification of WebSub, beside the feed that it is the hub of.
final class TestHub: Sendable {
    /// A request to the hub, its form's fields by name.
    typealias Form = [String: String]

    private struct State {
        var port = 0
        var receiver = 0
        var status = 202
    }

    /// Where hubs think that we are.
    static let publicURL = "https://hear.acme.example"

    private let state = Mutex(State())
    private let forms: AsyncStream<Form>
    private let form: AsyncStream<Form>.Continuation
    private let client = CurlClient.patient(agent: "hub")

    init() { (forms, form) = AsyncStream<Form>.makeStream() }

    /// The feed's address.
    var feed: String { "http://127.0.0.1:\(state.withLock { $0.port })/feed.xml" }
    /// What the feed calls itself.
    var topic: String { "http://127.0.0.1:\(state.withLock { $0.port })/feed" }

    /// What it answers to requests from now on.
    func answers(_ status: Int) { state.withLock { $0.status = status } }

    /// Tells where the receiver really is.
    func reaches(_ port: Int) { state.withLock { $0.receiver = port } }

    /// The next request to the hub.
    func next() async -> Form? {
        for await form in forms { return form }
        return nil
    }

    /// Runs on a port of the kernel's choice while `body` does.
    func serve(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let router = Router()
        router.get("/feed.xml") { _, _ in
            let body = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><link rel=\"self\" href=\"/feed\"/></feed>"
            var response = Response(status: .ok, body: .init(byteBuffer: .init(string: body)))
            if let link = HTTPField.Name("Link") {
                response.headers[link] = "</hub>; rel=\"hub\", </other>; rel=alternate"
            }
            return response
        }
        router.post("/hub") { request, _ in
            let text = String(buffer: try await request.body.collect(upTo: 65_536))
            let bytes = Array(text.utf8)
            let form = FormBody(
                PushedRequest(headers: [("content-type", "application/x-www-form-urlencoded")], body: bytes))
            var fields: Form = [:]
            for name in form?.names ?? [] { fields[name] = form?.text(name) }
            self.form.yield(fields)
            return Response(status: .init(code: self.state.withLock { $0.status }))
        }
        try await Loopback.serve(router) { number in
            self.state.withLock { $0.port = number }
            try await body()
        }
    }

    private func real(_ callback: String) -> String {
        callback.replacing(TestHub.publicURL, with: "http://127.0.0.1:\(state.withLock { $0.receiver })")
    }

    /// Asks a subscriber whether it means what it asked for.
    func verify(
        _ mode: String, _ callback: String, topic: String? = nil, lease: Int = 1000
    ) async throws -> (status: Int, body: String) {
        let name = topic ?? self.topic
        var request = FetchRequest(
            real(callback) + "?hub.mode=\(mode)&hub.topic=\(name.replacing(":", with: "%3A"))"
                + "&hub.challenge=ch-1&hub.lease_seconds=\(lease)&hub.reason=no%20more")
        request.allowsPrivateNetworks = true
        let reply = try await client.fetch(request)
        return (reply.status, String(decoding: reply.body, as: UTF8.self))
    }

    /// Sends content to a subscriber.
    func distribute(_ content: String, to callback: String, signature: String?) async throws -> Int {
        let headers = signature.map { [(name: "X-Hub-Signature", value: $0)] } ?? []
        return try await client.fetch(ReceiverBench.post(real(callback), Array(content.utf8), headers)).status
    }
}
