public import Earshot

/// What a source says, in the headers of a reply, is left of what may be asked of it.
public struct Budget: Sendable, Equatable {
    /// What is counted.
    public enum Unit: String, Sendable {
        /// Requests of a window.
        case requests
        /// The share of a window's calls or computing time.
        case percent
        /// What a day's calls cost, which the gateway counts itself.
        case units
    }

    /// How much there is in all, if that is known.
    public var limit: Double?
    /// How much is left.
    public var remaining: Double
    /// What is counted.
    public var unit: Unit
    /// How long after the reply it is given anew, if that is known.
    public var reset: Duration?

    /// A budget of known parts.
    public init(limit: Double?, remaining: Double, unit: Unit, reset: Duration?) {
        self.limit = limit
        self.remaining = remaining
        self.unit = unit
        self.reset = reset
    }

    /// The budget of which least is left, among those that a reply tells of; nil where it tells of none.
    public init?(_ response: FetchResponse) {
        let counted = Budget.families.compactMap { Budget(response, counting: $0) }
        let shares = Budget.usages.flatMap { Budget.shares(response[$0]) }
        guard let least = (counted + shares).min(by: { $0.share < $1.share }) else { return nil }
        self = least
    }

    /// How long to ask for nothing: until it is given anew where nothing is left, a part of that where little is.
    public var wait: Duration? {
        switch unit {
        case .requests, .units:
            guard let reset, remaining <= Budget.few else { return nil }
            return min(remaining < 1 ? reset : reset / remaining, Budget.longestWindow)
        case .percent:
            if let reset, reset > .zero { return min(reset, Budget.longestWindow) }
            return remaining <= 5 ? .seconds(900) : remaining <= 20 ? .seconds(60) : nil
        }
    }

    /// From so many requests on they are spread over what is left of the window.
    private static let few = 5.0

    /// For how long a window is believed to last.
    private static let longestWindow = Duration.seconds(86_400)

    /// How much of the whole is left, from 0 to 1; a whole that is not known counts as large.
    private var share: Double { remaining / max(limit ?? 1000, 1) }

    // Counted requests.

    /// What stands before `limit`, `remaining` and `reset`.
    private static let families = ["x-rate-limit-", "x-ratelimit-", "ratelimit-"]

    private init?(_ response: FetchResponse, counting family: String) {
        let isFull = response.status == 429 && response[family + "reset"] != nil
        guard let remaining = response[family + "remaining"].flatMap({ Double($0) }) ?? (isFull ? 0 : nil),
            remaining.isFinite
        else { return nil }
        let limit = response[family + "limit"].flatMap { Double($0) }
        self.init(
            limit: limit?.isFinite == true ? limit : nil, remaining: max(remaining, 0), unit: .requests,
            reset: response[family + "reset"].flatMap { Budget.reset($0, response) })
    }

    /// A time to go in seconds, an epoch or a date: sources mean each of the three by the same word.
    private static func reset(_ text: String, _ response: FetchResponse) -> Duration? {
        guard let number = Double(text) else { return Times.parse(text).flatMap { response.wait(until: $0) } }
        guard number.isFinite, number >= 0 else { return nil }
        guard number >= 1_000_000_000 else { return FetchResponse.wait(seconds: number) }
        return Int64(exactly: number.rounded()).flatMap { Times.epoch($0) }.flatMap { response.wait(until: $0) }
    }

    // Shares in percent.

    /// Headers that hold JSON: an object of shares, or lists of such objects by account.
    private static let usages = [
        "x-business-use-case-usage", "x-app-usage", "x-page-usage", "x-ad-account-usage",
    ]

    private static func shares(_ header: String?) -> [Budget] {
        guard let header, let usage = try? JSONValue(parsing: header), let members = usage.members else { return [] }
        let lists = members.compactMap { $0.value.elements }
        return (lists.isEmpty ? [usage] : lists.flatMap(\.self)).compactMap { share(of: $0) }
    }

    private static func share(of usage: JSONValue) -> Budget? {
        let spent = ["call_count", "total_time", "total_cputime"].compactMap { usage[$0]?.double }.max()
        let minutes = usage["estimated_time_to_regain_access"]?.double ?? 0
        guard spent != nil || minutes > 0 else { return nil }
        // Access that is to be regained is lost, whatever the shares say.
        let remaining = minutes > 0 ? 0 : max(100 - (spent ?? 0), 0)
        return Budget(
            limit: 100, remaining: remaining, unit: .percent,
            reset: minutes > 0 ? FetchResponse.wait(seconds: minutes * 60) : nil)
    }
}
