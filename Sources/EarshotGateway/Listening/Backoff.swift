internal import Earshot

/// Decides, failure by failure, when a source is asked again, and what its channel is called meanwhile.
///
/// Five classes: retry, wait until, trust again, authorize anew, give up until something is changed.
struct Backoff {
    /// What comes next.
    struct Step: Equatable {
        /// How long the source is left alone.
        var pause: Duration
        /// What the channel is meanwhile.
        var state: ChannelState
    }

    /// Failures since the last success, by class: a time-out between two refused credentials does not make them one.
    private var unreachable = 0
    private var limited = 0
    private var unauthorized = 0
    private var refused = 0

    /// Everything is well again.
    mutating func succeed() { self = Backoff() }

    /// What comes after a failure; `random` from 0 up to 1 is the jitter.
    mutating func next(after failure: FetchFailure, random: Double) -> Step {
        switch failure {
        case .unreachable, .tooLarge:
            unreachable += 1
            let ceiling = Backoff.doubled(.seconds(5), unreachable - 1, atMost: .seconds(600))
            return Step(pause: .seconds(1) + ceiling * random, state: .retrying)
        case .untrusted:
            // Whoever renews a certificate does not know who is waiting for it.
            return Step(pause: .seconds(50) * (1 + random / 10), state: .refused)
        case .limited(_, let after?):
            // Never earlier than asked, and not all channels in the same moment.
            return Step(pause: after + .seconds(1) * random, state: .waiting)
        case .limited(_, nil):
            limited += 1
            let pause = Backoff.doubled(.seconds(60), limited - 1, atMost: .seconds(3840))
            return Step(pause: pause * (1 + random / 10), state: .waiting)
        case .unauthorized:
            unauthorized += 1
            // One is retried once: servers forget tokens for a moment.
            guard unauthorized > 1 else { return Step(pause: .seconds(5), state: .retrying) }
            return Step(
                pause: Backoff.doubled(.seconds(600), unauthorized - 2, atMost: .seconds(3600)), state: .unauthorized)
        case .refused:
            refused += 1
            guard refused > 1 else { return Step(pause: .seconds(5), state: .retrying) }
            return Step(pause: Backoff.doubled(.seconds(3600), refused - 2, atMost: .seconds(21_600)), state: .refused)
        }
    }

    private static func doubled(_ first: Duration, _ times: Int, atMost longest: Duration) -> Duration {
        min(first * (1 << min(times, 16)), longest)
    }
}
