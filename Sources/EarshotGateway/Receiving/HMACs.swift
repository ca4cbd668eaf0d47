internal import Crypto
internal import Earshot
internal import EarshotFormats
internal import Foundation

/// HMACs under any of several keys, compared in constant time.
enum HMACs {
    /// The most signatures that are looked at in one header.
    static let signatureLimit = 8

    /// The HMAC of a message.
    static func code(_ algorithm: Webhook.Algorithm, of message: [UInt8], key: Data) -> Data {
        SigningKey(algorithm, key).code(of: message)
    }

    /// Whether one of the claimed codes is that of the message under one of the keys; all are always tried.
    static func isGenuine(
        _ claimed: [Data], _ algorithm: Webhook.Algorithm, of message: [UInt8], keys: [Data]
    ) -> Bool {
        isGenuine(claimed, of: message, keys: keys.map { SigningKey(algorithm, $0) })
    }

    /// Whether one of the claimed codes is that of the message under one of the keys; all are always tried.
    static func isGenuine(_ claimed: [Data], of message: [UInt8], keys: [SigningKey]) -> Bool {
        var found = false
        for key in keys { found = key.signs(message, as: claimed.prefix(signatureLimit)) || found }
        return found
    }

    /// Whether two texts are equal, in a time that tells nothing of where they differ.
    static func isEqual(_ one: Data, _ other: Data) -> Bool {
        // Digests have equal lengths, so that not even the length of a secret is told.
        SHA256.hash(data: one) == SHA256.hash(data: other)
    }

    /// The bytes that a signature is written for; nil where it is not written so.
    static func decoded(_ text: some StringProtocol, _ encoding: Webhook.Encoding) -> Data? {
        guard text.utf8.count <= 1024 else { return nil }
        switch encoding {
        case .base64: return Data(base64Encoded: String(text))
        case .hexadecimal:
            let digits = Array(text.utf8)
            guard !digits.isEmpty, digits.count.isMultiple(of: 2) else { return nil }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(digits.count / 2)
            for index in stride(from: 0, to: digits.count, by: 2) {
                guard let high = digits[index].hexadecimalValue, let low = digits[index + 1].hexadecimalValue else {
                    return nil
                }
                bytes.append(high << 4 | low)
            }
            return Data(bytes)
        }
    }

    /// A code as it is written.
    static func encoded(_ code: Data, _ encoding: Webhook.Encoding) -> String {
        switch encoding {
        case .base64: code.base64EncodedString()
        case .hexadecimal: code.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
        }
    }
}

/// A key made ready for HMACs, so that what is the same for each message is done once.
enum SigningKey: Sendable {
    case sha1(HMAC<Insecure.SHA1>)
    case sha256(HMAC<SHA256>)
    case sha384(HMAC<SHA384>)
    case sha512(HMAC<SHA512>)

    init(_ algorithm: Webhook.Algorithm, _ bytes: Data) {
        let key = SymmetricKey(data: bytes)
        switch algorithm {
        case .sha1: self = .sha1(HMAC(key: key))
        case .sha256: self = .sha256(HMAC(key: key))
        case .sha384: self = .sha384(HMAC(key: key))
        case .sha512: self = .sha512(HMAC(key: key))
        }
    }

    /// The HMAC of a message.
    func code(of message: [UInt8]) -> Data {
        switch self {
        case .sha1(let begun): Data(SigningKey.end(begun, message))
        case .sha256(let begun): Data(SigningKey.end(begun, message))
        case .sha384(let begun): Data(SigningKey.end(begun, message))
        case .sha512(let begun): Data(SigningKey.end(begun, message))
        }
    }

    /// Whether the HMAC of a message is among those claimed, in a time that tells nothing of where they differ; how
    /// long one is, is no secret.
    func signs(_ message: [UInt8], as claimed: some Sequence<Data>) -> Bool {
        switch self {
        case .sha1(let begun): SigningKey.isAmong(claimed, SigningKey.end(begun, message))
        case .sha256(let begun): SigningKey.isAmong(claimed, SigningKey.end(begun, message))
        case .sha384(let begun): SigningKey.isAmong(claimed, SigningKey.end(begun, message))
        case .sha512(let begun): SigningKey.isAmong(claimed, SigningKey.end(begun, message))
        }
    }

    private static func isAmong<Hash>(_ claimed: some Sequence<Data>, _ right: HMAC<Hash>.MAC) -> Bool {
        claimed.reduce(false) { found, code in right == code || found }
    }

    private static func end<Hash>(_ begun: HMAC<Hash>, _ message: [UInt8]) -> HMAC<Hash>.MAC {
        var code = begun
        code.update(data: message)
        return code.finalize()
    }
}

extension Webhook.Signature {
    /// The message that is signed, where its parts came; nil where one did not.
    func message(timestamp: String?, id: String?, body: [UInt8]) -> [UInt8]? {
        // Mostly it is the body as it came, which need not be copied.
        if signed == "{body}" { return body }
        var message: [UInt8] = []
        var rest = Substring(signed)
        while let open = rest.firstIndex(of: "{") {
            message += Array(rest[..<open].utf8)
            guard let close = rest[open...].firstIndex(of: "}") else { return nil }
            switch rest[rest.index(after: open)..<close] {
            case "body": message += body
            case "timestamp":
                guard let timestamp else { return nil }
                message += Array(timestamp.utf8)
            case "id":
                guard let id else { return nil }
                message += Array(id.utf8)
            default: return nil
            }
            rest = rest[rest.index(after: close)...]
        }
        return message + Array(rest.utf8)
    }

    /// What a header holds after a prefix, once for each entry between commas and spaces that has it.
    static func entries(of header: String, after prefix: String) -> [Substring] {
        header.utf8.split { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ") }
            .prefix(4 * HMACs.signatureLimit).compactMap { entry in
                entry.starts(with: prefix.utf8) ? Substring(entry.dropFirst(prefix.utf8.count)) : nil
            }
    }
}

/// The moments of signing.
enum SigningMoment {
    /// Throws where a moment, written as seconds or milliseconds since 1970, is farther from now than is tolerated.
    static func check(
        _ text: String?, within tolerance: Duration?, of now: Timestamp
    ) throws(DeliveryRefusal) {
        guard let tolerance else { return }
        guard let text, text.utf8.first != UInt8(ascii: "+"), let number = Int64(text), number > 0 else {
            throw DeliveryRefusal("no moment of signing")
        }
        let seconds = number > 100_000_000_000 ? number / 1000 : number
        guard abs(seconds - now.seconds) <= tolerance.components.seconds else {
            throw DeliveryRefusal("signed too long ago, or in the future: look at the clocks, or set \"tolerance\"")
        }
    }
}
