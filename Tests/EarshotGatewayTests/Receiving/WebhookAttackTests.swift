import Crypto
import Earshot
import EarshotTesting
import Foundation
import Testing

@testable import EarshotGateway

/// What is no delivery of the source: bit by bit, moment by moment, and under keys that are exchanged.
@Suite(.timeLimit(.minutes(15))) struct WebhookAttackTests {
    private let now = Timestamp(seconds: 1_767_225_600)
    private let body = Array(#"{"object":"page","entry":[{"id":"1","text":"é"}]}"#.utf8)

    private func takes(_ webhook: Webhook, _ request: PushedRequest, at moment: Timestamp? = nil) async -> Bool {
        guard let verifier = WebhookVerifier(webhook) else { return false }
        do throws(DeliveryRefusal) {
            _ = try await verifier.prove(request, at: moment ?? now)
            return true
        } catch {
            return false
        }
    }

    /// Slack's way: `v0:moment:body`.
    private func slack(_ keys: [String]) -> Webhook {
        Webhook(
            .hmac(
                .init(
                    header: "X-Signature", encoding: .hexadecimal, prefix: "v0=", signed: "v0:{timestamp}:{body}",
                    timestamp: ("X-Moment", ""))), secrets: keys)
    }

    private func signed(_ body: [UInt8], key: String, moment: String? = nil, said: String? = nil) -> PushedRequest {
        let moment = moment ?? "\(now.seconds)"
        let message = Array("v0:\(moment):".utf8) + body
        let code = HMACs.encoded(HMACs.code(.sha256, of: message, key: Data(key.utf8)), .hexadecimal)
        return PushedRequest(headers: [("X-Signature", "v0=\(code)"), ("X-Moment", said ?? moment)], body: body)
    }

    @Test func `every bit of body, key, moment and signature counts`() async throws {
        let webhook = slack(["a key of thirty-two characters!!"])
        let genuine = signed(body, key: "a key of thirty-two characters!!")
        #expect(await takes(webhook, genuine))
        for bit in 0..<(body.count * 8) {
            var changed = genuine
            changed.body[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(await !takes(webhook, changed), "bit \(bit) of the body")
        }
        let key = Array("a key of thirty-two characters!!".utf8)
        for bit in 0..<(key.count * 8) where bit % 8 != 7 {
            var other = key
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(await !takes(slack([String(decoding: other, as: UTF8.self)]), genuine), "bit \(bit) of the key")
        }
        for seconds in [-1, 1, 10, 60] as [Int64] {
            let other = signed(body, key: "a key of thirty-two characters!!", said: "\(now.seconds + seconds)")
            #expect(await !takes(webhook, other))
        }
        let signature = Array((genuine["x-signature"] ?? "").utf8)
        for place in 3..<signature.count {
            var other = signature
            other[place] = other[place] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
            var changed = genuine
            changed.headers[0].value = String(decoding: other, as: UTF8.self)
            #expect(await !takes(webhook, changed))
        }
        for length in 0..<signature.count {
            var changed = genuine
            changed.headers[0].value = String(decoding: signature[..<length], as: UTF8.self)
            #expect(await !takes(webhook, changed))
        }
    }

    @Test func `two keys hold while one is exchanged for the other, and the old one no longer`() async {
        #expect(await takes(slack(["old"]), signed(body, key: "old")))
        for key in ["old", "new"] {
            #expect(await takes(slack(["old", "new"]), signed(body, key: key)))
            #expect(await takes(slack(["new", "old"]), signed(body, key: key)))
        }
        #expect(await !takes(slack(["new"]), signed(body, key: "old")))
        #expect(WebhookVerifier(slack(["new", ""])) == nil)
    }

    @Test(arguments: [
        "", " ", "now", "-1", "0", "99999999999999999999", "1e9", "0x69", "1767225600.0", "１７６７２２５６００", "1767225600x",
        "+1767225600",
    ]) func `a moment that is none proves nothing, though it is signed`(moment: String) async {
        #expect(await !takes(slack(["key"]), signed(body, key: "key", moment: moment)))
    }

    @Test(arguments: [(-301, false), (-300, true), (0, true), (300, true), (301, false)] as [(Int64, Bool)])
    func `a moment is near or it is not`(_ seconds: Int64, _ isNear: Bool) async {
        let request = signed(body, key: "key", moment: "\(now.seconds + seconds)")
        #expect(await takes(slack(["key"]), request) == isNear)
    }

    @Test func `a delivery within the window is taken once, after a restart too`() async throws {
        let journal = MemoryJournal()
        for restart in 0..<3 {
            var bench = ReceiverBench()
            bench.webhook = Webhook(.standard, secrets: ["whsec_" + Data("key".utf8).base64EncodedString()])
            bench.journal = journal
            let moment = "\(bench.hand.clock.now().seconds)"
            let code = HMACs.code(.sha256, of: Array("msg_1.\(moment).one".utf8), key: Data("key".utf8))
                .base64EncodedString()
            try await bench.run { port, client in
                for _ in 0..<2 {
                    let reply = try await client.fetch(
                        ReceiverBench.post(
                            "http://127.0.0.1:\(port)/hooks/page", Array("one".utf8),
                            [
                                ("webhook-id", "msg_1"), ("webhook-timestamp", moment),
                                ("webhook-signature", "v1,\(code)"),
                            ]))
                    #expect(reply.status == 200)
                }
            }
            let head = try await journal.status().head
            #expect(head == 1, "restart \(restart)")
        }
    }

    @Test func `what is not there looks like what may not be asked`() async throws {
        let bench = ReceiverBench()
        try await bench.run { port, _ in
            var answers: Set<String> = []
            for line in [
                "GET /", "GET /hooks", "GET /hooks/", "GET /hooks/nobody", "POST /hooks/nobody", "PUT /hooks/page",
                "DELETE /hooks/page",
                "GET /metrics", "POST /", "GET /hooks/page/x", "GET /../etc/passwd", "PATCH /hooks/nobody",
            ] {
                let socket = try PlainSocket(port: port)
                socket.send("\(line) HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                let answer = await socket.rest()
                answers.insert(
                    answer.split(separator: "\r\n").filter { !$0.lowercased().hasPrefix("date:") }.joined(
                        separator: "\n"))
                #expect(answer.hasPrefix("HTTP/1.1 404 "), "\(line): \(answer.prefix(40))")
            }
            #expect(answers.count == 1, "\(answers)")
        }
    }
}
