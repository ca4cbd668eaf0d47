/// A moment in UTC, to the precision that its source gave: seconds or milliseconds.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public var milliseconds: Int64

    /// Whether the source gave a fraction of a second.
    public var hasMilliseconds: Bool

    /// The moment `seconds` after 1970, a whole second.
    @inlinable
    public init(seconds: Int64) {
        milliseconds = seconds &* 1000
        hasMilliseconds = false
    }

    /// The moment `milliseconds` after 1970; written with three digits of fraction.
    @inlinable
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
        hasMilliseconds = true
    }

    /// The latest moment RFC 3339 can write, 9999-12-31T23:59:59.999Z.
    public static let latest = Timestamp(milliseconds: 253_402_300_799_999)

    /// The earliest moment RFC 3339 can write, 0001-01-01T00:00:00Z.
    public static let earliest = Timestamp(seconds: -62_135_596_800)

    /// Whole seconds since 1970, rounded down.
    public var seconds: Int64 { milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000 }

    /// Whether RFC 3339 has a form for it.
    public var isWritable: Bool {
        milliseconds >= Timestamp.earliest.milliseconds && milliseconds <= Timestamp.latest.milliseconds
    }

    /// Earlier moments come first; precision does not matter.
    public static func < (one: Timestamp, other: Timestamp) -> Bool { one.milliseconds < other.milliseconds }

    /// The moment of a date and time of day in UTC, or nil where there is no such day or time.
    ///
    /// `month` and `day` count from 1; a `second` of 60 is read as 59, as there is no other way to say a leap second.
    public init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        guard year >= 1, year <= 9999, month >= 1, month <= 12, day >= 1,
            day <= Timestamp.days(inMonth: month, of: year),
            hour >= 0, hour <= 24, minute >= 0, minute <= 59, second >= 0, second <= 60,
            hour < 24 || (minute == 0 && second == 0)
        else { return nil }
        let days = Timestamp.daysSince1970(year: year, month: month, day: day)
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + Swift.min(second, 59)
        self.init(seconds: Int64(seconds))
    }

    /// Days from 1970-01-01 to the given day of the proleptic Gregorian calendar.
    ///
    /// Follows Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
    static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The number of days in a month of a year.
    public static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        default: 31
        }
    }

    /// Year, month, day of the moment in UTC (`civil_from_days` of the same source).
    public var date: (year: Int, month: Int, day: Int) {
        let total = Int(seconds)
        let days = (total >= 0 ? total : total - 86_399) / 86_400 + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let part = (5 * dayOfYear + 2) / 153
        let month = part < 10 ? part + 3 : part - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * part + 2) / 5 + 1)
    }

    /// Hour, minute, second of the moment in UTC.
    public var timeOfDay: (hour: Int, minute: Int, second: Int) {
        let total = Int(seconds)
        let rest = ((total % 86_400) + 86_400) % 86_400
        return (rest / 3600, rest / 60 % 60, rest % 60)
    }
}

extension Timestamp: CustomStringConvertible {
    /// The moment as RFC 3339 writes it, with `Z`.
    public var description: String {
        var output = Output()
        output.timestamp(self)
        return output.string
    }
}
