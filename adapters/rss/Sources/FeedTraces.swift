internal import Earshot

/// Traces of a page's entries, by which a later page is known to go on where it ended.
struct FeedTraces {
    private let all: Set<String>
    /// Traces of the newest entries, four characters each.
    let newest: String

    /// How many entries are remembered.
    private static let count = 6
    private static let width = 4

    /// The traces of what was read.
    init(of reading: Reading) {
        let traces = reading.rows.map { row in
            (trace: reading.withBytes(of: row.nativeID) { FeedTraces.trace(of: $0) }, moment: row.publishedAt)
        }
        all = Set(traces.map(\.trace))
        // Where moments are the same or unknown, the feed's order holds: the newest first.
        let latest = traces.enumerated().sorted { one, other in
            let moments = (one.element.moment ?? .earliest, other.element.moment ?? .earliest)
            return moments.0 == moments.1 ? one.offset < other.offset : moments.0 > moments.1
        }
        newest = latest.prefix(FeedTraces.count).map(\.element.trace).joined()
    }

    /// Whether one of the traces of an earlier page is on this one.
    func overlaps(_ earlier: String) -> Bool {
        var rest = earlier[...]
        while !rest.isEmpty {
            if all.contains(String(rest.prefix(FeedTraces.width))) { return true }
            rest = rest.dropFirst(FeedTraces.width)
        }
        return false
    }

    /// Four letters of 24 bits of an id's digest.
    private static func trace(of id: Bytes) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        let bits = Digest(of: id).low
        return String(
            decoding: (0..<UInt64(width)).map { letters[Int(truncatingIfNeeded: bits >> ($0 * 6) & 63)] },
            as: UTF8.self)
    }
}
