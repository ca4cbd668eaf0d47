import Earshot
import EarshotGateway
import EarshotTestSupport
import HTTPTypes
import Hummingbird
import NIOCore

/// A source behind a real socket on a loopback port of the kernel's choice.
struct ReplayServer {
    private let source: ReplaySource

    init(_ source: ReplaySource) { self.source = source }

    /// Serves while `body` runs, which is given the address.
    func serve(_ body: @escaping @Sendable (String) async throws -> Void) async throws {
        let router = Router()
        router.get("/**") { [source] request, _ in try await ReplayServer.reply(to: request, from: source) }
        try await Loopback.serve(router) { try await body("http://127.0.0.1:\($0)") }
    }

    /// The source's answer; where it has none the connection is closed in the middle of one.
    private static func reply(to request: Request, from source: ReplaySource) async throws -> Response {
        var asked = FetchRequest("http://source.example\(request.uri.string)")
        asked.headers = request.headers.map { (name: $0.name.canonicalName, value: $0.value) }
        if await source.interrupts() { return broken }
        guard let answer = source.answer(asked) else { return broken }
        var headers = HTTPFields()
        for (name, value) in answer.headers {
            // The server dates its replies by itself, in the machine's time.
            if let name = HTTPField.Name(name == "Date" ? "Source-Date" : name) { headers[name] = value }
        }
        return Response(
            status: .init(code: answer.status), headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: answer.body)))
    }

    private struct Broken: Error {}

    private static var broken: Response {
        let body = ResponseBody(contentLength: 100) { writer in
            try await writer.write(ByteBuffer(string: "{"))
            throw Broken()
        }
        return Response(status: .ok, body: body)
    }
}

/// The real client, in the source's time.
struct ReplayClient: HTTPFetching {
    private let client = CurlClient.patient(agent: "earshot-test")
    private let clock: ReplayClock

    init(clock: ReplayClock) { self.clock = clock }

    var now: Timestamp { Timestamp(milliseconds: clock.milliseconds) }

    func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        var response = try await client.fetch(request)
        if let date = response["source-date"] {
            response.headers.removeAll { $0.name.lowercased() == "date" }
            response.headers.append((name: "Date", value: date))
        }
        return response
    }
}
