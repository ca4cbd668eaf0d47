import Earshot
import EarshotGateway
import Synchronization

/// A clock that a test holds in its hand: time passes when the test says so.
final class HandClock: Sendable {
    private struct Sleeper {
        var duration: Duration
        var due: Duration
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var elapsed = Duration.zero
        var next = 0
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
        var watchers: [(duration: Duration, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())
    private let start: Int64

    init(at start: Int64 = 1_767_225_600) { self.start = start }

    /// The clock for what is tested.
    var clock: GatewayClock {
        GatewayClock(now: { self.now }, sleep: { try await self.sleep($0) }, random: { 0 })
    }

    /// The moment it is.
    var now: Timestamp { Timestamp(seconds: start + state.withLock { $0.elapsed.components.seconds }) }

    /// Lets time pass, and wakes those who have waited long enough.
    func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.elapsed += duration
            let due = state.sleepers.filter { $0.value.due <= state.elapsed }
            for number in due.keys { state.sleepers[number] = nil }
            return due.values.sorted { $0.due < $1.due }.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    /// Returns once somebody waits for so long a time.
    func waits(for duration: Duration) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.sleepers.values.contains(where: { $0.duration == duration }) { return true }
                state.watchers.append((duration, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    private func sleep(_ duration: Duration) async throws {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (isCancelled, watchers) = state.withLock { state in
                    guard state.cancelled.remove(number) == nil else {
                        return (true, [] as [CheckedContinuation<Void, Never>])
                    }
                    state.sleepers[number] = Sleeper(
                        duration: duration, due: state.elapsed + duration, continuation: continuation)
                    let told = state.watchers.filter { $0.duration == duration }.map(\.continuation)
                    state.watchers.removeAll { $0.duration == duration }
                    return (false, told)
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
                for watcher in watchers { watcher.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: number)
                if sleeper == nil { state.cancelled.insert(number) }
                return sleeper
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}
