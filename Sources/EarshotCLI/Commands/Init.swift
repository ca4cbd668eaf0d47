internal import ArgumentParser
internal import Earshot
internal import Foundation

/// `earshot init [PATH]`
struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Write a commented configuration to start from.")

    @Argument(help: "Where to; - for the standard output.")
    var path = "earshot.json"

    func run() throws {
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
