/// Writes rows as canonical lines: the keys of mention v1 in their order, equal mentions as equal bytes.
///
/// One writer serves one channel; its buffers are reused from page to page.
public struct MentionWriter: ~Copyable {
    /// The version that every line names.
    public static let schema = "mention/1.0"

    /// How every line of a mention that is new begins; the journal exchanges it where the mention turns out not to be.
    public static let createHead: StaticString = "{\"schema\":\"mention/1.0\",\"op\":\"create\","
    /// How a line begins that the source itself said to be an edit.
    static let contentHead: StaticString =
        "{\"schema\":\"mention/1.0\",\"op\":\"update\",\"changed\":[\"content\"],"
    /// How every line of a deletion begins.
    public static let deleteHead: StaticString = "{\"schema\":\"mention/1.0\",\"op\":\"delete\","

    private var line: LineWriter
    private var scratch: Output
    private var entries: [Batch.Entry] = []
    private var networks: [String] = []
    private let origin: Origin
    /// The length of what every document's provenance begins with.
    private let originLength: Int
    private var provenance = JSONFields()
    private let isFinal: Bool
    /// Whether what is written was told as it happened, when nothing of it had been counted yet.
    private var isPushed = false

    /// Who a writer's mentions come from.
    public struct Origin: Sendable {
        /// The channel's name; empty where there is none, as in `normalize`.
        public var channel: String
        /// The adapter's name.
        public var adapter: String
        /// The adapter's version.
        public var adapterVersion: String

        /// A channel and its adapter.
        public init(channel: String, adapter: String, adapterVersion: String) {
            self.channel = channel
            self.adapter = adapter
            self.adapterVersion = adapterVersion
        }
    }

    /// A writer for one channel. A line is final where no journal comes after it that decides what is new: then an
    /// update that the source said to be one is written as such. `capacity` is the room for lines at first, in bytes.
    public init(origin: Origin, isFinal: Bool = false, capacity: Int = 64 * 1024) {
        self.origin = origin
        self.isFinal = isFinal
        line = LineWriter(output: Output(capacity: capacity))
        scratch = Output(capacity: 4096)
        provenance.string("channel", origin.channel)
        provenance.string("adapter", origin.adapter)
        provenance.string("adapter_version", origin.adapterVersion)
        originLength = provenance.length
    }

    /// Writes every row of a reading, one line each.
    public mutating func write(_ reading: Reading, of document: Document) {
        isPushed = document.via == .push
        write(reading, observedAt: document.observedAt, provenance: provenance(of: document))
        isPushed = false
    }

    /// Writes every row of a reading that had been written before, with the moment and the provenance object it had.
    public mutating func write(_ reading: Reading, observedAt: Timestamp, provenance: [UInt8]) {
        line.begin(observedAt: observedAt)
        reading.arena.withBytes { arena in
            let texts = Texts(arena: arena)
            for row in reading.rows { write(row, of: reading, texts, observedAt, provenance) }
        }
    }

    /// What was written since the last call, with the memory that it is in; `take` without a copy, for those who only
    /// want lines and throw the writer away.
    public mutating func takeLines() -> Output {
        var lines = Output(capacity: 0)
        swap(&lines, &line.output)
        entries.removeAll(keepingCapacity: true)
        return lines
    }

    /// How many bytes wait to be taken.
    public var count: Int { line.output.count }

    /// What was written since the last call, as a batch.
    public mutating func take() -> Batch {
        let batch = Batch(lines: line.output.array, entries: entries, networks: networks, channels: [origin.channel])
        line.output.removeAll()
        entries.removeAll(keepingCapacity: true)
        return batch
    }

    /// What was written since the last call, borrowed; `take` without the copy, for those who only want lines.
    public mutating func drain(_ body: (Bytes) throws -> Void) rethrows {
        try line.output.withBytes(body)
        line.output.removeAll()
        entries.removeAll(keepingCapacity: true)
    }

    /// The provenance object that every line of a document shares.
    private mutating func provenance(of document: Document) -> [UInt8] {
        provenance.reset(to: originLength)
        provenance.string("via", document.via.word.bytes)
        provenance.boolean("verified", document.verified)
        if let url = document.url { provenance.string("request", url) }
        provenance.digest("document", Digest(ofDocument: document.bytes))
        return provenance.withBytes { $0.array }
    }

