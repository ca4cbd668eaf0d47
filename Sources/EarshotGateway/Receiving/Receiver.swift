internal import Earshot
internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import NIOHTTP1

/// Takes deliveries of webhooks, at `/hooks/<channel>`, and answers 2xx only when they are safe in the journal.
package final class Receiver: Sendable {
    /// One channel that listens.
    package final class Route: Sendable {
        /// The channel's name, the last part of its path.
        package let channel: String
        /// How its deliveries are proven.
        package let verifier: WebhookVerifier
        /// What knows those that come again.
        package let replays: ReplayGuard
        /// Where they go.
        package let intake: Intake

        /// A listening channel.
        package init(channel: String, verifier: WebhookVerifier, replays: ReplayGuard, intake: Intake) {
            self.channel = channel
            self.verifier = verifier
            self.replays = replays
            self.intake = intake
        }
    }

    /// The largest page that a hub may send, in bytes.
    private static let pageLimit = 4 << 20

    let limits: ReceiverLimits
    let gate: DeliveryGate
    let clock: GatewayClock
    private let address: (host: String, port: Int)
    private let routes: [String: Route]
    /// The same by their paths, as most write them.
    private let paths: [String: Route]
    private let subscriber: WebSubSubscriber?
    private let board: StatusBoard
    private let log: Logger

    /// A receiver at an address; port 0 lets the kernel choose.
    package init(
        host: String, port: Int, routes: [Route], subscriber: WebSubSubscriber? = nil,
        limits: ReceiverLimits = ReceiverLimits(), clock: GatewayClock, board: StatusBoard, log: Logger
    ) {
        address = (host, port)
        self.routes = Dictionary(routes.map { ($0.channel, $0) }) { first, _ in first }
        paths = Dictionary(routes.map { ("/hooks/\($0.channel)", $0) }) { first, _ in first }
        self.subscriber = subscriber
        self.limits = limits
        gate = DeliveryGate(limits)
        self.clock = clock
        self.board = board
        self.log = log
    }

    /// Listens until cancelled; `started` is told the port.
    package func run(started: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
        var quiet = log
        quiet.logLevel = .critical
        let application = Application(
            router: Router(), server: HTTPServerBuilder { _ in ReceiverChannel(receiver: self) },
            configuration: .init(
                address: .hostname(address.host, port: address.port), serverName: "earshot",
                availableConnectionsDelegate: .maximum(limits.connections, logger: quiet)),
            onServerRunning: { [routes, board] channel in
                for name in routes.keys { board.listens(name) }
                started(channel.localAddress?.port ?? 0)
            }, logger: quiet)
        try await application.serve(at: "\(address.host):\(address.port)", as: "/receive/listen")
    }

    /// What is to be done with a request: `/hooks/<channel>` is its source's, `/hooks/<channel>/<token>` a hub's.
    func reception(of head: HTTPRequestHead) -> Reception {
        if let refusal = Receiver.refusal(of: head) { return .answer(refusal) }
        if head.method == .POST, let route = paths[head.uri] { return delivery(route) }
        let target = RequestTarget(head.uri)
        guard target.parts.first == "hooks" else { return .answer(.notFound) }
        switch (head.method, target.parts.count) {
        case (.GET, 2): return .answer(challenge(target.parts[1], target.query))
        case (.POST, 2): return routes[target.parts[1]].map { delivery($0) } ?? .answer(.notFound)
        case (.GET, 3): return .question { await self.intent(target.parts[1], target.parts[2], target.query) }
        case (.POST, 3): return .question { await self.distribution(target.parts[1], target.parts[2]) }
        default: return .answer(.notFound)
        }
    }

    /// Why a request is not looked at: its body is coded, or nobody knows which host it is for (RFC 9112, 3.2 and 6.1).
    private static func refusal(of head: HTTPRequestHead) -> Answer? {
        if head.version == .http1_1, head.headers["host"].count != 1 { return .malformed }
        let transfer = head.headers[canonicalForm: "transfer-encoding"]
        if !transfer.isEmpty, transfer.map({ $0.lowercased() }) != ["chunked"] { return transferred.ending }
        let codings = head.headers[canonicalForm: "content-encoding"]
        return codings.allSatisfy { $0.isEmpty || $0.lowercased() == "identity" } ? nil : encoded
    }

    /// Gives back what a reception took.
    func leave(_ reception: Reception) {
        if case .body(let channel, _, _) = reception { gate.leave(channel) }
    }

    /// Why a body is not taken.
    func refusal(of outcome: ReceivedBody.Outcome, _ reception: Reception) -> Answer {
        guard case .tooLarge = outcome, case .body(_, let limit, _) = reception else { return busy }
        return .plain(.payloadTooLarge, "larger than \(limit) bytes\n")
    }

    /// The answer to a request that came whole, within the limits.
    func answer(to request: PushedRequest, for addressee: Reception.Addressee) async -> Answer {
        switch addressee {
        case .route(let route): await judge(request, route)
        case .interest(let interest, let secret): await take(request, interest, secret)
        }
    }

    private func challenge(_ channel: String, _ query: [String: String]) -> Answer {
        guard let route = routes[channel], route.verifier.isAsked else { return .notFound }
        guard let answer = route.verifier.answer(to: query) else { return .plain(.forbidden, "forbidden\n") }
        return .plain(.ok, answer.body, contentType: answer.contentType)
    }

    private func delivery(_ route: Route) -> Reception {
        body(of: route.channel, upTo: route.verifier.webhook.content.sizeLimit, for: .route(route))
    }

    /// Takes a place for a body, where there is one.
    private func body(of channel: String, upTo limit: Int, for addressee: Reception.Addressee) -> Reception {
        gate.enter(channel) ? .body(of: channel, limit: limit, for: addressee) : .answer(busy)
    }

    /// A hub asks whether a subscription is meant.
    private func intent(_ channel: String, _ token: String, _ query: [String: String]) async -> Reception {
        guard let subscriber else { return .answer(.notFound) }
        do {
            let answer = try await subscriber.answer(to: query, channel: channel, token: token)
            return .answer(answer.map { .plain(.ok, $0) } ?? .notFound)
        } catch {
            log.error("\(channel): a hub's question could not be answered: \(error)")
            return .answer(busy)
        }
    }

    /// A hub sends what is new.
    private func distribution(_ channel: String, _ token: String) async -> Reception {
        guard let subscriber else { return .answer(.notFound) }
        do {
            switch try await subscriber.addressee(channel: channel, token: token) {
            case .nobody: return .answer(.plain(.gone, "gone\n"))
            case .interest(let interest, let secret):
                return body(of: channel, upTo: Receiver.pageLimit, for: .interest(interest, secret: secret))
            }
        } catch {
            log.error("\(channel): a hub's delivery could not be judged: \(error)")
            return .answer(busy.ending)
        }
    }

    /// Takes what a hub sends; what is not signed rightly is passed over, and the hub not told (WebSub, section 8).
    private func take(_ request: PushedRequest, _ interest: WebSubSubscriber.Interest, _ secret: String) async -> Answer
    {
        let channel = interest.channel
        guard WebSubSignature.isGenuine(request, secret: secret) else {
            board.refusedDelivery(to: channel)
            log.warning("\(channel): a hub's delivery without a right signature", metadata: ["channel": "\(channel)"])
            return .accepted
        }
        let now = clock.now()
        do {
            let tally = try await interest.intake.take(pushed: request, as: .body, url: interest.topic.url, at: now)
            note(tally, of: channel, at: now)
            return .accepted
        } catch {
            return notStored(channel, error)
        }
    }

    private static let transferred = Answer.plain(.notImplemented, "no transfer coding but chunked is taken\n")
    /// Signatures are over bodies as they are (RFC 9110, 15.5.16).
    private static let encoded = Answer.plain(.unsupportedMediaType, "no content coding is taken\n")
        .with("accept-encoding", "identity")

    private var busy: Answer {
        .plain(.serviceUnavailable, "try again\n").with("retry-after", "\(limits.retryAfter)")
    }

    /// Takes a delivery that is proven and new.
    private func judge(_ request: PushedRequest, _ route: Route) async -> Answer {
        let now = clock.now()
        let proof: DeliveryProof
        do throws(DeliveryRefusal) {
            proof = try await route.verifier.prove(request, at: now)
        } catch {
            board.refusedDelivery(to: route.channel)
            log.warning(
                "\(route.channel): a delivery was refused: \(error.reason)", metadata: ["channel": "\(route.channel)"])
            guard error.asksForCredentials else { return .plain(.forbidden, "forbidden\n") }
            return .plain(.unauthorized, "unauthorized\n").with("www-authenticate", "Basic realm=\"earshot\"")
        }
        guard let id = proof.id else { return await take(request, route, at: now) }
        do {
            switch try await route.replays.begin(id, at: now) {
            case .had: return .plain(.ok, "ok, again\n")
            case .underWay: return busy
            case .fresh: break
            }
            let answer = await take(request, route, at: now)
            try await route.replays.end(id, isTaken: answer.status == .ok, at: now)
            return answer
        } catch {
            return notStored(route.channel, error)
        }
    }

    private func take(_ request: PushedRequest, _ route: Route, at now: Timestamp) async -> Answer {
        do {
            if try await route.verifier.follow(request) {
                log.notice("\(route.channel): the subscription is confirmed", metadata: ["channel": "\(route.channel)"])
                return .ok
            }
            let tally = try await route.intake.take(pushed: request, as: route.verifier.webhook.content, at: now)
            note(tally, of: route.channel, at: now)
            return .ok
        } catch let malformed as MalformedDocument {
            // The sender knows it again, and whoever looks there sees what is to be set.
            var tally = IntakeTally(unreadable: [])
            tally.documents = 1
            tally.add(malformed: malformed, Document([], observedAt: now))
            note(tally, of: route.channel, at: now)
            return .plain(.unprocessableEntity, "\(malformed)\n")
        } catch let failure as FetchFailure {
            log.warning("\(route.channel): \(failure.summary)", metadata: ["channel": "\(route.channel)"])
            return busy
        } catch {
            return notStored(route.channel, error)
        }
    }

    private func note(_ tally: IntakeTally, of channel: String, at now: Timestamp) {
        board.took(tally, from: channel)
        board.heard(from: channel, at: now)
        for finding in tally.findings {
            log.warning("\(channel): \(finding.defect.reason)", metadata: finding.metadata(of: channel))
        }
    }

    /// What is not in the journal is not acknowledged.
    private func notStored(_ channel: String, _ error: any Error) -> Answer {
        let reason = (error as? JournalFailure)?.summary ?? "\(error)"
        log.error("\(channel): what came cannot be stored: \(reason)", metadata: ["channel": "\(channel)"])
        board.notStored(reason, from: channel)
        return .plain(.serviceUnavailable, "try again\n").with("retry-after", "30")
    }
}

extension Intake {
    /// Takes the document of a delivery that is proven; throws `MalformedDocument` where it is not in there.
    func take(
        pushed request: PushedRequest, as content: Webhook.Content, url: String? = nil, at now: Timestamp
    ) async throws -> IntakeTally {
        guard let bytes = try content.document(in: request) else { return IntakeTally(unreadable: []) }
        var document = Document(bytes, observedAt: now)
        document.via = .push
        document.verified = true
        document.url = url
        if case .body = content {
            document.contentType = request["content-type"]
        } else {
            document.contentType = "message/rfc822"
        }
        return try await take([document], advancing: nil)
    }
}
