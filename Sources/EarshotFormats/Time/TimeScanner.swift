internal import Earshot

/// Reads a moment word by word and number by number, in whatever order its writer put them.
struct TimeScanner {
    let bytes: Bytes
    var position = 0
    var unknownWords = 0
    var year: Int?
    var month: Int?
    var day: Int?
    /// The day, where it was given as a week or as a day of the year.
    var whole: Timestamp?
    var hour: Int?
    var minute: Int?
    var second: Int?
    var fraction: Int?
    var isAfternoon: Bool?
    var offset: Int?

    init(_ bytes: Bytes) { self.bytes = bytes }

    /// The moment, or nil where no day is certain or a part is out of its range.
    mutating func moment() -> Timestamp? {
        while position < bytes.count {
            let byte = bytes[position]
            let known: Bool
            if bytes.digit(position) != nil {
                known = number()
            } else if byte == UInt8(ascii: "(") {
                known = comment()
            } else if byte >= 0x80 || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) {
                known = word()
            } else {
                known = sign(byte)
            }
            if !known { return nil }
        }
        return assembled()
    }

    /// Puts the parts together.
    private func assembled() -> Timestamp? {
        guard let date = whole ?? calendarDay, hour != nil || minute == nil else { return nil }
        var hour = hour ?? 0
        if let isAfternoon {
            guard hour <= 12 || isAfternoon else { return nil }
            if hour == 12 { hour = isAfternoon ? 12 : 0 } else if hour < 12 && isAfternoon { hour += 12 }
        }
        let minute = minute ?? 0
        let second = second ?? 0
        guard hour <= 24, minute <= 59, second <= 60, hour < 24 || (minute == 0 && second == 0) else { return nil }
        let local = Timestamp(seconds: date.seconds + Int64(hour * 3600 + minute * 60 + min(second, 59)))
        return local.moved(by: offset ?? 0, fraction: fraction)
    }

    private var calendarDay: Timestamp? {
        guard let year, let month else { return nil }
        return Timestamp(year: year, month: month, day: day ?? 1)
    }

    var hasDate: Bool { whole != nil || (year != nil && month != nil) }

    /// A comment; parentheses nest. One that does not end takes the rest.
    private mutating func comment() -> Bool {
        var depth = 0
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "(") { depth += 1 }
            if bytes[position] == UInt8(ascii: ")") { depth -= 1 }
            position += 1
            if depth == 0 { break }
        }
        return true
    }

    /// An offset after a time; anything else that is neither digit nor letter only separates.
    private mutating func sign(_ byte: UInt8) -> Bool {
        position += 1
        guard byte == Times.plus || byte == Times.minus, hasDate || hour != nil, bytes.digit(position) != nil else {
            return true
        }
        let first = position
        var (hours, length) = digits()
        var minutes = 0
        if position < bytes.count, bytes[position] == Times.colon, bytes.digit(position + 1) != nil {
            position += 1
            (minutes, _) = digits()
        } else if hour == nil {
            // Without a time, only `+01:00` is an offset; `15-Jan-04` and `2004-07` are not.
            position = first
            return true
        } else if length >= 3 {
            (hours, minutes) = (hours / 100, hours % 100)
            length -= 2
        }
        guard length <= 2, hours <= 23, minutes <= 59 else { return false }
        offset = (byte == Times.minus ? -1 : 1) * (hours * 60 + minutes)
        return true
    }

    /// The number at the position and how many digits it has; what is too long gives a number out of any range.
    mutating func digits() -> (value: Int, length: Int) {
        let first = position
        var value = 0
        while let digit = bytes.digit(position) {
            value = min(value * 10 + digit, 1_000_000_000_000)
            position += 1
        }
        return (value, position - first)
    }

    private mutating func word() -> Bool {
        let first = position
        while position < bytes.count, isLetter(bytes[position]) { position += 1 }
        var word = bytes[first..<position]
        while word.hasSuffix(".") { word = word[0..<(word.count - 1)] }
        if year == nil || month == nil, let name = TimeNames.englishMonth(word) {
            month = name
        } else if TimeNames.isEnglishWeekday(word) {
            return true
        } else if let half = TimeNames.isAfternoon(word) {
            isAfternoon = half
            if word.hasPrefix("오") { offset = offset ?? 540 }
        } else if hour != nil, let zone = TimeNames.zone(word) {
            offset = offset ?? zone
        } else if year == nil || month == nil, let name = TimeNames.month(word) {
            month = name
        } else if word.count > 2 {
            unknownWords += 1
        }
        return unknownWords <= 4
    }

    /// Letters of a word; a point only shortens, and `/` joins the parts of a zone.
    private func isLetter(_ byte: UInt8) -> Bool {
        byte >= 0x80 || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "/")
    }
}
