import EarshotTestSupport
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

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
        try await Loopback.serve(router, while: body)
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
