package import Earshot
package import Logging

/// Asks one channel's source again and again, and goes on only from what is safe in the journal.
package struct Poller: ChannelListener {
    /// Gives the page after a cursor.
    package typealias Ask = @Sendable (Cursor?, any HTTPFetching, Timestamp) async throws -> Page

    /// The channel's name.
    package var channel: String { context.channel }
    private let context: ListenerContext
    private let ask: Ask
    private let interval: Duration
    private let isTold: @Sendable () -> Bool
    private let http: any HTTPFetching
    /// What the source asked for.
    let asked: AskedWait

    /// How often a source is asked at most that tells of everything new by itself: in case it forgets.
    private static let safetyInterval = Duration.seconds(3600)

    /// A poller for one channel, asking every `interval`, or more seldom while `isTold` says that the source tells.
    package init(
        _ context: ListenerContext, adapter: any PollingAdapter, interval: Duration,
        isTold: @escaping @Sendable () -> Bool = { false }, http: any HTTPFetching
    ) {
        self.init(context, interval: interval, isTold: isTold, http: http) {
            try await adapter.poll(after: $0, over: $1, at: $2)
        }
    }

    /// A poller for one channel that gets its pages from `ask`.
    package init(
        _ context: ListenerContext, interval: Duration, isTold: @escaping @Sendable () -> Bool = { false },
        http: any HTTPFetching, ask: @escaping Ask
    ) {
        self.context = context
        self.ask = ask
        self.interval = interval
        self.isTold = isTold
        self.http = http
        asked = AskedWait(channel: context.channel, journal: context.journal, clock: context.clock)
    }

    /// Polls until cancelled.
    package func run() async throws {
        try await restAsAsked()
        var backoff = Backoff()
        while !Task.isCancelled {
            if let wait = try await round(&backoff) { try await context.clock.sleep(max(wait, context.jittered(pace))) }
        }
    }

    /// Takes everything that the source has now, and tells how long it asks to be left alone; nil where that failed,
    /// and the time was waited that comes after the failure.
    func round(_ backoff: inout Backoff) async throws -> Duration? {
        do {
            let wait = try await takeAll(nil)
            backoff.succeed()
            context.heard()
            if let wait { await asked.keep(wait) }
            return wait ?? .zero
        } catch let failure as FetchFailure {
            let step = backoff.next(after: failure, random: context.clock.random())
            if step.state == .waiting { await asked.keep(step.pause) }
            try await context.rest(after: failure, step)
        } catch let failure as JournalFailure where failure.isPassing {
            try await context.rest(after: failure)
        }
        return nil
    }

    /// Waits for what is left of the time for which the source asked, before a restart, to be left alone.
    func restAsAsked() async throws {
        guard let (left, until) = await asked.left() else { return }
        let reason = "the source asked for it before the restart"
        context.board.failed(channel, reason, as: .waiting, until: until)
        context.log.notice(
            "\(channel): waits, as \(reason)", metadata: context.place.merging(["retry_in": "\(left.brief)"]) { $1 })
        try await context.clock.sleep(left)
    }

    /// Asks for the first page and keeps nothing.
    package func check() async throws -> String {
        let page = try await page(after: nil)
        let bytes = page.documents.reduce(0) { $0 + $1.bytes.count }
        return page.documents.isEmpty ? "answers, and has nothing now" : "answers with \(bytes) bytes"
    }

    /// Takes everything that the source has now; one that asked to be left alone before a restart is not asked yet.
    package func drain(_ taken: (@Sendable (IntakeTally) -> Void)?) async throws {
        if let (left, _) = await asked.left() {
            throw FetchFailure.limited("it asked to be left alone before", after: left)
        }
        do {
            _ = try await takeAll(taken)
        } catch let failure as FetchFailure {
            if case .limited(_, let after?) = failure { await asked.keep(after) }
            throw failure
        }
        context.heard()
    }

    /// Takes page after page until the source has no more, and tells how long it asks to be left alone.
    ///
    /// A page that was refused throws, with the cursor where the last safe page left it.
    private func takeAll(_ taken: (@Sendable (IntakeTally) -> Void)?) async throws -> Duration? {
        while true {
            let cursor = try await context.cursor()
            let page = try await page(after: cursor)
            Failpoint.afterFetch.reach()
            let tally = try await context.intake.take(held(page.documents), advancing: page.next)
            Failpoint.afterAck.reach()
            context.report(tally)
            if !page.hasMore { context.board.noteMissing(of: channel, page.notice) }
            taken?(tally)
            // A source that says there is more and stays where it is would be asked for ever.
            guard page.hasMore, page.next != cursor else { return page.wait }
            try Task.checkCancellation()
            if let wait = page.wait {
                await asked.keep(wait)
                try await context.clock.sleep(wait)
            }
        }
    }

    /// One answer of the source; whatever an adapter throws is one of the failures that there are.
    private func page(after cursor: Cursor?) async throws -> Page {
        do {
            return try await ask(cursor, http, context.clock.now())
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
        let now = context.clock.now()
        return documents.map { document in
            var held = document
            held.observedAt = now
            held.via = .poll
            return held
        }
    }

    private var pace: Duration { isTold() ? max(interval, Poller.safetyInterval) : interval }
}

extension FetchFailure {
    /// What happened, in a sentence without its end.
    package var summary: String {
        switch self {
        case .unreachable, .tooLarge: "failed: \(reason)"
        case .untrusted: "not trusted: \(reason)"
        case .limited: "asked to wait: \(reason)"
        case .unauthorized: "unauthorized: \(reason)"
        case .refused: "refused: \(reason)"
        }
    }

    /// Why, without its class.
    package var reason: String {
        switch self {
        case .unreachable(let reason), .untrusted(let reason), .limited(let reason, _), .unauthorized(let reason),
            .refused(let reason):
            reason
        case .tooLarge(let limit): "the answer is larger than \(limit) bytes"
        }
    }
}

extension JournalFailure {
    /// Whether it may pass by itself: a full disk, an engine that does not answer.
    var isPassing: Bool {
        switch self {
        case .full, .unavailable: true
        case .revisionConflict, .inUse, .unreadable, .broken: false
        }
    }

    /// Whether nothing may be written any more.
    var isFinal: Bool {
        if case .broken = self { true } else { false }
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
