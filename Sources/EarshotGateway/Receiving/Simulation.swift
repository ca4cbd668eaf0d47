internal import Crypto
package import Earshot
internal import EarshotFormats
internal import Foundation

/// A delivery as the source of a channel would send it, signed with the channel's own secrets.
package struct Simulation: Sendable {
    /// Why a delivery cannot be made up.
    package struct Fault: Error, Sendable, CustomStringConvertible {
        /// The reason.
        package let description: String
    }

    private let webhook: Webhook
    private let document: [UInt8]
    private let now: Timestamp
    private let id: String
    private let key: P256.Signing.PrivateKey?

    /// The request that delivers a document to a channel, at `url` or else at the configured address on this machine.
    ///
    /// `key` is a private key of P-256 in PEM, for schemes whose secret half only the provider has.
    package static func request(
        delivering document: [UInt8], to channel: Configuration.Channel, of configuration: Configuration,
        at url: String?, signingKey key: String? = nil, now: Timestamp, id: String
    ) throws(Fault) -> FetchRequest {
        guard channel.files == nil else {
            throw Fault(description: "\(channel.name) listens to files, not to a webhook")
        }
        guard let adapter = try? channel.makeAdapter() else {
            throw Fault(description: "the settings of \(channel.name) are wrong")
        }
        var path = "/hooks/\(channel.name)"
        let webhook = channel.webhook ?? (adapter as? any ReceivingAdapter)?.webhook
        var signed: (headers: [(name: String, value: String)], body: [UInt8])
        if let webhook {
            let signingKey = key.flatMap { try? P256.Signing.PrivateKey(pemRepresentation: $0) }
            if key != nil, signingKey == nil { throw Fault(description: "the key is no private key of P-256 in PEM") }
            let simulation = Simulation(webhook: webhook, document: document, now: now, id: id, key: signingKey)
            signed = try simulation.signed()
        } else if let topic = (adapter as? any SubscribingAdapter)?.topics.first {
            guard let key = try? WebSubKey.load(from: configuration.dataDirectory) else {
                throw Fault(description: "there is no key of subscriptions in \(configuration.dataDirectory)")
            }
            path += "/" + key.token(channel: channel.name, url: topic.url)
            let secret = key.secret(channel: channel.name, url: topic.url)
            signed = ([(WebSubSignature.header, WebSubSignature.field(for: document, secret: secret))], document)
            signed.headers.append(("Content-Type", Simulation.mediaType(of: document)))
        } else {
            throw Fault(description: "\(channel.name) has no webhook and no secret to sign with")
        }
        var request = FetchRequest(try address(url, path, configuration))
        request.method = "POST"
        request.headers = signed.headers
        request.body = signed.body
        request.timeout = .seconds(30)
        request.sizeLimit = 65_536
        request.allowsPrivateNetworks = true
        return request
    }

    /// The address as given, with the channel's path where it has none.
    private static func address(
        _ url: String?, _ path: String, _ configuration: Configuration
    ) throws(Fault) -> String {
        if let url {
            guard let parts = URL(string: url), ["http", "https"].contains(parts.scheme?.lowercased() ?? "") else {
                throw Fault(description: "\"\(url)\" is no http or https address")
            }
            let isBare = parts.path.isEmpty || parts.path == "/"
            return isBare ? (url.hasSuffix("/") ? String(url.dropLast()) : url) + path : url
        }
        guard let receive = configuration.receive else {
            throw Fault(description: "there is no section \"receive\"; say where to send with --url")
        }
        guard receive.port != 0 else { throw Fault(description: "the port is the kernel's choice; say it with --url") }
        return "http://\(receive)\(path)"
    }

    private static func mediaType(of document: [UInt8]) -> String {
        switch document.first(where: { $0 > 0x20 && $0 < 0x80 }) {
        case UInt8(ascii: "{"), UInt8(ascii: "["): "application/json"
        case UInt8(ascii: "<"): "application/xml"
        default: "application/octet-stream"
        }
    }

    // Bodies.

    /// The body that has the document in it, and the header fields that prove it.
    private func signed() throws(Fault) -> (headers: [(name: String, value: String)], body: [UInt8]) {
        var body = document
        var type = Simulation.mediaType(of: document)
        switch webhook.content {
        case .body: break
        case .mailgun: (body, type) = form(mailgunFields() + [("body-mime", document)])
        case .sendgrid: (body, type) = form([("email", document)])
        case .postmark:
            guard let text = String(validating: document, as: UTF8.self) else {
                throw Fault(description: "the message is not UTF-8, which Postmark's JSON cannot carry")
            }
            body = JSONValue.object(["RawEmail": .string(text)]).bytes
            type = "application/json"
        case .ses: throw Simulation.unsignable
        }
        return (try proof(of: body) + [("Content-Type", type)], body)
    }

    private func mailgunFields() -> [(String, [UInt8])] {
        let moment = "\(now.seconds)"
        let token = Array(id.utf8)
        let code = HMACs.code(.sha256, of: Array(moment.utf8) + token, key: secret)
        return [
            ("timestamp", Array(moment.utf8)), ("token", token),
            ("signature", Array(HMACs.encoded(code, .hexadecimal).utf8)),
        ]
    }

    /// A form with a boundary that its digest makes unlikely to stand within.
    private func form(_ fields: [(String, [UInt8])]) -> ([UInt8], String) {
        let boundary = "earshot-" + Digest(of: document).hexadecimal
        var body: [UInt8] = []
        for (name, value) in fields {
            body += Array("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n".utf8)
            body += value + Array("\r\n".utf8)
        }
        return (body + Array("--\(boundary)--\r\n".utf8), "multipart/form-data; boundary=\(boundary)")
    }

    // Proofs.

    /// Nothing that is trusted for a test may be trusted in earnest, so there is no key of one's own as with SendGrid.
    private static let unsignable = Fault(
        description: "a delivery of Amazon SNS cannot be made up: its RSA signature needs the private key that only "
            + "Amazon has. Send a real mail to the topic's address, or read the message with: earshot normalize email FILE"
    )

    private var secret: Data { Data((webhook.secrets.first ?? "").utf8) }

    private func proof(of body: [UInt8]) throws(Fault) -> [(name: String, value: String)] {
        let moment = "\(now.seconds)"
        switch webhook.scheme {
        case .hmac(let signature): return try headers(of: body, signature)
        case .standard:
            guard let key = StandardSecret.key(of: webhook.secrets.first ?? "") else {
                throw Fault(description: "the secret is not one of Standard Webhooks")
            }
            let code = HMACs.code(.sha256, of: Array("\(id).\(moment).".utf8) + body, key: key)
            return [
                ("webhook-id", id), ("webhook-timestamp", moment),
                ("webhook-signature", "v1," + HMACs.encoded(code, .base64)),
            ]
        case .token(let header): return [(header, webhook.secrets.first ?? "")]
        case .basic: return [("Authorization", "Basic " + secret.base64EncodedString())]
        case .mailgun: return []
        case .sendgrid:
            guard let key, let signature = try? key.signature(for: Data(moment.utf8) + body) else {
                throw Fault(
                    description: "only SendGrid has the private key: make a pair of your own, add its public key to "
                        + "\"public_keys\" for the test, and give the private one with --key")
            }
            return [
                (SendGrid.signatureHeader, signature.derRepresentation.base64EncodedString()),
                (SendGrid.timestampHeader, moment),
            ]
        case .sns: throw Simulation.unsignable
        }
    }

    private func headers(
        of body: [UInt8], _ signature: Webhook.Signature
    ) throws(Fault) -> [(name: String, value: String)] {
        let moment = "\(now.seconds)"
        guard let message = signature.message(timestamp: moment, id: id, body: body) else {
            throw Fault(description: "\"signed\" cannot be filled in")
        }
        let code = HMACs.code(signature.algorithm, of: message, key: secret)
        var value = signature.prefix + HMACs.encoded(code, signature.encoding)
        var headers: [(name: String, value: String)] = []
        if let field = signature.timestamp {
            if field.header.lowercased() == signature.header.lowercased() {
                value = field.prefix + moment + "," + value
            } else {
                headers.append((field.header, field.prefix + moment))
            }
        }
        headers.append((signature.header, value))
        if let header = signature.idHeader { headers.append((header, id)) }
        return headers
    }
}
