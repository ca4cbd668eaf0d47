package import Earshot
package import Logging

/// Asks one channel's source again and again, and goes on only from what is safe in the journal.
package struct Poller: ChannelListener {
    /// The channel's name.
    package let channel: String
    private let adapter: any PollingAdapter
    private let interval: Duration
    private let isTold: @Sendable () -> Bool
    private let intake: Intake
    private let journal: any Journal
    private let http: any HTTPFetching
    private let clock: GatewayClock
    private let board: StatusBoard
    private let log: Logger

    /// How often a source is asked at most that tells of everything new by itself: in case it forgets.
    private static let safetyInterval = Duration.seconds(3600)

    /// A poller for one channel, asking every `interval`, or more seldom while `isTold` says that the source tells.
    package init(
        channel: String, adapter: any PollingAdapter, interval: Duration,
        isTold: @escaping @Sendable () -> Bool = { false }, intake: Intake, journal: any Journal,
        http: any HTTPFetching, clock: GatewayClock, board: StatusBoard, log: Logger
    ) {
        self.channel = channel
        self.adapter = adapter
        self.interval = interval
        self.isTold = isTold
        self.intake = intake
        self.journal = journal
        self.http = http
        self.clock = clock
        self.board = board
        self.log = log
    }

    /// Polls until cancelled.
    package func run() async throws {
        var backoff = Backoff()
        while !Task.isCancelled {
            do {
                let wait = try await takeAll(nil)
                if board.all[channel]?.trouble != nil { log.info("\(channel): works again", metadata: place) }
                backoff.succeed()
                board.heard(from: channel, at: clock.now())
                try await clock.sleep(max(wait ?? .zero, jittered(pace)))
            } catch let failure as FetchFailure {
                try await rest(after: failure, backoff.next(after: failure, random: clock.random()))
            } catch let failure as JournalFailure where failure.isPassing {
                try await rest(
                    after: .unreachable("what came cannot be stored: \(failure)"),
                    Backoff.Step(pause: Poller.storePause, state: .retrying))
            }
        }
    }

    /// How long nothing is asked for where what comes cannot be stored.
    static let storePause = Duration.seconds(5)

    /// Says what is wrong, and waits.
    private func rest(after failure: FetchFailure, _ step: Backoff.Step) async throws {
        let until = Timestamp(milliseconds: clock.now().milliseconds &+ Int64(step.pause / .milliseconds(1)))
        board.failed(channel, failure.reason, as: step.state, until: until)
        let level: Logger.Level = step.state.isBlocked ? .error : step.state == .waiting ? .notice : .warning
        log.log(
            level: level, "\(channel): \(failure.summary)",
            metadata: place.merging(["state": "\(step.state)", "retry_in": "\(step.pause)"]) { $1 })
        try await clock.sleep(step.pause)
    }

    private var place: Logger.Metadata { ["channel": "\(channel)"] }

    /// Asks for the first page and keeps nothing.
    package func check() async throws -> String {
        let page = try await page(after: nil)
        let bytes = page.documents.reduce(0) { $0 + $1.bytes.count }
        return page.documents.isEmpty ? "answers, and has nothing now" : "answers with \(bytes) bytes"
    }

    /// Takes everything that the source has now.
    package func drain(_ taken: (@Sendable (IntakeTally) -> Void)?) async throws {
        _ = try await takeAll(taken)
        board.heard(from: channel, at: clock.now())
    }

    /// Takes page after page until the source has no more, and tells how long it asks to be left alone.
    ///
    /// A page that was refused throws, with the cursor where the last safe page left it.
    private func takeAll(_ taken: (@Sendable (IntakeTally) -> Void)?) async throws -> Duration? {
        while true {
            let cursor = try await journal.cursor(of: channel)?.value
            let page = try await page(after: cursor)
            let tally = try await intake.take(held(page.documents), advancing: page.next)
            report(tally)
            if !page.hasMore { board.noteMissing(of: channel, page.notice) }
            taken?(tally)
            // A source that says there is more and stays where it is would be asked for ever.
            guard page.hasMore, page.next != cursor else { return page.wait }
            try Task.checkCancellation()
            if let wait = page.wait { try await clock.sleep(wait) }
        }
    }

    /// One answer of the source; whatever an adapter throws is one of the failures that there are.
    private func page(after cursor: Cursor?) async throws -> Page {
        do {
            return try await adapter.poll(after: cursor, over: http, at: clock.now())
        } catch let failure as FetchFailure {
            throw failure
        } catch let malformed as MalformedDocument {
            throw FetchFailure.unreachable("the answer cannot be read: \(malformed)")
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw FetchFailure.refused("\(error)")
        }
    }

    /// The documents with the moment and the way they came, which adapters, having no clock, cannot say.
    private func held(_ documents: [Document]) -> [Document] {
        let now = clock.now()
        return documents.map { document in
            var held = document
            held.observedAt = now
            held.via = .poll
            return held
        }
    }

    private func report(_ tally: IntakeTally) {
        board.took(tally, from: channel)
        for finding in tally.findings {
            log.warning("\(channel): \(finding.defect.reason)", metadata: finding.metadata(of: channel))
        }
    }

    private var pace: Duration { isTold() ? max(interval, Poller.safetyInterval) : interval }

    /// The interval, up to a tenth longer, so that a thousand channels do not ask at once.
    private func jittered(_ interval: Duration) -> Duration { interval * (1 + clock.random() / 10) }
}

extension FetchFailure {
    /// What happened, in a sentence without its end.
    package var summary: String {
        switch self {
        case .unreachable, .tooLarge: "failed: \(reason)"
        case .limited: "asked to wait: \(reason)"
        case .unauthorized: "unauthorized: \(reason)"
        case .refused: "refused: \(reason)"
        }
    }

    /// Why, without its class.
    package var reason: String {
        switch self {
        case .unreachable(let reason), .limited(let reason, _), .unauthorized(let reason), .refused(let reason): reason
        case .tooLarge(let limit): "the answer is larger than \(limit) bytes"
        }
    }
}

extension JournalFailure {
    /// Whether it may pass by itself: a full disk, an engine that does not answer.
    var isPassing: Bool {
        switch self {
        case .full, .unavailable: true
        case .revisionConflict, .inUse, .unreadable: false
        }
    }
}

extension IntakeTally.Finding {
    /// Where it was found, for the log.
    package func metadata(of channel: String) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["channel": "\(channel)"]
        if !document.isEmpty { metadata["document"] = "\(document)" }
        if !defect.location.isEmpty { metadata["at"] = "\(defect.location)" }
        return metadata
    }
}
