internal import CCurl
package import Earshot
internal import Foundation
internal import Synchronization

/// HTTP through libcurl: one multi handle on a thread of its own, bridged to `async`.
package final class CurlClient: HTTPFetching {
    private let driver: CurlDriver
    private static let redirectLimit = 5

    /// A client with its thread; `agent` is the User-Agent.
    package init(agent: String) {
        self.agent = agent
        driver = CurlDriver()
    }

    private let agent: String

    deinit { driver.stop() }

    /// Sends a request and follows its redirects, if it is a GET.
    package func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        var hop = request
        if !hop.headers.contains(where: { $0.name.lowercased() == "user-agent" }) {
            hop.headers.append((name: "User-Agent", value: agent))
        }
        var permanent: String?
        var allPermanent = true
        for _ in 0...CurlClient.redirectLimit {
            let reply = try await driver.send(hop)
            let response = FetchResponse(
                status: reply.status, headers: reply.headers, body: reply.body, url: hop.url, permanentURL: permanent)
            guard request.method == "GET", [301, 302, 303, 307, 308].contains(reply.status),
                let location = response["Location"], !location.isEmpty
            else { return response }
            let target = try CurlClient.target(of: location, from: hop.url)
            if !CurlClient.isSameOrigin(target, hop.url) {
                // Whoever is behind another origin gets nothing that was meant for this one.
                hop.headers = hop.headers.filter { CurlClient.harmless.contains($0.name.lowercased()) }
            }
            allPermanent = allPermanent && (reply.status == 301 || reply.status == 308)
            if allPermanent { permanent = target }
            hop.url = target
        }
        throw .refused("more than \(CurlClient.redirectLimit) redirects from \(request.url)")
    }

    private static let harmless: Set<String> = ["user-agent", "accept", "accept-language"]

    /// The address that a `Location` means, refusing what leads from `https` to `http` or out of HTTP.
    private static func target(of location: String, from base: String) throws(FetchFailure) -> String {
        guard let from = URL(string: base), let target = URL(string: location, relativeTo: from)?.absoluteURL,
            let scheme = target.scheme?.lowercased(), scheme == "http" || scheme == "https"
        else { throw .refused("a redirect to what is no HTTP address") }
        if from.scheme?.lowercased() == "https", scheme == "http" {
            throw .refused("a redirect from https to http")
        }
        return target.absoluteString
    }

    private static func isSameOrigin(_ one: String, _ other: String) -> Bool {
        guard let one = URL(string: one), let other = URL(string: other) else { return false }
        return one.scheme?.lowercased() == other.scheme?.lowercased()
            && one.host?.lowercased() == other.host?.lowercased()
            && one.port == other.port
    }
}

/// The thread that drives libcurl's multi handle.
///
/// Unchecked: the multi handle is the thread's alone, but for `curl_multi_wakeup`, which libcurl allows from anywhere.
@safe
private final class CurlDriver: @unchecked Sendable {
    private struct Inbox {
        var arrived: [CurlTransfer] = []
        var cancelled: [ObjectIdentifier] = []
        var isStopped = false
    }

    private let multi: UnsafeMutableRawPointer?
    private let inbox = Mutex(Inbox())

    init() {
        _ = CurlDriver.global
        unsafe multi = curl_multi_init()
        let thread = Thread { [self] in run() }
        thread.name = "earshot-http"
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// libcurl's own start, once a process.
    private static let global: Bool = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    func stop() {
        inbox.withLock { $0.isStopped = true }
        wake()
    }

    private func wake() { unsafe _ = curl_multi_wakeup(multi) }

    /// Sends one request and gives what came back, redirects included.
    func send(_ request: FetchRequest) async throws(FetchFailure) -> CurlTransfer.Reply {
        let ticket = Mutex<ObjectIdentifier?>(nil)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard let transfer = CurlTransfer(request, resuming: continuation) else {
                    return continuation.resume(returning: .failure(.unreachable("no memory for a connection")))
                }
                ticket.withLock { $0 = ObjectIdentifier(transfer) }
                let isStopped = inbox.withLock { inbox in
                    if !inbox.isStopped { inbox.arrived.append(transfer) }
                    return inbox.isStopped
                }
                if isStopped { transfer.abandon("the gateway is stopping") }
                wake()
            }
        } onCancel: {
            guard let cancelled = ticket.withLock({ $0 }) else { return }
            inbox.withLock { $0.cancelled.append(cancelled) }
            wake()
        }
        return try result.get()
    }

    /// The thread: takes what arrived, lets libcurl work, tells who has finished.
    private func run() {
        var running: [Int: CurlTransfer] = [:]
        var active: Int32 = 0
        while takeArrivals(&running) {
            unsafe _ = curl_multi_perform(multi, &active)
            finishDone(&running)
            unsafe _ = curl_multi_poll(multi, nil, 0, 1000, nil)
        }
        for transfer in running.values {
            unsafe _ = curl_multi_remove_handle(multi, transfer.easy)
            transfer.abandon("the gateway is stopping")
        }
        unsafe _ = curl_multi_cleanup(multi)
    }

    /// Adds what has arrived, takes out what was cancelled; false when it is time to stop.
    private func takeArrivals(_ running: inout [Int: CurlTransfer]) -> Bool {
        let inbox = self.inbox.withLock { inbox in
            defer { inbox = Inbox(isStopped: inbox.isStopped) }
            return inbox
        }
        for transfer in inbox.arrived {
            running[transfer.ticket] = transfer
            unsafe _ = curl_multi_add_handle(multi, transfer.easy)
        }
        for (ticket, transfer) in running where inbox.cancelled.contains(ObjectIdentifier(transfer)) {
            unsafe _ = curl_multi_remove_handle(multi, transfer.easy)
            transfer.abandon("cancelled")
            running[ticket] = nil
        }
        return !inbox.isStopped
    }

    private func finishDone(_ running: inout [Int: CurlTransfer]) {
        var waiting: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &waiting) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle else {
                continue
            }
            let code = unsafe message.pointee.data.result
            unsafe _ = curl_multi_remove_handle(multi, easy)
            running.removeValue(forKey: Int(bitPattern: easy))?.finish(code)
        }
    }
}
