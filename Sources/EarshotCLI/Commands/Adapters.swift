internal import ArgumentParser
internal import Earshot
internal import EarshotAdapters

/// `earshot adapters [NAME]`
struct AdaptersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adapters", abstract: "List what this build can hear, or one adapter's settings.")

    @Argument(help: "An adapter's name.")
    var name: String?

    func run() throws {
        guard let name else {
            for adapter in BuiltInAdapters.all { print(SettingsTable.row(adapter.name, adapter.about)) }
            return
        }
        guard let adapter = BuiltInAdapters.all.first(where: { $0.name == name }) else {
            throw Exit.saying(unknown(name), Exit.usage)
        }
        print("\(adapter.name) \(adapter.version): \(adapter.about)\n\nsettings:")
        print(SettingsTable.text(adapter.settings), terminator: "")
    }

    private func unknown(_ name: String) -> String {
        "there is no adapter \"\(name)\"; there are \(BuiltInAdapters.all.map { $0.name }.joined(separator: ", "))"
    }
}
