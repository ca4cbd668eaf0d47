internal import Earshot
internal import EarshotFormats

/// How often a feed says it wants to be asked: `ttl`, `sy:updatePeriod`, `skipHours`, `skipDays`, and its replies'
/// `Cache-Control`.
struct FeedPace: Equatable {
    /// The seconds between two questions.
    var wait: Int64 = 0
    /// The hours of the day (bit 0 is midnight, UTC) and the days of the week (bit 0 is Sunday) on which not to ask.
    var hours: Int64 = 0
    var days: Int64 = 0

    private static let hour: Int64 = 3600
    private static let day: Int64 = 86_400

    /// When to ask again after a reply of now that stays fresh for so long, all in seconds, waiting `patience` at most.
    func due(after now: Int64, fresh: Int64, patience: Int64) -> Int64 { now + min(max(wait, fresh), patience) }

    /// Whether a moment lies in an hour or on a day that is skipped.
    func isSkipped(_ moment: Int64) -> Bool {
        let hour = moment % FeedPace.day / FeedPace.hour
        // The first of January 1970 was a Thursday.
        let day = (moment / FeedPace.day + 4) % 7
        return hours >> hour & 1 == 1 || days >> day & 1 == 1
    }

    /// For how many seconds a reply says it stays fresh.
    static func freshness(of response: FetchResponse) -> Int64 {
        guard let field = response["Cache-Control"] else { return 0 }
        var seconds: Int64 = 0
        for part in field.lowercased().split(separator: ",") {
            let words = part.filter { $0 != " " && $0 != "\"" }.split(separator: "=", maxSplits: 1)
            if words.first == "no-cache" || words.first == "no-store" { return 0 }
            if words.count == 2, words[0] == "max-age" { seconds = Int64(words[1]) ?? 0 }
        }
        let age = response["Age"].flatMap { Int64($0) } ?? 0
        return min(max(seconds.subtractingReportingOverflow(max(age, 0)).partialValue, 0), 365 * day)
    }
}

extension FeedPace {
    /// What the bytes of a feed say, in any charset that keeps ASCII.
    ///
    /// Looks for tags alone, as the feed is read later, elsewhere.
    init(of feed: [UInt8]) {
        var scan = FeedPaceScan()
        feed.withBytes { scan.run($0) }
        wait = scan.wait
        hours = scan.hours
        days = scan.days
    }
}

/// Finds what a feed says of its pace.
private struct FeedPaceScan {
    private(set) var hours: Int64 = 0
    private(set) var days: Int64 = 0
    private var ttl: Int64 = 0
    private var period: Int64 = 0
    private var frequency: Int64 = 1

    private static let weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]

    var wait: Int64 { max(ttl, period / frequency) }

    mutating func run(_ bytes: Bytes) {
        var place = bytes.firstIndex(of: UInt8(ascii: "<"))
        while let start = place {
            let rest = bytes[start..<bytes.count]
            var next = start + 1
            if rest.hasPrefix("<![CDATA[") {
                next = FeedPaceScan.end(of: "]]>", in: bytes, from: next)
            } else if rest.hasPrefix("<!--") {
                next = FeedPaceScan.end(of: "-->", in: bytes, from: next)
            } else {
                note(rest)
            }
            place = bytes.firstIndex(of: UInt8(ascii: "<"), from: next)
        }
    }

    private static func end(of mark: StaticString, in bytes: Bytes, from start: Int) -> Int {
        let last = mark.bytes[mark.utf8CodeUnitCount - 1]
        var place = bytes.firstIndex(of: last, from: start)
        while let found = place {
            let first = found + 1 - mark.utf8CodeUnitCount
            if first >= start, bytes[first..<(found + 1)] == mark { return found + 1 }
            place = bytes.firstIndex(of: last, from: found + 1)
        }
        return bytes.count
    }

    /// Notes an element that says something of the pace; `rest` begins with its `<`.
    private mutating func note(_ rest: Bytes) {
        let head = rest[1..<min(rest.count, 33)]
        guard let close = head.firstIndex(of: UInt8(ascii: ">")), close > 0, head[0] != UInt8(ascii: "/") else {
            return
        }
        var name = head[0..<close]
        if let space = name.firstIndex(of: 0x20) { name = name[0..<space] }
        if let colon = name.firstIndex(of: UInt8(ascii: ":")) { name = name[(colon + 1)..<name.count] }
        guard [3, 4, 12, 15].contains(name.count) else { return }
        let word = name.string.lowercased()
        guard ["ttl", "hour", "day", "updateperiod", "updatefrequency"].contains(word) else { return }
        let inside = rest[(close + 2)..<min(rest.count, close + 66)]
        let value = inside[0..<(inside.firstIndex(of: UInt8(ascii: "<")) ?? inside.count)].trimmed.string.lowercased()
        switch word {
        case "ttl": ttl = min(max(Int64(value) ?? 0, 0), 527_040) * 60
        case "hour": if let hour = Int64(value), hour >= 0, hour <= 24 { hours |= 1 << (hour % 24) }
        case "day": if let day = FeedPaceScan.weekdays.firstIndex(of: value) { days |= 1 << Int64(day) }
        case "updateperiod": period = FeedPaceScan.seconds(of: value)
        default: frequency = min(max(Int64(value) ?? 1, 1), 1_000_000)
        }
    }

    private static func seconds(of period: String) -> Int64 {
        switch period {
        case "hourly": 3600
        case "daily": 86_400
        case "weekly": 7 * 86_400
        case "monthly": 30 * 86_400
        case "yearly": 365 * 86_400
        default: 0
        }
    }
}
