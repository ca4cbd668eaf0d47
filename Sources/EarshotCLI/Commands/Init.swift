internal import ArgumentParser
internal import Earshot
internal import Foundation

/// `earshot init [PATH]`, `earshot init adapter NAME`
struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a commented configuration, or a declared adapter, to start from.",
        discussion: """
            `earshot init adapter NAME` makes a folder NAME with adapter.json, README.md and a fixture, which pass \
            `earshot test NAME`.
            """)

    @Argument(help: "Where to; - for the standard output; or the word adapter.")
    var path = "earshot.json"

    @Argument(help: "After the word adapter, the new adapter's name.")
    var name: String?

    func run() throws {
        if let name {
            guard path == "adapter" else {
                throw Exit.saying("write: earshot init [PATH], or earshot init adapter NAME", Exit.usage)
            }
            return try AdapterSkeleton(name: name).write()
        }
        let starter = PackageResources.starter_json
        if path == "-" {
            var output = LineOutput()
            try starter.withBytes { try output.add($0) }
            return try output.flush()
        }
        guard !FileManager.default.fileExists(atPath: path) else {
            throw Exit.saying("\(path) is there already; nothing was written", Exit.inputOutput)
        }
        do {
            try Data(starter).write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
        } catch {
            throw Exit.saying("\(path): \(error.localizedDescription)", Exit.inputOutput)
        }
        StandardError.line("wrote \(path); check it with: earshot validate \(path)")
    }
}
