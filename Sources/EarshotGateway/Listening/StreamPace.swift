internal import Earshot

/// Decides when a stream that broke is opened again, as the platforms that stream ask for it: a broken connection a
/// little later each time, a refusing server twice as late each time, a limit when it is over.
struct StreamPace {
    private var broken = 0
    private var refused = 0
    private var limited = 0
    private var backoff = Backoff()

    /// The stream speaks.
    mutating func succeed() { self = StreamPace() }

    /// What comes after a break; `isReply` where the source answered, with something else than a stream.
    mutating func next(after failure: FetchFailure, isReply: Bool, random: Double) -> Backoff.Step {
        switch failure {
        case .unreachable where isReply, .tooLarge:
            refused += 1
            let pause = min(Duration.seconds(5) * (1 << min(refused - 1, 10)), .seconds(320))
            return Backoff.Step(pause: pause * (1 + random / 10), state: .retrying)
        case .unreachable:
            broken += 1
            return Backoff.Step(pause: min(.milliseconds(250) * min(broken, 1000), .seconds(16)), state: .retrying)
        case .limited(_, nil):
            limited += 1
            let pause = min(Duration.seconds(60) * (1 << min(limited - 1, 10)), .seconds(3840))
            return Backoff.Step(pause: pause * (1 + random / 10), state: .waiting)
        case .limited, .untrusted, .unauthorized, .refused: return backoff.next(after: failure, random: random)
        }
    }
}
