internal import Earshot
internal import Glibc

/// The moment as HTTP writes it (RFC 9110, section 5.6.7), made anew once a second.
struct HTTPDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private var second = Int64.min
    private var text = ""

    /// The text for a moment.
    mutating func text(of moment: Timestamp) -> String {
        guard moment.seconds != second else { return text }
        second = moment.seconds
        var time = time_t(second)
        let parts = HTTPDate.parts(of: &time)
        let clock = [parts.hour, parts.minute, parts.second].map(HTTPDate.digits).joined(separator: ":")
        let (weekday, month) = (HTTPDate.days[parts.weekday % 7], HTTPDate.months[parts.month % 12])
        text = "\(weekday), \(HTTPDate.digits(parts.day)) \(month) \(parts.year) \(clock) GMT"
        return text
    }

    private static func parts(
        of time: inout time_t
    ) -> (weekday: Int, day: Int, month: Int, year: Int, hour: Int, minute: Int, second: Int) {
        var parts = unsafe tm()
        unsafe gmtime_r(&time, &parts)
        return unsafe (
            Int(parts.tm_wday), Int(parts.tm_mday), Int(parts.tm_mon), Int(parts.tm_year) + 1900, Int(parts.tm_hour),
            Int(parts.tm_min), Int(parts.tm_sec)
        )
    }

    private static func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
