internal import Crypto
package import Earshot
internal import Foundation

/// Proves that a delivery is its source's own, over the raw bytes and in constant time.
package struct WebhookVerifier: Sendable {
    private let webhook: Webhook

    /// A verifier of an adapter's webhook; nil where there is no secret to prove anything with.
    package init?(_ webhook: Webhook?) {
        guard let webhook, !webhook.secrets.isEmpty, webhook.secrets.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.webhook = webhook
    }

    /// The name of the header that holds the signature.
    package var header: String { webhook.header }

    /// Whether `signature` is that of `body` under one of the keys; every key is tried whatever the others say.
    package func isGenuine(_ body: [UInt8], signature: String?) -> Bool {
        guard let signature, signature.hasPrefix(webhook.prefix),
            let claimed = decoded(String(signature.dropFirst(webhook.prefix.count)))
        else { return false }
        return webhook.secrets.reduce(false) { found, secret in
            let key = SymmetricKey(data: Data(secret.utf8))
            return HMAC<SHA256>.isValidAuthenticationCode(claimed, authenticating: body, using: key) || found
        }
    }

    /// The answer to a source that asks whether we are there, or nil where the question is not right.
    package func answer(to query: [String: String]) -> (body: String, contentType: String)? {
        switch webhook.challenge {
        case .none: return nil
        case .hub(let verifyToken):
            guard query["hub.mode"] == "subscribe", let token = query["hub.verify_token"], !verifyToken.isEmpty,
                SHA256.hash(data: Data(token.utf8)) == SHA256.hash(data: Data(verifyToken.utf8)),
                let challenge = query["hub.challenge"], challenge.utf8.count <= 256
            else { return nil }
            return (challenge, "text/plain; charset=utf-8")
        case .crc:
            guard let token = query["crc_token"], token.utf8.count <= 1024, let secret = webhook.secrets.first else {
                return nil
            }
            let code = HMAC<SHA256>.authenticationCode(
                for: Data(token.utf8), using: SymmetricKey(data: Data(secret.utf8)))
            return ("{\"response_token\":\"sha256=\(Data(code).base64EncodedString())\"}", "application/json")
        }
    }

    private func decoded(_ text: String) -> Data? {
        switch webhook.encoding {
        case .base64: return Data(base64Encoded: text)
        case .hexadecimal:
            guard text.utf8.count == 64 else { return nil }
            var bytes = Data(capacity: 32)
            var rest = Substring(text)
            while !rest.isEmpty {
                guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
                bytes.append(byte)
                rest = rest.dropFirst(2)
            }
            return bytes
        }
    }
}
