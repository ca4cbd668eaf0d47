internal import Earshot

/// Sees when the journal takes again what a sender brought in vain: a channel that is told of things asks nobody, so that
/// without it the trouble would be shown until something comes the next time.
struct RoomWatch: Sendable {
    let journal: any Journal
    let clock: GatewayClock
    let board: StatusBoard

    /// How often it is looked.
    private static let interval = Duration.seconds(5)

    /// Watches until cancelled.
    func run() async throws {
        while true {
            try await clock.sleep(RoomWatch.interval)
            guard board.isUnstored else { continue }
            do {
                try await journal.probe()
                board.storesAgain()
            } catch let failure as JournalFailure where failure.isPassing {
                continue
            }
        }
    }
}
