internal import ArgumentParser
internal import Earshot
internal import EarshotGateway

/// `earshot replay --sink NAME --since MOMENT`
struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Give a sink once more what was stored since a moment.",
        discussion: """
            The sink is set back in the journal, as far as the journal still has it, and is given everything from \
            there on: at once where the gateway runs, else when it is started. Other sinks are not touched.
            """)

    @Option(help: "The sink's name.")
    var sink: String

    @Option(help: "A moment, as 2026-01-12T08:30:00Z, or how long ago, as 2h or 3d.")
    var since: String

    @OptionGroup var options: OperatorOptions

    func run() async throws {
        let moment = try AdapterChoice.past(since)
        let count = try await options.withDesk { try await $0.replay(sink: sink, since: moment) }
        StandardError.line("\(sink) is given \(count) mentions again")
    }
}
