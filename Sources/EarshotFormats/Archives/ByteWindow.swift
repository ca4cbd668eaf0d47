internal import Earshot

/// The part of a stream that is being looked at; bytes before it are forgotten.
final class ByteWindow {
    private let stream: any ByteStream
    private var buffer: [UInt8] = []
    private static let padding = 64
    /// Bytes that are copied faster than room is found for others.
    private static let small = 32 * 1024
    private var start = 0
    private var isEnded = false

    init(_ stream: any ByteStream) { self.stream = stream }

    /// How many bytes are held.
    var count: Int { buffer.count - start }

    /// The held byte at a position from the window's beginning.
    subscript(index: Int) -> UInt8 { buffer[start + index] }

    /// Reads on; false at the end of the stream.
    func grow() throws(MalformedDocument) -> Bool {
        if isEnded { return false }
        if start > 0, start >= count {
            buffer.removeFirst(start)
            start = 0
        }
        if try stream.read(into: &buffer) { return true }
        isEnded = true
        return false
    }

    /// Reads on until `wanted` bytes are held; false where the stream has fewer.
    func hold(_ wanted: Int) throws(MalformedDocument) -> Bool {
        while count < wanted { guard try grow() else { return false } }
        return true
    }

    /// Forgets the first bytes.
    func drop(_ length: Int) {
        start = min(start + length, buffer.count)
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= 1 << 22)
            start = 0
        }
    }

    /// The first bytes, which are forgotten.
    ///
    /// Where they are most of what is held they are not copied: the rest goes into a buffer of its own.
    func take(_ length: Int) -> [UInt8] {
        let end = min(start + length, buffer.count)
        if start == 0, end > ByteWindow.small, end > buffer.capacity / 4, end > buffer.count / 2 {
            return handOver(end)
        }
        var taken: [UInt8] = []
        // With the room after it that a JSON parser reads into, so that it needs no copy of its own.
        taken.reserveCapacity(end - start + ByteWindow.padding)
        taken.append(contentsOf: buffer[start..<end])
        drop(length)
        return taken
    }

    private func handOver(_ length: Int) -> [UInt8] {
        var rest: [UInt8] = []
        rest.reserveCapacity(min(buffer.capacity, 1 << 22))
        rest.append(contentsOf: buffer[length...])
        buffer.removeSubrange(length...)
        swap(&rest, &buffer)
        return rest
    }

    /// What is held, borrowed.
    func withBytes<Result>(_ body: (Bytes) throws(MalformedDocument) -> Result) throws(MalformedDocument) -> Result {
        let first = start
        return try buffer.withBytes { (whole) throws(MalformedDocument) in try body(whole[first..<whole.count]) }
    }

    /// The end of the line that begins at `position`: the place of its newline, or of the stream's end.
    ///
    /// Nil where there is no newline within `limit` bytes.
    func endOfLine(from position: Int, limit: Int) throws(MalformedDocument) -> Int? {
        var searched = position
        while true {
            let newline = try withBytes { (bytes) throws(MalformedDocument) in
                bytes.firstIndex(of: 0x0A, from: searched)
            }
            if let newline { return newline - position <= limit ? newline : nil }
            searched = count
            if searched - position > limit { return nil }
            guard try grow() else { return count }
        }
    }

    /// Forgets bytes up to the next newline and it, holding no more than one read.
    func dropLine() throws(MalformedDocument) {
        while true {
            let newline = try withBytes { (bytes) throws(MalformedDocument) in bytes.firstIndex(of: 0x0A) }
            if let newline { return drop(newline + 1) }
            drop(count)
            guard try grow() else { return }
        }
    }
}
