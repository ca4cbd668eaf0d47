import Foundation
import Synchronization

/// An endpoint that mentions are posted to; it notes what it has taken, under which idempotency key.
final class Desk: Sendable {
    /// A batch as it came.
    struct Batch: Sendable {
        var key: String
        var tokens: [String]
        var lines: [[UInt8]]
        /// Which request it is, counted from 1.
        var number: Int
    }

    private struct State {
        var requests = 0
        var taken: [String: Int] = [:]
        var keys: [String: Set<String>] = [:]
        var lines: [[UInt8]] = []
        var times: [Double] = []
        var script: @Sendable (Batch) -> Verdict = { _ in .take }
    }

    /// What becomes of a batch.
    enum Verdict: Sendable {
        /// It is taken, and that is said.
        case take
        /// It is taken, and that gets lost.
        case takeAnd(Answer)
        /// It is taken but for some lines, as the answer says.
        case takeOnly([Int], Answer)
        /// It is not taken.
        case refuse(Answer)
    }

    private let state = Mutex(State())

    /// How many different items were taken.
    var count: Int { state.withLock { $0.taken.count } }

    /// How often each was taken.
    var taken: [String: Int] { state.withLock { $0.taken } }

    /// Items that came more than once, and not under one key.
    var strangers: [String] { state.withLock { state in state.keys.filter { $0.value.count > 1 }.map(\.key) } }

    /// How many requests came.
    var requests: Int { state.withLock { $0.requests } }

    /// When requests came, in seconds of the uptime.
    var times: [Double] { state.withLock { $0.times } }

    /// The lines that were taken, in order.
    var lines: [[UInt8]] { state.withLock { $0.lines } }

    /// What becomes of batches from now on.
    func follow(_ script: @escaping @Sendable (Batch) -> Verdict) { state.withLock { $0.script = script } }

    /// The answer to a request.
    func answer(_ message: HTTPMessage) -> Answer {
        let lines = message.body.split(separator: UInt8(ascii: "\n")).map { Array($0) }
        let (number, script) = state.withLock { state in
            state.requests += 1
            state.times.append(ProcessInfo.processInfo.systemUptime)
            return (state.requests, state.script)
        }
        let batch = Batch(
            key: message.fields["idempotency-key"] ?? "", tokens: lines.map { Token.find(in: $0) ?? "?" },
            lines: lines, number: number)
        switch script(batch) {
        case .take:
            note(batch, Array(lines.indices))
            return Answer(202)
        case .takeAnd(let answer):
            note(batch, Array(lines.indices))
            return answer
        case .takeOnly(let indices, let answer):
            note(batch, indices)
            return answer
        case .refuse(let answer): return answer
        }
    }

    private func note(_ batch: Batch, _ indices: [Int]) {
        state.withLock { state in
            for index in indices {
                state.taken[batch.tokens[index], default: 0] += 1
                state.keys[batch.tokens[index], default: []].insert(batch.key)
                state.lines.append(batch.lines[index])
            }
        }
    }
}
