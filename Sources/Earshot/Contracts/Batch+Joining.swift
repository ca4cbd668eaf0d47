extension Batch {
    /// Adds the lines of `other` at `range`, with their names.
    public mutating func append(_ other: Batch, _ range: Range<Int>) {
        guard let first = range.first, let last = range.last else { return }
        let networks = self.networks.places(adding: other.networks)
        let channels = self.channels.places(adding: other.channels)
        let start = other.entries[first].start
        let end = other.entries[last].start + other.entries[last].count + 1
        let offset = lines.count - start
        other.withLines(start..<end) { lines.append($0) }
        for var entry in other.entries[range] {
            entry.start += offset
            entry.network = Int(entry.network) < networks.count ? networks[Int(entry.network)] : 0
            entry.channel = Int(entry.channel) < channels.count ? channels[Int(entry.channel)] : 0
            entries.append(entry)
        }
    }

    /// How many lines of `run` stand side by side, at least one and at most so many with so many bytes.
    package func countOfLines(_ run: Range<Int>, atMost limit: Int, bytes: Int) -> Int {
        let start = entries[run.lowerBound].start
        var end = start
        let count = entries[run].prefix(max(limit, 1)).prefix { entry in
            guard entry.start == end, end == start || end + entry.count - start < bytes else { return false }
            end += entry.count + 1
            return true
        }.count
        return max(count, 1)
    }

    /// Appends lines that stand side by side to `lines`.
    package func copy(_ run: Range<Int>, to lines: inout [UInt8]) {
        guard let first = run.first, let last = run.last else { return }
        withLines(entries[first].start..<(entries[last].start + entries[last].count + 1)) { lines.append($0) }
    }

    private func withLines(_ range: Range<Int>, _ body: (Bytes) -> Void) {
        unsafe lines.withUnsafeBufferPointer { body(unsafe Bytes(start: $0.baseAddress, count: $0.count)[range]) }
    }
}

extension Array where Element == String {
    /// The place here of each of `names`, which are added where they are missing.
    package mutating func places(adding names: [String]) -> [UInt16] {
        names.map { name in
            if let known = firstIndex(of: name) { return UInt16(truncatingIfNeeded: known) }
            append(name)
            return UInt16(truncatingIfNeeded: count - 1)
        }
    }
}
