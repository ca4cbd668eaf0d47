internal import ArgumentParser
internal import Earshot
internal import EarshotGateway
internal import EarshotTesting
internal import Logging
internal import Synchronization

/// `earshot dry-run CONFIG [CHANNEL] [--limit N]`
struct DryRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dry-run",
        abstract: "Really fetch and read once, print the mentions, write and remember nothing.")

    @Argument(help: "The configuration: a file, or a directory of files.")
    var config: String

    @Argument(help: "The channel; all of them if not given.")
    var channel: String?

    @Option(help: "How many mentions are printed of each channel.")
    var limit = 10

    @OptionGroup var options: LogOptions

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit must not be below 0") }
    }

    func run() async throws {
        var configuration = try GatewaySession.configuration(at: config)
        if let channel {
            guard configuration.channels.contains(where: { $0.name == channel }) else {
                let known = configuration.channels.map(\.name).joined(separator: ", ")
                throw Exit.saying("there is no channel \"\(channel)\"; there are \(known)", Exit.usage)
            }
            configuration.channels.removeAll { $0.name != channel }
        }
        configuration.sinks = []
        let log = options.logger(hiding: configuration.secrets)
        let journal = MemoryJournal(policy: configuration.dedupe)
        let session = try GatewaySession(configuration, journal, log)
        var troubles: [String: String] = [:]
        for listener in session.assembly.listeners {
            _ = try await journal.register(sink: listener.channel, fromBeginning: false)
            do {
                try await listener.drain(nil)
            } catch let failure as FetchFailure {
                troubles[listener.channel] = failure.summary
            }
            try await show(listener.channel, from: journal)
        }
        let report = await session.assembly.report(version: Version.number)
        try Summary(report: report, chosen: nil, isDone: true, troubles: troubles).show()
    }

    /// Prints the first mentions that came since the channel began.
    private func show(_ channel: String, from journal: MemoryJournal) async throws {
        let head = try await journal.status().head
        guard limit > 0, head > (try await journal.status().sinks[channel] ?? 0) else { return }
        guard
            let delivery = try await journal.next(
                for: channel, limits: BatchLimits(count: limit, bytes: .max), where: nil)
        else { return }
        var output = LineOutput()
        try delivery.batch.lines.withBytes { try output.add($0) }
        try output.flush()
    }
}
