internal import ArgumentParser
internal import Earshot
internal import EarshotGateway

/// `earshot tap [CONFIG]`
struct Tap: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tap",
        abstract: "Print the mentions of a running gateway as they pass, until stopped.",
        discussion: "Nothing is taken from any sink. Private mentions are printed too, as the journal has them.")

    @Argument(help: "The configuration of the gateway.")
    var config = "earshot.json"

    @Option(help: "Only mentions of this channel.")
    var channel: String?

    @Option(help: "Only mentions that this sink takes.")
    var sink: String?

    @Option(help: "Only mentions of which this JMESPath expression holds.")
    var when: String?

    @Option(help: "End after this many mentions.")
    var limit: Int?

    func run() async throws {
        let configuration = try GatewaySession.configuration(at: config)
        var options = try OperatorOptions.parse([])
        options.config = config
        guard var desk = try await options.runningDesk(of: configuration) else {
            throw Exit.saying("no gateway runs on \(configuration.dataDirectory)", Exit.unavailable)
        }
        var view = TapView(channel: channel, sink: sink, condition: when)
        var left = limit ?? .max
        do {
            view.after = try await desk.look(view).upTo
            StandardError.line("looking on from \(view.after ?? 0)")
            while left > 0 {
                do {
                    left -= try await print(&view, upTo: left, from: desk)
                } catch OperatorFailure.unavailable(let reason) {
                    desk = try await returned(configuration, options, after: reason)
                }
            }
        } catch let failure as OperatorFailure {
            guard case .wrong = failure else { throw Exit.saying(failure.reason, Exit.unavailable) }
            throw Exit.saying(failure.reason, Exit.usage)
        }
    }

    /// Prints what was stored since, moves the view on, and says how many mentions that were.
    private func print(_ view: inout TapView, upTo limit: Int, from desk: RemoteDesk) async throws -> Int {
        var output = LineOutput()
        let page = try await desk.look(view)
        view.after = page.upTo
        let lines = page.lines.split(separator: 0x0A).prefix(limit)
        for line in lines { try (Array(line) + [0x0A]).withBytes { try output.add($0) } }
        try output.flush()
        return lines.count
    }

    /// The desk of a gateway that reads its configuration anew, as soon as it is there again; where it stays away,
    /// `reason` is why.
    private func returned(
        _ configuration: Configuration, _ options: OperatorOptions, after reason: String
    ) async throws -> RemoteDesk {
        for _ in 0..<Tap.attempts {
            try await Task.sleep(for: .milliseconds(250))
            if let desk = try? await options.runningDesk(of: configuration), (try? await desk.cursors()) != nil {
                return desk
            }
        }
        throw OperatorFailure.unavailable(reason)
    }

    /// How often a gateway is looked for that is gone: longer than one takes to give its sinks what is left.
    private static let attempts = 60
}
