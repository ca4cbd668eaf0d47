internal import Earshot
package import Logging
internal import Synchronization

/// Takes everything that a channel's source has, waiting where the source asks for it and trying again where it fails.
///
/// A back-fill of years meets every limit there is; it goes on from the last page that is safe.
package struct PatientDrain: Sendable {
    let listener: any ChannelListener
    let clock: GatewayClock
    private let log: Logger

    /// How often a source may fail in a row without giving anything.
    private static let attempts = 6
    /// How long a wait a source may ask for; beyond that somebody should begin the back-fill again another time.
    private static let longest = Duration.seconds(3600 * 2)

    /// The drain of one channel.
    package init(listener: any ChannelListener, clock: GatewayClock, log: Logger) {
        self.listener = listener
        self.clock = clock
        self.log = log
    }

    /// Returns when the source has no more; throws the failure that no waiting mends.
    package func run(_ taken: @escaping @Sendable (IntakeTally) -> Void) async throws {
        try await run(taken) { try await clock.sleep($0) }
    }

    /// The same with a way of its own to wait.
    func run(
        _ taken: @escaping @Sendable (IntakeTally) -> Void, waiting: (Duration) async throws -> Void
    ) async throws {
        let hasMoved = Mutex(false)
        var backoff = Backoff()
        var failures = 0
        while true {
            do {
                return try await listener.drain { tally in
                    hasMoved.withLock { $0 = true }
                    taken(tally)
                }
            } catch let failure as FetchFailure {
                if hasMoved.withLock({ moved in
                    defer { moved = false }; return moved
                }) {
                    backoff.succeed()
                    failures = 0
                }
                let step = backoff.next(after: failure, random: clock.random())
                failures += step.state == .waiting ? 0 : 1
                guard !step.state.isBlocked, failures < PatientDrain.attempts, step.pause <= PatientDrain.longest
                else { throw failure }
                log.notice(
                    "\(listener.channel): \(failure.summary)",
                    metadata: ["channel": "\(listener.channel)", "retry_in": "\(step.pause.brief)"])
                try await waiting(step.pause)
            }
        }
    }
}
