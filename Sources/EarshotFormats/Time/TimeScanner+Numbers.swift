internal import Earshot

extension TimeScanner {
    /// A number, by what follows it and what is still missing.
    mutating func number() -> Bool {
        let afterT = position > 0 && bytes[position - 1] | 0x20 == UInt8(ascii: "t")
        let start = position
        let (value, length) = digits()
        if let unit = unit() { return set(value, unit) }
        let next = position < bytes.count ? bytes[position] : 0
        let continues = bytes.digit(position + 1) != nil
        if next == Times.colon || next == UInt8(ascii: "h") && continues { return clock(hour: value, length) }
        if !hasDate {
            if length == 4, year == nil, isSeparator(next) { return yearFirst(value) }
            if length <= 2, day == nil, continues, isSeparator(next) { return numeric(value, next) }
            if let known = basicDate(from: start, length) { return known }
        } else if hour == nil {
            if next == UInt8(ascii: "."), continues, length <= 2, day != nil || whole != nil {
                return clock(hour: value, length)
            }
            if afterT { return basicClock(value, length) }
        }
        return loose(value, length)
    }

    /// A number that stands alone: the day, then the year.
    private mutating func loose(_ value: Int, _ length: Int) -> Bool {
        if day == nil, whole == nil, length <= 2 {
            day = value
        } else if year == nil, length <= 4 {
            year = length <= 3 ? TimeScanner.fullYear(value) : value
        } else {
            unknownWords += 1
        }
        return unknownWords <= 4
    }

    /// RFC 5322 4.3: two digits below 50 are of this century, three digits count from 1900.
    private static func fullYear(_ value: Int) -> Int { value < 50 ? 2000 + value : 1900 + value }

