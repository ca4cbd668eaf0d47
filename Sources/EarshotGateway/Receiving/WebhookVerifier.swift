internal import Crypto
package import Earshot
internal import Foundation

/// Proves that a delivery is its source's own, over the raw bytes and in constant time; in doubt it is not.
package struct WebhookVerifier: Sendable {
    /// What is configured.
    package let webhook: Webhook
    private let notifications: SNSVerifier?
    private let keys: [Data]
    /// The keys of a signature, made ready.
    private let signingKeys: [SigningKey]

    /// A verifier of a webhook; nil where there is no secret to prove anything with.
    ///
    /// `http` fetches the certificates of Amazon SNS, and nothing else.
    package init?(_ webhook: Webhook?, http: (any HTTPFetching)? = nil) {
        guard let webhook else { return nil }
        switch webhook.scheme {
        case .sns(let topics):
            guard let http, !topics.isEmpty else { return nil }
            notifications = SNSVerifier(topics: topics, http: http)
        case .sendgrid(let keys):
            guard !keys.isEmpty else { return nil }
            notifications = nil
        default:
            guard !webhook.secrets.isEmpty, webhook.secrets.allSatisfy({ !$0.isEmpty }) else { return nil }
            notifications = nil
        }
        self.webhook = webhook
        let keys = webhook.secrets.map { Data($0.utf8) }
        self.keys = keys
        if case .hmac(let signature) = webhook.scheme {
            signingKeys = keys.map { SigningKey(signature.algorithm, $0) }
        } else {
            signingKeys = []
        }
    }

    /// For how long a delivery is known again.
    package var replayWindow: Duration {
        webhook.replayWindow ?? webhook.tolerance.map { $0 * 2 } ?? .seconds(600)
    }

    /// The proof that a delivery is genuine; throws why it is not taken for that.
    package func prove(_ request: PushedRequest, at now: Timestamp) async throws(DeliveryRefusal) -> DeliveryProof {
        switch webhook.scheme {
        case .hmac(let signature): return try prove(request, signature, at: now)
        case .standard: return try proveStandard(request, at: now)
        case .token(let header):
            guard let token = request[header], isSecret(token) else { throw .unauthorized }
            return DeliveryProof()
        case .basic:
            guard let field = request["authorization"], field.lowercased().hasPrefix("basic "),
                let said = Data(base64Encoded: String(field.dropFirst(6))),
                isSecret(String(decoding: said, as: UTF8.self))
            else { throw .unauthorized }
            return DeliveryProof()
        case .mailgun: return try proveMailgun(request, at: now)
        case .sendgrid(let keys): return try proveSendGrid(request, keys, at: now)
        case .sns:
            guard let notifications else { throw DeliveryRefusal("nothing to fetch certificates with") }
            return try await notifications.prove(request, within: webhook.tolerance, at: now)
        }
    }

    /// Does what a genuine delivery asks beside being read: the first of SNS asks to confirm a subscription.
    package func follow(_ request: PushedRequest) async throws(FetchFailure) -> Bool {
        guard let notifications else { return false }
        return try await notifications.confirm(request)
    }

    private func prove(
        _ request: PushedRequest, _ signature: Webhook.Signature, at now: Timestamp
    ) throws(DeliveryRefusal) -> DeliveryProof {
        guard let header = request[signature.header] else { throw DeliveryRefusal("no \(signature.header)") }
        let claimed = Webhook.Signature.entries(of: header, after: signature.prefix)
            .compactMap { HMACs.decoded($0, signature.encoding) }
        var moment: String?
        if let field = signature.timestamp {
            moment = request[field.header].flatMap {
                field.prefix.isEmpty
                    ? $0 : Webhook.Signature.entries(of: $0, after: field.prefix).first.map(String.init)
            }
        }
        let id = signature.idHeader.flatMap { request[$0] }
        guard let message = signature.message(timestamp: moment, id: id, body: request.body) else {
            throw DeliveryRefusal("what is signed did not come: look at \"signed\" and its headers")
        }
        guard HMACs.isGenuine(claimed, of: message, keys: signingKeys) else { throw .unproven }
        try SigningMoment.check(moment, within: webhook.tolerance, of: now)
        // Without an id, what was signed is one, where the moment of signing is part of it.
        let isTimed = signature.timestamp != nil && signature.signed.contains("{timestamp}")
        return DeliveryProof(id: id ?? (isTimed ? WebhookVerifier.digest(of: message) : nil))
    }

    private func proveStandard(
        _ request: PushedRequest, at now: Timestamp
    ) throws(DeliveryRefusal) -> DeliveryProof {
        guard let id = request["webhook-id"], let moment = request["webhook-timestamp"],
            let header = request["webhook-signature"], id.utf8.count <= 256
        else { throw DeliveryRefusal("no webhook-id, webhook-timestamp and webhook-signature") }
        let claimed = header.split(separator: " ").prefix(HMACs.signatureLimit)
            .filter { $0.hasPrefix("v1,") }.compactMap { HMACs.decoded($0.dropFirst(3), .base64) }
        let message = Array("\(id).\(moment).".utf8) + request.body
        let keys = webhook.secrets.compactMap { StandardSecret.key(of: $0) }
        guard HMACs.isGenuine(claimed, .sha256, of: message, keys: keys) else { throw .unproven }
        try SigningMoment.check(moment, within: webhook.tolerance, of: now)
        return DeliveryProof(id: id)
    }

    /// Mailgun signs a moment and a token, and not the body.
    private func proveMailgun(
        _ request: PushedRequest, at now: Timestamp
    ) throws(DeliveryRefusal) -> DeliveryProof {
        guard let form = FormBody(request), let moment = form.text("timestamp"), let token = form.text("token"),
            let code = form.text("signature").flatMap({ HMACs.decoded($0, .hexadecimal) }), token.utf8.count <= 256
        else { throw DeliveryRefusal("no form with timestamp, token and signature") }
        let message = Array((moment + token).utf8)
        guard HMACs.isGenuine([code], .sha256, of: message, keys: keys) else { throw .unproven }
        try SigningMoment.check(moment, within: webhook.tolerance, of: now)
        // Not the token alone: nothing says where the moment ends and the token begins.
        return DeliveryProof(id: WebhookVerifier.digest(of: message))
    }

    private func proveSendGrid(
        _ request: PushedRequest, _ keys: [String], at now: Timestamp
    ) throws(DeliveryRefusal) -> DeliveryProof {
        guard let header = request[SendGrid.signatureHeader], let moment = request[SendGrid.timestampHeader],
            let bytes = HMACs.decoded(header, .base64),
            let signature = try? P256.Signing.ECDSASignature(derRepresentation: bytes)
        else { throw DeliveryRefusal("no signature of SendGrid") }
        let message = Data(moment.utf8) + request.body
        var isGenuine = false
        for key in keys.compactMap({ SendGrid.key(of: $0) }) {
            isGenuine = key.isValidSignature(signature, for: message) || isGenuine
        }
        guard isGenuine else { throw .unproven }
        try SigningMoment.check(moment, within: webhook.tolerance, of: now)
        // A second signature of the same message could be made by anybody, so the message is what is known again.
        return DeliveryProof(id: WebhookVerifier.digest(of: Array(message)))
    }

    /// The SHA-256 digest of a message, in hexadecimal.
    static func digest(of message: [UInt8]) -> String {
        HMACs.encoded(Data(SHA256.hash(data: message)), .hexadecimal)
    }

    /// Whether a text is one of the secrets; every one is compared.
    private func isSecret(_ text: String) -> Bool {
        webhook.secrets.reduce(false) { found, secret in
            HMACs.isEqual(Data(text.utf8), Data(secret.utf8)) || found
        }
    }

    /// Whether the source asks whether we are there.
    package var isAsked: Bool {
        if case .none = webhook.challenge { return false }
        return true
    }

    /// The answer to a source that asks whether we are there, or nil where the question is not right.
    package func answer(to query: [String: String]) -> (body: String, contentType: String)? {
        switch webhook.challenge {
        case .none: return nil
        case .hub(let verifyToken):
            guard query["hub.mode"] == "subscribe", let token = query["hub.verify_token"], !verifyToken.isEmpty,
                HMACs.isEqual(Data(token.utf8), Data(verifyToken.utf8)),
                let challenge = query["hub.challenge"], challenge.utf8.count <= 256
            else { return nil }
            return (challenge, "text/plain; charset=utf-8")
        case .crc:
            guard let token = query["crc_token"], token.utf8.count <= 1024, let secret = webhook.secrets.first else {
                return nil
            }
            let code = HMACs.code(.sha256, of: Array(token.utf8), key: Data(secret.utf8))
            return ("{\"response_token\":\"sha256=\(code.base64EncodedString())\"}", "application/json")
        }
    }
}

extension DeliveryRefusal {
    /// The signature is not right.
    static let unproven = DeliveryRefusal("no right signature under any of the keys")
    /// The secret is not right.
    static let unauthorized = DeliveryRefusal("no right credentials", asksForCredentials: true)
}

/// The keys of Standard Webhooks: `whsec_` and base64.
enum StandardSecret {
    /// The key that a secret is written for.
    static func key(of secret: String) -> Data? {
        let written = secret.hasPrefix("whsec_") ? secret.dropFirst(6) : Substring(secret)
        return Data(base64Encoded: String(written)).flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// What SendGrid calls things.
enum SendGrid {
    static let signatureHeader = "X-Twilio-Email-Event-Webhook-Signature"
    static let timestampHeader = "X-Twilio-Email-Event-Webhook-Timestamp"

    /// The key that is written as PEM or as the base64 within it.
    static func key(of text: String) -> P256.Signing.PublicKey? {
        if text.contains("BEGIN") { return try? P256.Signing.PublicKey(pemRepresentation: text) }
        return Data(base64Encoded: text).flatMap { try? P256.Signing.PublicKey(derRepresentation: $0) }
    }
}
