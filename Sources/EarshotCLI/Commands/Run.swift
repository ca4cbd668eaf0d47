internal import ArgumentParser
internal import Earshot
internal import EarshotGateway
internal import Logging
internal import UnixSignals

/// `earshot run CONFIG`
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Listen to all channels and deliver to all sinks until stopped.",
        discussion: "SIGTERM and SIGINT stop it: sinks are given what is left, and what they cannot take waits.")

    @Argument(help: "The configuration: a file, or a directory of files.")
    var config: String

    @OptionGroup var options: LogOptions

    func run() async throws {
        let configuration = try GatewaySession.configuration(at: config)
        let log = options.logger(hiding: configuration.secrets)
        for warning in configuration.warnings { log.warning("\(warning)") }
        let session = try GatewaySession.open(configuration, log: log)
        let (stops, stop) = AsyncStream<Void>.makeStream()
        log.info(
            "listening",
            metadata: ["channels": "\(configuration.channels.count)", "sinks": "\(configuration.sinks.count)"])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
                    log.info("stopping", metadata: ["signal": "\(signal)"])
                    stop.finish()
                }
            }
            group.addTask {
                try await session.assembly.gateway(version: Version.number).run { for await _ in stops {} }
            }
            try await group.next()
            group.cancelAll()
        }
        try await session.journal.close()
        log.info("stopped")
    }
}
