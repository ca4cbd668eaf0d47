/// How a source proves that a delivery is its own, as data; the gateway does the cryptography.
public struct Webhook: Sendable {
    /// What a proof is made of.
    public enum Scheme: Sendable {
        /// An HMAC in a header.
        case hmac(Signature)
        /// Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature`.
        case standard
        /// The secret itself in a header, where the source can do no better.
        case token(header: String)
        /// The secret, `user:password`, by HTTP's basic authentication.
        case basic
        /// Mailgun: an HMAC of `timestamp` and `token` among the fields of a form.
        case mailgun
        /// SendGrid: ECDSA with P-256 over a timestamp and the raw body; the keys are public ones.
        case sendgrid(publicKeys: [String])
        /// Amazon SNS: RSA, by the certificate that the message names; of these topics alone.
        case sns(topics: [String])
    }

    /// An HMAC: where it stands, how it is written, and what it is of.
    public struct Signature: Sendable {
        /// The header that holds it; several signatures may stand there, between commas or spaces.
        public var header: String
        /// The digest under the HMAC.
        public var algorithm: Algorithm
        /// How it is written.
        public var encoding: Encoding
        /// What stands before it.
        public var prefix: String
        /// What is signed, where `{timestamp}`, `{id}` and `{body}` stand for what came.
        public var signed: String
        /// The header that says when it was signed, if one does, and what stands before the time there.
        public var timestamp: (header: String, prefix: String)?
        /// The header with an id of the delivery, by which one that comes again is known.
        public var idHeader: String?

        /// An HMAC-SHA256 of the raw body, unless more is said.
        public init(
            header: String, algorithm: Algorithm = .sha256, encoding: Encoding, prefix: String = "",
            signed: String = "{body}", timestamp: (header: String, prefix: String)? = nil, idHeader: String? = nil
        ) {
            self.header = header
            self.algorithm = algorithm
            self.encoding = encoding
            self.prefix = prefix
            self.signed = signed
            self.timestamp = timestamp
            self.idHeader = idHeader
        }
    }

    /// The digest under an HMAC.
    public enum Algorithm: String, Sendable, CaseIterable { case sha1, sha256, sha384, sha512 }

    /// How a signature is written down.
    public enum Encoding: Sendable { case hexadecimal, base64 }

    /// How a source asks whether we are there.
    public enum Challenge: Sendable {
        /// No question is asked.
        case none
        /// `hub.challenge` is echoed where `hub.verify_token` is right (Meta).
        case hub(verifyToken: String)
        /// `crc_token` is answered with its HMAC-SHA256 in base64 (X).
        case crc
    }

    /// Where in a delivery the document is.
    public enum Content: Sendable {
        /// It is the body.
        case body
        /// The message of mail in Mailgun's field `body-mime`.
        case mailgun
        /// The message of mail in SendGrid's field `email`.
        case sendgrid
        /// The message of mail in Postmark's `RawEmail`.
        case postmark
        /// The message of mail in the `content` of what SES says through SNS.
        case ses
    }

    /// What a proof is made of.
    public var scheme: Scheme
    /// The keys, each tried, so that one can be exchanged for another.
    public var secrets: [String]
    /// How the source asks whether we are there.
    public var challenge = Challenge.none
    /// Where in a delivery the document is.
    public var content = Content.body
    /// How far the moment of signing may be from now; nil where it is not looked at.
    public var tolerance: Duration?
    /// For how long a delivery is known again; nil: for twice the tolerance, or ten minutes.
    public var replayWindow: Duration?

    /// A webhook proven in a way; a moment of signing may be five minutes away where the scheme has one.
    public init(_ scheme: Scheme, secrets: [String], challenge: Challenge = .none) {
        self.scheme = scheme
        self.secrets = secrets
        self.challenge = challenge
        switch scheme {
        case .hmac(let signature): tolerance = signature.timestamp == nil ? nil : .seconds(300)
        case .standard, .mailgun, .sendgrid: tolerance = .seconds(300)
        // What SNS could not deliver comes again for hours, with the time at which it was first said.
        case .token, .basic, .sns: tolerance = nil
        }
    }

    /// A webhook signed with HMAC-SHA256 over the raw body.
    public init(header: String, prefix: String, encoding: Encoding, secrets: [String], challenge: Challenge) {
        self.init(
            .hmac(Signature(header: header, encoding: encoding, prefix: prefix)), secrets: secrets,
            challenge: challenge)
    }
}
