public import Earshot

extension FetchResponse {
    /// The longest time that a source is left alone because it asked for it.
    public static let longestWait = Duration.seconds(7 * 86_400)

    /// How long the source asks to be left alone: `Retry-After` in seconds or as a date (RFC 9110, 10.2.3).
    ///
    /// A date counts from the reply's own `Date`, so that no other clock is asked. Nil where nothing understandable is
    /// said.
    public var retryAfter: Duration? {
        guard let field = self["Retry-After"] else { return nil }
        if let seconds = Double(field) { return seconds >= 0 ? FetchResponse.wait(seconds: seconds) : nil }
        return Times.parse(field).flatMap { wait(until: $0) }
    }

    /// What a status means where the platform says nothing more exact; nil where it is a success.
    public func failure(_ reason: String? = nil) -> FetchFailure? {
        let reason = reason ?? "HTTP status \(status)"
        switch status {
        case 200..<300: return nil
        case 401, 403, 407: return .unauthorized(reason)
        case 429: return .limited(reason, after: askedWait)
        case 408, 425, 500...: return retryAfter.map { .limited(reason, after: $0) } ?? .unreachable(reason)
        default: return .refused(reason)
        }
    }

    /// How long a reply that says "too many" asks for: by `Retry-After`, else until its budget is given anew.
    public var askedWait: Duration? { retryAfter ?? Budget(self)?.reset }

    /// The time from the reply's `Date` to a moment; nil where it has none.
    func wait(until moment: Timestamp) -> Duration? {
        guard let now = self["Date"].flatMap({ Times.parse($0) }) else { return nil }
        return FetchResponse.wait(seconds: Double(moment.milliseconds) / 1000 - Double(now.milliseconds) / 1000)
    }

    /// A number of seconds as a wait: not below zero, not above the longest.
    static func wait(seconds: Double) -> Duration {
        guard seconds < Double(longestWait.components.seconds) else { return longestWait }
        return .milliseconds(Int64((max(seconds, 0) * 1000).rounded(.up)))
    }
}
