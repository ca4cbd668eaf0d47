internal import Synchronization

/// Lets so many requests to a host through at a time; the others wait their turn.
final class HostGate: Sendable {
    private struct Host {
        var inside = 0
        var waiting: [(ticket: Int, continuation: CheckedContinuation<Bool, Never>)] = []
    }

    private struct State {
        var hosts: [String: Host] = [:]
        var tickets = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    /// A gate that lets `limit` through for each host.
    init(limit: Int) { self.limit = max(limit, 1) }

    /// Waits for a turn; false where the task was cancelled instead, and then there is nothing to leave.
    func enter(_ host: String) async -> Bool {
        let ticket = state.withLock { state in
            state.tickets &+= 1
            return state.tickets
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Bool? in
                    if Task.isCancelled { return false }
                    var entry = state.hosts[host] ?? Host()
                    defer { state.hosts[host] = entry }
                    guard entry.inside >= limit else {
                        entry.inside += 1
                        return true
                    }
                    entry.waiting.append((ticket, continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                let place = state.hosts[host]?.waiting.firstIndex { $0.ticket == ticket }
                return place.flatMap { state.hosts[host]?.waiting.remove(at: $0).continuation }
            }
            continuation?.resume(returning: false)
        }
    }

    /// Gives the turn to who waits longest.
    func leave(_ host: String) {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard var entry = state.hosts[host] else { return nil }
            let next = entry.waiting.isEmpty ? nil : entry.waiting.removeFirst().continuation
            if next == nil { entry.inside -= 1 }
            state.hosts[host] = entry.inside > 0 ? entry : nil
            return next
        }
        next?.resume(returning: true)
    }
}
