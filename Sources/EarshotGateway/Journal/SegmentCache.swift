internal import Earshot

/// The segments that were last written or read, so that a sink that keeps up reads no disk.
struct SegmentCache {
    private static let sizeLimit = 8 * 1024 * 1024
    private static let countLimit = 4096

    private var segments: [Int64: Segment] = [:]
    private var order: [Int64] = []
    private var oldest = 0
    private var size = 0

    /// The segment that begins at a position.
    subscript(first: Int64) -> Segment? { segments[first] }

    /// Holds a segment, and lets the oldest go for it.
    mutating func insert(_ segment: Segment) {
        guard segments.updateValue(segment, forKey: segment.first) == nil else { return }
        order.append(segment.first)
        size += segment.batch.lines.count
        while size > SegmentCache.sizeLimit || segments.count > SegmentCache.countLimit {
            if let gone = segments.removeValue(forKey: order[oldest]) { size -= gone.batch.lines.count }
            oldest += 1
        }
        if oldest > SegmentCache.countLimit {
            order.removeFirst(oldest)
            oldest = 0
        }
    }
}
