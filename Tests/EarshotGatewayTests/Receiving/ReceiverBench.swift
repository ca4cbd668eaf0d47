import Crypto
import Earshot
import EarshotFormats
import EarshotTesting
import Foundation
import Logging
import Synchronization

@testable import EarshotGateway

/// A receiver on a port of the kernel's choice, with one channel `page`, and what tests say to it.
struct ReceiverBench: Sendable {
    var webhook = Webhook(
        header: "X-Hub-Signature-256", prefix: "sha256=", encoding: .hexadecimal, secrets: ["app secret"],
        challenge: .hub(verifyToken: "token"))
    var journal: any Journal = MemoryJournal()
    var board = StatusBoard()
    var limits = ReceiverBench.patient
    var hand = HandClock()
    var http: any HTTPFetching = ScriptedHTTP([:])
    var adapter: any Adapter = LineAdapter(settings: .init())
    var leads: LeadBox?

    /// No connection is ended for being idle, which goes by the machine's clock.
    private static let patient: ReceiverLimits = {
        var limits = ReceiverLimits()
        limits.idle = .seconds(86_400)
        return limits
    }()

    static let log: Logger = {
        var log = Logger(label: "test")
        log.logLevel = .critical
        return log
    }()

    /// Runs it while `body` talks to its port.
    func run(_ body: @escaping @Sendable (Int, CurlClient) async throws -> Void) async throws {
        guard let verifier = WebhookVerifier(webhook, http: http) else { throw CocoaError(.featureUnsupported) }
        let intake = Intake(channel: "page", adapter: adapter, enrichment: Enrichment(), journal: journal, leads: leads)
        let replays = ReplayGuard(channel: "page", window: verifier.replayWindow, journal: journal)
        let receiver = Receiver(
            host: "127.0.0.1", port: 0,
            routes: [.init(channel: "page", verifier: verifier, replays: replays, intake: intake)], limits: limits,
            clock: hand.clock, board: board, log: ReceiverBench.log)
        let (ports, port) = AsyncStream<Int>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await receiver.run { port.yield($0) } }
            group.addTask {
                for await number in ports { return try await body(number, CurlClient.patient(agent: "test")) }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    static func post(_ url: String, _ body: [UInt8], _ headers: [(name: String, value: String)] = []) -> FetchRequest {
        var request = FetchRequest(url)
        request.method = "POST"
        request.body = body
        request.allowsPrivateNetworks = true
        request.headers = headers
        return request
    }

    /// A delivery that is signed as `app secret` signs.
    static func signed(_ port: Int, _ body: String) -> FetchRequest {
        post("http://127.0.0.1:\(port)/hooks/page", Array(body.utf8), [("X-Hub-Signature-256", signature(of: body))])
    }

    static func signature(of body: String) -> String {
        "sha256=" + HMACs.encoded(HMACs.code(.sha256, of: Array(body.utf8), key: Data("app secret".utf8)), .hexadecimal)
    }
}

/// A network in which each address has one reply, and every request is written down.
final class ScriptedHTTP: HTTPFetching {
    private let replies: [String: String]
    private let asked = Mutex<[String]>([])

    init(_ replies: [String: String]) { self.replies = replies }

    /// The addresses that were asked, in order.
    var requests: [String] { asked.withLock { $0 } }

    func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        asked.withLock { $0.append(request.url) }
        guard let body = replies[request.url] else { throw .unreachable("nothing is there") }
        return FetchResponse(status: 200, body: Array(body.utf8), url: request.url)
    }
}
