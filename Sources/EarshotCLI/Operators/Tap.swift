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
        guard let desk = try await options.runningDesk(of: configuration) else {
            throw Exit.saying("no gateway runs on \(configuration.dataDirectory)", Exit.unavailable)
        }
        var view = TapView(channel: channel, sink: sink, condition: when)
        var output = LineOutput()
        var left = limit ?? .max
        do {
            view.after = try await desk.look(view).upTo
            StandardError.line("looking on from \(view.after ?? 0)")
            while left > 0 {
                let page = try await desk.look(view)
                view.after = page.upTo
                for line in page.lines.split(separator: 0x0A).prefix(left) {
                    try (Array(line) + [0x0A]).withBytes { try output.add($0) }
                    left -= 1
                }
                try output.flush()
            }
        } catch let failure as OperatorFailure {
            guard case .wrong = failure else { throw Exit.saying(failure.reason, Exit.unavailable) }
            throw Exit.saying(failure.reason, Exit.usage)
        }
    }
}
