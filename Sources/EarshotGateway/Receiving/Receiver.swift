internal import Earshot
internal import HTTPTypes
internal import Hummingbird
package import Logging
internal import NIOCore
internal import ServiceLifecycle

/// Takes deliveries of webhooks, at `/hooks/<channel>`, and answers 2xx only when they are safe in the journal.
package struct Receiver: Sendable {
    /// One channel that listens.
    package struct Route: Sendable {
        /// The channel's name, the last part of its path.
        package var channel: String
        /// How its deliveries are proven.
        package var verifier: WebhookVerifier
        /// What knows those that come again.
        package var replays: ReplayGuard
        /// Where they go.
        package var intake: Intake

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

    private let address: (host: String, port: Int)
    private let routes: [String: Route]
    private let subscriber: WebSubSubscriber?
    private let limits: ReceiverLimits
    private let gate: DeliveryGate
    private let clock: GatewayClock
    private let board: StatusBoard
    private let log: Logger

    /// A receiver at an address; port 0 lets the kernel choose.
    package init(
        host: String, port: Int, routes: [Route], subscriber: WebSubSubscriber? = nil,
        limits: ReceiverLimits = ReceiverLimits(), clock: GatewayClock, board: StatusBoard, log: Logger
    ) {
        address = (host, port)
        self.routes = Dictionary(routes.map { ($0.channel, $0) }) { first, _ in first }
        self.subscriber = subscriber
        self.limits = limits
        gate = DeliveryGate(limits)
        self.clock = clock
        self.board = board
        self.log = log
    }

    /// Listens until cancelled; `started` is told the port.
    package func run(started: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
        let router = Router(context: ReceiverContext.self)
        router.get("/hooks/:channel") { request, context in await challenge(request, context) }
        router.post("/hooks/:channel") { request, context in await delivery(request, context) }
        router.get("/hooks/:channel/:token") { request, context in await intent(request, context) }
        router.post("/hooks/:channel/:token") { request, context in await distribution(request, context) }
        var quiet = log
        quiet.logLevel = .critical
        let application = Application(
            router: router,
            server: .http1(
                configuration: .init(
                    idleTimeout: .init(limits.idle),
                    httpDecoderConfiguration: .init(maxHeaderFieldSize: 16_384, maxHeaderListSize: 32_768))),
            configuration: .init(
                address: .hostname(address.host, port: address.port), serverName: "earshot",
                availableConnectionsDelegate: .maximum(limits.connections, logger: quiet)),
            onServerRunning: { channel in started(channel.localAddress?.port ?? 0) },
            logger: quiet)
        try await application.serve()
    }

    private func route(_ context: ReceiverContext) -> Route? {
        context.parameters.get("channel").flatMap { routes[$0] }
    }

    private func challenge(_ request: Request, _ context: ReceiverContext) async -> Response {
        guard let route = route(context), route.verifier.isAsked else { return .notFound }
        guard let answer = route.verifier.answer(to: request.plainQuery) else {
            return .plain(.forbidden, "forbidden\n")
        }
        return .plain(.ok, answer.body, contentType: answer.contentType)
    }

    private func delivery(_ request: Request, _ context: ReceiverContext) async -> Response {
        guard let route = route(context) else { return await refuse(.notFound, request, context) }
        let limit = route.verifier.webhook.content.sizeLimit
        return await received(request, context, route.channel, upTo: limit) { await judge($0, route) }
    }

    /// What `body` answers to a request that came whole, within the limits.
    private func received(
        _ request: Request, _ context: ReceiverContext, _ channel: String, upTo limit: Int,
        _ body: (PushedRequest) async -> Response
    ) async -> Response {
        guard gate.enter(channel) else { return await refuse(busy, request, context) }
        defer { gate.leave(channel) }
        switch await ReceivedBody.read(request, upTo: limit, within: limits.body, by: clock, gate: gate) {
        case .whole(let bytes):
            defer { gate.release(bytes.count) }
            return await body(PushedRequest(headers: request.fields, body: bytes))
        case .tooLarge: return .plain(.contentTooLarge, "larger than \(limit) bytes\n").closing(context)
        case .late: return .plain(.requestTimeout, "too slow\n").closing(context)
        case .noRoom: return busy.closing(context)
        case .broken: return .plain(.badRequest, "broken\n").closing(context)
        }
    }

    /// A hub asks whether a subscription is meant.
    private func intent(_ request: Request, _ context: ReceiverContext) async -> Response {
        guard let subscriber, let channel = context.parameters.get("channel"),
            let token = context.parameters.get("token")
        else { return .notFound }
        do {
            let answer = try await subscriber.answer(to: request.plainQuery, channel: channel, token: token)
            return answer.map { .plain(.ok, $0) } ?? .notFound
        } catch {
            log.error("\(channel): a hub's question could not be answered: \(error)")
            return busy
        }
    }

    /// A hub sends what is new.
    private func distribution(_ request: Request, _ context: ReceiverContext) async -> Response {
        guard let subscriber, let channel = context.parameters.get("channel"),
            let token = context.parameters.get("token")
        else { return await refuse(.notFound, request, context) }
        do {
            switch try await subscriber.addressee(channel: channel, token: token) {
            case .nobody: return await refuse(.plain(.gone, "gone\n"), request, context)
            case .wish(let wish, let secret):
                return await received(request, context, channel, upTo: Receiver.pageLimit) {
                    await take($0, wish, secret)
                }
            }
        } catch {
            log.error("\(channel): a hub's delivery could not be judged: \(error)")
            return busy.closing(context)
        }
    }

    /// Takes what a hub sends; what is not signed rightly is passed over, and the hub not told (WebSub, section 8).
    private func take(_ request: PushedRequest, _ wish: WebSubSubscriber.Wish, _ secret: String) async -> Response {
        let channel = wish.channel
        guard WebSubSignature.isGenuine(request, secret: secret) else {
            board.refusedDelivery(to: channel)
            log.warning("\(channel): a hub's delivery without a right signature", metadata: ["channel": "\(channel)"])
            return .plain(.accepted, "ok\n")
        }
        let now = clock.now()
        do {
            let tally = try await wish.intake.take(pushed: request, as: .body, url: wish.topic.url, at: now)
            note(tally, of: channel, at: now)
            return .plain(.accepted, "ok\n")
        } catch {
            return notStored(channel, error)
        }
    }

    /// Answers once the body is through, or would take too long, so that the sender is there to hear it.
    private func refuse(_ response: Response, _ request: Request, _ context: ReceiverContext) async -> Response {
        switch await ReceivedBody.read(request, upTo: 0, within: limits.body, by: clock, gate: nil) {
        case .whole: response
        default: response.closing(context)
        }
    }

    private var busy: Response {
        var response = Response.plain(.serviceUnavailable, "try again\n")
        response.headers[.retryAfter] = "\(limits.retryAfter)"
        return response
    }

    /// Takes a delivery that is proven and new.
    private func judge(_ request: PushedRequest, _ route: Route) async -> Response {
        let now = clock.now()
        let proof: DeliveryProof
        do throws(DeliveryRefusal) {
            proof = try await route.verifier.prove(request, at: now)
        } catch {
            board.refusedDelivery(to: route.channel)
            log.warning(
                "\(route.channel): a delivery was refused: \(error.reason)", metadata: ["channel": "\(route.channel)"])
            guard error.asksForCredentials else { return .plain(.forbidden, "forbidden\n") }
            var response = Response.plain(.unauthorized, "unauthorized\n")
            response.headers[.wwwAuthenticate] = "Basic realm=\"earshot\""
            return response
        }
        guard let id = proof.id else { return await take(request, route, at: now) }
        do {
            switch try await route.replays.begin(id, at: now) {
            case .had: return .plain(.ok, "ok, again\n")
            case .underWay: return busy
            case .fresh: break
            }
            let response = await take(request, route, at: now)
            try await route.replays.end(id, isTaken: response.status == .ok, at: now)
            return response
        } catch {
            return notStored(route.channel, error)
        }
    }

    private func take(_ request: PushedRequest, _ route: Route, at now: Timestamp) async -> Response {
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
            return .plain(.unprocessableContent, "\(malformed)\n")
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
    private func notStored(_ channel: String, _ error: any Error) -> Response {
        let reason = (error as? JournalFailure)?.summary ?? "\(error)"
        log.error("\(channel): what came cannot be stored: \(reason)", metadata: ["channel": "\(channel)"])
        board.failed(channel, "what came cannot be stored: \(reason)", isBlocked: false)
        var response = busy
        response.headers[.retryAfter] = "30"
        return response
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
