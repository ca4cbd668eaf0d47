/// The mention that tells how large a burst is, as a rule its first: the line that it was last told with, without what
/// a journal had put into it.
struct BurstVoice: Sendable, Equatable {
    /// The digest of the mention's `id`.
    let key: Digest
    /// When the gateway first held it.
    let observedAt: Timestamp
    /// When the source says it was published.
    let publishedAt: Timestamp?
    /// The content's digest.
    let content: Digest
    /// Its network.
    let network: String
    /// The channel that brought it.
    let channel: String
    /// The line, as `MentionWriter` writes it, without its newline.
    let line: [UInt8]
    /// Where in the line `seen_via` would stand.
    let seenViaOffset: Int
    /// How alike it is to the first mention, 0 to 1.
    var similarity = 1.0
    /// Where the line stands in the journal.
    var position: Int64 = 0
    /// The hour at which it was last written down, since 1970.
    var writtenAt: Int64 = 0

    /// Longer lines are not kept.
    static let longestLine = 64 * 1024

    /// The bytes that it takes, about.
    var size: Int { line.count + 256 }

    /// A voice of known parts.
    init(
        key: Digest, content: Digest, observedAt: Timestamp, publishedAt: Timestamp?, network: String,
        channel: String, line: [UInt8], seenViaOffset: Int
    ) {
        self.key = key
        self.content = content
        self.observedAt = observedAt
        self.publishedAt = publishedAt
        self.network = network
        self.channel = channel
        self.line = line
        self.seenViaOffset = seenViaOffset
    }

    /// The voice of a mention in a batch; nil where it was deleted, or its line is too long to be kept.
    init?(_ index: Int, of batch: Batch) {
        let entry = batch.entries[index]
        guard entry.count <= BurstVoice.longestLine, let (line, seenViaOffset) = batch.plainLine(index) else {
            return nil
        }
        func name(_ place: UInt16, in names: [String]) -> String { Int(place) < names.count ? names[Int(place)] : "" }
        self.init(
            key: entry.key, content: entry.content, observedAt: entry.observedAt, publishedAt: entry.publishedAt,
            network: name(entry.network, in: batch.networks), channel: name(entry.channel, in: batch.channels),
            line: line, seenViaOffset: seenViaOffset)
    }

    /// The mention as a batch of its own.
    var batch: Batch {
        let entry = Batch.Entry(
            start: 0, count: line.count, operation: .create, key: key, content: content, metrics: 0, page: nil,
            scope: 0, seenViaOffset: seenViaOffset, network: 0, channel: 0, observedAt: observedAt,
            publishedAt: publishedAt)
        return Batch(
            lines: line + [UInt8(ascii: "\n")], entries: [entry], networks: [network], channels: [channel])
    }
}
