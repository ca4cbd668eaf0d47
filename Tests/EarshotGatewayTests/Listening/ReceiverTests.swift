import Crypto
import Earshot
import EarshotGateway
import EarshotTesting
import Foundation
import Logging
import Testing

@Suite struct ReceiverTests {
    private func receiver(_ journal: any Journal, _ board: StatusBoard) throws -> Receiver {
        let webhook = Webhook(
            header: "X-Hub-Signature-256", prefix: "sha256=", encoding: .hexadecimal, secrets: ["app secret"],
            challenge: .hub(verifyToken: "token"))
        let verifier = try #require(WebhookVerifier(webhook))
        let intake = Intake(
            channel: "page", adapter: LineAdapter(settings: .init()), enrichment: Enrichment(), journal: journal)
        var log = Logger(label: "test")
        log.logLevel = .critical
        return Receiver(
            host: "127.0.0.1", port: 0, routes: [.init(channel: "page", verifier: verifier, intake: intake)],
            clock: .fixed, board: board, log: log)
    }

    /// Runs a receiver on a port of the kernel's choice while `body` talks to it.
    private func withReceiver(
        _ journal: any Journal, _ board: StatusBoard = StatusBoard(),
        _ body: @escaping @Sendable (String, CurlClient) async throws -> Void
    ) async throws {
        let receiver = try receiver(journal, board)
        let (ports, port) = AsyncStream<Int>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await receiver.run { port.yield($0) } }
            group.addTask {
                for await number in ports {
                    return try await body("http://127.0.0.1:\(number)/hooks/", CurlClient(agent: "test"))
                }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    private func post(_ url: String, _ body: String, signature: String?) -> FetchRequest {
        var request = FetchRequest(url)
        request.method = "POST"
        request.body = Array(body.utf8)
        request.allowsPrivateNetworks = true
        if let signature { request.headers = [("X-Hub-Signature-256", signature)] }
        return request
    }

    private func signature(of body: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(body.utf8), using: SymmetricKey(data: Data("app secret".utf8)))
        return "sha256=" + code.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    @Test func `a signed delivery is in the journal when it is answered`() async throws {
        let journal = MemoryJournal()
        try await withReceiver(journal) { base, client in
            let reply = try await client.fetch(post(base + "page", "one", signature: signature(of: "one")))
            #expect(reply.status == 200)
            let head = try await journal.status().head
            #expect(head == 1)
        }
    }

    @Test(arguments: [nil, "", "sha256=00", "sha1=0000"] as [String?])
    func `a delivery without the right signature is refused and counted`(signature: String?) async throws {
        let journal = MemoryJournal()
        let board = StatusBoard()
        try await withReceiver(journal, board) { base, client in
            let reply = try await client.fetch(post(base + "page", "one", signature: signature))
            #expect(reply.status == 403)
            let head = try await journal.status().head
            #expect(head == 0)
        }
        #expect(board.all["page"]?.refusedDeliveries == 1)
    }

    @Test func `unknown channels, large bodies and challenges are answered as they should be`() async throws {
        try await withReceiver(MemoryJournal()) { base, client in
            let unknown = try await client.fetch(post(base + "nobody", "one", signature: signature(of: "one")))
            #expect(unknown.status == 404)
            let large = String(repeating: "x", count: Receiver.sizeLimit + 1)
            let refused = try await client.fetch(post(base + "page", large, signature: signature(of: large)))
            #expect(refused.status == 413)
            var challenge = FetchRequest(
                base + "page?hub.mode=subscribe&hub.verify_token=token&hub.challenge=42")
            challenge.allowsPrivateNetworks = true
            let answer = try await client.fetch(challenge)
            #expect(answer.body == Array("42".utf8))
        }
    }
}

extension GatewayClock {
    /// A clock that stands still and never waits.
    static let fixed = GatewayClock(now: { Timestamp(seconds: 1_767_225_600) }, sleep: { _ in }, random: { 0.5 })
}

/// An adapter whose documents are lines, each a mention; a line `broken` is a defect.
struct LineAdapter: PollingAdapter {
    struct Settings: Decodable, Sendable {
        /// The pages that polling gives, one after another.
        var pages: [String] = []
    }

    static let name = "lines"
    static let version = "1.0"
    static let about = "One mention a line."
    static let settings: [Setting] = []

    private let pages: [String]

    init(settings: Settings) { pages = settings.pages }

    func read(_ document: Document) throws(MalformedDocument) -> Reading {
        if document.bytes.isEmpty { throw MalformedDocument("empty") }
        var reading = Reading(network: "lines")
        for line in document.bytes.split(separator: UInt8(ascii: "\n")) {
            if Array(line) == Array("broken".utf8) {
                reading.append(defect: "a broken line")
                continue
            }
            var row = MentionRow(kind: .post)
            row.nativeID = Array(line).withBytes { reading.keep($0) }
            row.text = row.nativeID
            reading.append(row)
        }
        return reading
    }

    func poll(after cursor: Cursor?, over http: any HTTPFetching) async throws -> Page {
        let number = cursor.flatMap { Int($0.text) } ?? 0
        guard number < pages.count else { return Page([], next: cursor ?? Cursor("0")) }
        let document = Document(Array(pages[number].utf8), observedAt: Timestamp(seconds: 1_767_225_600))
        return Page([document], next: Cursor("\(number + 1)"), hasMore: number + 1 < pages.count)
    }
}
