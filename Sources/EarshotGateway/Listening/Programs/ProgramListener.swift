package import Earshot
internal import Foundation

/// Runs one channel's program again and again and takes what it prints; it is handed the state that it printed last.
package struct ProgramListener: ChannelListener {
    /// The channel's name.
    package var channel: String { context.channel }
    private let context: ListenerContext
    private let adapter: any ProgramAdapter
    private let program: Program
    private let directory: String
    private let interval: Duration

    /// A listener to one channel's program, run in `directory` every `interval`.
    package init(
        _ context: ListenerContext, adapter: any ProgramAdapter, directory: String, interval: Duration
    ) {
        self.context = context
        self.adapter = adapter
        program = adapter.program
        self.directory = directory.isEmpty ? "." : directory
        self.interval = interval
    }

    /// Runs the program until cancelled.
    package func run() async throws {
        var failures = 0
        while true {
            let (failure, hasNews) = try await runOnce(nil)
            try Task.checkCancellation()
            guard let failure = failure ?? unwelcome else {
                failures = 0
                try await context.clock.sleep(context.jittered(interval))
                continue
            }
            failures = hasNews ? 1 : failures + 1
            try await context.rest(after: failure, step(after: failure, failures))
        }
    }

    /// Runs the program once, to its end.
    package func drain(_ taken: (@Sendable (IntakeTally) -> Void)?) async throws {
        if let failure = try await runOnce(taken).failure { throw failure }
    }

    /// Looks whether the program could be run; it is not, as nobody knows what it would do.
    package func check() async throws -> String {
        try ProgramFile(program.command.first ?? "", in: directory).check()
    }

    /// Why it is wrong that the program has returned, where it was meant to run for ever.
    private var unwelcome: FetchFailure? {
        program.restart == .always ? .unreachable("the program ended, and is meant to run for ever") : nil
    }

    /// Doubling from five seconds to ten minutes, with jitter.
    private func step(after failure: FetchFailure, _ failures: Int) -> Backoff.Step {
        let ceiling = min(5.0 * Double(1 << min(failures - 1, 10)), 600)
        let pause = Duration.milliseconds(Int((0.5 + context.clock.random() / 2) * ceiling * 1000))
        if case .refused = failure { return Backoff.Step(pause: pause, state: .refused) }
        return Backoff.Step(pause: pause, state: .retrying)
    }

    /// Runs the program once; tells why the run failed, if it did, and whether anything new came of it.
    private func runOnce(
        _ taken: (@Sendable (IntakeTally) -> Void)?
    ) async throws -> (failure: FetchFailure?, hasNews: Bool) {
        let state = try await context.cursor()
        let handed = try HandedState(state, as: program.handover)
        defer { handed.remove() }
        let run = ProgramRun(
            order(handed), errorOutput: ErrorOutput(of: channel, clock: context.clock, log: context.log))
        let reading = ProgramReading(channel: channel, adapter: adapter, lineLimit: program.lineLimit, state: state)
        let result: Result<Bool, any Error>
        do {
            result = .success(
                try await withTaskCancellationHandler {
                    try await listen(to: run, reading, taken)
                } onCancel: {
                    run.stop()
                })
        } catch {
            result = .failure(error)
        }
        run.stop()
        var ending = await run.ending()
        if let limit = program.timeout, try result.get() { ending.cause = .late(limit) }
        // What a program that was ended said last is likely half a line.
        if ending.failure == nil, let rest = reading.rest() { try await take(rest, reading, taken) }
        if ending.failure == nil { context.board.heard(from: channel, at: context.clock.now()) }
        return (ending.failure, reading.hasNews)
    }

    /// Takes what the program prints until it has ended; true where it had to be ended, as its time was over.
    private func listen(
        to run: ProgramRun, _ reading: ProgramReading, _ taken: (@Sendable (IntakeTally) -> Void)?
    ) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                while let piece = try await run.next() { try await take(reading.lines(of: piece), reading, taken) }
                _ = await run.ending()
                return false
            }
            if let limit = program.timeout {
                group.addTask {
                    try await context.clock.sleep(limit)
                    run.stop()
                    return true
                }
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
    }

    /// Makes a page of lines safe, together with the last state among them.
    private func take(
        _ lines: [LineCutter.Line], _ reading: ProgramReading, _ taken: (@Sendable (IntakeTally) -> Void)?
    ) async throws {
        let page = reading.page(of: lines, at: context.clock.now())
        guard !page.isEmpty else { return }
        let tally = try await context.intake.take(
            page.documents, unreadable: page.unreadable, advancing: page.state)
        reading.note(page, tally)
        context.report(tally)
        taken?(tally)
    }

    private func order(_ handed: HandedState) -> ProgramRun.Order {
        ProgramRun.Order(
            path: program.command.first ?? "", arguments: program.command.dropFirst() + handed.arguments,
            environment: program.environment.merging(handed.environment) { $1 }, directory: directory,
            outputLimit: program.outputLimit, memoryLimit: program.memoryLimit,
            timeLimit: program.timeout.map { Int($0.components.seconds) + 1 } ?? 0)
    }
}
