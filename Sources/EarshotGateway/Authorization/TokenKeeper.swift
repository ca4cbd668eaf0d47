internal import Earshot
internal import Logging

/// Holds the token of one channel, and fetches a new one when it is over or not accepted: one renewal at a time.
actor TokenKeeper {
    private let source: Authorization.TokenSource
    private let http: any HTTPFetching
    private let file: TokenFile
    private let channel: String
    private let secrets: SecretBook
    private let log: Logger

    private var grant: TokenGrant? {
        didSet { for token in [grant?.access, grant?.refresh] { token.map { secrets.learn($0) } } }
    }
    private var isLoaded = false
    private var isStored = true
    private var renewal: Task<Result<TokenGrant, FetchFailure>, Never>?

    init(
        _ source: Authorization.TokenSource, over http: any HTTPFetching, file: TokenFile, channel: String,
        hiding secrets: SecretBook, log: Logger
    ) {
        self.source = source
        self.http = http
        self.file = file
        self.channel = channel
        self.secrets = secrets
        self.log = log
    }

    /// A token that is not over and is not `rejected`.
    func token(insteadOf rejected: Secret? = nil) async throws(FetchFailure) -> Secret {
        if !isLoaded {
            isLoaded = true
            grant = file.load(begunWith: source.refreshToken)
        }
        if !isStored { store() }
        if renewal == nil, let grant, let token = grant.access, token != rejected, !grant.isOver(at: http.now) {
            return token
        }
        let renewal = renewal ?? begin(insteadOf: rejected)
        guard let token = try await renewal.value.get().access else { throw .unauthorized("there is no token") }
        return token
    }

    /// Begins a renewal. It is no child of who asks: to ask spends a single-use token, so that, once begun, it must
    /// come to its end and what it brought be stored, even where the channel is stopped meanwhile.
    private func begin(insteadOf rejected: Secret?) -> Task<Result<TokenGrant, FetchFailure>, Never> {
        let task = Task { await renew(insteadOf: rejected) }
        renewal = task
        return task
    }

    private func renew(insteadOf rejected: Secret?) async -> Result<TokenGrant, FetchFailure> {
        defer { renewal = nil }
        // Another process, such as a dry run, may have renewed it; what it stored is the newest.
        if source.refreshToken != nil, isStored, let stored = file.load(begunWith: source.refreshToken) {
            let isOther = stored.access != grant?.access && stored.access != rejected
            grant = stored
            if isOther, stored.access != nil, !stored.isOver(at: http.now) { return .success(stored) }
        }
        do throws(FetchFailure) {
            let refresh = grant?.refresh ?? source.refreshToken
            let fresh = try await TokenRequest(source, refresh).send(over: http)
            grant = fresh
            store()
            return .success(fresh)
        } catch {
            return .failure(error)
        }
    }

    /// Stores the newest refresh token before anybody uses what came with it.
    private func store() {
        guard let grant, let first = source.refreshToken else { return }
        do throws(TokenFile.Failure) {
            try file.store(grant, begunWith: first)
            isStored = true
        } catch {
            isStored = false
            log.error(
                "\(channel): the renewed token cannot be stored, and is lost if the gateway stops now: \(error)",
                metadata: ["channel": "\(channel)"])
        }
    }
}

/// What a token endpoint gave.
struct TokenGrant: Sendable, Equatable {
    /// The token that requests show.
    var access: Secret?
    /// The token that the next renewal shows, where there is one.
    var refresh: Secret?
    /// When the first is over, where that was said.
    var over: Timestamp?

    /// Whether it is over, or will be before an answer is here.
    func isOver(at now: Timestamp) -> Bool { over.map { $0 <= now } ?? false }
}
