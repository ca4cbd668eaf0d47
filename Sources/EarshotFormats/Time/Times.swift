public import Earshot

/// Reads moments however sources write them: RFC 3339, ISO 8601, RFC 5322, asctime, epochs, and what feeds make of
/// them.
///
/// Linear, and without allocation on the common forms. A time without a zone is taken as UTC. Milliseconds are kept
/// only where the source wrote a fraction.
public enum Times {
    /// The moment that `bytes` say, or nil where they say none that is certain.
    public static func parse(_ bytes: Bytes) -> Timestamp? {
        if let moment = rfc3339(bytes) ?? twitter(bytes) { return moment }
        let trimmed = bytes.trimmed
        guard !trimmed.isEmpty, trimmed.count <= longest else { return nil }
        if let moment = digits(trimmed) { return moment }
        var scanner = TimeScanner(trimmed)
        return scanner.moment()
    }

    /// The moment that a text says; see `parse(_:)` for bytes.
    public static func parse(_ string: String) -> Timestamp? {
        var copy = string
        return copy.withUTF8 { unsafe parse(Bytes(start: $0.baseAddress, count: $0.count)) }
    }

    /// The moment of an epoch in seconds, milliseconds (above 1e11), microseconds (above 1e14) or nanoseconds.
    public static func epoch(_ value: Int64) -> Timestamp? {
        let moment: Timestamp =
            switch value.magnitude {
            case 0...100_000_000_000: Timestamp(seconds: value)
            case 0...100_000_000_000_000: Timestamp(milliseconds: value)
            case 0...100_000_000_000_000_000: Timestamp(milliseconds: value / 1000)
            default: Timestamp(milliseconds: value / 1_000_000)
            }
        return moment.isWritable ? moment : nil
    }

    /// What is longer is prose, not a moment.
    private static let longest = 200

    /// `2017-05-19T23:27:28+0000`, `2024-01-15T12:30:00.000Z`: the forms of most platforms.
    private static func rfc3339(_ bytes: Bytes) -> Timestamp? {
        guard bytes.count >= 20, bytes.count <= 35, bytes[10] | 0x20 == UInt8(ascii: "t") || bytes[10] == 0x20,
            let date = DecimalPairs(bytes, at: 0, parted: ("-", 4, 7)),
            let time = DecimalPairs(bytes, at: 11, parted: (":", 2, 5))
        else { return nil }
        let day = bytes.two(8)
        var position = 19
        let fraction = bytes.fraction(at: &position)
        guard day >= 0, let offset = bytes.offset(at: position),
            let local = Timestamp(
                year: date[0] * 100 + date[2], month: date[5], day: day, hour: time[0], minute: time[3], second: time[6]
            )
        else { return nil }
        return local.moved(by: offset, fraction: fraction)
    }

    /// `Mon Dec 23 13:03:29 +0000 2019`, as X wrote in version 1.1.
    private static func twitter(_ bytes: Bytes) -> Timestamp? {
        guard bytes.count == 30, bytes[3] == 0x20, bytes[7] == 0x20, bytes[10] == 0x20, bytes[13] == colon,
            bytes[16] == colon, bytes[19] == 0x20, bytes[25] == 0x20, let offset = bytes[0..<25].offset(at: 20),
            let month = TimeNames.englishMonth(bytes[4..<7])
        else { return nil }
        let (day, hour, minute, second) = (bytes.two(8), bytes.two(11), bytes.two(14), bytes.two(17))
        let (century, years) = (bytes.two(26), bytes.two(28))
        guard (day | hour | minute | second | century | years) >= 0 else { return nil }
        return Timestamp(
            year: century * 100 + years, month: month, day: day, hour: hour, minute: minute, second: second
        )?.moved(by: offset, fraction: nil)
    }

    /// Digits alone, with a sign or a fraction at most: an epoch, or ISO 8601's basic form where that is likelier.
    private static func digits(_ bytes: Bytes) -> Timestamp? {
        let negative = bytes[0] == minus
        var position = negative ? 1 : 0
        let first = position
        var value: Int64 = 0
        while position < bytes.count, let digit = bytes.digit(position) {
            if position - first >= 19 { return nil }
            value = value &* 10 &+ Int64(digit)
            position += 1
        }
        let length = position - first
        guard length > 0 else { return nil }
        if position == bytes.count {
            if !negative, let day = calendar(bytes, value: Int(value)) { return day }
            return value < 0 ? nil : epoch(negative ? -value : value)
        }
        let fraction = bytes.fraction(at: &position)
        guard position == bytes.count, let fraction, !negative, length >= 9, let moment = epoch(value) else {
            return nil
        }
        return fraction == 0 ? moment : moment.moved(by: 0, fraction: fraction)
    }

    /// `20031231`, `20031231235958`, `2003365`, `2003` and `200312`, where the year is of our time.
    private static func calendar(_ bytes: Bytes, value: Int) -> Timestamp? {
        guard bytes.count >= 4 else { return nil }
        let year = bytes.two(0) * 100 + bytes.two(2)
        guard year >= 1900, year <= 2200 else { return nil }
        switch bytes.count {
        case 4: return Timestamp(year: year, month: 1, day: 1)
        case 6: return Timestamp(year: year, month: value % 100, day: 1)
        case 7: return Timestamp(year: year, dayOfYear: value % 1000)
        case 8: return Timestamp(year: year, month: bytes.two(4), day: bytes.two(6))
        case 14:
            return Timestamp(
                year: year, month: bytes.two(4), day: bytes.two(6), hour: bytes.two(8), minute: bytes.two(10),
                second: bytes.two(12))
        default: return nil
        }
    }

    static let minus = UInt8(ascii: "-")
    static let plus = UInt8(ascii: "+")
    static let colon = UInt8(ascii: ":")
}
