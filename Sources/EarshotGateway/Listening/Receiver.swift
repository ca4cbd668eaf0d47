internal import Earshot
internal import Foundation
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
        /// Where they go.
        package var intake: Intake

        /// A listening channel.
        package init(channel: String, verifier: WebhookVerifier, intake: Intake) {
            self.channel = channel
            self.verifier = verifier
            self.intake = intake
        }
    }

    private let address: (host: String, port: Int)
    private let routes: [String: Route]
    private let clock: GatewayClock
    private let board: StatusBoard
    private let log: Logger

    /// The largest delivery that is taken, in bytes.
    package static let sizeLimit = 1_048_576

    /// A receiver at an address; port 0 lets the kernel choose.
    package init(
        host: String, port: Int, routes: [Route], clock: GatewayClock, board: StatusBoard, log: Logger
    ) {
        address = (host, port)
        self.routes = Dictionary(routes.map { ($0.channel, $0) }) { first, _ in first }
        self.clock = clock
        self.board = board
        self.log = log
    }

    /// Listens until cancelled; `started` is told the port.
    package func run(started: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
        let router = Router()
        router.get("/hooks/:channel") { request, context in challenge(request, context) }
        router.post("/hooks/:channel") { request, context in try await delivery(request, context) }
        var quiet = log
        quiet.logLevel = .critical
        let application = Application(
            router: router,
            configuration: .init(address: .hostname(address.host, port: address.port), serverName: "earshot"),
            onServerRunning: { channel in started(channel.localAddress?.port ?? 0) },
            logger: quiet)
        try await application.run()
    }

    private func route(_ context: BasicRequestContext) -> Route? {
        context.parameters.get("channel").flatMap { routes[$0] }
    }

    private func challenge(_ request: Request, _ context: BasicRequestContext) -> Response {
        var query: [String: String] = [:]
        for (name, value) in request.uri.queryParameters { query[String(name)] = String(value) }
        guard let route = route(context) else { return Receiver.plain(.notFound, "not found\n") }
        guard let answer = route.verifier.answer(to: query) else { return Receiver.plain(.forbidden, "forbidden\n") }
        return Response(
            status: .ok, headers: [.contentType: answer.contentType],
            body: .init(byteBuffer: ByteBuffer(string: answer.body)))
    }

    private func delivery(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        guard let route = route(context) else { return Receiver.plain(.notFound, "not found\n") }
        let body: [UInt8]
        do {
            body = Array(buffer: try await request.body.collect(upTo: Receiver.sizeLimit))
        } catch {
            return Receiver.plain(.contentTooLarge, "larger than \(Receiver.sizeLimit) bytes\n")
        }
        let signature = HTTPField.Name(route.verifier.header).flatMap { request.headers[$0] }
        guard route.verifier.isGenuine(body, signature: signature) else {
            board.refusedDelivery(to: route.channel)
            log.warning(
                "\(route.channel): a delivery without a right signature", metadata: ["channel": "\(route.channel)"])
            return Receiver.plain(.forbidden, "forbidden\n")
        }
        return await take(body, request.headers[.contentType], route)
    }

    private func take(_ body: [UInt8], _ contentType: String?, _ route: Route) async -> Response {
        var document = Document(body, observedAt: clock.now())
        document.via = .push
        document.verified = true
        document.contentType = contentType
        do {
            let tally = try await route.intake.take([document], advancing: nil)
            board.took(tally, from: route.channel)
            board.heard(from: route.channel, at: document.observedAt)
            for finding in tally.findings {
                log.warning("\(route.channel): \(finding.defect.reason)", metadata: finding.metadata(of: route.channel))
            }
            return Receiver.plain(.ok, "ok\n")
        } catch {
            log.error("\(route.channel): a delivery could not be stored: \(error)")
            var response = Receiver.plain(.serviceUnavailable, "try again\n")
            response.headers[.retryAfter] = "30"
            return response
        }
    }

    private static func plain(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
