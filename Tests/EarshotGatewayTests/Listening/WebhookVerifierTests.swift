import Earshot
import EarshotGateway
import Testing

@Suite struct WebhookVerifierTests {
    private let body = Array(#"{"object":"page","entry":[]}"#.utf8)

    private func verifier(
        _ encoding: Webhook.Encoding, secrets: [String] = ["key"], _ challenge: Webhook.Challenge = .none
    ) -> WebhookVerifier? {
        WebhookVerifier(
            Webhook(
                header: "X-Signature", prefix: "sha256=", encoding: encoding, secrets: secrets, challenge: challenge))
    }

    /// HMAC-SHA256 of the body with the key `key`, made with OpenSSL.
    private let hexadecimal = "sha256=fcd8acdc760f083b676a1d992ae5325e2d4320c2b7e2a6ff0f231b7aee8fefae"
    private let base64 = "sha256=/Nis3HYPCDtnah2ZKuUyXi1DIMK34qb/DyMbeu6P764="

    @Test func `without a secret there is no verifier`() {
        #expect(verifier(.hexadecimal, secrets: []) == nil)
        #expect(verifier(.hexadecimal, secrets: [""]) == nil)
        #expect(WebhookVerifier(nil) == nil)
    }

    @Test func `the signature of the raw body proves it, under any of the keys`() {
        #expect(verifier(.hexadecimal)?.isGenuine(body, signature: hexadecimal) == true)
        #expect(verifier(.base64, secrets: ["new", "key"])?.isGenuine(body, signature: base64) == true)
    }

    @Test func `one changed bit of body, key or signature is no proof`() {
        var changed = body
        changed[3] ^= 1
        #expect(verifier(.hexadecimal)?.isGenuine(changed, signature: hexadecimal) == false)
        #expect(verifier(.hexadecimal, secrets: ["kez"])?.isGenuine(body, signature: hexadecimal) == false)
        #expect(verifier(.hexadecimal)?.isGenuine(body, signature: hexadecimal.dropLast() + "0") == false)
    }

    @Test func `a CRC is answered with the token's code`() {
        let answer = verifier(.base64, .crc)?.answer(to: ["crc_token": "token-1"])
        #expect(answer?.body == #"{"response_token":"sha256=pJ2hiiGXuJ3W5mq2aijm564gBeiCLB6CCUTQ9Jnkn5Y="}"#)
    }

    @Test(arguments: ["", "sha256=", "sha256=00", "sha1=abc", "sha256=zz", nil] as [String?])
    func `what is no signature is no proof`(signature: String?) {
        #expect(verifier(.hexadecimal)?.isGenuine(body, signature: signature) == false)
        #expect(verifier(.base64)?.isGenuine(body, signature: signature) == false)
    }

    @Test func `the right token gets its challenge back, a wrong one nothing`() {
        let verifier = verifier(.hexadecimal, .hub(verifyToken: "let me in"))
        var query = ["hub.mode": "subscribe", "hub.verify_token": "let me in", "hub.challenge": "1158201444"]
        #expect(verifier?.answer(to: query)?.body == "1158201444")
        query["hub.verify_token"] = "let me out"
        #expect(verifier?.answer(to: query) == nil)
    }
}
