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

    /// Whether an address is this machine's own and no other's.
    package static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host == "[::1]" || host.hasPrefix("127.")
    }

    /// Listens until cancelled; `started` is told the port.
    package func run(started: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
        let router = Router()
        router.add(middleware: AdminGuard(token: token))
        router.get("/livez") { _, _ in AdminServer.reply("ok\n") }
        router.get("/readyz") { _, _ in
            let report = await report()
            return AdminServer.reply(report.readiness, status: report.isReady ? .ok : .serviceUnavailable)
        }
        router.get("/metrics") { _, _ in
            AdminServer.reply(await report().prometheus, type: "text/plain; version=0.0.4; charset=utf-8")
        }
        router.get("/") { _, _ in AdminServer.reply(await report().page, type: "text/html; charset=utf-8") }
        var quiet = log
        quiet.logLevel = .critical
        let application = Application(
            router: router,
            configuration: .init(address: .hostname(address.host, port: address.port), serverName: "earshot"),
            onServerRunning: { channel in started(channel.localAddress?.port ?? 0) },
            logger: quiet)
        try await application.serve()
    }

    fileprivate static func reply(
        _ text: String, type: String = "text/plain; charset=utf-8", status: HTTPResponse.Status = .ok
    ) -> Response {
        var headers: HTTPFields = [.contentType: type, .cacheControl: "no-store", .xContentTypeOptions: "nosniff"]
        headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}

/// Lets in who names a loopback host (so that a rebound name does not) or brings the token.
private struct AdminGuard: RouterMiddleware {
    let token: String?

    @concurrent func handle(
        _ request: Request, context: BasicRequestContext,
        next: @concurrent (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        if let token {
            let given = request.headers[.authorization].map { Data($0.utf8) } ?? Data()
            guard SHA256.hash(data: given) == SHA256.hash(data: Data("Bearer \(token)".utf8)) else {
                return AdminServer.reply("a token is needed\n", status: .unauthorized)
            }
        } else if !AdminServer.isLoopback(host(of: request.head.authority ?? "")) {
            return AdminServer.reply("this page answers to loopback names only\n", status: .forbidden)
        }
        return try await next(request, context)
    }

    private func host(of authority: String) -> String {
        if authority.hasPrefix("[") { return authority.prefix { $0 != "]" } + "]" }
        return String(authority.prefix { $0 != ":" })
    }
}
