internal import Earshot
internal import EarshotFormats
internal import Foundation

/// What Amazon SNS posts: a notification, or the question whether a subscription is wanted.
struct SNSMessage {
    /// `Notification`, `SubscriptionConfirmation` or `UnsubscribeConfirmation`.
    let type: String
    /// The topic that it is of.
    let topic: String
    /// By which it is known when it comes again.
    let id: String
    /// When it was said first.
    let moment: Timestamp?
    /// Where the certificate of its signature is.
    let certificate: String
    /// The address that a subscription is confirmed by.
    let subscribeURL: String?
    /// `1` for SHA-1, `2` for SHA-256.
    let version: String
    /// The signature.
    let signature: Data
    /// What it is of.
    let signed: Data

    /// The message of a delivery; nil where it is none.
    init?(_ body: [UInt8]) {
        guard let message = try? JSONValue(parsing: body), let type = message["Type"]?.text,
            let topic = message["TopicArn"]?.text, let id = message["MessageId"]?.text, id.utf8.count <= 256,
            let certificate = message["SigningCertURL"]?.text ?? message["SigningCertUrl"]?.text,
            let version = message["SignatureVersion"]?.text,
            let signature = message["Signature"]?.text.flatMap({ Data(base64Encoded: $0) })
        else { return nil }
        self.type = type
        self.topic = topic
        self.id = id
        self.certificate = certificate
        self.version = version
        self.signature = signature
        moment = message["Timestamp"]?.text.flatMap { Times.parse($0) }
        subscribeURL = message["SubscribeURL"]?.text
        let keys =
            type == "Notification"
            ? ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
            : ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        var signed = Data()
        for key in keys {
            guard let value = message[key]?.text else { continue }
            signed += Data("\(key)\n\(value)\n".utf8)
        }
        self.signed = signed
    }

    /// Whether an address is one of Amazon SNS itself: `https://sns.<region>.amazonaws.com/…`.
    static func isOfSNS(_ address: String) -> Bool {
        guard address.hasPrefix("https://sns."), !address.utf8.contains(where: { $0 <= 0x20 || $0 > 0x7E }) else {
            return false
        }
        let host = address.dropFirst("https://".count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard address.dropFirst("https://".count + host.count).hasPrefix("/") else { return false }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count == 4 || (labels.count == 5 && labels[4] == "cn"), labels[0] == "sns",
            labels[2] == "amazonaws", labels[3] == "com"
        else { return false }
        let region = labels[1].utf8
        return !region.isEmpty
            && region.allSatisfy { ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D }
    }
}
