internal import Earshot
internal import Logging

/// Has the journal tell, every minute, how large bursts are by now that have grown and were not told for a while.
struct BurstWatch: Sendable {
    let journal: any Journal
    let clock: GatewayClock
    let log: Logger

    /// How often it is looked.
    private static let interval = Duration.seconds(60)

    /// Watches until cancelled.
    func run() async throws {
        while true {
            try await clock.sleep(BurstWatch.interval)
            do {
                try await journal.tellBursts(finally: false)
            } catch let failure as JournalFailure where failure.isPassing {
                log.warning("the sizes of bursts could not be stored: \(failure.summary)")
            }
        }
    }
}
