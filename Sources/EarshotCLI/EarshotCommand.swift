internal import ArgumentParser
internal import EarshotGateway
internal import Glibc

/// The program: `earshot <command>`.
@main
struct EarshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "earshot",
        abstract: "Hears what people say about a brand, and tells it once, in one schema.",
        version: Version.number,
        subcommands: [
            Run.self, Backfill.self, Normalize.self, Validate.self, Check.self, DryRun.self, Simulate.self,
            TestCommand.self, Tap.self, State.self, DeadLetters.self, Replay.self,
            AdaptersCommand.self, SinksCommand.self, Schema.self, Init.self, Version.self,
        ])

    /// Runs a command; a reader that goes away ends it without a word.
    static func main() async {
        Allocator.prepare()
        signal(SIGPIPE, SIG_IGN)
        // A file that may not grow is an error that is told, not the end.
        signal(SIGXFSZ, SIG_IGN)
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            if let normalize = Normalize.withoutOptions(arguments) { return try await normalize.run() }
            var command = try parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as GatewaySession.OpeningFailure {
            exit(withError: Exit.saying(failure.description, failure.code))
        } catch let failure as ListeningFailure {
            exit(withError: Exit.saying(failure.description, Exit.inputOutput))
        } catch {
            let words = fullMessage(for: error)
            guard exitCode(for: error) == .failure, !words.isEmpty else { exit(withError: error) }
            // Not by the parser's own way out, which hides nothing.
            StandardError.line(words)
            Glibc.exit(ExitCode.failure.rawValue)
        }
    }
}
