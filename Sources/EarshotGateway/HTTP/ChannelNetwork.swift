internal import Earshot
internal import Logging

/// The ways to the network of all channels: one politeness and one ledger for all, credentials for each.
struct ChannelNetwork {
    private let polite: PoliteClient
    private let ledger: QuotaLedger
    private let board: StatusBoard
    private let directory: String
    private let secrets: SecretBook
    private let log: Logger

    /// The ways of a configuration's channels.
    init(_ configuration: Configuration, in surroundings: Assembly.Surroundings, board: StatusBoard) {
        polite = PoliteClient(
            over: MaskedClient(base: surroundings.http, secrets: configuration.secrets, sparesSuccess: true),
            perHost: configuration.perHost, clock: surroundings.clock)
        ledger = QuotaLedger(surroundings.journal, now: surroundings.clock.now)
        self.board = board
        directory = configuration.dataDirectory + "/tokens"
        secrets = configuration.secrets
        log = surroundings.log
    }

    /// The way of one channel.
    func way(of channel: Configuration.Channel, to adapter: any Adapter) -> any HTTPFetching {
        let metered = MeteredClient(
            channel: channel.name, base: polite, board: board, quota: (adapter as? any PollingAdapter)?.quota,
            ledger: ledger)
        guard let authorization = channel.authorization else { return metered }
        return AuthorizedClient(
            authorization, of: channel.name, over: metered, keepingTokensAt: "\(directory)/\(channel.name).json",
            hiding: secrets, log: log)
    }
}
