internal import ArgumentParser
internal import Earshot
internal import EarshotGateway

/// `earshot schema mention|configuration`
struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a JSON Schema: of a mention, or of the configuration.")

    /// What has a schema.
    enum Subject: String, ExpressibleByArgument, CaseIterable { case mention, configuration }

    @Argument(help: "mention or configuration.")
    var subject: Subject

    func run() throws {
        var output = LineOutput()
        switch subject {
        case .mention: try PackageResources.mention_v1_json.withBytes { try output.add($0) }
        case .configuration:
            let text = SchemaText.configuration(of: GatewaySession.catalog)
            try Array(text.utf8).withBytes { try output.add($0) }
        }
        try output.flush()
    }
}
