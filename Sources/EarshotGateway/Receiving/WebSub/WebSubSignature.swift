internal import Earshot
internal import Foundation

/// The signature of what a hub sends: `X-Hub-Signature: method=hex` (WebSub, section 8).
enum WebSubSignature {
    static let header = "X-Hub-Signature"

    /// Whether a delivery is signed with the secret, by any of the methods that the specification names.
    static func isGenuine(_ request: PushedRequest, secret: String) -> Bool {
        guard let field = request[header], let sign = field.firstIndex(of: "="),
            let algorithm = Webhook.Algorithm(rawValue: field[..<sign].lowercased()),
            let claimed = HMACs.decoded(field[field.index(after: sign)...], .hexadecimal)
        else { return false }
        return HMACs.isGenuine([claimed], algorithm, of: request.body, keys: [Data(secret.utf8)])
    }

    /// The field for a body.
    static func field(for body: [UInt8], secret: String, _ algorithm: Webhook.Algorithm = .sha256) -> String {
        "\(algorithm)=" + HMACs.encoded(HMACs.code(algorithm, of: body, key: Data(secret.utf8)), .hexadecimal)
    }
}
