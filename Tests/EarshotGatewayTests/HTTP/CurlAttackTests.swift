import Earshot
import Foundation
import Synchronization
import Testing

@testable import EarshotGateway
@testable import EarshotSinks

/// What servers do to those who fetch from them, on loopback.
@Suite(.timeLimit(.minutes(15))) struct CurlAttackTests {
    private let client = CurlClient.patient(agent: "earshot-test")

    /// A server that answers every request with the same bytes and closes the connection.
    private func server(_ reply: [UInt8]) throws -> LineServer {
        try LineServer(greeting: "") { line, _ in line.isEmpty ? .hangUp(reply) : .say([]) }
    }

    private func server(_ head: String, _ body: [UInt8] = []) throws -> LineServer {
        try server(Array("HTTP/1.1 \(head)\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n".utf8) + body)
    }

    /// A request that the operator allows to reach this machine.
    private func request(_ url: String) -> FetchRequest {
        var request = FetchRequest(url)
        request.allowsPrivateNetworks = true
        return request
    }

    private func failure(_ request: FetchRequest, with client: CurlClient? = nil) async -> FetchFailure? {
        do throws(FetchFailure) {
            _ = try await (client ?? self.client).fetch(request)
            return nil
        } catch {
            return error
        }
    }

    /// What is said of an address in a private network.
    private let refusal = FetchFailure.refused("the address is in a private network")

    @Test(arguments: [
        "127.0.0.1", "127.0.0.2", "127.2", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "0177.1",
        "017700000001", "127.000.000.001", "0", "0.0.0.0", "localhost", "[::1]", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:0001]", "[::127.0.0.1]", "[::]", "10.0.0.1", "169.254.169.254",
        "[fe80::1]", "[fd00::1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[ff02::1]",
        "192.168.1.1", "172.16.0.1", "100.64.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "[100::1]",
        "[2001::1]",
    ]) func `no spelling of a private address is dialled`(_ host: String) async throws {
        let server = try server("200 OK", Array("inside".utf8))
        let told = await failure(FetchRequest("http://\(host):\(server.port)/"))
        // Some are no addresses at all to the resolver; none of them brings an answer.
        guard case .unreachable = told else {
            #expect(told == refusal)
            return
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort",
        "HTTP/1.1 202 OK\r\nContent-Encoding: UTF-8\r\n\r\nlonger than is taken",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\u{1F}no gzip at all",
        "HTTP/1.1 200 OK\r\n\r\nlonger than is taken",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    ]) func `who wants the status alone has it, whatever becomes of the body`(_ reply: String) async throws {
        let server = try server(Array(reply.utf8))
        var question = request("http://127.0.0.1:\(server.port)/")
        question.sizeLimit = 10
        #expect(await failure(question) != nil)
        question.isBodyOptional = true
        let answer = try await client.fetch(question)
        #expect((200...202).contains(answer.status))
    }

    @Test func `a failure whose body cannot be read is none the less a failure`() async throws {
        let server = try server(Array("HTTP/1.1 500 No\r\nContent-Length: 99\r\n\r\nshort".utf8))
        var question = request("http://127.0.0.1:\(server.port)/")
        question.isBodyOptional = true
        #expect(await failure(question) != nil)
    }

    @Test(arguments: [301, 302, 303, 307, 308]) func `a redirect is judged as the address itself is`(status: Int)
        async throws
    {
        let inside = try server("200 OK", Array("inside".utf8))
        // What may be asked at first is on this machine; where it leads may be, too, as it is no public address that
        // says so.
        let outside = try server("\(status) Moved\r\nLocation: http://127.0.0.1:\(inside.port)/")
        #expect(
            await failure(request("http://127.0.0.1:\(outside.port)/")) == .refused("a redirect to port \(inside.port)")
        )
        #expect(await failure(FetchRequest("http://127.0.0.1:\(outside.port)/")) == refusal)
    }

    @Test func `a name is judged by the address that is dialled, whatever it was before`() async throws {
        let server = try server("200 OK", Array("inside".utf8))
        // As a resolver would answer whose owner has changed his mind.
        for address in ["127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "0.0.0.0"] {
            let rebound = CurlClient.patient(agent: "test", names: ["news.example:\(server.port):\(address)"])
            let told = await failure(FetchRequest("http://news.example:\(server.port)/"), with: rebound)
            #expect(told == refusal, "\(address)")
        }
    }

    @Test func `a name that the operator wrote leads into no private network that is not listed`() async throws {
        let server = try server("200 OK", Array("inside".utf8))
        let asked = request("http://news.example.com:\(server.port)/")
        let names = ["news.example.com:\(server.port):127.0.0.1"]
        for networks in [[], ["10.0.0.0/8"], ["::/0"]] {
            let client = CurlClient.patient(agent: "test", names: names, networks: PrivateNetworks(networks))
            let said =
                "news.example.com leads to 127.0.0.1, in a private network: \"networks\" of \"http\" lists those that "
            #expect(await failure(asked, with: client) == .refused(said + "names may lead to"), "\(networks)")
        }
        let listed = CurlClient.patient(agent: "test", names: names, networks: PrivateNetworks(["127.0.0.0/8"]))
        #expect(try await listed.fetch(asked).body == Array("inside".utf8))
        // What somebody else wrote gets nowhere, whatever is listed.
        #expect(await failure(FetchRequest(asked.url), with: listed) == refusal)
    }

    @Test(arguments: ["desk", "desk.internal", "DESK.Local", "nas.home.arpa", "localhost"])
    func `a name that nobody can own on the public network needs no list`(name: String) async throws {
        let server = try server("200 OK", Array("inside".utf8))
        let names = ["\(name.lowercased()):\(server.port):127.0.0.1"]
        let client = CurlClient.patient(agent: "test", names: names)
        #expect(try await client.fetch(request("http://\(name):\(server.port)/")).body == Array("inside".utf8))
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("2130706433", true), ("0x7f.1", true), ("[::1]", true), ("10.1.2.3", true), ("a", true),
        ("a.b.internal", true), ("localhost.", true), ("", false), (".", false), ("news.example.com", false),
        ("local.example.com", false), ("127.0.0.1.example.com", false), ("home.arpa.example.com", false),
        ("arpa.example", false), ("10.1.2.3.nip.io", false), ("desk.localhost.example", false),
    ]) func `a host is this network's own, or somebody's`(_ host: String, _ isOwn: Bool) {
        #expect(PrivateNetworks.isOwn(host) == isOwn)
    }

    @Test func `a connection that is open is not shared with who may not open it`() async throws {
        let connections = Mutex(0)
        let server = try LineServer(greeting: "") { line, number in
            connections.withLock { $0 = max($0, number + 1) }
            return line.isEmpty ? .say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") : .say([])
        }
        let url = "http://127.0.0.1:\(server.port)/"
        for _ in 0..<3 { #expect(try await client.fetch(request(url)).status == 200) }
        // Kept open and used again by who may; who may not does not get in by it.
        #expect(connections.withLock { $0 } == 1)
        #expect(await failure(FetchRequest(url)) == refusal)
        #expect(connections.withLock { $0 } == 1)
    }

    @Test func `proxies of the environment are passed by`() async {
        // In a process of its own, as other tests read the environment meanwhile.
        await #expect(processExitsWith: .success) {
            let tests = CurlAttackTests()
            let proxy = try tests.server("200 OK", Array("through the proxy".utf8))
            let server = try tests.server("200 OK", Array("straight".utf8))
            for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
                unsafe setenv(name, "http://127.0.0.1:\(proxy.port)", 1)
            }
            let url = "http://127.0.0.1:\(server.port)/"
            #expect(try await tests.client.fetch(tests.request(url)).body == Array("straight".utf8))
            #expect(await tests.failure(FetchRequest(url)) == tests.refusal)
        }
    }

    @Test(arguments: [
        "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:1/_x", "dict://127.0.0.1/", "scp://x/y",
        "imap://127.0.0.1/",
    ])
    func `nothing but HTTP is spoken`(_ url: String) async {
        guard case .unreachable = await failure(request(url)) else {
            Issue.record("\(url) was fetched")
            return
        }
    }

    @Test func `a user's name in an address is refused`() async throws {
        let server = try server("200 OK", Array("x".utf8))
        #expect(await failure(request("http://user:word@127.0.0.1:\(server.port)/")) != nil)
    }

    @Test func `what unfolds two hundred times is cut off, once it is past a mebibyte`() async throws {
        let bomb = try Compression.gzip.pack([UInt8](repeating: UInt8(ascii: "x"), count: 64 << 20))
        #expect(bomb.count < 1 << 20)
        let server = try server("200 OK\r\nContent-Encoding: gzip", bomb)
        var large = request("http://127.0.0.1:\(server.port)/")
        large.sizeLimit = 1 << 30
        #expect(await failure(large) == .tooLarge(limit: 1 << 30))
        // Under the size limit alone.
        let small = try self.server(
            "200 OK\r\nContent-Encoding: gzip", try Compression.gzip.pack([UInt8](repeating: 1, count: 5000)))
        var limited = request("http://127.0.0.1:\(small.port)/")
        limited.sizeLimit = 4999
        #expect(await failure(limited) == .tooLarge(limit: 4999))
    }

    @Test(arguments: ["UTF-8", "none", "gzip", "br"])
    func `a body that is not in the coding its fields name is taken as it is`(_ coding: String) async throws {
        let server = try server("200 OK\r\nContent-Encoding: \(coding)", Array("<rss/>".utf8))
        let answer = try await client.fetch(request("http://127.0.0.1:\(server.port)/"))
        #expect(String(decoding: answer.body, as: UTF8.self) == "<rss/>")
        let broken = try self.server("200 OK\r\nContent-Encoding: gzip", [0x1F, 0x8B, 1, 2, 3, 4, 5, 6, 7, 8, 9])
        #expect(await failure(request("http://127.0.0.1:\(broken.port)/")) != nil)
    }

    @Test func `encodings in encodings are not undone without end`() async throws {
        var packed = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        for _ in 0..<8 { packed = try Compression.gzip.pack(packed) }
        let names = [String](repeating: "gzip", count: 8).joined(separator: ", ")
        let server = try server("200 OK\r\nContent-Encoding: \(names)", packed)
        #expect(await failure(request("http://127.0.0.1:\(server.port)/")) != nil)
    }

    @Test func `a body without an end is cut off where the limit is, whatever length was said`() async throws {
        for length in ["", "Content-Length: 10000000000\r\n", "Transfer-Encoding: chunked\r\n"] {
            let chunk =
                length.hasPrefix("T")
                ? "1000\r\n" + String(repeating: "x", count: 4096) + "\r\n" : String(repeating: "x", count: 4096)
            let head = Array("HTTP/1.1 200 OK\r\n\(length)\r\n".utf8)
            let server = try LineServer(greeting: "") { line, _ in
                if line.hasPrefix("GET") { return .say(head) }
                return line.isEmpty ? .flood(Array(chunk.utf8)) : .say([])
            }
            var limited = request("http://127.0.0.1:\(server.port)/")
            limited.sizeLimit = 100_000
            #expect(await failure(limited) == .tooLarge(limit: 100_000), "\(length)")
        }
    }

    @Test func `fields without an end, and a field without one, are no reply`() async throws {
        for flood in ["X-A: b\r\n", "x"] {
            let server = try LineServer(greeting: "") { line, _ in
                if line.hasPrefix("GET") { return .say("HTTP/1.1 200 OK\r\n") }
                return line.isEmpty ? .flood(Array(String(repeating: flood, count: 1000).utf8)) : .say([])
            }
            guard case .unreachable = await failure(request("http://127.0.0.1:\(server.port)/")) else {
                Issue.record("a reply without an end was taken")
                continue
            }
        }
    }

    @Test(arguments: ["X\r\nInjected: yes", "a\nb", "a\u{0}b", "\r"])
    func `a value that could end its line is not sent, and nothing after it`(value: String) async throws {
        let seen = Mutex<[String]>([])
        let server = try LineServer(greeting: "") { line, _ in
            seen.withLock { $0.append(line) }
            return line.isEmpty ? .hangUp(Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)) : .say([])
        }
        var injecting = request("http://127.0.0.1:\(server.port)/")
        injecting.headers = [("X-Title", value), (value, "x"), ("X-Last", "there")]
        _ = try await client.fetch(injecting)
        let lines = seen.withLock { $0 }
        #expect(lines.contains("X-Last: there"))
        #expect(!lines.contains { $0.hasPrefix("Injected") || $0.hasPrefix("X-Title") || $0 == "b" })
    }

    @Test(arguments: [
        "http://127.0.0.1:PORT/\r\nX: y", "http://127.0.0.1:PORT/ HTTP/1.1\r\nX: y\r\n\r\n",
        "http://127.0.0.1:PORT/a\u{0}b",
    ])
    func `nor is an address with a line's end in it`(url: String) async throws {
        let seen = Mutex<[String]>([])
        let server = try LineServer(greeting: "") { line, _ in
            seen.withLock { $0.append(line) }
            return line.isEmpty ? .hangUp(Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)) : .say([])
        }
        _ = await failure(request(url.replacing("PORT", with: "\(server.port)")))
        #expect(!seen.withLock { $0 }.contains { $0.hasPrefix("X: y") })
    }
}
