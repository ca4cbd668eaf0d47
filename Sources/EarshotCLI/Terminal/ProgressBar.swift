internal import Earshot
internal import EarshotGateway
internal import Synchronization

/// How far long work is, on one line of a terminal; nothing where nobody is looking.
final class ProgressBar: Sendable {
    private struct State {
        var mentions = 0
        var documents = 0
        var bytes = 0
        var shownAt: Timestamp?
    }

    private let state = Mutex(State())
    private let begun: Timestamp
    private let now: @Sendable () -> Timestamp
    private let isShown: Bool
    private let total: Int?

    /// How often the line is drawn anew, in milliseconds.
    private static let interval: Int64 = 200

    /// A bar that begins now, for so many bytes of input, if that is known.
    init(
        total: Int? = nil, now: @escaping @Sendable () -> Timestamp = GatewayClock.system.now,
        isShown: Bool = StandardError.isTerminal
    ) {
        self.total = total
        self.now = now
        self.isShown = isShown
        begun = now()
    }

    /// Notes what was taken in.
    func advance(_ tally: IntakeTally) {
        let line = state.withLock { state -> String? in
            state.mentions += tally.mentions
            state.documents += tally.documents
            state.bytes += tally.bytes
            let moment = now()
            guard isShown, moment.milliseconds - (state.shownAt?.milliseconds ?? 0) >= ProgressBar.interval else {
                return nil
            }
            state.shownAt = moment
            return text(state, at: moment)
        }
        if let line { StandardError.write("\r\u{1B}[2K\(line)") }
    }

    /// Wipes the line.
    func end() {
        if isShown { StandardError.write("\r\u{1B}[2K") }
    }

    private func text(_ state: State, at moment: Timestamp) -> String {
        let seconds = max(Double(moment.milliseconds - begun.milliseconds) / 1000, 0.001)
        var parts = [
            "\(state.documents) documents", "\(state.mentions) mentions",
            "\(Int(Double(state.mentions) / seconds)) a second",
        ]
        if let total, total > 0, state.bytes > 0 {
            let share = min(Double(state.bytes) / Double(total), 1)
            parts.insert("\(ProgressBar.drawn(share)) \(Int(share * 100)) %", at: 0)
            parts.append("\(ProgressBar.duration(seconds / share - seconds)) left")
        }
        return parts.joined(separator: "  ")
    }

    private static func drawn(_ share: Double) -> String {
        let full = Int(share * 20)
        return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: 20 - full) + "]"
    }

    private static func duration(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded(.up))
        return whole >= 3600
            ? "\(whole / 3600) h \(whole / 60 % 60) min" : whole >= 60 ? "\(whole / 60) min" : "\(whole) s"
    }
}
