internal import Earshot

extension Bytes {
    /// The digit at `index`, or nil.
    func digit(_ index: Int) -> Int? {
        guard index >= 0, index < count else { return nil }
        let value = self[index] &- 0x30
        return value <= 9 ? Int(value) : nil
    }

    /// The number that the two digits at `index` write, or a negative number.
    func two(_ index: Int) -> Int {
        let tens = self[index] &- 0x30
        let ones = self[index + 1] &- 0x30
        return tens <= 9 && ones <= 9 ? Int(tens) * 10 + Int(ones) : -1
    }

    /// The milliseconds of `.123` or `,123` at `position`, which is moved behind it; nil where there is no fraction.
    func fraction(at position: inout Int) -> Int? {
        guard position + 1 < count, self[position] == UInt8(ascii: ".") || self[position] == UInt8(ascii: ","),
            digit(position + 1) != nil
        else { return nil }
        position += 1
        var value = 0
        var scale = 100
        while let digit = digit(position) {
            value += digit * scale
            scale /= 10
            position += 1
        }
        return value
    }

    /// The minutes east of UTC that `Z`, `+0000`, `+00:00` or `+00` at `position` say, if nothing follows.
    func offset(at position: Int) -> Int? {
        guard position < count else { return nil }
        let sign = self[position]
        if sign | 0x20 == UInt8(ascii: "z") { return position + 1 == count ? 0 : nil }
        guard sign == Times.plus || sign == Times.minus else { return nil }
        let hours: Int
        var minutes = 0
        switch count - position {
        case 3: hours = two(position + 1)
        case 5: (hours, minutes) = (two(position + 1), two(position + 3))
        case 6 where self[position + 3] == Times.colon: (hours, minutes) = (two(position + 1), two(position + 4))
        default: return nil
        }
        guard hours >= 0, hours <= 23, minutes >= 0, minutes <= 59 else { return nil }
        return sign == Times.minus ? -(hours * 60 + minutes) : hours * 60 + minutes
    }
}

extension Timestamp {
    /// The moment whose local reading this is, `offset` minutes east of UTC, with a fraction where one was written.
    func moved(by offset: Int, fraction: Int?) -> Timestamp? {
        let base = milliseconds - Int64(offset) * 60_000
        let moment = fraction.map { Timestamp(milliseconds: base + Int64($0)) } ?? Timestamp(seconds: base / 1000)
        return moment.isWritable ? moment : nil
    }

    /// The beginning of a day counted from the first of January.
    init?(year: Int, dayOfYear: Int) {
        let leap = Timestamp.days(inMonth: 2, of: year) == 29
        guard dayOfYear >= 1, dayOfYear <= (leap ? 366 : 365), let first = Timestamp(year: year, month: 1, day: 1)
        else {
            return nil
        }
        self.init(seconds: first.seconds + Int64(dayOfYear - 1) * 86_400)
    }

    /// The beginning of a day of an ISO 8601 week; weekdays count from Monday, 1.
    init?(year: Int, week: Int, weekday: Int) {
        guard week >= 1, week <= 53, weekday >= 1, weekday <= 7,
            let fourth = Timestamp(year: year, month: 1, day: 4)
        else { return nil }
        // The fourth of January is always in week 1; 1970-01-01 was a Thursday.
        let days = fourth.seconds / 86_400
        let monday = days - (((days + 3) % 7) + 7) % 7
        self.init(seconds: (monday + Int64(week - 1) * 7 + Int64(weekday - 1)) * 86_400)
    }
}
