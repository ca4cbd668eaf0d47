import Earshot
import EarshotGateway
import Synchronization

/// A clock of its own: who sleeps is at once where it wanted to be, and at the end of a life everybody who sleeps dies.
final class ReplayClock: Sendable {
    private struct State {
        var now = ReplayTimeline.begin
        var end = ReplayTimeline.end
        var numbers: SeededNumbers
        var nightmare: (@Sendable () async -> Bool)?
    }

    private let state: Mutex<State>

    init(seed: UInt64) { state = Mutex(State(numbers: SeededNumbers(seed: seed &+ 1000))) }

    /// The moment it is, in milliseconds.
    var milliseconds: Int64 { state.withLock { $0.now } }

    /// Lets time pass.
    func pass(milliseconds: Int64) { state.withLock { $0.now += milliseconds } }

    /// When who sleeps dies.
    func end(at moment: Int64) { state.withLock { $0.end = moment } }

    /// Has something done whenever somebody sleeps, a third of the time into it; true where they die of it.
    func inSleep(_ nightmare: (@Sendable () async -> Bool)?) { state.withLock { $0.nightmare = nightmare } }

    /// The clock as the gateway has it.
    var gateway: GatewayClock {
        GatewayClock(
            now: { Timestamp(milliseconds: self.milliseconds) },
            sleep: { duration in
                try Task.checkCancellation()
                let length = max(Int64(duration / .milliseconds(1)), 0)
                self.pass(milliseconds: length / 3)
                if await self.state.withLock({ $0.nightmare })?() == true { throw CancellationError() }
                let isOver = self.state.withLock { state in
                    state.now += length - length / 3
                    return state.now >= state.end
                }
                await Task.yield()
                if isOver { throw CancellationError() }
            },
            random: { self.state.withLock { Double.random(in: 0..<1, using: &$0.numbers) } })
    }
}
