package import Earshot
package import Logging
internal import Synchronization

/// Shows a channel's credentials with its requests, renews them where they are renewed, and takes the next where one
/// has nothing left.
package final class AuthorizedClient: HTTPFetching {
    private let authorization: Authorization
    private let base: any HTTPFetching
    private let pool: Mutex<TokenPool>
    private let keeper: TokenKeeper?
    private let channel: String
    private let log: Logger

    /// A client that sends through another; renewed tokens are kept at `path`, and hidden from the log.
    package init(
        _ authorization: Authorization, of channel: String, over base: any HTTPFetching, keepingTokensAt path: String,
        hiding secrets: SecretBook = SecretBook(), log: Logger
    ) {
        self.authorization = authorization
        self.base = base
        self.channel = channel
        self.log = log
        if case .shown(let presentations) = authorization {
            pool = Mutex(TokenPool(count: presentations.count))
        } else {
            pool = Mutex(TokenPool(count: 0))
        }
        if case .renewed(let source) = authorization {
            keeper = TokenKeeper(
                source, over: base, file: TokenFile(path), channel: channel, hiding: secrets,
                log: log)
        } else {
            keeper = nil
        }
    }

    /// The moment that the way to the network says.
    package var now: Timestamp { base.now }

    /// Sends a request with credentials, unless it must not have them.
    package func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        guard request.takesCredentials else { return try await base.fetch(request) }
        switch authorization {
        case .shown(let presentations) where presentations.count == 1:
            return presentations[0].hidden(in: try await base.fetch(presentations[0].shown(by: request)))
        case .shown(let presentations): return try await fetch(request, showingOneOf: presentations)
        case .signed(let keys):
            let nonce = AuthorizedClient.nonce()
            return try await base.fetch(OAuth1Signature.sign(request, with: keys, at: base.now, nonce: nonce))
        case .renewed: return try await fetchRenewing(request)
        }
    }

    /// Opens a stream with the first of the credentials, unless it must not have them.
    package func stream(_ request: FetchRequest) async throws(FetchFailure) -> HTTPStream {
        guard request.takesCredentials else { return try await base.stream(request) }
        switch authorization {
        case .shown(let presentations):
            guard let first = presentations.first else { throw .unauthorized("there is no token") }
            return try await base.stream(first.shown(by: request))
        case .signed(let keys):
            let nonce = AuthorizedClient.nonce()
            return try await base.stream(OAuth1Signature.sign(request, with: keys, at: base.now, nonce: nonce))
        case .renewed:
            guard let keeper else { throw .unauthorized("there is no token endpoint") }
            let token = try await keeper.token()
            let stream = try await base.stream(bearing(token, request))
            guard stream.status == 401 else { return stream }
            return try await base.stream(bearing(try await keeper.token(insteadOf: token), request))
        }
    }

    /// Tries one after another until one is neither rejected nor used up.
    private func fetch(
        _ request: FetchRequest, showingOneOf presentations: [Authorization.Presentation]
    ) async throws(FetchFailure) -> FetchResponse {
        var tried: Set<Int> = []
        var last: Result<FetchResponse, FetchFailure> = .failure(.unauthorized("there is no token"))
        while true {
            switch pool.withLock({ $0.choose(except: tried, at: base.now) }) {
            case .none: return try last.get()
            case .wait(let time):
                throw .limited("every one of \(presentations.count) tokens has used up its budget", after: time)
            case .take(let index):
                tried.insert(index)
                do throws(FetchFailure) {
                    let response = try await base.fetch(presentations[index].shown(by: request))
                    last = .success(presentations[index].hidden(in: response))
                    let isRejected = response.status == 401 || request.refusesCredentials?(response) == true
                    let mayAnother = pool.withLock {
                        $0.note(response, to: index, isRejected: isRejected, at: base.now)
                    }
                    guard mayAnother else { return try last.get() }
                    if isRejected { tell(index, presentations.count) }
                } catch {
                    guard case .limited(_, let after?) = error else { throw error }
                    pool.withLock { $0.rest(index, for: after, at: base.now) }
                    last = .failure(error)
                }
            }
        }
    }

    private func tell(_ index: Int, _ count: Int) {
        log.warning(
            "\(channel): token \(index + 1) of \(count) is not accepted, and rests", metadata: ["channel": "\(channel)"]
        )
    }

    /// Sends with the token that there is, and once more with a new one where it is not accepted.
    private func fetchRenewing(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        guard let keeper else { throw .unauthorized("there is no token endpoint") }
        let token = try await keeper.token()
        let response = try await base.fetch(bearing(token, request))
        guard AuthorizedClient.isOver(response, to: request) else { return response }
        let renewed = try await keeper.token(insteadOf: token)
        return try await base.fetch(bearing(renewed, request))
    }

    private func bearing(_ token: Secret, _ request: FetchRequest) -> FetchRequest {
        Authorization.Presentation.header(name: "Authorization", value: Secret("Bearer \(token.reveal())"))
            .shown(by: request)
    }

    /// Whether a reply says that the token is not accepted (RFC 6750, 3.1), or in words of the source's own.
    private static func isOver(_ response: FetchResponse, to request: FetchRequest) -> Bool {
        response.status == 401
            || (400...403).contains(response.status) && response["WWW-Authenticate"]?.contains("invalid_token") == true
            || request.refusesCredentials?(response) == true
    }

    /// Thirty-two hexadecimal digits, never the same twice.
    private static func nonce() -> String {
        var generator = SystemRandomNumberGenerator()
        return Digest(high: generator.next(), low: generator.next()).hexadecimal
    }
}
