internal import Synchronization

/// Wakes those who wait for the next mention of a log; it rings after a commit, never before.
package final class Bell: Sendable {
    private struct Waiter {
        var above: Int64
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var head: Int64
        var isOver = false
        var waiters: [Int: Waiter] = [:]
        var calls = 0
    }

    private let state: Mutex<State>

    /// A bell for a log whose last position is `head`.
    package init(head: Int64) { state = Mutex(State(head: head)) }

    /// Whether nothing comes any more.
    package var isOver: Bool { state.withLock { $0.isOver } }

    /// Wakes those who wait for something above a position below `head`.
    package func ring(_ head: Int64) {
        wake { state in
            state.head = max(state.head, head)
            return state.waiters.filter { $0.value.above < state.head }
        }
    }

    /// Wakes everybody, to look once more: a sink was set back.
    package func nudge() { wake { $0.waiters } }

    /// Wakes everybody, for good: nothing comes any more.
    package func end() {
        wake { state in
            state.isOver = true
            return state.waiters
        }
    }

    /// Returns once there is something above `position`, nothing comes any more, or the task is cancelled.
    package func wait(above position: Int64) async {
        let call = state.withLock { state in
            state.calls &+= 1
            return state.calls
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state in
                    if state.head > position || state.isOver || Task.isCancelled { return true }
                    state.waiters[call] = Waiter(above: position, continuation: continuation)
                    return false
                }
                if isThere { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: call) }?.continuation.resume()
        }
    }

    /// As `wait(above:)`, for a limited time.
    package func wait(above position: Int64, atMost time: Duration, by clock: any Clock<Duration>) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait(above: position) }
            group.addTask { try? await clock.sleep(for: time) }
            await group.next()
            group.cancelAll()
        }
    }

    private func wake(_ choose: (inout State) -> [Int: Waiter]) {
        let chosen = state.withLock { state in
            let chosen = choose(&state)
            for call in chosen.keys { state.waiters.removeValue(forKey: call) }
            return chosen
        }
        for waiter in chosen.values { waiter.continuation.resume() }
    }
}

extension Bell {
    /// What a journal found for a sink at one look.
    package struct Found: Sendable {
        /// The mentions, which may be none; nil where nothing lies beyond what is confirmed.
        package var delivery: Delivery?
        /// How far the look went.
        package var upTo: Int64
        /// How many mentions fit beside those that were found.
        package var room: Int

        /// What was found up to a position.
        package init(delivery: Delivery?, upTo: Int64, room: Int) {
            self.delivery = delivery
            self.upTo = upTo
            self.room = room
        }
    }

    /// Looks until there is something, then for as long as `limits` say until there is enough.
    package func delivery(
        within limits: BatchLimits, by clock: any Clock<Duration>, _ look: () async throws -> Found
    ) async throws -> Delivery? {
        var elapsed: (() -> Duration)?
        while true {
            try Task.checkCancellation()
            let isLast = isOver
            let found = try await look()
            guard let delivery = found.delivery else {
                if isLast { return nil }
                await wait(above: found.upTo)
                continue
            }
            let spent = elapsed?() ?? .zero
            if isLast || found.room <= 0 || spent >= limits.wait { return delivery }
            elapsed = elapsed ?? stopwatch(clock)
            await wait(above: found.upTo + Int64(found.room - 1), atMost: limits.wait - spent, by: clock)
        }
    }
}

/// Tells how long ago it was made.
private func stopwatch(_ clock: some Clock<Duration>) -> () -> Duration {
    let start = clock.now
    return { start.duration(to: clock.now) }
}
