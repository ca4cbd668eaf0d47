import Crypto
import Earshot
import EarshotTesting
import Foundation
import Testing

@testable import EarshotGateway

@Suite struct WebhookVerifierTests {
    private let body = Array(#"{"object":"page","entry":[]}"#.utf8)
    private let now = Timestamp(seconds: 1_767_225_600)

    private func verifier(
        _ encoding: Webhook.Encoding, secrets: [String] = ["key"], _ challenge: Webhook.Challenge = .none
    ) -> WebhookVerifier? {
        WebhookVerifier(
            Webhook(
                header: "X-Signature", prefix: "sha256=", encoding: encoding, secrets: secrets, challenge: challenge))
    }

    /// Whether a delivery of the body with such headers is taken for genuine.
    private func takes(
        _ verifier: WebhookVerifier?, _ headers: [(name: String, value: String)], _ body: [UInt8]? = nil,
        at now: Timestamp? = nil
    ) async -> Bool {
        do throws(DeliveryRefusal) {
            _ = try await verifier?.prove(PushedRequest(headers: headers, body: body ?? self.body), at: now ?? self.now)
            return verifier != nil
        } catch {
            return false
        }
    }

    /// HMAC-SHA256 of the body with the key `key`, made with OpenSSL.
    private let hexadecimal = "sha256=fcd8acdc760f083b676a1d992ae5325e2d4320c2b7e2a6ff0f231b7aee8fefae"
    private let base64 = "sha256=/Nis3HYPCDtnah2ZKuUyXi1DIMK34qb/DyMbeu6P764="

    @Test func `without a secret there is no verifier`() {
        #expect(verifier(.hexadecimal, secrets: []) == nil)
        #expect(verifier(.hexadecimal, secrets: [""]) == nil)
        #expect(WebhookVerifier(nil) == nil)
        #expect(WebhookVerifier(Webhook(.sns(topics: []), secrets: [])) == nil)
        #expect(WebhookVerifier(Webhook(.sendgrid(publicKeys: []), secrets: [])) == nil)
    }

    @Test func `the signature of the raw body proves it, under any of the keys`() async {
        #expect(await takes(verifier(.hexadecimal), [("X-Signature", hexadecimal)]))
        #expect(await takes(verifier(.base64, secrets: ["new", "key"]), [("x-signature", base64)]))
    }

    @Test func `one changed bit of body, key or signature is no proof, nor is the same JSON written anew`() async {
        var changed = body
        changed[3] ^= 1
        #expect(await !takes(verifier(.hexadecimal), [("X-Signature", hexadecimal)], changed))
        #expect(await !takes(verifier(.hexadecimal, secrets: ["kez"]), [("X-Signature", hexadecimal)]))
        #expect(await !takes(verifier(.hexadecimal), [("X-Signature", hexadecimal.dropLast() + "0")]))
        let anew = Array(#"{"object": "page", "entry": []}"#.utf8)
        #expect(await !takes(verifier(.hexadecimal), [("X-Signature", hexadecimal)], anew))
    }

    @Test(arguments: ["", "sha256=", "sha256=00", "sha1=abc", "sha256=zz", "sha256=é"])
    func `what is no signature is no proof`(signature: String) async {
        #expect(await !takes(verifier(.hexadecimal), [("X-Signature", signature)]))
        #expect(await !takes(verifier(.base64), [("X-Signature", signature)]))
        #expect(await !takes(verifier(.hexadecimal), []))
    }

    @Test func `a CRC is answered with the token's code`() {
        let answer = verifier(.base64, .crc)?.answer(to: ["crc_token": "token-1"])
        #expect(answer?.body == #"{"response_token":"sha256=pJ2hiiGXuJ3W5mq2aijm564gBeiCLB6CCUTQ9Jnkn5Y="}"#)
    }

    @Test func `the right token gets its challenge back, a wrong one nothing`() {
        let verifier = verifier(.hexadecimal, .hub(verifyToken: "let me in"))
        var query = ["hub.mode": "subscribe", "hub.verify_token": "let me in", "hub.challenge": "1158201444"]
        #expect(verifier?.answer(to: query)?.body == "1158201444")
        query["hub.verify_token"] = "let me out"
        #expect(verifier?.answer(to: query) == nil)
    }

    @Test(arguments: Webhook.Algorithm.allCases)
    func `every digest is checked at its whole length`(algorithm: Webhook.Algorithm) async {
        let verifier = WebhookVerifier(
            Webhook(.hmac(.init(header: "S", algorithm: algorithm, encoding: .base64)), secrets: ["key"]))
        let code = HMACs.code(algorithm, of: body, key: Data("key".utf8))
        #expect(await takes(verifier, [("S", code.base64EncodedString())]))
        #expect(await !takes(verifier, [("S", code.dropLast().base64EncodedString())]))
    }

    /// Stripe's way: the moment and the signatures in one header, the moment under the signature.
    @Test func `a moment of signing must be near, and part of what is signed`() async throws {
        let signature = Webhook.Signature(
            header: "Sig", encoding: .hexadecimal, prefix: "v1=", signed: "{timestamp}.{body}",
            timestamp: ("Sig", "t="))
        let verifier = try #require(WebhookVerifier(Webhook(.hmac(signature), secrets: ["old", "key"])))
        func header(_ moment: Int64) -> String {
            let code = HMACs.code(.sha256, of: Array("\(moment).".utf8) + body, key: Data("key".utf8))
            return "t=\(moment),v1=0000,v1=\(HMACs.encoded(code, .hexadecimal))"
        }
        #expect(await takes(verifier, [("Sig", header(now.seconds - 300))]))
        #expect(await takes(verifier, [("Sig", header(now.seconds + 300))]))
        #expect(await !takes(verifier, [("Sig", header(now.seconds - 301))]))
        #expect(await !takes(verifier, [("Sig", header(now.seconds + 301))]))
        let later = header(now.seconds - 301).replacing("t=\(now.seconds - 301)", with: "t=\(now.seconds)")
        #expect(await !takes(verifier, [("Sig", later)]))
        let one = try await verifier.prove(PushedRequest(headers: [("Sig", header(now.seconds))], body: body), at: now)
        let bare = header(now.seconds).replacing("v1=0000,", with: "")
        let other = try await verifier.prove(PushedRequest(headers: [("Sig", bare)], body: body), at: now)
        #expect(one.id != nil && one == other)
    }

    /// The example of the specification's reference libraries.
    @Test func `Standard Webhooks: any of several signatures and keys, the id known again`() async throws {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let body = Array(#"{"test": 2432232314}"#.utf8)
        let then = Timestamp(seconds: 1_614_265_330)
        let right = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        func headers(_ signature: String) -> [(name: String, value: String)] {
            [
                ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"), ("webhook-timestamp", "1614265330"),
                ("webhook-signature", signature),
            ]
        }
        let verifier = try #require(
            WebhookVerifier(Webhook(.standard, secrets: ["whsec_bmV3IGtleQ==", secret])))
        #expect(await takes(verifier, headers(right), body, at: then))
        #expect(await takes(verifier, headers("v1a,AAAA v1,AAAA \(right)"), body, at: then))
        #expect(await !takes(verifier, headers("v2,\(right.dropFirst(3))"), body, at: then))
        #expect(await !takes(verifier, headers(right), body, at: Timestamp(seconds: then.seconds + 301)))
        #expect(await !takes(verifier, headers(right), Array(#"{"test":2432232314}"#.utf8), at: then))
        let proof = try await verifier.prove(PushedRequest(headers: headers(right), body: body), at: then)
        #expect(proof.id == "msg_p5jXN8AQM9LWM0D4loKWxJek")
    }

    @Test func `a token and a password are compared whole`() async {
        let token = WebhookVerifier(Webhook(.token(header: "X-Token"), secrets: ["one", "two"]))
        #expect(await takes(token, [("X-Token", "two")]))
        #expect(await !takes(token, [("X-Token", "tw")]))
        let basic = WebhookVerifier(Webhook(.basic, secrets: ["acme:pass:word"]))
        let right = "Basic " + Data("acme:pass:word".utf8).base64EncodedString()
        #expect(await takes(basic, [("Authorization", right)]))
        #expect(await !takes(basic, [("Authorization", "Basic " + Data("acme:pass".utf8).base64EncodedString())]))
        #expect(await !takes(basic, []))
    }

    @Test func `SendGrid: ECDSA over the moment and the raw body`() async throws {
        let key = P256.Signing.PrivateKey()
        let verifier = WebhookVerifier(
            Webhook(
                .sendgrid(publicKeys: [key.publicKey.derRepresentation.base64EncodedString()]), secrets: []))
        let moment = "\(now.seconds)"
        let signature = try key.signature(for: Data(moment.utf8) + body).derRepresentation.base64EncodedString()
        let headers = [(SendGrid.signatureHeader, signature), (SendGrid.timestampHeader, moment)]
        #expect(await takes(verifier, headers))
        #expect(await !takes(verifier, headers, body + [0x20]))
        #expect(await !takes(verifier, headers, at: Timestamp(seconds: now.seconds + 1000)))
        let other = P256.Signing.PrivateKey().publicKey.pemRepresentation
        #expect(
            await !takes(WebhookVerifier(Webhook(.sendgrid(publicKeys: [other]), secrets: [])), headers))
    }

    /// No code may stop at the first difference: a wrong first byte takes as long as a wrong last one.
    @Test func `where a signature is wrong does not show in the time it takes`() throws {
        let right = HMACs.code(.sha256, of: body, key: Data("key".utf8))
        var first = right
        first[0] ^= 1
        var last = right
        last[31] ^= 1
        var samples: [[Double]] = [[], []]
        let clock = ContinuousClock()
        for round in 0..<20_000 {
            let wrong = round.isMultiple(of: 2) ? first : last
            let time = clock.measure { _ = HMACs.isGenuine([wrong], .sha256, of: body, keys: [Data("key".utf8)]) }
            samples[round % 2].append(Double(time.components.attoseconds) / 1e9)
        }
        // The slowest tenth is what else the machine does.
        let kept = samples.map { Array($0.sorted().prefix(9000)) }
        let means = kept.map { $0.reduce(0, +) / Double($0.count) }
        let deviations = zip(kept, means).map { part, mean in
            part.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(part.count)
        }
        let t = abs(means[0] - means[1]) / ((deviations[0] + deviations[1]) / 9000).squareRoot()
        // With so many samples a difference of one part in a hundred would show as 20 and more.
        #expect(t < 20 || abs(means[0] - means[1]) / means[0] < 0.02)
    }
}
