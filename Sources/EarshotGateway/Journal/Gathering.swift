internal import Earshot

/// The mentions for one delivery, taken from segments of the log in their order.
struct Gathering {
    /// How many bytes of lines are looked at before a delivery without mentions is given, so that the position moves.
    private static let scanLimit = 8 * 1024 * 1024

    private let sink: String
    private let start: Int64
    private let end: Int64
    private let limits: BatchLimits
    private let filter: (@Sendable (ArraySlice<UInt8>) -> Bool)?
    private var batch = Batch()
    private var scanned = 0

    /// How far the log was looked through.
    var upTo: Int64
    /// Whether nothing more is to be taken.
    private(set) var isFull = false

    init(
        sink: String, after start: Int64, upTo end: Int64? = nil, limits: BatchLimits,
        filter: (@Sendable (ArraySlice<UInt8>) -> Bool)?
    ) {
        self.end = end ?? .max
        self.sink = sink
        self.start = start
        self.limits = BatchLimits(count: max(limits.count, 1), bytes: limits.bytes, wait: limits.wait)
        self.filter = filter
        upTo = start
    }

    /// What was found.
    var found: Bell.Found {
        let delivery = upTo == start ? nil : Delivery(sink: sink, batch: batch, after: start, upTo: upTo)
        return Bell.Found(delivery: delivery, upTo: upTo, room: isFull ? 0 : limits.count - batch.count)
    }

    /// Takes what fits of a segment.
    mutating func take(_ segment: Segment) {
        let entries = segment.batch.entries
        let from = Int(max(upTo + 1 - segment.first, 0))
        let isWhole = from == 0 && filter == nil && batch.isEmpty && segment.last <= end
        if isWhole, entries.count <= limits.count, segment.batch.lines.count <= limits.bytes {
            batch = segment.batch
            upTo = segment.last
            // One that takes up half of the room goes by itself: with a part of the next, both would be copied.
            isFull = batch.count > limits.count / 2 || batch.lines.count > limits.bytes / 2 || upTo == end
            return
        }
        var run = from..<from
        for index in from..<max(entries.count, from) {
            guard entries[index].position <= end else { break }
            let size = entries[index].count + 1
            scanned += size
            if filter?(segment.batch.line(index)) == false {
                batch.append(segment.batch, run)
                run = (index + 1)..<(index + 1)
            } else {
                guard fits(size, beside: run, of: segment.batch) else { break }
                run = run.lowerBound..<(index + 1)
            }
            upTo = entries[index].position
        }
        batch.append(segment.batch, run)
        if batch.count == limits.count || upTo == end || scanned >= Gathering.scanLimit { isFull = true }
    }

    /// Whether a line fits beside what was taken already; there is always room for the first.
    private mutating func fits(_ size: Int, beside run: Range<Int>, of batch: Batch) -> Bool {
        guard let first = run.first, let last = run.last else {
            isFull =
                self.batch.count >= limits.count
                || (!self.batch.isEmpty && self.batch.lines.count + size > limits.bytes)
            return !isFull
        }
        let bytes = batch.entries[last].start + batch.entries[last].count + 1 - batch.entries[first].start
        isFull =
            self.batch.count + run.count >= limits.count
            || self.batch.lines.count + bytes + size > limits.bytes
        return !isFull
    }
}
