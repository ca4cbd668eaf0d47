import Foundation
import Glibc
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// nginx serving a folder on a loopback port, as long as it is held.
final class Nginx {
    private let process = Process()
    private let folder: Folder
    /// The port, chosen by the kernel.
    let port: Int

    /// Serves `folder`'s subfolder `www`.
    init(serving folder: Folder) throws {
        self.folder = folder
        port = try Loopback.freePort()
        try folder.write(
            """
            worker_processes 1; daemon off; pid \(folder.path("nginx.pid")); error_log \(folder.path("error.log"));
            events { worker_connections 64; }
            http {
              access_log off; types { application/rss+xml xml; }
              client_body_temp_path \(folder.path("t1")); proxy_temp_path \(folder.path("t2"));
              fastcgi_temp_path \(folder.path("t3")); uwsgi_temp_path \(folder.path("t4"));
              scgi_temp_path \(folder.path("t5"));
              server { listen 127.0.0.1:\(port); root \(folder.path("www")); etag on; }
            }

            """, to: "nginx.conf")
        process.executableURL = URL(fileURLWithPath: "/usr/sbin/nginx")
        process.arguments = ["-p", folder.url.path, "-e", folder.path("error.log"), "-c", folder.path("nginx.conf")]
        process.standardError = FileHandle.nullDevice
        try process.run()
        while !Loopback.isListening(at: port) { sched_yield() }
    }

    deinit {
        process.terminate()
        process.waitUntilExit()
    }
}

/// An HTTP endpoint that takes NDJSON and refuses every third request with 503.
final class FlakyEndpoint: Sendable {
    private struct State {
        var requests = 0
        var ids: [String: Set<String>] = [:]
        var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    /// The ids that were taken, each with the idempotency keys it came under.
    var ids: [String: Set<String>] { state.withLock { $0.ids } }

    /// How many requests came, refused ones included.
    var requests: Int { state.withLock { $0.requests } }

    /// Runs on a port of the kernel's choice while `body` does.
    func serve(_ body: @escaping @Sendable (Int) async throws -> Void) async throws {
        let router = Router()
        router.post("/in") { request, _ in
            let key = HTTPField.Name("Idempotency-Key").flatMap { request.headers[$0] } ?? ""
            let text = String(buffer: try await request.body.collect(upTo: 1 << 24))
            return Response(status: self.take(text, key) ? .accepted : .serviceUnavailable)
        }
        var quiet = Logger(label: "endpoint")
        quiet.logLevel = .critical
        let (ports, port) = AsyncStream<Int>.makeStream()
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) }, logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            group.addTask { for await number in ports { return try await body(number) } }
            try await group.next()
            group.cancelAll()
        }
    }

    /// Returns when so many different ids have been taken.
    func hasTaken(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.ids.count < count { state.waiting.append((count, continuation)) }
                return state.ids.count >= count
            }
            if isThere { continuation.resume() }
        }
    }

    /// Lets everybody go on who waits.
    func release() {
        let waiting = state.withLock { state in
            defer { state.waiting.removeAll() }
            return state.waiting.map(\.continuation)
        }
        for continuation in waiting { continuation.resume() }
    }

    private func take(_ text: String, _ key: String) -> Bool {
        let ready = state.withLock { state -> [CheckedContinuation<Void, Never>]? in
            state.requests += 1
            guard state.requests % 3 != 0 else { return nil }
            for line in text.split(separator: "\n") {
                let parts = line.split(separator: "\"id\":\"", maxSplits: 1)
                if parts.count == 2 { state.ids[String(parts[1].prefix { $0 != "\"" }), default: []].insert(key) }
            }
            let ready = state.waiting.filter { $0.count <= state.ids.count }
            state.waiting.removeAll { $0.count <= state.ids.count }
            return ready.map(\.continuation)
        }
        ready?.forEach { $0.resume() }
        return ready != nil
    }
}
