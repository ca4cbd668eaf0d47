import Earshot
import EarshotFormats
import Logging
import Testing

@testable import EarshotGateway

/// Who may look at the gateway, and what is shown.
@Suite(.timeLimit(.minutes(15))) struct AdminServerTests {
    private static let token = "0123456789abcdef0123456789abcdef"

    /// What a hostile source could put into a trouble, and an operator into a label.
    private static let hostile = "</td><script>alert(1)</script><img src=x onerror=\"alert('1')\"> & \u{202E}"

    private static func report() -> StatusReport {
        let board = StatusBoard()
        board.failed("page", hostile, isBlocked: true)
        var standing = CourierStanding()
        standing.trouble = hostile
        let desk = StatusReport.Sink(pending: 1, deadLetters: 2, standing: standing)
        var report = StatusReport(
            channels: board.all, sinks: ["desk": desk], marks: 3, phase: .running, version: "1\"><script>")
        report.labels = ["page": hostile, "desk": hostile]
        return report
    }

    /// Runs a server while `body` talks to its port.
    private func run(token: String?, _ body: @escaping @Sendable (Int) async throws -> Void) async throws {
        let server = AdminServer(
            host: "127.0.0.1", port: 0, token: token, report: { AdminServerTests.report() }, log: ReceiverBench.log)
        let (ports, port) = AsyncStream<Int>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { port.yield($0) } }
            group.addTask { for await number in ports { return try await body(number) } }
            try await group.next()
            group.cancelAll()
        }
    }

    /// The answer to a request whose every byte is chosen.
    private func answer(_ port: Int, _ head: String) async throws -> String {
        let socket = try PlainSocket(port: port)
        socket.send(head + "Connection: close\r\n\r\n")
        return await socket.rest()
    }

    private let paths = ["/", "/metrics", "/readyz", "/livez"]

    @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS"]) func `nothing can be done by the page`(
        method: String
    ) async throws {
        try await run(token: nil) { port in
            for path in paths {
                let answer = try await answer(port, "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n")
                #expect(answer.hasPrefix("HTTP/1.1 405 ") && answer.contains("Allow: GET, HEAD\r\n"), "\(path)")
            }
        }
    }

    @Test(arguments: [
        "evil.example", "127.0.0.1.evil.example", "127.evil.example", "localhost.evil.example", "evil.example:4196", "",
        "0.0.0.0",
        "[::ffff:127.0.0.1]", "127.0.0.1@evil.example", "evil.example#127.0.0.1",
    ]) func `a name that somebody else bound to this machine is shown nothing`(host: String) async throws {
        try await run(token: nil) { port in
            for path in paths {
                let answer = try await answer(port, "GET \(path) HTTP/1.1\r\nHost: \(host)\r\n")
                #expect(answer.hasPrefix("HTTP/1.1 403 ") || answer.hasPrefix("HTTP/1.1 400 "), "\(path)")
                #expect(!answer.contains("desk") && !answer.contains("Access-Control"))
            }
        }
    }

    @Test(arguments: ["127.0.0.1", "localhost", "LOCALHOST:4196", "[::1]", "[::1]:4196", "127.0.0.1:1"])
    func `who names this machine is`(host: String) async throws {
        try await run(token: nil) { port in
            let answer = try await answer(
                port, "GET /metrics HTTP/1.1\r\nHost: \(host)\r\nOrigin: http://evil.example\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(!answer.lowercased().contains("access-control"))
        }
    }

    @Test(arguments: [
        "", "Authorization: Bearer\r\n", "Authorization: Bearer \r\n",
        "Authorization: Bearer 0123456789abcdef0123456789abcde\r\n",
        "Authorization: Bearer 0123456789abcdef0123456789abcdef0\r\n",
        "Authorization: Basic 0123456789abcdef0123456789abcdef\r\n",
        "Authorization: 0123456789abcdef0123456789abcdef\r\n", "Cookie: token=0123456789abcdef0123456789abcdef\r\n",
    ]) func `without the token only life and readiness are told, without a reason`(field: String) async throws {
        try await run(token: AdminServerTests.token) { port in
            for path in ["/", "/metrics", "/x", "/livez/..", "/readyz?", "//"] where path != "/readyz?" {
                let answer = try await answer(port, "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(field)")
                #expect(answer.hasPrefix("HTTP/1.1 401 "), "\(path) \(answer.prefix(60))")
                #expect(!answer.contains("desk") && !answer.contains("page"))
            }
            let alive = try await answer(port, "GET /livez HTTP/1.1\r\nHost: gateway.example\r\n\(field)")
            #expect(alive.hasPrefix("HTTP/1.1 200 ") && alive.hasSuffix("\r\n\r\nok\n"))
            let ready = try await answer(port, "GET /readyz HTTP/1.1\r\nHost: gateway.example\r\n\(field)")
            #expect(ready.hasPrefix("HTTP/1.1 503 ") && ready.hasSuffix("\r\n\r\nnot ready\n"))
        }
    }

    @Test func `with it everything is, under any name`() async throws {
        try await run(token: AdminServerTests.token) { port in
            let head = "HTTP/1.1\r\nHost: gateway.example\r\nAuthorization: Bearer \(AdminServerTests.token)\r\n"
            let metrics = try await answer(port, "GET /metrics \(head)")
            #expect(metrics.hasPrefix("HTTP/1.1 200 "))
            let readiness = try await answer(port, "GET /readyz \(head)")
            #expect(readiness.contains("channel page: refused"))
        }
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"])
    func `nothing can be changed here`(method: String) async throws {
        try await run(token: nil) { port in
            for path in paths + ["/state/page", "/dead-letters/drop"] {
                let answer = try await answer(
                    port,
                    "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 0\r\n"
                )
                #expect(!answer.hasPrefix("HTTP/1.1 2"), "\(path) \(answer.prefix(60))")
            }
        }
    }

    @Test func `the page loads and runs nothing, and what is wrong is a plain text`() async throws {
        try await run(token: nil) { port in
            let page = try await answer(port, "GET / HTTP/1.1\r\nHost: localhost\r\n")
            #expect(!page.contains("<script") && !page.contains("<img") && page.contains("&lt;script&gt;"))
            #expect(page.contains("default-src 'none'; style-src 'sha256-"))
            #expect(!page.contains("unsafe-inline"))
            #expect(
                page.contains("frame-ancestors 'none'") && page.lowercased().contains("x-content-type-options: nosniff")
            )
            let none = try await answer(port, "GET /<script>alert(1)</script> HTTP/1.1\r\nHost: localhost\r\n")
            #expect(none.hasPrefix("HTTP/1.1 404 ") && none.lowercased().contains("content-type: text/plain"))
            #expect(!none.contains("<script"))
            let metrics = try await answer(port, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n")
            // Labels are names of the configuration, and no words of a source.
            #expect(!metrics.contains("script"))
        }
    }

    @Test(arguments: ["short", String(repeating: "x", count: 31)])
    func `a token that can be guessed is refused when the configuration is read`(token: String) {
        let text = #"{"channels": {}, "admin": {"listen": "0.0.0.0:4196", "token": "\#(token)"}}"#
        #expect(Configuration.problems(text).contains { $0.contains("32 characters or more") })
    }

    @Test(arguments: [
        "0.0.0.0:4196", "[::]:4196", "192.168.1.4:4196", "gateway.example:80", "127.0.0.1.evil.example:80",
    ])
    func `an address that others reach needs a token`(address: String) {
        let text = #"{"channels": {}, "admin": {"listen": "\#(address)"}}"#
        #expect(Configuration.problems(text).contains { $0.contains("which needs a \"token\"") })
    }
}
