extension Batch {
    /// Adds the lines of `other` at `range`, with their names.
    public mutating func append(_ other: Batch, _ range: Range<Int>) {
        guard let first = range.first, let last = range.last else { return }
        let networks = self.networks.places(adding: other.networks)
        let channels = self.channels.places(adding: other.channels)
        let start = other.entries[first].start
        let end = other.entries[last].start + other.entries[last].count + 1
        let offset = lines.count - start
        lines.append(contentsOf: other.lines[start..<end])
        for var entry in other.entries[range] {
            entry.start += offset
            entry.network = Int(entry.network) < networks.count ? networks[Int(entry.network)] : 0
            entry.channel = Int(entry.channel) < channels.count ? channels[Int(entry.channel)] : 0
            entries.append(entry)
        }
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
