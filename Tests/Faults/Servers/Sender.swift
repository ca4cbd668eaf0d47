import Foundation
import Synchronization

/// Hands over numbered items as platforms and mail servers do: again and again until each is answered 2xx.
final class Sender: Sendable {
    /// Hands over the item of a number, so many bytes longer than it must be, and gives the status of the answer; 0
    /// where there was none.
    typealias Post = @Sendable (_ number: Int, _ padding: Int) -> Int

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
    private let channel: String
    private let post: Post

    /// Begins to post items of a channel, over so many connections at once.
    init(_ channel: String, connections: Int, _ post: @escaping Post) {
        self.channel = channel
        self.post = post
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
    var acknowledged: Set<String> { state.withLock { Set($0.acknowledged.map { "\(channel)-\($0)" }) } }

    /// How many items were acknowledged.
    var acknowledgedCount: Int { state.withLock { $0.acknowledged.count } }

    /// The words of the items that were posted at least once.
    var tried: Set<String> { state.withLock { Set($0.tried.map { "\(channel)-\($0)" }) } }

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
                Thread.sleep(forTimeInterval: 0.02)  // Nothing is to be sent at the moment.
                continue
            }
            let began = ProcessInfo.processInfo.systemUptime
            let status = post(number, padding)
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
            if status / 100 != 2 { Thread.sleep(forTimeInterval: 0.05) }  // As senders do before they try again.
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

    /// Posts to the webhook at a port.
    static func hooks(to port: Int, connections: Int) -> Sender {
        Sender("hook", connections: connections) { post(hook: $0, padding: $1, to: port) }
    }

    private static func post(hook number: Int, padding: Int, to port: Int) -> Int {
        let text = Token.text("hook", number) + String(repeating: " really", count: padding / 7)
        let body = "{\"items\":[\(NumberedSource.item("hook", number, text: text))]}"
        let answer = Client.send(
            "POST", "/hooks/hook", to: port,
            fields: ["X-Token": Bench.token, "Content-Type": "application/json"], body: Array(body.utf8))
        return answer?.status ?? 0
    }
}
