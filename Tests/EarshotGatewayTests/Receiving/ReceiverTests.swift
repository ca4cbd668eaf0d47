import Earshot
import EarshotGateway
import EarshotTesting
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(15))) struct ReceiverTests {
    private let bench = ReceiverBench()

    @Test func `a signed delivery is in the journal when it is answered`() async throws {
        try await bench.run { port, client in
            let reply = try await client.fetch(ReceiverBench.signed(port, "one"))
            #expect(reply.status == 200)
            let head = try await bench.journal.status().head
            #expect(head == 1)
        }
    }

    @Test func `a channel that nobody has told anything yet is well once it can be told`() async throws {
        try await bench.run { _, _ in #expect(bench.board.all["page"]?.state == .ok) }
        #expect(bench.board.all["page"]?.heardAt == nil)
    }

    @Test(arguments: [nil, "", "sha256=00", "sha1=0000", "sha256= 00"] as [String?])
    func `a delivery without the right signature is refused and counted`(signature: String?) async throws {
        try await bench.run { port, client in
            let headers = signature.map { [(name: "X-Hub-Signature-256", value: $0)] } ?? []
            let reply = try await client.fetch(
                ReceiverBench.post("http://127.0.0.1:\(port)/hooks/page", Array("one".utf8), headers))
            #expect(reply.status == 403)
            let head = try await bench.journal.status().head
            #expect(head == 0)
        }
        #expect(bench.board.all["page"]?.refusedDeliveries == 1)
    }

    @Test func `a signature that stands twice is no signature`() async throws {
        try await bench.run { port, client in
            var request = ReceiverBench.signed(port, "one")
            request.headers += [("x-hub-signature-256", "sha256=00")]
            let reply = try await client.fetch(request)
            #expect(reply.status == 403)
        }
    }

    @Test func `unknown channels, large bodies and challenges are answered as they should be`() async throws {
        try await bench.run { port, client in
            var unknown = ReceiverBench.signed(port, "one")
            unknown.url = "http://127.0.0.1:\(port)/hooks/nobody"
            #expect(try await client.fetch(unknown).status == 404)
            let large = String(repeating: "x", count: (1 << 20) + 1)
            #expect(try await client.fetch(ReceiverBench.signed(port, large)).status == 413)
            let largest = String(large.dropLast())
            #expect(try await client.fetch(ReceiverBench.signed(port, largest)).status == 200)
            var packed = ReceiverBench.signed(port, "one")
            packed.headers.append(("Content-Encoding", "gzip"))
            let refusal = try await client.fetch(packed)
            #expect(refusal.status == 415)
            var challenge = FetchRequest(
                "http://127.0.0.1:\(port)/hooks/page?hub.mode=subscribe&hub.verify_token=token&hub.challenge=4+2%2B")
            challenge.allowsPrivateNetworks = true
            let answer = try await client.fetch(challenge)
            #expect(answer.body == Array("4 2+".utf8))
        }
    }

    @Test func `a body that takes too long is answered with 408 and the connection ends`() async throws {
        try await bench.run { port, _ in
            let socket = try PlainSocket(port: port)
            socket.send("POST /hooks/page HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\none")
            await bench.hand.waits(for: bench.limits.body)
            bench.hand.advance(by: bench.limits.body)
            let answer = await socket.rest()
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test func `a connection that sends no whole header is ended`() async throws {
        var bench = bench
        // The limit is over when it begins, so that no time has to pass.
        bench.limits.idle = .zero
        try await bench.run { port, _ in
            let silent = try PlainSocket(port: port)
            let slow = try PlainSocket(port: port)
            slow.send("POST /hooks/page HTTP/1.1\r\nHost: x\r\nX-Slow")
            // That these return at all is what is tested.
            #expect(await silent.rest() == "")
            #expect(await slow.rest() == "")
        }
    }

    @Test(arguments: [
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 3\r\nContent-Length: 4\r\n",
        "Content-Length: -3\r\n", "X-Long: \(String(repeating: "x", count: 40_000))\r\n",
    ])
    func `a request whose end is in doubt, or whose header is too long, is not taken`(header: String) async throws {
        try await bench.run { port, _ in
            let socket = try PlainSocket(port: port)
            socket.send("POST /hooks/page HTTP/1.1\r\nHost: x\r\n\(header)\r\none")
            let answer = await socket.rest()
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
            let head = try await bench.journal.status().head
            #expect(head == 0)
        }
    }

    @Test func `a chunked body is checked as it was before it was cut`() async throws {
        try await bench.run { port, _ in
            let socket = try PlainSocket(port: port)
            socket.send(
                "POST /hooks/page HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
                    + "X-Hub-Signature-256: \(ReceiverBench.signature(of: "one"))\r\n\r\n1\r\no\r\n2\r\nne\r\n0\r\n\r\n"
            )
            let answer = await socket.rest()
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test func `what the journal does not take is answered with 503 and a time to wait`() async throws {
        var bench = bench
        let journal = GatedJournal(MemoryJournal())
        journal.refuse(.full("no space"))
        bench.journal = journal
        try await bench.run { port, client in
            let reply = try await client.fetch(ReceiverBench.signed(port, "one"))
            #expect(reply.status == 503)
            #expect(reply["Retry-After"] == "30")
            journal.refuse(nil)
            #expect(try await client.fetch(ReceiverBench.signed(port, "one")).status == 200)
        }
    }

    @Test func `while the journal is behind, more than waits for it already is refused`() async throws {
        var bench = bench
        bench.limits.deliveries = 2
        let journal = GatedJournal(MemoryJournal())
        bench.journal = journal
        try await bench.run { port, client in
            journal.hold()
            async let first = client.fetch(ReceiverBench.signed(port, "one"))
            async let second = client.fetch(ReceiverBench.signed(port, "two"))
            await journal.holds(2)
            let third = try await client.fetch(ReceiverBench.signed(port, "three"))
            #expect(third.status == 503)
            #expect(third["Retry-After"] == "5")
            journal.letGo()
            let statuses = try await [first.status, second.status]
            #expect(statuses == [200, 200])
            #expect(try await client.fetch(ReceiverBench.signed(port, "three")).status == 200)
            let head = try await journal.status().head
            #expect(head == 3)
        }
    }

    @Test func `more connections than are allowed wait until another has ended`() async throws {
        var bench = bench
        bench.limits.connections = 1
        let journal = GatedJournal(MemoryJournal())
        bench.journal = journal
        let delivery =
            "POST /hooks/page HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n"
            + "X-Hub-Signature-256: \(ReceiverBench.signature(of: "one"))\r\n\r\none"
        try await bench.run { port, _ in
            // A connection ends when both sides have ended it, so each socket lives as long as its answer is waited
            // for.
            let answer: @Sendable () async throws -> String = {
                let socket = try PlainSocket(port: port)
                socket.send(delivery)
                return await socket.rest()
            }
            journal.hold()
            async let first = answer()
            await journal.holds(1)
            async let second = answer()
            // The second has every occasion to be heard.
            for _ in 0..<1000 { await Task.yield() }
            journal.letGo()
            for reply in try await [first, second] { #expect(reply.hasPrefix("HTTP/1.1 200 ")) }
            #expect(journal.most == 1)
        }
    }

    @Test func `bodies that there is no room for are refused, and their room is given back`() async throws {
        var bench = bench
        bench.limits.bytes = 5000
        try await bench.run { port, client in
            let large = String(repeating: "x", count: 6000)
            let refused = try await client.fetch(ReceiverBench.signed(port, large))
            #expect(refused.status == 503)
            for _ in 0..<4 {
                let taken = try await client.fetch(ReceiverBench.signed(port, String(large.prefix(4000))))
                #expect(taken.status == 200)
            }
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
