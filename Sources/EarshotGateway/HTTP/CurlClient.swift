internal import CCurl
package import Earshot
internal import Foundation
internal import Synchronization

/// HTTP through libcurl: two multi handles, each on a thread of its own, bridged to `async`.
///
/// Neither begins, nor is libcurl loaded, before something is asked for: who reads files never needs them.
package final class CurlClient: HTTPFetching {
    /// Connections of those who may reach private networks, and of those who may not: a connection that is open already
    /// is not judged once more, so that they share none.
    private let free = LateDriver()
    private let bound = LateDriver()
    private let agent: String
    private let trust: Trust

    /// What is believed of others.
    struct Trust: Sendable {
        /// What is known of names without asking for them, as `host:port:address`.
        var names: [String]
        /// A file of certificates to trust in the place of the system's; empty for those.
        var authorities: String
        /// The private networks that names may lead to.
        var networks: PrivateNetworks
        /// How many times as long as usual is waited for anything.
        var patience: Int
    }

    /// Whether libcurl could start, which it does the first time that this is asked.
    static var isReady: Bool { CurlDriver.global }

    /// Why there is no connection where libcurl gives none.
    static var unavailable: FetchFailure {
        .unreachable(isReady ? "no memory for a connection" : "libcurl.so.4 cannot be loaded: install libcurl4")
    }

    /// A client; `agent` is the User-Agent, `names` what is known of names without asking for them, as
    /// `host:port:address`, `authorities` a file of certificates to trust in the place of the system's. With `patience`
    /// all is waited for so many times as long, as on a machine that is busy with tests.
    package init(
        agent: String, names: [String] = [], authorities: String? = nil, networks: PrivateNetworks = PrivateNetworks(),
        patience: Int = 1
    ) {
        self.agent = agent
        trust = Trust(names: names, authorities: authorities ?? "", networks: networks, patience: patience)
    }

    deinit {
        free.stop()
        bound.stop()
    }

    /// Sends a request and follows its redirects, if it is a GET.
    package func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        var hop = signed(request)
        var permanent: String?
        var allPermanent = true
        for _ in 0...Redirect.limit {
            let reply = try await reply(to: hop)
            let response = FetchResponse(
                status: reply.status, headers: reply.headers, body: reply.body, url: hop.url, permanentURL: permanent)
            guard request.method == "GET", [301, 302, 303, 307, 308].contains(reply.status),
                let location = response["Location"], !location.isEmpty
            else { return response }
            let redirect = try Redirect(to: location, from: hop.url, askedFor: request.url)
            allPermanent = allPermanent && (reply.status == 301 || reply.status == 308)
            if allPermanent { permanent = redirect.url }
            hop = redirect.following(hop, repliedFromPublic: reply.isFromPublic)
        }
        throw .refused("more than \(Redirect.limit) redirects from \(request.url.prefix { $0 != "?" })")
    }

    /// The reply to one hop. Where its body is not what its fields say (`Content-Encoding: UTF-8`, or `gzip` over what is
    /// none), it is asked for once more and taken as it is, as browsers do.
    private func reply(to hop: FetchRequest) async throws(FetchFailure) -> CurlTransfer.Reply {
        let driver = driver(for: hop)
        let reply = try await driver.send(hop, trust: trust)
        guard reply.isMiscoded else { return reply }
        let plain = try await driver.send(hop.plain, trust: trust)
        guard !plain.body.starts(with: [0x1F, 0x8B]) else {
            throw .unreachable("the body is not in the coding that its Content-Encoding names")
        }
        return plain
    }

    private func driver(for request: FetchRequest) -> CurlDriver {
        (request.allowsPrivateNetworks ? free : bound).begun()
    }

    /// Opens a request and gives its reply as it comes.
    package func stream(_ request: FetchRequest) async throws(FetchFailure) -> HTTPStream {
        let driver = driver(for: request)
        let ticket = CurlTicket(driver)
        let flow = ByteFlow(limit: CurlClient.backlog) { ticket.resume() }
        let reply = try await driver.send(signed(request), trust: trust, into: flow, as: ticket)
        // The request lives as long as somebody may ask for what follows.
        let lease = CurlLease(ticket)
        return HTTPStream(status: reply.status, headers: reply.headers, url: request.url) {
            defer { withExtendedLifetime(lease) {} }
            return try await flow.next()
        }
    }

    /// How much of a stream waits for being taken; beyond it the source is held back.
    private static let backlog = 1 << 20

    /// A request that says who asks.
    private func signed(_ request: FetchRequest) -> FetchRequest {
        var signed = request
        if !signed.headers.contains(where: { $0.name.lowercased() == "user-agent" }) {
            signed.headers.append((name: "User-Agent", value: agent))
        }
        return signed
    }
}

/// What a transfer is called while it runs, by those who are not on its thread.
private final class CurlTicket: Sendable {
    private let driver: CurlDriver
    private let number = Mutex<Int?>(nil)

    init(_ driver: CurlDriver) { self.driver = driver }

    func stand(for number: Int) { self.number.withLock { $0 = number } }

    func cancel() { number.withLock { $0 }.map { driver.cancel($0) } }

    func resume() { number.withLock { $0 }.map { driver.resume($0) } }
}

