internal import Crypto
internal import CryptoExtras
internal import Earshot
internal import Foundation

/// Proves messages of Amazon SNS by the certificates that they name, which are taken from Amazon alone.
///
/// An actor, as certificates are fetched once and then kept.
actor SNSVerifier {
    private let topics: [String]
    private let http: any HTTPFetching
    private var certificates: [String: SigningCertificate] = [:]

    /// How many certificates are kept; Amazon has one for each region.
    private static let limit = 16

    /// A verifier for messages of some topics: others can have topics too, and Amazon signs for all alike.
    init(topics: [String], http: any HTTPFetching) {
        self.topics = topics
        self.http = http
    }

    /// The proof that a message is of one of the topics and as Amazon signed it.
    func prove(
        _ request: PushedRequest, within tolerance: Duration?, at now: Timestamp
    ) async throws(DeliveryRefusal) -> DeliveryProof {
        if request["x-amz-sns-rawdelivery"] == "true" {
            throw DeliveryRefusal("a raw delivery, which is not signed: switch raw message delivery off")
        }
        guard let message = SNSMessage(request.body) else { throw DeliveryRefusal("no message of Amazon SNS") }
        guard topics.contains(message.topic) else { throw DeliveryRefusal("of a topic that is not in \"topics\"") }
        let certificate = try await certificate(at: message.certificate)
        guard certificate.holds(at: now) else { throw DeliveryRefusal("signed by a certificate that is out of date") }
        guard certificate.isSignature(message.signature, of: message.signed, version: message.version) else {
            throw .unproven
        }
        if let tolerance {
            try SigningMoment.check(message.moment.map { "\($0.seconds)" }, within: tolerance, of: now)
        }
        return DeliveryProof(id: message.id)
    }

    /// Confirms the subscription that a proven message asks about; false where it asks nothing.
    func confirm(_ request: PushedRequest) async throws(FetchFailure) -> Bool {
        guard let message = SNSMessage(request.body), message.type == "SubscriptionConfirmation" else { return false }
        guard let address = message.subscribeURL, SNSMessage.isOfSNS(address) else {
            throw .refused("the address to confirm at is not one of Amazon SNS")
        }
        let response = try await http.fetch(FetchRequest(address))
        guard (200..<300).contains(response.status) else {
            throw .unreachable("status \(response.status) when confirming the subscription to \(message.topic)")
        }
        return true
    }

    private func certificate(at address: String) async throws(DeliveryRefusal) -> SigningCertificate {
        if let known = certificates[address] { return known }
        guard SNSMessage.isOfSNS(address), address.hasSuffix(".pem") else {
            throw DeliveryRefusal("its certificate is not at an address of Amazon SNS")
        }
        var request = FetchRequest(address)
        request.sizeLimit = 65_536
        request.timeout = .seconds(5)
        let response: FetchResponse
        do throws(FetchFailure) {
            response = try await http.fetch(request)
        } catch {
            throw DeliveryRefusal("the certificate cannot be fetched: \(error.summary)")
        }
        // A redirect would lead away from Amazon.
        guard response.status == 200, response.url == address,
            let certificate = SigningCertificate(pem: String(decoding: response.body, as: UTF8.self))
        else { throw DeliveryRefusal("what is at the certificate's address is no certificate of RSA") }
        if certificates.count >= SNSVerifier.limit { certificates.removeAll() }
        certificates[address] = certificate
        return certificate
    }
}
