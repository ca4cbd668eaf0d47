internal import ArgumentParser
internal import Earshot
internal import EarshotGateway

/// `earshot dead-letters list|show|replay|drop`
struct DeadLetters: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters",
        abstract: "See, try again or drop what a sink will not take.",
        subcommands: [List.self, Show.self, Replay.self, Drop.self])

    /// `earshot dead-letters list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Print dead letters, oldest first: sink, position, moment, attempts, reason, mention's id.")

        @Option(help: "Only those of this sink.")
        var sink: String?

        @OptionGroup var options: OperatorOptions

        func run() async throws {
            let letters = try await options.withDesk { try await $0.deadLetters(of: sink) }
            try OperatorOptions.show(letters.map { $0.json(isWhole: false) })
        }
    }

    /// `earshot dead-letters show SINK [POSITION…]`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print dead letters with their whole mentions.")

        @OptionGroup var choice: Choice

        func run() async throws {
            let letters = try await choice.options.withDesk { try await $0.deadLetters(of: choice.sink) }
            let chosen = letters.filter { choice.position.isEmpty || choice.position.contains($0.position) }
            guard !chosen.isEmpty || choice.position.isEmpty else {
                throw Exit.saying("the sink \"\(choice.sink)\" has no such dead letter", Exit.usage)
            }
            try OperatorOptions.show(chosen.map { $0.json(isWhole: true) })
        }
    }

    /// `earshot dead-letters replay SINK [POSITION…]`
    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "replay",
            abstract: "Give a sink its dead letters once more; what it takes is a letter no longer.")

        @OptionGroup var choice: Choice

        func run() async throws {
            let redelivery = try await choice.options.withDesk { try await $0.redeliver(choice.letters) }
            StandardError.line("delivered \(redelivery.delivered), refused again \(redelivery.refused)")
            if let trouble = redelivery.trouble { throw Exit.saying("\(choice.sink): \(trouble)", Exit.unavailable) }
            if redelivery.refused > 0 { throw Exit.partly }
        }
    }

    /// `earshot dead-letters drop SINK POSITION…|--all`
    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "drop", abstract: "Forget dead letters for good.")

        @OptionGroup var choice: Choice

        @Flag(help: "All of the sink's letters.")
        var all = false

        func validate() throws {
            if choice.position.isEmpty != all { throw ValidationError("name positions, or --all") }
        }

        func run() async throws {
            let count = try await choice.options.withDesk { try await $0.drop(choice.letters) }
            StandardError.line("dropped \(count)")
        }
    }

    /// The letters that a command is about.
    struct Choice: ParsableArguments {
        @Argument(help: "The sink's name.")
        var sink: String

        @Argument(help: "Positions as `dead-letters list` prints them; all if none is given (drop: --all).")
        var position: [Int64] = []

        @OptionGroup var options: OperatorOptions

        /// The choice, for the desk.
        var letters: LetterChoice {
            LetterChoice(sink: sink, positions: position.isEmpty ? nil : Swift.Set(position))
        }
    }
}
