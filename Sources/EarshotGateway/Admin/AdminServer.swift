internal import Crypto
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
package import Logging
internal import NIOCore

/// What operators and their tools ask: is it alive, is it ready, what has it counted, and a page for people.
package struct AdminServer: Sendable {
    private let address: (host: String, port: Int)
    private let token: String?
    private let report: StatusReport.Maker
    private let log: Logger

    /// A server at an address; port 0 lets the kernel choose. Other addresses than loopback need a token.
    package init(host: String, port: Int, token: String?, report: @escaping StatusReport.Maker, log: Logger) {
        address = (host, port)
        self.token = token
        self.report = report
        self.log = log
    }

    /// Listens until cancelled; `started` is told the port.
    package func run(started: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
        let router = Router(context: AdminContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: AdminGuard(token: token))
        router.get("/livez") { _, _ in AdminServer.reply("ok\n") }
        router.get("/readyz") { _, context in
            let report = await report()
            // Why is for those who may know; whether is for the load balancer too.
            let answer = context.isKnown ? report.readiness : report.isReady ? "ready\n" : "not ready\n"
            return AdminServer.reply(answer, status: report.isReady ? .ok : .serviceUnavailable)
        }
        router.get("/metrics") { _, _ in
            AdminServer.reply(await report().prometheus, type: "text/plain; version=0.0.4; charset=utf-8")
        }
        router.get("/") { _, _ in AdminServer.reply(await report().page, type: "text/html; charset=utf-8") }
        var quiet = log
        quiet.logLevel = .critical
        let application = Application(
            router: router, server: .http1(configuration: .init(idleTimeout: AdminServer.idle)),
            configuration: .init(
                address: .hostname(address.host, port: address.port), serverName: "earshot",
                availableConnectionsDelegate: .maximum(AdminServer.connections, logger: quiet)),
            onServerRunning: { channel in started(channel.localAddress?.port ?? 0) },
            logger: quiet)
        try await application.serve(at: "\(address.host):\(address.port)", as: "/admin/listen")
    }

    /// How many connections are open at once; further ones wait to be accepted.
    private static let connections = 32
    /// How long a connection may be without a request.
    private static let idle = TimeAmount.seconds(10)

    fileprivate static func reply(
        _ text: String, type: String = "text/plain; charset=utf-8", status: HTTPResponse.Status = .ok
    ) -> Response {
        var headers: HTTPFields = [.contentType: type, .cacheControl: "no-store", .xContentTypeOptions: "nosniff"]
        headers[.contentSecurityPolicy] = policy
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// Nothing is loaded, sent or run, and no style but the page's own, known by its digest, is taken.
    private static let policy: String = {
        let digest = Data(SHA256.hash(data: Data(StatusReport.style.utf8))).base64EncodedString()
        return "default-src 'none'; style-src 'sha256-\(digest)'; img-src 'none'; frame-ancestors 'none'; "
            + "base-uri 'none'; form-action 'none'"
    }()
}

/// What is known of one who asks.
private struct AdminContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Whether the answer may say more than whether all is well.
    var isKnown = false

    init(source: ApplicationRequestContextSource) { coreContext = .init(source: source) }
}

/// Lets in who brings the token, or, where there is none, who names a loopback host, so that a name which was bound to
/// this machine by somebody else does not. All that others are told is whether the gateway lives and is ready.
private struct AdminGuard: RouterMiddleware {
    let token: String?

    @concurrent func handle(
        _ request: Request, context: AdminContext,
        next: @concurrent (Request, AdminContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let token {
            context.isKnown = isRight(request.headers[.authorization], token)
            guard context.isKnown || AdminGuard.open.contains(request.uri.path) else {
                return AdminServer.reply("a token is needed\n", status: .unauthorized)
            }
        } else {
            guard Address.isLoopback(host(of: request.head.authority ?? "")) else {
                return AdminServer.reply("this page answers to loopback names only\n", status: .forbidden)
            }
            context.isKnown = true
        }
        guard request.method == .get || request.method == .head else {
            var answer = AdminServer.reply("method not allowed\n", status: .methodNotAllowed)
            answer.headers[.allow] = "GET, HEAD"
            return answer
        }
        do {
            return try await next(request, context)
        } catch let error as HTTPError {
            return AdminServer.reply("\(error.status.reasonPhrase.lowercased())\n", status: error.status)
        }
    }

    /// What probes ask, which have no token.
    private static let open: Set<String> = ["/livez", "/readyz"]

    /// Whether a field brings the token; digests are compared, so that the time tells nothing of either.
    private func isRight(_ field: String?, _ token: String) -> Bool {
        guard let field, field.lowercased().hasPrefix("bearer ") else { return false }
        return SHA256.hash(data: Data(field.dropFirst(7).utf8)) == SHA256.hash(data: Data(token.utf8))
    }

    private func host(of authority: String) -> String {
        if authority.hasPrefix("[") { return String(authority.dropFirst().prefix { $0 != "]" }) }
        return String(authority.prefix { $0 != ":" })
    }
}
