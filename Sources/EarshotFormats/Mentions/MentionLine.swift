public import Earshot

/// A mention that had been written as a line, read back: its row, and what of the line no row holds.
public struct MentionLine: Sendable {
    /// The reading that the row belongs to; it has no other row.
    public var reading: Reading
    /// When the gateway first held the bytes.
    public var observedAt: Timestamp
    /// In an update: what has changed.
    public var changed: Change = []
    /// Other channels that brought the same mention.
    public var seenVia: [String] = []
    /// The provenance object, as JSON.
    public var provenance: [UInt8]

    /// The mention, its fields by name.
    public var mention: Mention? { reading.rows.first.map { Mention(reading: reading, row: $0) } }

    /// Reads one line; throws where it is no mention of version 1.
    ///
    /// Members that this version does not know are passed over, as a later minor version may have added them.
    public init(_ line: [UInt8]) throws(MalformedDocument) {
        self = try JSON.parse(line) { (root) throws(MalformedDocument) in
            var reading = Reading(network: root["network"].string.string, capacity: line.count)
            var reader = MentionReader(root: root, line: line)
            try reader.read(into: &reading)
            return MentionLine(
                reading: reading, observedAt: try reader.observedAt(), changed: reader.changed,
                seenVia: reader.seenVia, provenance: try reader.provenance())
        }
    }

    private init(
        reading: Reading, observedAt: Timestamp, changed: Change, seenVia: [String], provenance: [UInt8]
    ) {
        self.reading = reading
        self.observedAt = observedAt
        self.changed = changed
        self.seenVia = seenVia
        self.provenance = provenance
    }

    /// The line that this was read from as a batch of its own, for a sink.
    public func batch(of line: [UInt8]) -> Batch {
        let channel = (try? JSONValue(parsing: provenance))?["channel"]?.text ?? ""
        var writer = MentionWriter(origin: .init(channel: channel, adapter: "", adapterVersion: ""))
        writer.write(reading, observedAt: observedAt, provenance: provenance)
        var batch = writer.take()
        guard !batch.isEmpty else { return batch }
        batch.lines = line + [0x0A]
        batch.entries[0].count = line.count
        return batch
    }

    /// The canonical line, without its newline.
    public var bytes: [UInt8] {
        var writer = MentionWriter(origin: .init(channel: "", adapter: "", adapterVersion: ""))
        writer.write(reading, observedAt: observedAt, provenance: provenance)
        let batch = writer.take()
        guard let entry = batch.entries.first else { return [] }
        guard entry.operation == .update else { return Array(batch.line(0)) }
        var lines: [UInt8] = []
        _ = batch.copy(0, asUpdateOf: changed, seenVia: seenVia, to: &lines)
        return lines.dropLast()
    }
}
