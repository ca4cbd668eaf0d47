internal import Earshot
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// A request's context that knows its connection, so that it can be ended.
struct ReceiverContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let connection: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        connection = source.channel
    }
}

/// How the body of a request came.
enum ReceivedBody: Sendable {
    /// All of it, within the limits.
    case whole([UInt8])
    /// It is larger than is taken.
    case tooLarge
    /// It took too long.
    case late
    /// There is no room for it now.
    case noRoom
    /// It ended in its midst.
    case broken

    /// How much more than is taken is still listened to, so that a sender hears why it was refused.
    private static let patience = 4 << 20

    /// Reads a body of so many bytes at the most, within a time; its bytes are noted at the gate, and without one are not
    /// kept.
    static func read(
        _ request: Request, upTo limit: Int, within time: Duration, by clock: GatewayClock, gate: DeliveryGate?
    ) async -> ReceivedBody {
        await withTaskGroup(of: ReceivedBody?.self) { group in
            group.addTask { await collect(request.body, upTo: limit, gate: gate) }
            group.addTask {
                do { try await clock.sleep(time) } catch { return nil }
                return .late
            }
            var outcome: ReceivedBody?
            while outcome == nil, let next = await group.next() { outcome = next }
            group.cancelAll()
            for await rest in group {
                // It came to its end at the last moment, and nobody takes it.
                if case .whole(let bytes)? = rest { gate?.release(bytes.count) }
            }
            return outcome ?? .broken
        }
    }

    private static func collect(_ body: RequestBody, upTo limit: Int, gate: DeliveryGate?) async -> ReceivedBody? {
        var bytes: [UInt8] = []
        var count = 0
        var hasRoom = true
        do {
            for try await part in body {
                count += part.readableBytes
                if count > limit + patience { break }
                guard count <= limit, hasRoom, let gate else { continue }
                hasRoom = gate.hold(part.readableBytes)
                if hasRoom { bytes.append(contentsOf: part.readableBytesView) }
            }
        } catch {
            gate?.release(bytes.count)
            return Task.isCancelled ? nil : .broken
        }
        if !Task.isCancelled, hasRoom, count <= (gate == nil ? patience : limit) { return .whole(bytes) }
        gate?.release(bytes.count)
        if Task.isCancelled { return nil }
        return hasRoom ? .tooLarge : .noRoom
    }
}

extension Request {
    /// The header fields in order.
    var fields: [(name: String, value: String)] { headers.map { ($0.name.rawName, $0.value) } }

    /// The parameters of the query; of two of a name the last.
    var plainQuery: [String: String] {
        var query: [String: String] = [:]
        for (name, value) in uri.queryParameters { query[String(name)] = String(value) }
        return query
    }
}

extension Response {
    /// There is nothing here: the very answer to a path that nobody has, so that nobody learns which channels there are.
    static let notFound = Response(status: .notFound)
    /// It is safe.
    static let ok = Response.plain(.ok, "ok\n")

    /// An answer in words.
    static func plain(
        _ status: HTTPResponse.Status, _ text: String, contentType: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: status, headers: [.contentType: contentType, .xContentTypeOptions: "nosniff"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// The answer, after which the connection ends whatever the sender has still to say.
    func closing(_ context: ReceiverContext) -> Response {
        var response = self
        response.headers[.connection] = "close"
        let body = body
        let connection = context.connection
        response.body = .init(contentLength: body.contentLength) { writer in
            try await body.write(writer)
            connection.close(promise: nil)
        }
        return response
    }
}
