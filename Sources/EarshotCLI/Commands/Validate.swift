internal import ArgumentParser
internal import EarshotGateway

/// `earshot validate CONFIG`
struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check a configuration without the network, and report every problem at once.")

    @Argument(help: "The configuration: a file, or a directory of files.")
    var config: String

    func run() throws {
        let configuration = try GatewaySession.configuration(at: config)
        for warning in configuration.warnings { StandardError.line("\(warning)") }
        if let reason = configuration.dataDirectoryRefusal {
            StandardError.line("\(Problem("/data_dir", "a gateway would not start: \(reason)", severity: .warning))")
        }
        let (channels, sinks) = (configuration.channels.count, configuration.sinks.count)
        StandardError.line(
            "\(config) is right: \(channels) \(channels == 1 ? "channel" : "channels"), "
                + "\(sinks) \(sinks == 1 ? "sink" : "sinks")")
    }
}
