internal import Earshot
internal import EarshotFormats

/// Several credentials for one source: which of them is shown next.
///
/// One that has used up its window rests until that is over, one that is not accepted for ten minutes; none is given up
/// for good, as servers forget tokens for a moment.
struct TokenPool {
    private struct Entry {
        var remaining: Double?
        var resetAt: Timestamp?
        var restsUntil: Timestamp?
        var isRejected = false
        var lastUse = 0
    }

    /// What to do next.
    enum Choice: Equatable {
        /// Show one of them.
        case take(Int)
        /// All have used up their windows; the first is given anew after a time.
        case wait(Duration)
        /// There is none that was not tried.
        case none
    }

    private var entries: [Entry]
    private var uses = 0

    /// A pool of so many.
    init(count: Int) { entries = Array(repeating: Entry(), count: count) }

    /// The one with most left among those that were not tried for this request.
    mutating func choose(except tried: Set<Int>, at now: Timestamp) -> Choice {
        let open = entries.indices.filter { !tried.contains($0) }
        guard !open.isEmpty else { return .none }
        func isResting(_ index: Int) -> Bool { entries[index].restsUntil.map { $0 > now } ?? false }
        if let best = open.filter({ !isResting($0) }).max(by: { isLess($0, $1, at: now) }) { return take(best) }
        let limited = entries.filter { !$0.isRejected }.compactMap(\.restsUntil).min()
        if let limited { return .wait(.milliseconds(max(limited.milliseconds &- now.milliseconds, 1))) }
        // All were rejected: to ask once more is the only way to learn that one is accepted again.
        let first = open.min { (entries[$0].restsUntil ?? now) < (entries[$1].restsUntil ?? now) }
        return first.map { take($0) } ?? .none
    }

    /// Notes what a reply to one of them says; true where another may fare better.
    mutating func note(_ response: FetchResponse, to index: Int, isRejected: Bool, at now: Timestamp) -> Bool {
        let budget = Budget(response)
        entries[index].remaining = budget?.remaining
        entries[index].resetAt = budget?.reset.map { now + $0 }
        entries[index].isRejected = isRejected
        switch response.status {
        case _ where isRejected:
            entries[index].restsUntil = now + .seconds(600)
            return true
        case 429:
            entries[index].restsUntil = now + (response.askedWait ?? .seconds(60))
            return true
        default:
            let isSpent = budget.map { $0.unit == .requests && $0.remaining < 1 } ?? false
            entries[index].restsUntil = isSpent ? entries[index].resetAt : nil
            return false
        }
    }

    /// Notes that one of them must not be shown for a time.
    mutating func rest(_ index: Int, for time: Duration, at now: Timestamp) {
        entries[index].restsUntil = now + time
        entries[index].isRejected = false
    }

    private mutating func take(_ index: Int) -> Choice {
        uses += 1
        entries[index].lastUse = uses
        return .take(index)
    }

    /// Less left, or, where as much is, used later.
    private func isLess(_ one: Int, _ other: Int, at now: Timestamp) -> Bool {
        let (left, right) = (left(in: one, at: now), left(in: other, at: now))
        return left == right ? entries[one].lastUse > entries[other].lastUse : left < right
    }

    /// What is left; a window that is not known, or is over, is full.
    private func left(in index: Int, at now: Timestamp) -> Double {
        guard let remaining = entries[index].remaining else { return .infinity }
        return entries[index].resetAt.map { $0 <= now } == true ? .infinity : remaining
    }
}
