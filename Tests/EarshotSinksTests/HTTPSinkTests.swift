import Crypto
import Earshot
import EarshotTesting
import Foundation
import Synchronization
import Testing

@testable import EarshotSinks

@Suite struct HTTPSinkTests {
    private let batch = Batch(SampleMention.numbered(0..<3), from: "brand")

    private func failure(of reply: FetchResponse) async throws -> DeliveryFailure? {
        do throws(DeliveryFailure) {
            let sink = try? Desk([reply]).sink()
            _ = try await sink?.deliver(batch)
            return nil
        } catch {
            return error
        }
    }

    private func reply(_ status: Int, _ headers: [(String, String)] = [], _ body: String = "") -> FetchResponse {
        FetchResponse(status: status, headers: headers, body: Array(body.utf8), url: "")
    }

    @Test(arguments: [200, 201, 202, 204])
    func `a status from 200 to 299 is the acknowledgement`(_ status: Int) async throws {
        #expect(try await failure(of: reply(status)) == nil)
    }

    @Test(arguments: [408, 409, 425, 429, 500, 502, 503, 504, 599])
    func `a status that may pass is tried again`(_ status: Int) async throws {
        #expect(try await failure(of: reply(status)) == .transient(reason: "status \(status)"))
    }

    @Test(arguments: [400, 413, 422])
    func `a status that will not pass is permanent, with what the desk said`(_ status: Int) async throws {
        let found = try await failure(of: reply(status, [], "no\nsuch\u{7} field"))
        #expect(found == .permanent(reason: "status \(status): no such  field"))
    }

    @Test(arguments: [301, 308, 401, 403, 404, 405, 410, 415])
    func `a status that an operator must mend blocks`(_ status: Int) async throws {
        #expect(try await failure(of: reply(status)) == .blocked(reason: "status \(status)"))
    }

    @Test(arguments: [
        ("2", Duration.seconds(2)), ("Thu, 01 Jan 2026 00:01:30 GMT", .seconds(90)),
        ("Thursday, 01-Jan-26 00:01:30 GMT", .seconds(90)), ("Thu Jan  1 00:01:30 2026", .seconds(90)),
        ("Wed, 31 Dec 2025 23:59:59 GMT", .zero), ("soon", nil), ("-1", nil), ("99999999999999999999", nil),
    ])
    func `Retry-After is seconds or a date`(_ text: String, _ expected: Duration?) async throws {
        let found = try await failure(of: reply(503, [("retry-after", text)]))
        #expect(found == .transient(reason: "status 503", retryAfter: expected))
    }

