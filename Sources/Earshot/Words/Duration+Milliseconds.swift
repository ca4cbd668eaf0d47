extension Duration {
    /// Whole milliseconds, rounded towards zero; what does not fit is the largest or smallest number that does.
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, isTooLarge) = seconds.multipliedReportingOverflow(by: 1000)
        let (sum, isBeyond) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return isTooLarge || isBeyond ? (seconds < 0 ? .min : .max) : sum
    }

    /// The duration in seconds with one decimal, as logs say it: `1.4s`.
    package var brief: String {
        let tenths = milliseconds / 100
        return tenths % 10 == 0 ? "\(tenths / 10)s" : "\(tenths / 10).\(abs(tenths % 10))s"
    }
}

extension Timestamp {
    /// The moment a duration later, or the last there is.
    package static func + (moment: Timestamp, duration: Duration) -> Timestamp {
        let (sum, isBeyond) = moment.milliseconds.addingReportingOverflow(duration.milliseconds)
        let whole = isBeyond ? (duration < .zero ? .min : .max) : sum
        return Timestamp(
            milliseconds: min(max(whole, Timestamp.earliest.milliseconds), Timestamp.latest.milliseconds))
    }

    /// The moment a duration earlier, or the first there is.
    package static func - (moment: Timestamp, duration: Duration) -> Timestamp {
        let (difference, isBeyond) = moment.milliseconds.subtractingReportingOverflow(duration.milliseconds)
        let whole = isBeyond ? (duration > .zero ? .min : .max) : difference
        return Timestamp(
            milliseconds: min(max(whole, Timestamp.earliest.milliseconds), Timestamp.latest.milliseconds))
    }
}
