internal import Crypto
internal import Earshot
internal import Foundation

/// Signs requests as Standard Webhooks 1.0 say: HMAC-SHA256 over `id.timestamp.body`.
struct WebhookSignature: Sendable {
    private let key: SymmetricKey

    /// A signature with a secret; what follows `whsec_` is base64, anything else is text.
    init(secret: String) throws {
        let prefix = "whsec_"
        guard secret.hasPrefix(prefix) else {
            key = SymmetricKey(data: Data(secret.utf8))
            return
        }
        guard let bytes = Data(base64Encoded: String(secret.dropFirst(prefix.count))), !bytes.isEmpty else {
            throw HTTPSink.Fault(description: "what follows whsec_ in secret is not base64")
        }
        key = SymmetricKey(data: bytes)
    }

    /// The header fields that sign a body.
    func headers(id: String, at moment: Timestamp, body: [UInt8]) -> [(name: String, value: String)] {
        var code = HMAC<SHA256>(key: key)
        code.update(data: Data("\(id).\(moment.seconds).".utf8))
        code.update(data: body)
        let signature = Data(code.finalize()).base64EncodedString()
        return [
            ("webhook-id", id), ("webhook-timestamp", "\(moment.seconds)"), ("webhook-signature", "v1,\(signature)"),
        ]
    }
}
