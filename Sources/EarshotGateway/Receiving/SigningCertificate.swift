internal import Crypto
internal import CryptoExtras
internal import Earshot
internal import Foundation
internal import SwiftASN1

/// Of an X.509 certificate (RFC 5280) what a signature is checked with: the RSA key, and when it holds.
///
/// Who issued it is not asked: it is trusted for the TLS connection it was fetched over.
struct SigningCertificate: Sendable {
    private let key: _RSA.Signing.PublicKey
    private let period: ClosedRange<Timestamp>

    /// The first certificate of a PEM text; nil where there is none, or its key is not of RSA.
    init?(pem: String) {
        guard let document = try? PEMDocument(pemString: pem.trimmingCharacters(in: .whitespacesAndNewlines)),
            document.discriminator == "CERTIFICATE",
            let root = try? DER.parse(document.derBytes), let whole = root.members, let body = whole.first?.members
        else { return nil }
        // version [0], serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo
        let version = ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific)
        let fields = body.first?.identifier == version ? Array(body.dropFirst()) : body
        guard fields.count >= 6, let moments = fields[3].members?.map({ SigningCertificate.moment($0) }),
            moments.count == 2, let begin = moments[0], let end = moments[1], begin <= end,
            let key = try? _RSA.Signing.PublicKey(derRepresentation: Array(fields[5].encodedBytes))
        else { return nil }
        self.key = key
        period = begin...end
    }

    /// Whether a moment lies within its time.
    func holds(at moment: Timestamp) -> Bool { period.contains(moment) }

    /// Whether a signature (PKCS #1 v1.5) is that of a text, with SHA-1 in version 1 and SHA-256 in version 2.
    func isSignature(_ signature: Data, of text: Data, version: String) -> Bool {
        let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
        switch version {
        case "1":
            return key.isValidSignature(signature, for: Insecure.SHA1.hash(data: text), padding: .insecurePKCS1v1_5)
        case "2": return key.isValidSignature(signature, for: SHA256.hash(data: text), padding: .insecurePKCS1v1_5)
        default: return false
        }
    }

    private static func moment(_ node: ASN1Node) -> Timestamp? {
        if let time = try? UTCTime(derEncoded: node) {
            return Timestamp(
                year: time.year, month: time.month, day: time.day, hour: time.hours, minute: time.minutes,
                second: time.seconds)
        }
        guard let time = try? GeneralizedTime(derEncoded: node) else { return nil }
        return Timestamp(
            year: time.year, month: time.month, day: time.day, hour: time.hours, minute: time.minutes,
            second: time.seconds)
    }
}

extension ASN1Node {
    /// The nodes within a constructed one.
    fileprivate var members: [ASN1Node]? {
        guard case .constructed(let nodes) = content else { return nil }
        return Array(nodes)
    }
}
