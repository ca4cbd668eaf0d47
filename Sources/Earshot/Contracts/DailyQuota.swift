internal import Foundation

/// A budget that a source gives anew every day and never tells of, so that the gateway counts it.
public struct DailyQuota: Sendable, Equatable {
    /// Whose it is: channels of one account share it. It names no secret.
    public var account: String
    /// How many units a day has.
    public var units: Int
    /// Where it is midnight when it is given anew, as `America/Los_Angeles`.
    public var timeZone: String

    /// A quota of some units a day.
    public init(account: String, units: Int, timeZone: String) {
        self.account = account
        self.units = units
        self.timeZone = timeZone
    }

    /// The first midnight after a moment; a day later where the time zone is not known.
    public func reset(after moment: Timestamp) -> Timestamp {
        let date = Date(timeIntervalSince1970: Double(moment.seconds))
        var calendar = Calendar(identifier: .gregorian)
        guard let zone = TimeZone(identifier: timeZone) else { return Timestamp(seconds: moment.seconds + 86_400) }
        calendar.timeZone = zone
        let midnight = calendar.nextDate(
            after: date, matching: DateComponents(hour: 0, minute: 0, second: 0), matchingPolicy: .nextTime)
        let seconds = midnight.flatMap { Int64(exactly: $0.timeIntervalSince1970.rounded()) }
        return Timestamp(seconds: seconds ?? moment.seconds + 86_400)
    }
}