    @Test(arguments: [
        ("Content-Length", "1"), ("transfer-encoding", "chunked"), ("Host", "a.example"), ("Idempotency-Key", "a"),
        ("webhook-id", "a"), ("Bad Header", "v"), ("", "v"), ("X-Note", "two\nlines"), ("Größe", "v"),
    ])
    func `a header that is none, or the sink's own, is refused`(_ name: String, _ value: String) throws {
        let json = try JSONEncoder().encode([
            "url": AnySetting.text("https://desk.acme.example"), "headers": .map([name: value]),
        ])
        let settings = try JSONDecoder().decode(HTTPSink.Settings.self, from: json)
        #expect(throws: HTTPSink.Fault.self) {
            _ = try HTTPSink(
                settings: settings,
                surroundings: SinkSurroundings(name: "a", directory: "/", http: Desk()) { Fixture.observedAt })
        }
    }

    @Test func `a header of the operator's stands in place of the sink's`() async throws {
        let json = try JSONEncoder().encode(
            [
                "url": AnySetting.text("https://desk.acme.example"),
                "headers": .map(["content-type": "application/json"]),
            ])
        let desk = Desk()
        let sink = try HTTPSink(
            settings: JSONDecoder().decode(HTTPSink.Settings.self, from: json),
            surroundings: SinkSurroundings(name: "a", directory: "/", http: desk) { Fixture.observedAt })
        _ = try await sink.deliver(batch)
        let sent = desk.requests.withLock { $0 }.flatMap { $0.headers }
        #expect(sent.filter { $0.name.lowercased() == "content-type" }.map { $0.value } == ["application/json"])
    }

    @Test func `a password needs a user`() {
        #expect(throws: HTTPSink.Fault.self) { try Desk().sink(["password": "a"]) }
    }

    private enum AnySetting: Encodable {
        case text(String)
        case map([String: String])

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .map(let map): try container.encode(map)
            }
        }
    }

    private func failure(items body: String, _ headers: [(String, String)] = []) async throws -> DeliveryFailure? {
        do throws(DeliveryFailure) {
            let sink = try? Desk([reply(207, headers, body)]).sink(["reply": "items"])
            _ = try await sink?.deliver(batch)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a reply can decide item by item, and what it does not name is pending`() async throws {
        let all = (0..<3).map { #"{"id":"twitter:\#($0)","status":201}"# }.joined(separator: ",")
        #expect(try await failure(items: #"{"items":[\#(all)]}"#) == nil)
        let some = #"{"items":[{"id":"twitter:2","status":400,"error":"no\nthanks"},{"id":"twitter:0","status":200}]}"#
        #expect(
            try await failure(items: some)
                == .partial(
                    refused: [2: "status 400: no thanks"], pending: [1], reason: "the reply does not name every item"))
        let busy =
            #"{"items":[{"id":"twitter:0","status":429},{"id":"twitter:1","status":200},{"id":"other","status":1}]}"#
        #expect(
            try await failure(items: busy, [("Retry-After", "9")])
                == .partial(
                    refused: [:], pending: [0, 2], reason: "status 429 for some items", retryAfter: .seconds(9)))
    }

    @Test(arguments: ["", "ok", "[]", "{}", #"{"items":[{"id":1}]}"#])
    func `a reply that should decide item by item and does not is no acknowledgement`(_ body: String) async throws {
        #expect(try await failure(items: body) == .transient(reason: "the reply does not tell of each item"))
    }

    @Test func `requests are signed as Standard Webhooks say`() async throws {
        let desk = Desk()
        let key = Data("a secret of sixteen or more bytes".utf8)
        _ = try await desk.sink(["secret": "whsec_" + key.base64EncodedString()]).deliver(batch)
        let request = try #require(desk.requests.withLock { $0.first })
        let fields = Dictionary(uniqueKeysWithValues: request.headers.map { ($0.name, $0.value) })
        let id = try #require(fields["webhook-id"])
        let signed = Data("\(id).1767225600.".utf8) + Data(request.body)
        let expected = Data(HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: key)))
        #expect(fields["webhook-timestamp"] == "1767225600")
        #expect(fields["webhook-signature"] == "v1," + expected.base64EncodedString())
        #expect(id == "msg_" + (fields["Idempotency-Key"] ?? ""))
    }

    @Test func `the example of the Standard Webhooks specification is signed as it says`() throws {
        let signature = try WebhookSignature(secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let fields = signature.headers(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", at: Timestamp(seconds: 1_614_265_330),
            body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(fields.last?.value == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func `the same mentions have the same idempotency key, others another`() throws {
        var moved = batch
        moved.entries[0].position = 9
        let key = HTTPSink.idempotencyKey(of: batch)
        #expect(key == HTTPSink.idempotencyKey(of: batch))
        #expect(key != HTTPSink.idempotencyKey(of: moved))
        #expect(key != HTTPSink.idempotencyKey(of: batch.slice(0..<2)))
    }

    @Test func `events are CloudEvents with the mention as data`() async throws {
        let desk = Desk()
        _ = try await desk.sink(["format": "cloudevents"]).deliver(batch)
        let request = try #require(desk.requests.withLock { $0.first })
        let events = try #require(JSONSerialization.jsonObject(with: Data(request.body)) as? [[String: Any]])
        #expect(events.count == 3)
        let event = try #require(events.first)
        #expect(event["specversion"] as? String == "1.0")
        #expect(event["type"] as? String == "mention.create")
        #expect(event["source"] as? String == "/earshot/brand")
        #expect((event["data"] as? [String: Any])?["id"] as? String == "twitter:0")
        #expect(Set(events.compactMap { $0["id"] as? String }).count == 3)
        #expect(request.headers.contains { $0 == ("Content-Type", "application/cloudevents-batch+json") })
    }

    @Test func `credentials are sent, and two ways at once are refused`() async throws {
        let desk = Desk()
        _ = try await desk.sink(["token": "t0k"]).deliver(batch)
        _ = try await desk.sink(["user": "acme", "password": "pw"]).deliver(batch)
        let sent = desk.requests.withLock { $0 }.flatMap(\.headers).filter { $0.name == "Authorization" }.map(\.value)
        #expect(sent == ["Bearer t0k", "Basic YWNtZTpwdw=="])
        #expect(throws: HTTPSink.Fault.self) { try desk.sink(["token": "t", "user": "u"]) }
        #expect(throws: HTTPSink.Fault.self) { try desk.sink(["secret": "whsec_???"]) }
    }

    @Test func `no reply is a reason to try again, a refusal to connect one to stop`() {
        #expect(DeliveryFailure(FetchFailure.unreachable("down")) == .transient(reason: "down"))
        #expect(DeliveryFailure(FetchFailure.unauthorized("who?")) == .blocked(reason: "who?"))
        #expect(
            DeliveryFailure(FetchFailure.limited("slow", after: .seconds(3)))
                == .transient(reason: "slow", retryAfter: .seconds(3)))
    }
}
