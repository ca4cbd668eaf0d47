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
        StandardError.line(
            "\(config) is right: \(configuration.channels.count) channels, \(configuration.sinks.count) sinks")
    }
}
