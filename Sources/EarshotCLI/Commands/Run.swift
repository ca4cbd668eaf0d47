internal import ArgumentParser
internal import Earshot
internal import EarshotGateway
internal import Logging
internal import Synchronization
internal import UnixSignals

/// `earshot run CONFIG`
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Listen to all channels and deliver to all sinks until stopped.",
        discussion: """
            SIGTERM and SIGINT stop it: sinks are given what is left, and what they cannot take waits. SIGHUP reads \
            the configuration anew and says what changed; one that is wrong is named, and the old one stays. Channels \
            that are unauthorized or refused are asked again at once, also where nothing has changed.
            """)

    @Argument(help: "The configuration: a file, or a directory of files.")
    var config: String

    @Flag(help: "Set a damaged journal aside, and go on from the newest good backup.")
    var recover = false

    @OptionGroup var options: LogOptions

    func run() async throws {
        let configuration = try GatewaySession.configuration(at: config)
        let switchboard = Switchboard()
        let arriving = await Switchboard.trap()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await switchboard.listen(to: arriving) }
            group.addTask {
                do {
                    try await serve(configuration, switchboard)
                } catch let failure as JournalFailure {
                    throw Exit.saying(failure.summary, Exit.inputOutput)
                } catch let failure as Gateway.Abandoned {
                    throw Exit.saying(failure.description, Exit.inputOutput)
                }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    /// Runs one configuration after another until one is stopped; where one cannot be run, the one before goes on.
    private func serve(_ first: Configuration, _ switchboard: Switchboard) async throws {
        var (configuration, before) = (first, Configuration?.none)
        var changed: [String] = []
        var recovers = recover
        while true {
            let next: Configuration?
            do {
                next = try await serve(configuration, switchboard, forgetting: changed, recovers: recovers)
            } catch let failure where before != nil && Run.isOfNew(failure) {
                let log = options.logger(hiding: configuration.secrets)
                log.error("\(Run.refused): \(failure)")
                (configuration, before, changed) = (before ?? first, nil, [])
                continue
            }
            recovers = false
            guard let next else { return }
            let log = options.logger(hiding: next.secrets)
            for change in next.changes(since: configuration) { log.notice("reloaded: \(change)") }
            changed = next.changedChannels(since: configuration)
            (configuration, before) = (next, configuration)
        }
    }

    /// Whether a failure says that a configuration cannot be run, and not that it ran and something broke.
    private static func isOfNew(_ failure: any Error) -> Bool {
        failure is ListeningFailure || failure is GatewaySession.OpeningFailure
    }

    /// Runs one configuration until it is stopped or followed by another, which is given.
    private func serve(
        _ configuration: Configuration, _ switchboard: Switchboard, forgetting changed: [String], recovers: Bool
    ) async throws -> Configuration? {
        let log = options.logger(hiding: configuration.secrets)
        for warning in configuration.warnings { log.warning("\(warning.sentence)") }
        StandardError.hide(configuration.secrets)
        if ProcessGuard.isAlmighty {
            log.warning("earshot runs as root and needs nothing of it: give it a user of its own")
        }
        let session = try GatewaySession.open(configuration, log: log, recovers: recovers)
        try await session.sayWhoIsMissing(log)
        try await session.assembly.forgetWaits(of: changed)
        log.info(
            "listening",
            metadata: ["channels": "\(configuration.channels.count)", "sinks": "\(configuration.sinks.count)"])
        let following = Mutex<Configuration?>(nil)
        do {
            try await session.assembly.gateway(version: Version.number).run {
                let next = await successor(of: configuration, session.assembly.board, switchboard, log)
                switchboard.hangUp()
                following.withLock { $0 = next }
                return next == nil ? .stop : .handOver
            }
        } catch {
            try await session.journal.close()
            throw error
        }
        try await session.journal.close()
        let next = following.withLock { $0 }
        if next == nil { log.info("stopped") }
        return next
    }

    /// Waits for a signal that ends a configuration: gives the next one, or nil to stop.
    private func successor(
        of configuration: Configuration, _ board: StatusBoard, _ switchboard: Switchboard, _ log: Logger
    ) async -> Configuration? {
        for await signal in switchboard.signals() {
            guard signal == .sighup else {
                log.info("stopping", metadata: ["signal": "\(signal)"])
                return nil
            }
            do throws(ConfigurationFailure) {
                let next = try Configuration.load(config, catalog: GatewaySession.catalog)
                if !next.changes(since: configuration).isEmpty {
                    guard await canListen(next, beside: configuration, log) else { continue }
                    return next
                }
                let blocked = board.blocked
                log.notice("reloaded: nothing has changed")
                guard blocked.isEmpty else {
                    log.notice("asked again at once: \(blocked.joined(separator: ", "))")
                    return next
                }
            } catch {
                log.error("not reloaded, the configuration is wrong and the old one stays")
                for problem in error.problems {
                    log.log(level: problem.severity == .error ? .error : .warning, "\(problem.sentence)")
                }
            }
        }
        return nil
    }

    /// Whether a new configuration's addresses can be had, so that the one that runs need not be ended for it.
    private func canListen(_ next: Configuration, beside running: Configuration, _ log: Logger) async -> Bool {
        do {
            try await next.tryAddresses(beside: running)
            return true
        } catch {
            log.error("\(Run.refused): \(error)")
            return false
        }
    }

    /// How a line begins that tells of a configuration that is right and yet cannot be run.
    private static let refused = "not reloaded, the new configuration cannot be run and the old one goes on"
}
