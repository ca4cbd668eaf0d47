package import Earshot
internal import Foundation

/// Posts mentions to an address, in batches; the same mentions always under the same idempotency key.
package struct HTTPSink: Sink {
    /// Where and how mentions are posted.
    package struct Settings: Decodable, Sendable {
        var url: String
        var format: HTTPFormat?
        var secret: String?
        var token: String?
        var user: String?
        var password: String?
        var headers: [String: String]?
        var batchCount: Int?
        var batchBytes: WrittenSize?
        var batchWait: WrittenDuration?
        var timeout: WrittenDuration?
        var reply: HTTPReplyForm?

        private enum CodingKeys: String, CodingKey {
            case url, format, secret, token, user, password, headers, timeout, reply
            case batchCount = "batch_count"
            case batchBytes = "batch_bytes"
            case batchWait = "batch_wait"
        }
    }

    /// What is wrong with the settings.
    struct Fault: Error, CustomStringConvertible {
        var description: String
    }

    /// The word for `"sink"` in the configuration.
    package static let name = "http"
    /// One line for the list of sinks.
    package static let about = "Posts mentions to an address, in batches, signed if a secret is set."
    /// What may be set.
    package static let settings = [
        Setting("url", .url, isRequired: true, about: "Where mentions are posted."),
        Setting(
            "format", .choice(HTTPFormat.allCases.map(\.rawValue)), fallback: "\"ndjson\"",
            about: "A line a mention, a JSON array, or a batch of CloudEvents 1.0."),
        Setting(
            "secret", .secret,
            about: "Signs each request as Standard Webhooks do; what follows `whsec_` is base64, anything else is text."
        ),
        Setting("token", .secret, about: "Sent as `Authorization: Bearer`."),
        Setting("user", .text, about: "Sent with `password` as `Authorization: Basic`."),
        Setting("password", .secret, about: "Sent with `user` as `Authorization: Basic`."),
        Setting("headers", .map(.secret), about: "Further header fields of every request."),
        Setting(
            "batch_count", .integer(1...100_000), fallback: "100", about: "How many mentions a request holds at most."),
        Setting("batch_bytes", .positiveSize, fallback: "\"1MiB\"", about: "How large a request is at most."),
        Setting(
            "batch_wait", .duration, fallback: "\"0s\"", about: "How long to wait for more before a smaller request."),
        Setting("timeout", .positiveDuration, fallback: "\"30s\"", about: "How long a request may take."),
        Setting(
            "reply", .choice(HTTPReplyForm.allCases.map(\.rawValue)), fallback: "\"batch\"",
            about: "What a status from 200 to 299 is about: the whole batch, or only a reply that names each mention."),
    ]

    /// How much a request holds.
    package let limits: BatchLimits

    private let settings: Settings
    private let signature: WebhookSignature?
    private let surroundings: SinkSurroundings

    /// A sink; throws where credentials contradict each other or the secret has no meaning.
    package init(settings: Settings, surroundings: SinkSurroundings) throws {
        guard settings.token == nil || settings.user == nil else {
            throw Fault(description: "token and user are two ways to say who we are: set one of them")
        }
        guard settings.password == nil || settings.user != nil else {
            throw Fault(description: "password needs a user to be sent with")
        }
        for (name, value) in (settings.headers ?? [:]).sorted(by: { $0.key < $1.key }) {
            if let reason = HTTPSink.refusal(ofField: name, value) { throw Fault(description: "headers: \(reason)") }
        }
        self.settings = settings
        self.surroundings = surroundings
        signature = try settings.secret.map { try WebhookSignature(secret: $0) }
        limits = BatchLimits(
            count: settings.batchCount ?? 100, bytes: settings.batchBytes?.bytes ?? 1 << 20,
            wait: settings.batchWait?.duration ?? .zero)
    }

    /// A batch has one idempotency key, so what is posted again must be that batch.
    package var repeatsBatches: Bool { true }

    /// Nothing is to be made ready.
    package func open(resuming state: SinkState?) async throws(DeliveryFailure) {}

    /// Posts a batch; any status from 200 to 299 is the acknowledgement of all of it, or of what the reply names.
    package func deliver(_ batch: Batch) async throws(DeliveryFailure) -> SinkState? {
        let response: FetchResponse
        do throws(FetchFailure) {
            response = try await surroundings.http.fetch(request(for: batch))
        } catch {
            throw DeliveryFailure(error)
        }
        let reply = HTTPReply(response, at: surroundings.now())
        try reply.accept()
        if settings.reply == .items { try reply.accept(each: batch) }
        return nil
    }

    /// Asks what may be posted there, with the same credentials; an endpoint that does not know the question answers
    /// too.
    package func check() async throws(DeliveryFailure) -> String {
        var question = request(for: Batch())
        question.method = "OPTIONS"
        question.body = []
        let response: FetchResponse
        do throws(FetchFailure) {
            response = try await surroundings.http.fetch(question)
        } catch {
            throw DeliveryFailure(error)
        }
        switch response.status {
        case 401, 403, 404, 407: throw .blocked(reason: "status \(response.status)")
        case 500... where response.status != 501: throw .transient(reason: "status \(response.status)")
        default: return "answers with status \(response.status)"
        }
    }

    /// Nothing is held open.
    package func close() async {}

    /// The request for a batch.
    func request(for batch: Batch) -> FetchRequest {
        let format = settings.format ?? .ndjson
        let key = HTTPSink.idempotencyKey(of: batch)
        var request = FetchRequest(settings.url)
        request.method = "POST"
        request.body = format.body(of: batch)
        request.timeout = settings.timeout?.duration ?? .seconds(30)
        request.sizeLimit = 1 << 20
        // What was taken must not be posted again because the answer to it could not be read to its end.
        request.isBodyOptional = settings.reply != .items
        request.allowsPrivateNetworks = true
        request.headers = [
            ("Content-Type", format.contentType), ("User-Agent", "earshot"), ("Idempotency-Key", key),
        ]
        if let token = settings.token { request.headers.append(("Authorization", "Bearer \(token)")) }
        if let user = settings.user {
            let pair = Data("\(user):\(settings.password ?? "")".utf8).base64EncodedString()
            request.headers.append(("Authorization", "Basic \(pair)"))
        }
        for (name, value) in (settings.headers ?? [:]).sorted(by: { $0.key < $1.key }) {
            request.headers.removeAll { $0.name.lowercased() == name.lowercased() }
            request.headers.append((name, value))
        }
        if let signature {
            request.headers += signature.headers(id: "msg_\(key)", at: surroundings.now(), body: request.body)
        }
        return request
    }

    /// Why a field may not be sent; nil where it may (RFC 9110, 5.1 and 5.5).
    private static func refusal(ofField name: String, _ value: String) -> String? {
        let signs = "!#$%&'*+-.^_`|~"
        let isToken = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || signs.contains($0)) }
        guard isToken, !name.isEmpty else { return "\"\(name)\" is no name of a field" }
        let written = name.lowercased()
        let own = ["content-length", "transfer-encoding", "host", "connection", "idempotency-key"]
        if own.contains(written) || written.hasPrefix("webhook-") { return "\(name) is the sink's own to say" }
        let isLine = value.utf8.allSatisfy { $0 == 9 || ($0 >= 0x20 && $0 != 0x7F) }
        return isLine ? nil : "the value of \(name) is not one line"
    }

    /// A name for a batch that is the same whenever the same mentions are posted at the same places of the log.
    static func idempotencyKey(of batch: Batch) -> String {
        var parts = Output(capacity: batch.count * 48)
        for entry in batch.entries {
            parts.hexadecimal(entry.key.high)
            parts.hexadecimal(entry.key.low)
            parts.hexadecimal(UInt64(bitPattern: entry.position))
        }
        return parts.withBytes { Digest(of: $0).hexadecimal }
    }
}