    /// Writes one line and notes what journal and sinks need to know of it.
    private mutating func write(
        _ row: MentionRow, of reading: Reading, _ texts: Texts, _ observedAt: Timestamp, _ provenance: [UInt8]
    ) {
        let network = texts[row.network.isEmpty ? reading.network : row.network]
        let isDeletion = row.operation == .delete
        line.network = network
        let start = line.output.count
        let content = isDeletion ? Digest(high: 0, low: 0) : digest(of: row, in: reading, texts)
        line.output.literal(head(of: row.operation))
        line.identity(row, texts, content)
        if !isDeletion { line.body(row, of: reading, texts) }
        line.times(row, observedAt: observedAt, isDeletion: isDeletion)
        if !isDeletion { line.matches(row, of: reading, texts) }
        let seenVia = line.output.count - start
        line.output.literal("\"provenance\":")
        line.output.raw(provenance)
        if !isDeletion { line.extensions(row, texts) }
        line.output.literal("}\n")
        // Final lines go to no journal, which alone asks for more than the line.
        guard !isFinal else { return }
        var entry = Batch.Entry(
            start: start, count: line.output.count - start - 1, operation: row.operation,
            key: key(network, texts[row.nativeID]), content: content, metrics: metricsDigest(of: row),
            page: MentionWriter.isPage(row, network, texts) ? Digest(of: texts[row.canonicalURL]) : nil,
            scope: row.feed.isEmpty ? 0 : Digest(of: texts[row.feed]).low, seenViaOffset: seenVia,
            network: index(of: network), channel: 0, observedAt: observedAt, publishedAt: row.publishedAt,
            version: (row.editedAt ?? (row.isOriginal ? row.publishedAt : nil)).flatMap {
                UInt32(exactly: $0.seconds)
            } ?? 0)
        entry.isPartial = row.isPartial || row.isBare
        entry.isBare = row.isBare
        entry.isUncounted = isPushed && row.metrics.isZero
        entry.isSamplable = row.isSamplable
        entries.append(entry)
    }

    /// Whether the mention is what its address leads to, and not what somebody said below that.
    private static func isPage(_ row: MentionRow, _ network: Bytes, _ texts: Texts) -> Bool {
        guard network == "web", !row.canonicalURL.isEmpty, row.kind != .reply, row.kind != .comment else {
            return false
        }
        let url = texts[row.url]
        guard let mark = url.firstIndex(of: UInt8(ascii: "#")) else { return true }
        return !url[mark..<url.count].hasPrefix("#comment")
    }

    private func head(of operation: Operation) -> StaticString {
        switch operation {
        case .update where isFinal: MentionWriter.contentHead
        case .create, .update: MentionWriter.createHead
        case .delete: MentionWriter.deleteHead
        }
    }

    /// The digest of a mention's `id`.
    private mutating func key(_ network: Bytes, _ nativeID: Bytes) -> Digest {
        scratch.removeAll()
        scratch.raw(network)
        scratch.byte(UInt8(ascii: ":"))
        scratch.raw(nativeID)
        return scratch.withBytes { Digest(of: $0) }
    }

    /// The digest of what people read: title, text, media, author id, visibility, each ended by a zero byte.
    private mutating func digest(of row: MentionRow, in reading: Reading, _ texts: Texts) -> Digest {
        scratch.removeAll()
        scratch.raw(texts[row.title])
        scratch.byte(0)
        scratch.raw(texts[row.text])
        scratch.byte(0)
        for index in row.media.indices {
            let media = reading.media[index]
            let name = media.sha256.isEmpty ? (media.url.isEmpty ? media.name : media.url) : media.sha256
            // The query of a media address is a signature that expires, not the picture.
            let address = texts[name]
            scratch.raw(address.firstIndex(of: UInt8(ascii: "?")).map { address[0..<$0] } ?? address)
            scratch.byte(0)
        }
        scratch.raw(texts[row.author.id.isEmpty ? row.author.address : row.author.id])
        scratch.byte(0)
        if let visibility = row.visibility { scratch.literal(visibility.word) }
        return scratch.withBytes { Digest(of: $0) }
    }

    /// A digest of the metrics, 0 where there are none.
    private mutating func metricsDigest(of row: MentionRow) -> UInt64 {
        guard row.metrics != MetricsRow() else { return 0 }
        scratch.removeAll()
        let metrics = row.metrics
        for value in [
            metrics.likes, metrics.replies, metrics.reposts, metrics.quotes, metrics.views, metrics.bookmarks,
            metrics.shares, metrics.score,
            metrics.rating.flatMap { Int64(exactly: ($0 * 1_000_000).rounded(.towardZero)) } ?? unsaid,
        ] {
            scratch.word(UInt64(bitPattern: value))
        }
        return scratch.withBytes { max(Digest(of: $0).low, 1) }
    }

    private mutating func index(of network: Bytes) -> UInt16 {
        let name = network.string
        if let known = networks.firstIndex(of: name) { return UInt16(truncatingIfNeeded: known) }
        networks.append(name)
        return UInt16(truncatingIfNeeded: networks.count - 1)
    }
}

/// The texts of a reading while its arena is borrowed.
struct Texts {
    let arena: Bytes

    @inline(__always)
    subscript(kept: Kept) -> Bytes {
        kept.isEmpty ? .none : arena[Int(kept.start)..<(Int(kept.start) + Int(kept.count))]
    }
}
