internal import ArgumentParser
internal import Earshot
internal import EarshotGateway

/// `earshot schema mention|configuration|adapter`
struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print a JSON Schema: of a mention, of the configuration, or of a declared adapter.")

    /// What has a schema.
    enum Subject: String, ExpressibleByArgument, CaseIterable { case mention, configuration, adapter }

    @Argument(help: "mention, configuration or adapter.")
    var subject: Subject

    func run() throws {
        var output = LineOutput()
        switch subject {
        case .mention: try PackageResources.mention_v1_json.withBytes { try output.add($0) }
        case .adapter: try PackageResources.adapter_v1_json.withBytes { try output.add($0) }
        case .configuration:
            let text = SchemaText.configuration(of: GatewaySession.catalog)
            try Array(text.utf8).withBytes { try output.add($0) }
        }
        try output.flush()
    }
}
