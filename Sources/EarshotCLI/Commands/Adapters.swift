internal import ArgumentParser
internal import Earshot
internal import EarshotAdapters
internal import EarshotFormats

/// `earshot adapters [NAME [--coverage FILE…]]`
struct AdaptersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adapters", abstract: "List what this build can hear, or one adapter's settings.",
        discussion: """
            With --coverage, tells for every path in JSON documents, XML feeds and mails where its values end: in which \
            fields of the mentions, in ext, or nowhere. Each value is exchanged for another to see what follows it.
            """)

    @Argument(help: "An adapter's name.")
    var name: String?

    @Option(
        parsing: .upToNextOption,
        help: .init("documents, files of them, or folders: where does what they say go?", valueName: "file"))
    var coverage: [String] = []

    func run() throws {
        guard let name else {
            for adapter in BuiltInAdapters.kinds {
                try LineOutput.print(SettingsTable.row(adapter.name, adapter.about))
            }
            return
        }
        let adapter = try AdapterChoice.kind(name)
        guard coverage.isEmpty else { return try printCoverage(of: AdapterChoice.make(name)) }
        try LineOutput.print("\(adapter.name) \(adapter.version): \(adapter.about)\n\nsettings:")
        try LineOutput.print(SettingsTable.text(adapter.settings), terminator: "")
    }

    private func printCoverage(of adapter: any Adapter) throws {
        let kind = adapter.kind
        let cut = DocumentReader.Cut(kind.container, companions: kind.companions) { Timestamp(seconds: 0) }
        var found = FieldCoverage(of: adapter)
        for file in coverage {
            do throws(InputFailure) {
                let documents = try DocumentReader(file, cut: cut)
                while let step = documents.next() {
                    if case .success(let document) = step.document { found.add(document) }
                }
            } catch {
                throw Exit.saying(error.description, error.isMissing ? Exit.noInput : Exit.inputOutput)
            }
        }
        try LineOutput.print(CoverageTable.text(found))
    }
}
