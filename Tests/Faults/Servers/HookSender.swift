import Foundation
import Synchronization

/// Posts numbered items to a webhook as platforms do: again and again until each is answered 2xx.
final class HookSender: Sendable {
    private struct State {
        var waiting: [Int] = []
        var next = 0
        var tried: Set<Int> = []
        var acknowledged: Set<Int> = []
        var statuses: [Int: Int] = [:]
        var latencies: [Double] = []
        var isOver = false
        var padding = 0
    }

    private let state = Mutex(State())
    private let port: Int

    /// Begins to post to a port, over so many connections at once.
    init(port: Int, connections: Int) {
        self.port = port
        for _ in 0..<connections { Thread.detachNewThread { self.work() } }
    }

    /// More items are to be posted.
    func add(_ count: Int) {
        state.withLock { state in
            state.waiting += Array(state.next..<(state.next + count))
            state.next += count
        }
    }

    /// Every item is longer by so many bytes from now on.
    func pad(_ bytes: Int) { state.withLock { $0.padding = bytes } }

    /// Nothing is posted any more.
    func stop() { state.withLock { $0.isOver = true } }

    /// The words of the items that were acknowledged.
    var acknowledged: Set<String> { state.withLock { Set($0.acknowledged.map { "hook-\($0)" }) } }

    /// How many items were acknowledged.
    var acknowledgedCount: Int { state.withLock { $0.acknowledged.count } }

    /// The words of the items that were posted at least once.
    var tried: Set<String> { state.withLock { Set($0.tried.map { "hook-\($0)" }) } }

    /// Whether every item was acknowledged.
    var isDone: Bool { state.withLock { $0.acknowledged.count == $0.next } }

    /// How often each status was answered; 0 where there was no answer.
    var statuses: [Int: Int] { state.withLock { $0.statuses } }

    /// How many seconds the slowest hundredth of acknowledged posts took at least.
    var slowestHundredth: Double {
        let sorted = state.withLock { $0.latencies.sorted() }
        return sorted.isEmpty ? 0 : sorted[min(sorted.count * 99 / 100, sorted.count - 1)]
    }

    private func work() {
        while !state.withLock({ $0.isOver }) {
            guard let (number, padding) = take() else {
                Thread.sleep(forTimeInterval: 0.02)
                continue
            }
            let began = ProcessInfo.processInfo.systemUptime
            let status = HookSender.post(number, padding: padding, to: port)
            let took = ProcessInfo.processInfo.systemUptime - began
            state.withLock { state in
                state.statuses[status, default: 0] += 1
                guard status / 100 == 2 else {
                    state.waiting.append(number)
                    return
                }
                state.acknowledged.insert(number)
                state.latencies.append(took)
            }
            if status / 100 != 2 { Thread.sleep(forTimeInterval: 0.05) }
        }
    }

    private func take() -> (Int, Int)? {
        state.withLock { state in
            guard !state.waiting.isEmpty else { return nil }
            let number = state.waiting.removeFirst()
            state.tried.insert(number)
            return (number, state.padding)
        }
    }

    /// Posts one item and gives the status.
    private static func post(_ number: Int, padding: Int, to port: Int) -> Int {
        let text = Token.text("hook", number) + String(repeating: " really", count: padding / 7)
        let body = "{\"items\":[\(NumberedSource.item("hook", number, text: text))]}"
        let answer = Client.send(
            "POST", "/hooks/hook", to: port,
            fields: ["X-Token": Bench.token, "Content-Type": "application/json"], body: Array(body.utf8))
        return answer?.status ?? 0
    }
}
