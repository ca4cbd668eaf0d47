import Foundation
import Synchronization

/// Whether somebody who was asked to wait came before the time.
final class Moments: Sendable {
    private struct State {
        var until = 0.0
        var tooEarly = 0
        var count = 0
    }

    private let state = Mutex(State())

    /// How often somebody came before the time.
    var tooEarly: Int { state.withLock { $0.tooEarly } }

    /// How often somebody came.
    var count: Int { state.withLock { $0.count } }

    /// Somebody comes.
    func came() {
        let now = ProcessInfo.processInfo.systemUptime
        state.withLock { state in
            state.count += 1
            if now < state.until { state.tooEarly += 1 }
        }
    }

    /// Whoever comes is asked to wait so many seconds.
    func wait(_ seconds: Double) {
        let now = ProcessInfo.processInfo.systemUptime
        state.withLock { $0.until = now + seconds }
    }
}
