package import Earshot
package import Logging

/// Asks one channel's source again and again, and goes on only from what is safe in the journal.
package struct Poller: ChannelListener {
    /// The channel's name.
    package let channel: String
    private let adapter: any PollingAdapter
    private let interval: Duration
    private let intake: Intake
    private let journal: any Journal
    private let http: any HTTPFetching
    private let clock: GatewayClock
    private let board: StatusBoard
    private let log: Logger

    /// A poller for one channel, asking every `interval`.
    package init(
        channel: String, adapter: any PollingAdapter, interval: Duration, intake: Intake, journal: any Journal,
        http: any HTTPFetching, clock: GatewayClock, board: StatusBoard, log: Logger
    ) {
        self.channel = channel
        self.adapter = adapter
        self.interval = interval
        self.intake = intake
        self.journal = journal
        self.http = http
        self.clock = clock
        self.board = board
        self.log = log
    }

    /// Polls until cancelled.
    package func run() async throws {
        var failures = 0
        while !Task.isCancelled {
            do {
                let wait = try await takeAll(nil)
                failures = 0
                board.heard(from: channel, at: clock.now())
                try await clock.sleep(max(wait ?? .zero, jittered(interval)))
            } catch let failure as FetchFailure {
                failures += 1
                let pause = pause(after: failure, failures: failures)
                board.failed(channel, failure.summary, isBlocked: failure.isForOperator)
                log.warning(
                    "\(channel): \(failure.summary)", metadata: ["channel": "\(channel)", "retry_in": "\(pause)"])
                try await clock.sleep(pause)
            }
        }
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
            let page = try await adapter.poll(after: cursor, over: http)
            let tally = try await intake.take(held(page.documents), advancing: page.next)
            report(tally)
            taken?(tally)
            // A source that says there is more and stays where it is would be asked for ever.
            guard page.hasMore, page.next != cursor else { return page.wait }
            try Task.checkCancellation()
            if let wait = page.wait { try await clock.sleep(wait) }
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

    /// How long to wait after a failure: what the source asks for, else doubling from five seconds with full jitter.
    private func pause(after failure: FetchFailure, failures: Int) -> Duration {
        switch failure {
        case .limited(_, let after?): return after + .milliseconds(Int(clock.random() * 1000))
        case .limited(_, nil): return .seconds(60) * Double(1 << min(failures - 1, 6))
        case .unauthorized, .refused: return failures == 1 ? .seconds(5) : .seconds(3600)
        case .unreachable, .tooLarge:
            let ceiling = min(5.0 * Double(1 << min(failures - 1, 10)), 600)
            return .milliseconds(Int(1000 + clock.random() * ceiling * 1000))
        }
    }

    /// The interval, up to a tenth longer, so that a thousand channels do not ask at once.
    private func jittered(_ interval: Duration) -> Duration { interval * (1 + clock.random() / 10) }
}

extension FetchFailure {
    /// What happened, in a sentence without its end.
    package var summary: String {
        switch self {
        case .unreachable(let reason): "no answer: \(reason)"
        case .limited(let reason, _): "asked to wait: \(reason)"
        case .unauthorized(let reason): "not authorized: \(reason)"
        case .refused(let reason): "refused: \(reason)"
        case .tooLarge(let limit): "the answer is larger than \(limit) bytes"
        }
    }

    /// Whether waiting alone will not mend it.
    package var isForOperator: Bool {
        switch self {
        case .unauthorized, .refused: true
        case .unreachable, .limited, .tooLarge: false
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