    private func isSeparator(_ byte: UInt8) -> Bool {
        byte == Times.minus || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".")
    }

    /// What follows the year: a month by number or name, a week, or a day of the year.
    private mutating func yearFirst(_ value: Int) -> Bool {
        let separator = bytes[position]
        year = value
        guard position + 1 < bytes.count else { return true }
        if bytes[position + 1] | 0x20 == UInt8(ascii: "w") {
            position += 2
            return week(of: value)
        }
        guard bytes.digit(position + 1) != nil else {
            position += 1
            return true
        }
        position += 1
        let (second, length) = digits()
        // Some wrote `2003-012-31`; three digits are a day of the year only where nothing follows them.
        let isMonth = second <= 12 && position < bytes.count && bytes[position] == separator
        if length == 3, !isMonth {
            whole = Timestamp(year: value, dayOfYear: second)
            return whole != nil
        }
        month = second
        guard length <= 3, position < bytes.count, bytes[position] == separator, bytes.digit(position + 1) != nil else {
            return length <= 2
        }
        position += 1
        let (third, thirdLength) = digits()
        day = third
        return thirdLength <= 2
    }

    /// `53-6` or `536` or `53` after `2004-W`.
    private mutating func week(of year: Int) -> Bool {
        var (week, length) = digits()
        var weekday = 1
        if length == 3 {
            (week, weekday) = (week / 10, week % 10)
        } else if position < bytes.count, bytes[position] == Times.minus, bytes.digit(position + 1) != nil {
            position += 1
            (weekday, length) = digits()
        }
        whole = Timestamp(year: year, week: week, weekday: weekday)
        return whole != nil
    }

    /// Dates of three numbers that do not begin with a year of four digits.
    ///
    /// `/` is American unless the first cannot be a month; `.` is day first; with `-` and two digits each the year is
    /// first, as ISO 8601:1988 had it.
    private mutating func numeric(_ first: Int, _ separator: UInt8) -> Bool {
        let start = position
        position += 1
        let (second, _) = digits()
        guard position < bytes.count, bytes[position] == separator, bytes.digit(position + 1) != nil else {
            // `12.30` before a date is a time; anything else of two numbers is not certain.
            guard separator == UInt8(ascii: "."), hour == nil else { return false }
            position = start
            day = first
            return true
        }
        position += 1
        let (third, length) = digits()
        guard length == 2 || length == 4 else { return false }
        let last = length == 2 ? TimeScanner.fullYear(third) : third
        if separator == Times.minus, length == 2 {
            (year, month, day) = (TimeScanner.fullYear(first), second, third)
        } else if separator == UInt8(ascii: "/"), first <= 12 {
            (year, month, day) = (last, first, second)
        } else {
            (year, month, day) = (last, second, first)
        }
        return true
    }

    /// `20031231`, `2003365`, `2003W53`: ISO 8601 without hyphens, or nil where the number is none of them.
    private mutating func basicDate(from start: Int, _ length: Int) -> Bool? {
        if length == 8 || length == 12 || length == 14 {
            let value = bytes[start..<position]
            (year, month, day) = (value.two(0) * 100 + value.two(2), value.two(4), value.two(6))
            if length > 8 { (hour, minute) = (value.two(8), value.two(10)) }
            if length > 12 { second = value.two(12) }
            if length == 14 { fraction = bytes.fraction(at: &position) }
            return true
        }
        if length == 7 {
            let value = bytes[start..<position]
            whole = Timestamp(
                year: value.two(0) * 100 + value.two(2), dayOfYear: value.two(4) * 10 + Int(value[6] &- 0x30))
            return whole != nil
        }
        if length == 4, position + 1 < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "w"),
            bytes.digit(position + 1) != nil
        {
            let value = bytes[start..<position]
            position += 1
            return week(of: value.two(0) * 100 + value.two(2))
        }
        return nil
    }

    /// `10`, `1014`, `101455` after a `T`.
    private mutating func basicClock(_ value: Int, _ length: Int) -> Bool {
        switch length {
        case 1, 2: hour = value
        case 4: (hour, minute) = (value / 100, value % 100)
        case 6: (hour, minute, second) = (value / 10_000, value / 100 % 100, value % 100)
        default: return false
        }
        if length == 6 { fraction = bytes.fraction(at: &position) }
        return true
    }

    /// `:14:55.123` after the hour; the sign between the parts is `:`, and `.` or `h` between the first two.
    private mutating func clock(hour value: Int, _ length: Int) -> Bool {
        guard hour == nil, length <= 2 else { return false }
        hour = value
        let separator = bytes[position]
        position += 1
        guard bytes.digit(position) != nil else { return true }
        minute = digits().value
        guard position < bytes.count, bytes.digit(position + 1) != nil else { return true }
        if bytes[position] == separator || bytes[position] == Times.colon {
            position += 1
            second = digits().value
            fraction = bytes.fraction(at: &position)
            return position >= bytes.count || bytes[position] != Times.colon
        } else if separator == Times.colon, let part = bytes.fraction(at: &position) {
            second = part * 60 / 1000
        }
        return true
    }

    /// A unit that East Asian dates write behind each number.
    private enum Unit { case year, month, day, hour, minute, second }

    /// The unit at the position, which is moved behind it.
    private mutating func unit() -> Unit? {
        guard position + 2 < bytes.count, bytes[position] >= 0xE5 else { return nil }
        let sign = bytes[position..<(position + 3)]
        let unit: Unit? =
            if sign == "년" || sign == "年" {
                .year
            } else if sign == "월" || sign == "月" {
                .month
            } else if sign == "일" || sign == "日" {
                .day
            } else if sign == "시" || sign == "時" || sign == "时" {
                .hour
            } else if sign == "분" || sign == "分" {
                .minute
            } else if sign == "초" || sign == "秒" {
                .second
            } else {
                nil
            }
        guard let unit else { return nil }
        // Who writes a date in Korean without a zone means Korea's.
        if sign == "년" { offset = offset ?? 540 }
        position += 3
        return unit
    }

    private mutating func set(_ value: Int, _ unit: Unit) -> Bool {
        switch unit {
        case .year: year = value
        case .month: month = value
        case .day: day = value
        case .hour: hour = value
        case .minute: minute = value
        case .second: second = value
        }
        return true
    }
}
