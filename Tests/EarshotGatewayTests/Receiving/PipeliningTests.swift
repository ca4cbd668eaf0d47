import Earshot
import EarshotTesting
import Synchronization
import Testing

@testable import EarshotGateway

/// Requests that come on one connection before the last was answered.
@Suite(.timeLimit(.minutes(15))) struct PipeliningTests {
    private let journal = GatedJournal(MemoryJournal())

    private var bench: ReceiverBench {
        var bench = ReceiverBench()
        bench.journal = journal
        return bench
    }

    private func delivery(_ body: String, _ fields: String = "") -> String {
        "POST /hooks/page HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: \(ReceiverBench.signature(of: body))\r\n"
            + "\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private func count(_ status: String, in answers: String) -> Int {
        answers.split(separator: "HTTP/1.1 ").filter { $0.hasPrefix(status) }.count
    }

    @Test func `requests that come at once are answered one after another`() async throws {
        try await bench.run { port, _ in
            let socket = try PlainSocket(port: port)
            journal.hold()
            socket.send(delivery("one") + delivery("two") + delivery("three", "Connection: close\r\n"))
            await journal.holds(1)
            journal.letGo()
            #expect(count("200", in: await socket.rest()) == 3)
            #expect(journal.most == 1)
            let head = try await journal.status().head
            #expect(head == 3)
        }
    }

    @Test func `who waits for leave to send a body is given it, or refused at once`() async throws {
        try await bench.run { port, _ in
            let body = "one"
            let socket = try PlainSocket(port: port)
            let request = delivery(body, "Expect: 100-continue\r\nConnection: close\r\n")
            socket.send(String(request.dropLast(body.utf8.count)))
            #expect(await socket.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            socket.send(body)
            #expect(await socket.rest().hasPrefix("HTTP/1.1 200"))
            for (path, length, status) in [("/hooks/page", 99_999_999, "413"), ("/nowhere", 3, "404")] {
                let socket = try PlainSocket(port: port)
                socket.send(
                    "POST \(path) HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: \(length)\r\n\r\n")
                #expect(await socket.rest().hasPrefix("HTTP/1.1 \(status)"))
            }
        }
    }

    @Test func `a receiver that ends waits for the last of them`() async throws {
        let journal = journal
        let order = Order()
        try await bench.run { port, _ in
            let socket = try PlainSocket(port: port)
            journal.hold()
            socket.send(delivery("one") + delivery("two"))
            await journal.holds(1)
            journal.letHeldGo()
            await journal.holds(1)
            Task {
                // The connection is closed, and the receiver has every occasion to end too early.
                _ = await socket.rest()
                for _ in 0..<1000 { await Task.yield() }
                order.note("let go")
                journal.letGo()
            }
        }
        order.note("ended")
        #expect(order.events.first == "let go")
        #expect(try await journal.status().head == 2)
    }

    @Test func `as many as come at once are answered`() async throws {
        try await bench.run { port, _ in
            let socket = try PlainSocket(port: port)
            journal.hold()
            let strangers = String(repeating: "GET / HTTP/1.1\r\nHost: x\r\n\r\n", count: 2000)
            socket.send(delivery("one") + strangers + delivery("two", "Connection: close\r\n"))
            await journal.holds(1)
            journal.letGo()
            let answers = await socket.rest()
            #expect(count("200", in: answers) == 2)
            #expect(count("404", in: answers) == 2000)
        }
    }

    @Test func `who takes its answers late has them all`() async throws {
        try await bench.run { port, _ in
            let socket = try PlainSocket(port: port)
            let count = 100_000
            let requests = String(repeating: "GET /nobody HTTP/1.1\r\nHost: x\r\n\r\n", count: count - 1)
            // Far more than any buffer between: whoever sends is held up until somebody takes the answers.
            await withTaskGroup { group in
                group.addTask {
                    await socket.sendAll(requests + "GET /nobody HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                }
                group.addTask {
                    let answers = await socket.rest()
                    #expect(self.count("404", in: answers) == count)
                }
            }
        }
    }

    @Test(arguments: [
        ("Content-Encoding: identity\r\nContent-Encoding: gzip", "415"), ("Content-Encoding: identity, br", "415"),
        ("Transfer-Encoding: gzip, chunked", "501"),
        ("Content-Encoding:", "200"), ("Host: y", "400"),
    ])
    func `a delivery that is coded in any way is refused, and one for two hosts`(
        field: String, status: String
    ) async throws {
        try await bench.run { port, _ in
            let socket = try PlainSocket(port: port)
            let more = "\(field)\r\nConnection: close\r\n"
            let chunked = "POST /hooks/page HTTP/1.1\r\nHost: x\r\n\(more)\r\n0\r\n\r\n"
            socket.send(field.hasPrefix("Transfer") ? chunked : delivery("one", more))
            #expect(await socket.rest().hasPrefix("HTTP/1.1 \(status) "))
        }
    }

    @Test func `what is no request ends the connection once the last is answered`() async throws {
        try await bench.run { port, _ in
            let socket = try PlainSocket(port: port)
            journal.hold()
            socket.send(delivery("one") + "no request\r\n\r\n" + delivery("two"))
            await journal.holds(1)
            journal.letGo()
            let answers = await socket.rest()
            #expect(answers.hasPrefix("HTTP/1.1 200 ") && count("200", in: answers) == 1)
            let head = try await journal.status().head
            #expect(head == 1)
        }
    }

    @Test func `a sender that has nothing more to say is answered still`() async throws {
        try await bench.run { port, _ in
            let socket = try PlainSocket(port: port)
            journal.hold()
            socket.send(delivery("one"))
            await journal.holds(1)
            socket.endSending()
            journal.letGo()
            #expect(count("200", in: await socket.rest()) == 1)
        }
    }

    @Test func `an answer tells the moment, its length and nothing of the sender's`() async throws {
        try await bench.run { port, _ in
            let socket = try PlainSocket(port: port)
            socket.send("GET /nobody HTTP/1.1\r\nHost: x\r\nX-Own: secret\r\nConnection: close\r\n\r\n")
            let answer = await socket.rest()
            #expect(
                answer == "HTTP/1.1 404 Not Found\r\nserver: earshot\r\ncontent-length: 0\r\n"
                    + "date: Thu, 01 Jan 2026 00:00:00 GMT\r\nconnection: close\r\n\r\n")
        }
    }
}

/// What happened, in order.
private final class Order: Sendable {
    private let noted = Mutex<[String]>([])

    var events: [String] { noted.withLock { $0 } }

    func note(_ event: String) { noted.withLock { $0.append(event) } }
}
