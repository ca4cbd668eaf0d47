internal import Earshot
package import Logging

/// What a listener has of the gateway: where documents go, where it says how it is, and what to do when a source fails.
package struct ListenerContext: Sendable {
    /// The channel's way in.
    package let intake: Intake
    /// The clock.
    package let clock: GatewayClock
    /// Where the channel says how it is doing.
    package let board: StatusBoard
    /// The log.
    package let log: Logger

    /// How long nothing is asked for where what comes cannot be stored.
    static let storePause = Duration.seconds(5)

    /// The context of an intake's channel.
    package init(intake: Intake, clock: GatewayClock, board: StatusBoard, log: Logger) {
        self.intake = intake
        self.clock = clock
        self.board = board
        self.log = log
    }

    /// The channel's name.
    var channel: String { intake.channel }

    /// Where mentions and cursors are stored.
    var journal: any Journal { intake.journal }

    /// The channel, for the log.
    var place: Logger.Metadata { ["channel": "\(channel)"] }

    /// Where the channel got to.
    func cursor() async throws -> Cursor? { try await journal.cursor(of: channel)?.value }

    /// Stores what is new of some documents that are held now, together with the cursor that stands for having them,
    /// and reports it.
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
        report(tally)
        return tally
    }

    /// Counts what became of documents, and logs what is wrong with them.
    func report(_ tally: IntakeTally) {
        board.took(tally, from: channel)
        for finding in tally.findings {
            log.warning("\(channel): \(finding.defect.reason)", metadata: finding.metadata(of: channel))
        }
    }

    /// The source answered.
    func heard() {
        if board.all[channel]?.trouble != nil { log.info("\(channel): works again", metadata: place) }
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
                try await rest(after: failure)
            }
        }
    }

    /// Says what is wrong, and waits.
    func rest(after failure: FetchFailure, _ step: Backoff.Step) async throws {
        board.failed(channel, failure.reason, as: step.state, until: clock.now() + step.pause)
        let level: Logger.Level = step.state.isBlocked ? .error : step.state == .waiting ? .notice : .warning
        log.log(
            level: level, "\(channel): \(failure.summary)",
            metadata: place.merging(["state": "\(step.state)", "retry_in": "\(step.pause.brief)"]) { $1 })
        try await clock.sleep(step.pause)
    }

    /// Says that what came could not be stored, and waits.
    func rest(after failure: JournalFailure) async throws {
        try await rest(
            after: .unreachable("what came cannot be stored: \(failure.summary)"),
            Backoff.Step(pause: ListenerContext.storePause, state: .retrying))
    }

    /// The interval, up to a tenth longer, so that a thousand channels do not ask at once.
    func jittered(_ interval: Duration) -> Duration { interval * (1 + clock.random() / 10) }
}
