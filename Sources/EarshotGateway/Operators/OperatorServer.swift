internal import Earshot
internal import EarshotFormats
internal import Foundation
internal import Glibc
internal import HTTPTypes
internal import Hummingbird
package import Logging
internal import NIOCore

/// Serves the desk of a running gateway to the commands of the same user, over a Unix socket in the data directory:
/// only who may read the journal may ask.
package struct OperatorServer: Sendable {
    private let path: String
    private let desk: any OperatorDesk
    private let log: Logger

    /// The largest question, in bytes.
    private static let sizeLimit = 1_048_576
    /// The longest path that a socket may have (`sun_path` in `unix(7)`, without its end).
    private static let pathLimit = 107
    /// The field with the position to look on from.
    static let positionField = "Earshot-Position"

    /// A server for the gateway of a data directory.
    package init(directory: String, desk: any OperatorDesk, log: Logger) {
        path = OperatorServer.path(in: directory)
        self.desk = desk
        self.log = log
    }

    /// Where the socket of a data directory lies.
    package static func path(in directory: String) -> String { "\(directory)/operators.sock" }

    /// Serves until cancelled; `started` is called once somebody may ask. Without a socket the gateway works on, and
    /// commands say that they cannot reach it.
    package func run(started: @escaping @Sendable () -> Void = {}) async throws {
        guard path.utf8.count <= OperatorServer.pathLimit else {
            log.warning("no commands are heard, as the path is too long for a socket", metadata: ["path": "\(path)"])
            return
        }
        // Whoever left one there is gone: the journal's lock is ours.
        _ = unsafe unlink(path)
        var quiet = log
        quiet.logLevel = .critical
        let application = Application(
            router: router(),
            configuration: .init(address: .unixDomainSocket(path: path), serverName: "earshot"),
            onServerRunning: { _ in
                _ = unsafe chmod(path, 0o600)
                log.info("commands are heard", metadata: ["socket": "\(path)"])
                started()
            },
            logger: quiet)
        defer { _ = unsafe unlink(path) }
        do {
            try await application.serve(at: path, as: "the socket for operators")
        } catch {
            try Task.checkCancellation()
            log.warning("no commands are heard", metadata: ["path": "\(path)", "reason": "\(error)"])
        }
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("/state") { _, _ in
            await answer { OperatorServer.lines(try await desk.cursors().map(\.json)) }
        }
        router.put("/state/:channel") { request, context in
            let cursor = try await text(of: request)
            return await answer { try await setCursor(cursor, context) }
        }
        router.delete("/state/:channel") { _, context in await answer { try await setCursor(nil, context) } }
        router.get("/dead-letters") { request, _ in
            let sink = request.uri.queryParameters["sink"].map(String.init)
            return await answer {
                OperatorServer.lines(try await desk.deadLetters(of: sink).map { $0.json(isWhole: true) })
            }
        }
        router.post("/dead-letters/:verb") { request, context in
            let body = try await text(of: request)
            return await answer { try await letters(context.parameters.get("verb"), body) }
        }
        router.post("/replay") { request, _ in
            let body = try await text(of: request)
            return await answer { try await replay(body) }
        }
        router.post("/retire") { request, _ in
            let body = try await text(of: request)
            return await answer {
                guard let sink = (try? JSONValue(parsing: body))?["sink"]?.text else {
                    throw OperatorFailure.wrong("expected {\"sink\": …}")
                }
                return OperatorServer.lines([Array("{\"mentions\":\(try await desk.retire(sink: sink))}".utf8)])
            }
        }
        router.get("/tap") { request, _ in await answer { try await tap(request) } }
        return router
    }

    private func setCursor(_ text: String?, _ context: BasicRequestContext) async throws -> Response {
        try await desk.setCursor(text, of: context.parameters.get("channel")?.removingPercentEncoding ?? "")
        return OperatorServer.lines([])
    }

    private func letters(_ verb: String?, _ body: String) async throws -> Response {
        guard let choice = (try? JSONValue(parsing: body)).flatMap({ LetterChoice($0) }) else {
            throw OperatorFailure.wrong("expected {\"sink\": …, \"positions\": […]}")
        }
        if verb == "replay" { return OperatorServer.lines([try await desk.redeliver(choice).json]) }
        guard verb == "drop" else { throw OperatorFailure.wrong("expected replay or drop") }
        return OperatorServer.lines([Array("{\"dropped\":\(try await desk.drop(choice))}".utf8)])
    }

    private func replay(_ body: String) async throws -> Response {
        guard let value = try? JSONValue(parsing: body), let sink = value["sink"]?.text,
            let since = (value["since"]?.text).flatMap({ Times.parse($0) })
        else { throw OperatorFailure.wrong("expected {\"sink\": …, \"since\": …}") }
        let count = try await desk.replay(sink: sink, since: since)
        return OperatorServer.lines([Array("{\"mentions\":\(count)}".utf8)])
    }

    private func tap(_ request: Request) async throws -> Response {
        let query = request.uri.queryParameters
        let page = try await desk.look(
            TapView(
                after: query["after"].flatMap { Int64($0) }, channel: query["channel"].map(String.init),
                sink: query["sink"].map(String.init), condition: query["when"].map(String.init)))
        var response = OperatorServer.reply(page.lines, .ok)
        if let name = HTTPField.Name(OperatorServer.positionField) { response.headers[name] = String(page.upTo) }
        return response
    }

    private func text(of request: Request) async throws -> String {
        String(buffer: try await request.body.collect(upTo: OperatorServer.sizeLimit))
    }

    /// What came of a request: the reply, or the reason why there is none.
    private func answer(_ body: () async throws -> Response) async -> Response {
        do {
            return try await body()
        } catch let failure as OperatorFailure {
            guard case .wrong = failure else {
                return OperatorServer.reply(Array(failure.reason.utf8), .serviceUnavailable)
            }
            return OperatorServer.reply(Array(failure.reason.utf8), .badRequest)
        } catch let failure as JournalFailure {
            return OperatorServer.reply(Array(failure.summary.utf8), .serviceUnavailable)
        } catch {
            return OperatorServer.reply(Array("\(error)".utf8), .internalServerError)
        }
    }

    private static func lines(_ records: [[UInt8]]) -> Response {
        reply(records.flatMap { $0 + [0x0A] }, .ok)
    }

    private static func reply(_ body: [UInt8], _ status: HTTPResponse.Status) -> Response {
        Response(
            status: status, headers: [.contentType: "application/x-ndjson"],
            body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}
