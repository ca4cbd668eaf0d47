package import Earshot
package import Logging

/// What the listeners to mail share: where messages go, where they say how they are, what to do when a server fails.
package struct MailDesk: Sendable {
    /// The channel's name.
    package let channel: String
    private let intake: Intake
    private let journal: any Journal
    private let board: StatusBoard
    /// The clock.
    package let clock: GatewayClock
    /// The log.
    package let log: Logger

    /// A desk for one channel.
    package init(
        channel: String, intake: Intake, journal: any Journal, clock: GatewayClock, board: StatusBoard, log: Logger
    ) {
        self.channel = channel
        self.intake = intake
        self.journal = journal
        self.clock = clock
        self.board = board
        self.log = log
    }

    /// Where the channel got to.
    func cursor() async throws -> Cursor? { try await journal.cursor(of: channel)?.value }

    /// Stores what is new of some messages, together with the cursor that stands for having them.
    func take(
        _ documents: [Document], unreadable: [IntakeTally.Finding] = [], advancing cursor: Cursor?
    ) async throws -> IntakeTally {
        Failpoint.afterFetch.reach()
        let now = clock.now()
        let held = documents.map { document in
            var held = document
            held.observedAt = now
            return held
        }
        var tally = try await intake.take(held, unreadable: unreadable, advancing: cursor)
        tally.bytes = documents.reduce(0) { $0 + $1.bytes.count }
        board.took(tally, from: channel)
        for finding in tally.findings {
            log.warning("\(channel): \(finding.defect.reason)", metadata: finding.metadata(of: channel))
        }
        return tally
    }

    /// The source answered.
    func heard() {
        if board.all[channel]?.trouble != nil {
            log.info("\(channel): works again", metadata: ["channel": "\(channel)"])
        }
        board.heard(from: channel, at: clock.now())
    }

    /// Does `work` again and again until cancelled; after a failure, which is shown, it waits as long as is right.
    func keepTrying(
        _ work: () async throws -> Void, afterFailure: () async -> Void = {}
    ) async throws {
        var backoff = Backoff()
        while !Task.isCancelled {
            do {
                try await work()
                backoff.succeed()
            } catch let failure as FetchFailure {
                await afterFailure()
                try await rest(after: failure, backoff.next(after: failure, random: clock.random()))
            } catch let failure as JournalFailure where failure.isPassing {
                await afterFailure()
                try await rest(
                    after: .unreachable("what came cannot be stored: \(failure.summary)"),
                    Backoff.Step(pause: Poller.storePause, state: .retrying))
            }
        }
    }

    /// Says what is wrong, and waits.
    private func rest(after failure: FetchFailure, _ step: Backoff.Step) async throws {
        let until = Timestamp(milliseconds: clock.now().milliseconds &+ Int64(step.pause / .milliseconds(1)))
        board.failed(channel, failure.reason, as: step.state, until: until)
        log.log(
            level: step.state.isBlocked ? .error : .warning, "\(channel): \(failure.summary)",
            metadata: ["channel": "\(channel)", "state": "\(step.state)", "retry_in": "\(step.pause)"])
        try await clock.sleep(step.pause)
    }

    /// The interval, up to a tenth longer, so that a thousand channels do not ask at once.
    func jittered(_ interval: Duration) -> Duration { interval * (1 + clock.random() / 10) }
}
