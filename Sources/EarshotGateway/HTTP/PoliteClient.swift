package import Earshot
internal import EarshotFormats
internal import Foundation
internal import Synchronization

/// The way to the network that all channels share: so many requests to a host at a time, and none to who asked to be
/// left alone, whichever channel was told so.
package final class PoliteClient: HTTPFetching {
    private let base: any HTTPFetching
    private let clock: GatewayClock
    private let gate: HostGate
    /// By whom it was asked, until when nothing is sent there.
    private let holds = Mutex<[String: Timestamp]>([:])

    /// How many requests to a host are under way at a time, where the operator did not say.
    package static let perHost = 4
    /// For how long a window that is used up is believed, where a source has not refused anything yet.
    private static let longestWindow = Duration.seconds(3600)
    /// How many holds are kept; beyond it those that are over are forgotten.
    private static let holdLimit = 10_000

    /// A client that sends through another.
    package init(over base: any HTTPFetching, perHost: Int = PoliteClient.perHost, clock: GatewayClock) {
        self.base = base
        self.clock = clock
        gate = HostGate(limit: perHost)
    }

    /// The gateway's clock.
    package var now: Timestamp { clock.now() }

    /// Sends a request when it is its turn; one to who asked to be left alone is refused without being sent.
    package func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        let asker = PoliteClient.asker(of: request)
        let host = PoliteClient.origin(of: request.url)
        try refuseHeld(asker, host)
        guard await gate.enter(host) else { throw .unreachable("cancelled") }
        defer { gate.leave(host) }
        try refuseHeld(asker, host)
        var response = try await base.fetch(request)
        // RFC 9110, 6.6.1: who receives a reply without a date records the moment, and adds it.
        if response["Date"] == nil { response.headers.append((name: "Date", value: now.description)) }
        if let wait = PoliteClient.wait(response), wait > .zero { hold(asker, for: wait) }
        return response
    }

    /// Opens a stream, which takes no turn of others for as long as it lasts.
    package func stream(_ request: FetchRequest) async throws(FetchFailure) -> HTTPStream {
        try refuseHeld(PoliteClient.asker(of: request), PoliteClient.origin(of: request.url))
        return try await base.stream(request)
    }

    /// How long nothing more may be sent after a reply: what it asks for, or until a window that is used up ends.
    private static func wait(_ response: FetchResponse) -> Duration? {
        if response.status == 429 { return response.askedWait }
        if response.status >= 500 { return response.retryAfter }
        guard let budget = Budget(response), budget.unit == .requests, budget.remaining < 1 else { return nil }
        return budget.reset.map { min($0, PoliteClient.longestWindow) }
    }

    private func hold(_ asker: String, for wait: Duration) {
        let now = self.now
        let until = now + wait
        holds.withLock { holds in
            if holds.count >= PoliteClient.holdLimit { holds = holds.filter { $0.value > now } }
            holds[asker] = max(holds[asker] ?? until, until)
        }
    }

    private func refuseHeld(_ asker: String, _ host: String) throws(FetchFailure) {
        let now = self.now
        let rest = holds.withLock { holds -> Int64 in
            guard let until = holds[asker] else { return 0 }
            if until <= now { holds[asker] = nil }
            return until.milliseconds &- now.milliseconds
        }
        guard rest > 0 else { return }
        throw .limited("\(host) asked to be left alone, and is not asked", after: .milliseconds(rest))
    }

    /// Who a limit holds for: with credentials these, at one endpoint; without, everybody at the host.
    private static func asker(of request: FetchRequest) -> String {
        let origin = origin(of: request.url)
        let shown = request.headers.first { $0.name.lowercased() == "authorization" }?.value
        guard let credentials = request.credentials ?? shown.map({ Digest(of: Array($0.utf8)) }) else { return origin }
        // A key in the address is no part of the endpoint, and neither is the rest of its query.
        return "\(request.url.prefix { $0 != "?" && $0 != "#" }) \(credentials.hexadecimal)"
    }

    /// An address up to its path.
    private static func origin(of url: String) -> String {
        url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).prefix(3)
            .joined(separator: "/").prefix { $0 != "?" && $0 != "#" }.lowercased()
    }
}
