package import Earshot
internal import Logging
internal import Synchronization

/// Keeps one channel's stream open, takes what comes on it, and asks for what was missed while it was not.
package struct StreamListener: ChannelListener {
    /// The channel's name.
    package var channel: String { context.channel }
    private let context: ListenerContext
    private let adapter: any StreamingAdapter
    private let poller: Poller
    private let http: any HTTPFetching

    /// How long the beginning of a reply is waited for.
    private static let patience = Duration.seconds(60)
    /// How much of a reply that is no stream is read.
    private static let replyLimit = 64 * 1024

    /// A listener to one channel's stream; `poller` asks for what was missed.
    package init(
        _ context: ListenerContext, adapter: any StreamingAdapter, poller: Poller, http: any HTTPFetching
    ) {
        self.context = context
        self.adapter = adapter
        self.poller = poller
        self.http = http
    }

    /// Why there is no stream any more.
    private struct Break: Error {
        var failure: FetchFailure
        /// Whether the source answered, with something else than a stream.
        var isReply = false
    }

    /// How far one connection came.
    private final class Progress: Sendable {
        private let state = Mutex((hasSpoken: false, isFilled: false))

        /// Whether anything came on it.
        var hasSpoken: Bool { state.withLock { $0.hasSpoken } }
        /// Whether all that was missed before it is there, so that the cursor may move with it.
        var isFilled: Bool { state.withLock { $0.isFilled } }

        func speak() { state.withLock { $0.hasSpoken = true } }
        func fill() { state.withLock { $0.isFilled = true } }
    }

    /// Listens until cancelled.
    package func run() async throws {
        try await poller.restAsAsked()
        var pace = StreamPace()
        while true {
            let progress = Progress()
            do {
                try await listen(progress)
            } catch let end as Break {
                if progress.hasSpoken { pace.succeed() }
                let step = pace.next(after: end.failure, isReply: end.isReply, random: context.clock.random())
                if step.state == .waiting { await poller.asked.keep(step.pause) }
                try await context.rest(after: end.failure, step)
            } catch let failure as JournalFailure where failure.isPassing {
                // What came since is asked for again with the gap.
                try await context.rest(after: failure)
            }
        }
    }

    /// Asks for what a stream would have missed, and keeps nothing; the stream itself is not opened.
    package func check() async throws -> String { try await poller.check() }

    /// Takes everything that the source has now, without its stream.
    package func drain(_ taken: (@Sendable (IntakeTally) -> Void)?) async throws { try await poller.drain(taken) }

    /// Opens the stream and takes what comes until it breaks.
    private func listen(_ progress: Progress) async throws {
        let (plan, stream) = try await open()
        context.board.heard(from: channel, at: context.clock.now())
        context.log.info("\(channel): the stream is open", metadata: context.place)
        if !plan.fillsGap { progress.fill() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            if plan.fillsGap {
                // The stream is open already, so nothing falls between it and what is asked for.
                group.addTask {
                    try await fill()
                    progress.fill()
                }
            }
            group.addTask { try await take(stream, plan.stall, progress) }
            defer { group.cancelAll() }
            try await group.waitForAll()
        }
    }

    /// The stream, open; whatever else comes of it is thrown.
    private func open() async throws -> (StreamPlan, HTTPStream) {
        let plan: StreamPlan
        do {
            plan = try await adapter.connect(over: http)
        } catch let failure as FetchFailure {
            throw Break(failure: failure, isReply: true)
        }
        do {
            let opening = try await StreamListener.within(StreamListener.patience, context.clock) {
                try await http.stream(plan.request)
            }
            guard let stream = opening else {
                throw Break(failure: .unreachable("no reply within \(StreamListener.patience)"))
            }
            guard !(200..<300).contains(stream.status) else { return (plan, stream) }
            throw Break(failure: try await refusal(of: stream), isReply: true)
        } catch let failure as FetchFailure {
            throw Break(failure: failure)
        }
    }

    /// Why a reply is no stream.
    private func refusal(of stream: HTTPStream) async throws -> FetchFailure {
        let stream = stream
        let body = try? await StreamListener.within(StreamListener.patience, context.clock) {
            var body: [UInt8] = []
            while body.count < StreamListener.replyLimit, let piece = try await stream.next() { body += piece }
            return body
        }
        let reply = FetchResponse(
            status: stream.status, headers: stream.headers, body: body ?? [], url: stream.url)
        return adapter.failure(of: reply) ?? .refused("HTTP status \(stream.status)")
    }

    /// Asks for what was missed, again and again until all of it is there.
    private func fill() async throws {
        if let cursor = try await context.cursor() {
            let from = adapter.resuming(from: cursor)
            if from != cursor { _ = try await context.intake.take([], advancing: from) }
        }
        var backoff = Backoff()
        while true {
            do {
                return try await poller.drain(nil)
            } catch let failure as FetchFailure {
                let step = backoff.next(after: failure, random: context.clock.random())
                context.log.warning(
                    "\(channel): what was missed cannot be asked for yet: \(failure.summary)",
                    metadata: context.place.merging(["retry_in": "\(step.pause.brief)"]) { $1 })
                try await context.clock.sleep(step.pause)
            }
        }
    }

    /// Takes what comes until the stream breaks, which is thrown; the cursor moves only while nothing is missing.
    private func take(_ stream: HTTPStream, _ stall: Duration, _ progress: Progress) async throws {
        var cutter = LineCutter(limit: Document.sizeLimit)
        while true {
            let piece: [UInt8]?
            do {
                let coming = try await StreamListener.within(stall, context.clock) { try await stream.next() }
                guard let coming else { throw Break(failure: .unreachable("not a byte for \(stall)")) }
                piece = coming
            } catch let failure as FetchFailure {
                throw Break(failure: failure)
            }
            // Half a line is asked for again with the gap.
            guard let piece else { throw Break(failure: .unreachable("the source closed the stream")) }
            progress.speak()
            try await take(cutter.cut(piece), progress.isFilled)
        }
    }

    /// Makes lines safe; throws where one of them ends the stream.
    private func take(_ lines: [LineCutter.Line], _ advances: Bool) async throws {
        var documents: [Document] = []
        var unreadable: [IntakeTally.Finding] = []
        var ending: FetchFailure?
        let now = context.clock.now()
        for line in lines where ending == nil {
            switch line {
            case .tooLong:
                let reason = "a line longer than \(Document.sizeLimit) bytes"
                unreadable.append(.init(document: "", defect: Defect(reason: reason)))
            case .whole(let bytes) where bytes.contains(where: { $0 > 0x20 }):
                ending = adapter.ending(in: bytes)
                guard ending == nil else { continue }
                var document = Document(bytes, observedAt: now)
                document.via = .push
                documents.append(document)
            case .whole: break  // It keeps the connection alive.
            }
        }
        try await store(documents, unreadable, advances)
        if let ending { throw Break(failure: ending, isReply: true) }
    }

    private func store(_ documents: [Document], _ unreadable: [IntakeTally.Finding], _ advances: Bool) async throws {
        context.board.heard(from: channel, at: context.clock.now())
        guard !documents.isEmpty || !unreadable.isEmpty else { return }
        var next: Cursor?
        if advances {
            next = adapter.advanced(try await context.cursor(), by: documents.map { $0.bytes })
        }
        context.report(try await context.intake.take(documents, unreadable: unreadable, advancing: next))
    }

    /// What `body` gives, or nil where it took longer.
    private static func within<Value: Sendable>(
        _ limit: Duration, _ clock: GatewayClock, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await clock.sleep(limit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}
