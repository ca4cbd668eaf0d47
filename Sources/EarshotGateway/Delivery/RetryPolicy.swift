/// How long a courier waits before it tries again.
package struct RetryPolicy: Sendable, Equatable {
    /// The longest wait after a first failure; it doubles with every further one.
    package var first = Duration.seconds(1)
    /// The longest wait however often it failed: a sink that is back has what waited for it within a minute.
    package var most = Duration.seconds(45)
    /// The longest wait that a sink may ask for.
    package var mostAsked = Duration.seconds(3600)
    /// The wait before a sink that is blocked is tried again.
    package var blocked = Duration.seconds(60)
    /// The wait before a journal that is full is told again.
    package var full = Duration.seconds(5)

    /// The usual policy: a second to three quarters of a minute, an hour at most where asked, a minute while blocked.
    package init() {}

    /// The wait after a number of failures in a row, anywhere from nothing to the longest ("full jitter"), so that
    /// many couriers do not come back together; but never before the moment that the sink asked for.
    package func delay(after failures: Int, asked: Duration?, random: Double) -> Duration {
        let longest = min(first * (1 << min(max(failures - 1, 0), 20)), most)
        let jittered = longest * min(max(random, 0), 1)
        return max(jittered, min(asked ?? .zero, mostAsked))
    }
}
