internal import Foundation

/// The way to the network that adapters and sinks are given.
public protocol HTTPFetching: Sendable {
    /// The moment it is where requests are sent from, for adapters, which have no clock.
    var now: Timestamp { get }

    /// Sends one request and returns the whole reply, whatever its status; redirects are followed for GET.
    ///
    /// Throws `FetchFailure.unreachable` where there was no reply, `.tooLarge` where the body passed the limit.
    func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse

    /// Sends one request and returns as soon as the reply begins, whatever its status; redirects are not followed.
    ///
    /// Neither the request's `timeout` nor its `sizeLimit` holds for the body. Throws as `fetch` does.
    func stream(_ request: FetchRequest) async throws(FetchFailure) -> HTTPStream
}

extension HTTPFetching {
    /// Refused: not every way to the network keeps a reply open.
    public func stream(_ request: FetchRequest) async throws(FetchFailure) -> HTTPStream {
        throw .refused("this way to the network keeps no reply open")
    }

    /// The machine's time.
    public var now: Timestamp {
        Timestamp(milliseconds: Int64(exactly: (Date().timeIntervalSince1970 * 1000).rounded()) ?? 0)
    }
}

/// A request to be sent.
public struct FetchRequest: Sendable {
    /// The method.
    public var method = "GET"
    /// The address, `http` or `https`.
    public var url: String
    /// Header fields in order.
    public var headers: [(name: String, value: String)] = []
    /// The body; none for GET.
    public var body: [UInt8] = []
    /// How long the whole exchange may take.
    public var timeout = Duration.seconds(60)
    /// How many bytes of (decoded) body are taken.
    public var sizeLimit = Document.sizeLimit
    /// Whether the address may lie in a private or loopback network: for addresses that the operator wrote.
    public var allowsPrivateNetworks = false
    /// Whether a reply from 200 to 299 is one also where its body cannot be had whole, as for who wants the status
    /// alone.
    public var isBodyOptional = false
    /// The path of the Unix domain socket to go through, instead of the network that the address names.
    public var unixSocket: String?
    /// What it costs of the source's daily quota, in the source's units.
    public var units = 0
    /// Whether the channel's credentials go with it: not to an address that somebody else than the operator named.
    public var takesCredentials = true
    /// Whether a reply says that the credentials are not accepted, where its status does not.
    public var refusesCredentials: (@Sendable (FetchResponse) -> Bool)?
    /// Which credentials it shows, as a digest: what a source says of a limit holds for these alone.
    public var credentials: Digest?
    /// How the bearer token that it shows is proven, where the source asks for that.
    public var tokenProof: TokenProof?

    /// A GET of an address.
    public init(_ url: String) { self.url = url }
}

/// A parameter that proves a bearer token: its HMAC-SHA256 under a key, in hexadecimal.
public struct TokenProof: Sendable {
    /// The parameter's name.
    public var parameter: String
    /// The key, a secret.
    public var key: String

    /// A proof by a key.
    public init(parameter: String, key: String) {
        self.parameter = parameter
        self.key = key
    }
}

/// A reply.
public struct FetchResponse: Sendable {
    /// The status code.
    public var status: Int
    /// Header fields in order, names as sent.
    public var headers: [(name: String, value: String)]
    /// The body, decompressed.
    public var body: [UInt8]
    /// The address that answered, after redirects.
    public var url: String
    /// The address that every permanent redirect (301, 308) led to, where the first hop was permanent.
    public var permanentURL: String?

    /// A reply of known parts.
    public init(
        status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = [], url: String,
        permanentURL: String? = nil
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.url = url
        self.permanentURL = permanentURL
    }

    /// The first header field of a name, in any letter case.
    public subscript(header: String) -> String? {
        headers.first { $0.name.lowercased() == header.lowercased() }?.value
    }
}

/// Why a source or sink could not be talked to, by what should happen next.
public enum FetchFailure: Error, Sendable, Equatable {
    /// No reply: name, connection, time. Try again later.
    case unreachable(String)
    /// The server does not prove who it is: its certificate has expired, names another or is signed by nobody known.
    case untrusted(String)
    /// The source is busy or limits us. Wait, not less than `after` if it said so.
    case limited(String, after: Duration?)
    /// The credentials are not accepted. Try once more, then an operator must act.
    case unauthorized(String)
    /// The request will never be accepted as it is. Give up until something is changed.
    case refused(String)
    /// The reply passed the size limit.
    case tooLarge(limit: Int)
}
