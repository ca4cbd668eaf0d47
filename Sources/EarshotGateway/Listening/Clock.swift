package import Earshot
internal import Glibc

/// The time and the ways to wait for it, so that tests can hold both in their hands.
package struct GatewayClock: Sendable {
    /// The moment it is, for people and mentions; never used to measure how long something takes.
    package var now: @Sendable () -> Timestamp
    /// Waits; throws when cancelled.
    package var sleep: @Sendable (Duration) async throws -> Void
    /// A number from 0 up to 1, for jitter.
    package var random: @Sendable () -> Double

    /// A clock of given parts.
    package init(
        now: @escaping @Sendable () -> Timestamp, sleep: @escaping @Sendable (Duration) async throws -> Void,
        random: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.sleep = sleep
        self.random = random
    }

    /// The machine's clock.
    package static let system = GatewayClock(
        now: {
            var time = timespec()
            unsafe clock_gettime(CLOCK_REALTIME, &time)
            return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
        },
        sleep: { try await Task.sleep(for: $0, clock: .suspending) },
        random: { Double.random(in: 0..<1) })
}
