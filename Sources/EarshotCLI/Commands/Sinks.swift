internal import ArgumentParser
internal import Earshot
internal import EarshotSinks

/// `earshot sinks [NAME]`
struct SinksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sinks", abstract: "List what this build can tell, or one sink's settings.")

    @Argument(help: "A sink's name.")
    var name: String?

    func run() throws {
        guard let name else {
            for sink in BuiltInSinks.all { try LineOutput.print(SettingsTable.row(sink.name, sink.about)) }
            return
        }
        guard let sink = BuiltInSinks.all.first(where: { $0.name == name }) else {
            let known = BuiltInSinks.all.map { $0.name }.joined(separator: ", ")
            throw Exit.saying("there is no sink \"\(name)\"; there are \(known)", Exit.usage)
        }
        try LineOutput.print("\(sink.name): \(sink.about)\n\nsettings:")
        try LineOutput.print(SettingsTable.text(sink.settings), terminator: "")
    }
}