/// Cancels a transfer when nobody holds it any more.
private final class CurlLease: Sendable {
    private let ticket: CurlTicket

    init(_ ticket: CurlTicket) { self.ticket = ticket }

    deinit { ticket.cancel() }
}

/// A driver that begins when it is first needed.
private final class LateDriver: Sendable {
    private let driver = Mutex<CurlDriver?>(nil)

    func begun() -> CurlDriver {
        driver.withLock { driver in
            if let driver { return driver }
            let begun = CurlDriver()
            driver = begun
            return begun
        }
    }

    func stop() { driver.withLock { $0 }?.stop() }
}

/// The thread that drives libcurl's multi handle.
///
/// Unchecked: the multi handle is the thread's alone, but for `curl_multi_wakeup`, which libcurl allows from anywhere.
@safe
private final class CurlDriver: @unchecked Sendable {
    private struct Inbox {
        var arrived: [(number: Int, transfer: CurlTransfer)] = []
        var cancelled: Set<Int> = []
        var resumed: Set<Int> = []
        var count = 0
        var isStopped = false
    }

    private let multi: UnsafeMutableRawPointer?
    private let inbox = Mutex(Inbox())

    init() {
        _ = CurlDriver.global
        unsafe multi = ccurl_multi_init()
        guard unsafe multi != nil else { return }
        let thread = Thread { [self] in run() }
        thread.name = "earshot-http"
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// libcurl's own start, once a process.
    static let global: Bool = ccurl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    func stop() {
        inbox.withLock { $0.isStopped = true }
        wake()
    }

    private func wake() { unsafe _ = ccurl_multi_wakeup(multi) }

    /// Sends one request and gives what came back: all of it, or its beginning where the body goes into a flow.
    func send(
        _ request: FetchRequest, trust: CurlClient.Trust, into flow: ByteFlow? = nil, as ticket: CurlTicket? = nil
    ) async throws(FetchFailure) -> CurlTransfer.Reply {
        let ticket = ticket ?? CurlTicket(self)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard unsafe multi != nil,
                    let transfer = CurlTransfer(request, trust: trust, into: flow, resuming: continuation)
                else { return continuation.resume(returning: .failure(CurlClient.unavailable)) }
                let number = inbox.withLock { inbox -> Int? in
                    guard !inbox.isStopped else { return nil }
                    inbox.count += 1
                    inbox.arrived.append((inbox.count, transfer))
                    return inbox.count
                }
                if let number { ticket.stand(for: number) } else { transfer.abandon("the gateway is stopping") }
                wake()
            }
        } onCancel: {
            ticket.cancel()
        }
        return try result.get()
    }

    /// Ends a transfer; nothing happens where it has ended.
    func cancel(_ number: Int) {
        _ = inbox.withLock { $0.cancelled.insert(number) }
        wake()
    }

    /// Goes on with a transfer whose body had no room.
    func resume(_ number: Int) {
        _ = inbox.withLock { $0.resumed.insert(number) }
        wake()
    }

    /// The thread: takes what arrived, lets libcurl work, tells who has finished.
    private func run() {
        var running: [Int: (number: Int, transfer: CurlTransfer)] = [:]
        var active: Int32 = 0
        while takeArrivals(&running) {
            unsafe _ = ccurl_multi_perform(multi, &active)
            finishDone(&running)
            unsafe _ = ccurl_multi_poll(multi, nil, 0, 1000, nil)
        }
        for (_, transfer) in running.values {
            unsafe _ = ccurl_multi_remove_handle(multi, transfer.easy)
            transfer.abandon("the gateway is stopping")
        }
        unsafe _ = ccurl_multi_cleanup(multi)
    }

    /// Adds what has arrived, goes on with what has room again, takes out what was cancelled; false when it is time to
    /// stop.
    private func takeArrivals(_ running: inout [Int: (number: Int, transfer: CurlTransfer)]) -> Bool {
        let inbox = self.inbox.withLock { inbox in
            defer { inbox = Inbox(count: inbox.count, isStopped: inbox.isStopped) }
            return inbox
        }
        for entry in inbox.arrived {
            running[entry.transfer.ticket] = entry
            unsafe _ = ccurl_multi_add_handle(multi, entry.transfer.easy)
        }
        guard !inbox.resumed.isEmpty || !inbox.cancelled.isEmpty else { return !inbox.isStopped }
        for (ticket, (number, transfer)) in running {
            if inbox.cancelled.contains(number) {
                unsafe _ = ccurl_multi_remove_handle(multi, transfer.easy)
                transfer.abandon("cancelled")
                running[ticket] = nil
            } else if inbox.resumed.contains(number) {
                transfer.resume()
            }
        }
        return !inbox.isStopped
    }

    private func finishDone(_ running: inout [Int: (number: Int, transfer: CurlTransfer)]) {
        var waiting: Int32 = 0
        while let message = unsafe ccurl_multi_info_read(multi, &waiting) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle else {
                continue
            }
            let code = unsafe message.pointee.data.result
            unsafe _ = ccurl_multi_remove_handle(multi, easy)
            running.removeValue(forKey: Int(bitPattern: easy))?.transfer.finish(code)
        }
    }
}
