internal import ArgumentParser
internal import Earshot

/// `earshot version`
struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Print the version of the program and of the schema it writes.")

    /// The program's version.
    static let number = "0.1.0"

    func run() throws {
        try LineOutput.print("earshot \(Version.number) (\(MentionWriter.schema))")
    }
}
