internal import ArgumentParser
internal import Earshot
internal import EarshotGateway

/// `earshot state list|show|set|clear|retire`
struct State: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "state",
        abstract: "See and set where each channel got to, and forget sinks that are gone.",
        discussion: """
            A channel's cursor says from where its source is asked the next time. Forgetting it lets the channel begin \
            anew; what was seen before is still not told twice. Works while the gateway runs and while it does not.
            """,
        subcommands: [List.self, Show.self, Set.self, Clear.self, Retire.self])

    /// `earshot state list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Print every channel's cursor, one a line.")

        @OptionGroup var options: OperatorOptions

        func run() async throws {
            let records = try await options.withDesk { try await $0.cursors() }
            try OperatorOptions.show(records.map(\.json))
        }
    }

    /// `earshot state show CHANNEL`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print the cursor of one channel.")

        @Argument(help: "The channel's name.")
        var channel: String

        @OptionGroup var options: OperatorOptions

        func run() async throws {
            let records = try await options.withDesk { try await $0.cursors() }
            guard let record = records.first(where: { $0.channel == channel }) else {
                let known = records.isEmpty ? "none" : records.map(\.channel).joined(separator: ", ")
                throw Exit.saying("there is no cursor of \"\(channel)\"; there are \(known)", Exit.usage)
            }
            try OperatorOptions.show([record.json])
        }
    }

    /// `earshot state set CHANNEL CURSOR`
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "set", abstract: "Set the cursor of one channel.")

        @Argument(help: "The channel's name.")
        var channel: String

        @Argument(help: "The cursor, as `state show` prints it: JSON.")
        var cursor: String

        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.withDesk { try await $0.setCursor(cursor, of: channel) }
            StandardError.line("the cursor of \(channel) is set")
        }
    }

    /// `earshot state clear CHANNEL`
    struct Clear: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "clear",
            abstract: "Forget the cursor of one channel, so that it begins anew.")

        @Argument(help: "The channel's name.")
        var channel: String

        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.withDesk { try await $0.setCursor(nil, of: channel) }
            StandardError.line("the cursor of \(channel) is forgotten")
        }
    }

    /// `earshot state retire SINK`
    struct Retire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retire",
            abstract: "Forget a sink that is not configured any more, with what waits for it and its dead letters.")

        @Argument(help: "The sink's name.")
        var sink: String

        @OptionGroup var options: OperatorOptions

        func run() async throws {
            let count = try await options.withDesk { try await $0.retire(sink: sink) }
            StandardError.line("sink \(sink) is forgotten; mentions that waited for it: \(count)")
        }
    }
}
