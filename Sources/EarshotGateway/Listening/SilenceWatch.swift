internal import Earshot
internal import Logging

/// Raises an alarm when a channel that should speak does not: silence that looks like success is the worst failure.
struct SilenceWatch: Sendable {
    let channel: String
    let limit: Duration
    let clock: GatewayClock
    let board: StatusBoard
    let log: Logger

    /// How many times within the limit the channel is looked at.
    private static let looks = 20

    /// Looks until cancelled. What comes again and again is no speech: a feed that nobody fills is silent.
    func run() async throws {
        var mentions = -1
        var quiet = 0
        while true {
            let count = board.all[channel]?.tally.receipt.stored ?? 0
            quiet = count == mentions ? quiet + 1 : 0
            mentions = count
            if quiet == SilenceWatch.looks {
                board.noteSilence(of: channel, "nothing new for \(limit)")
                log.warning("\(channel): nothing new for \(limit)", metadata: ["channel": "\(channel)"])
            } else if quiet == 0 {
                board.noteSilence(of: channel, nil)
            }
            try await clock.sleep(limit / SilenceWatch.looks)
        }
    }
}
