/// Encoded mentions, one line each, and beside each line what journal and sinks need to know of it.
public struct Batch: Sendable {
    /// What is known of one line without parsing it.
    public struct Entry: Sendable, Equatable {
        /// The line's first byte in `lines`.
        public var start: Int
        /// The line's length without its newline.
        public var count: Int
        /// What happened.
        public var operation: Operation
        /// The digest of the mention's `id`.
        public var key: Digest
        /// The mention's `digest`.
        public var content: Digest
        /// A digest of its metrics; 0 where it has none.
        public var metrics: UInt64
        /// The digest of its `canonical_url`, where the same page may come from several feeds.
        public var page: Digest?
        /// A digest of the feed it came from, where `page` is known.
        public var scope: UInt64
        /// Where in the line `"seen_via":[…],` would stand, counted from `start`.
        public var seenViaOffset: Int
        /// Index into `networks`.
        public var network: UInt16
        /// Index into `channels`.
        public var channel: UInt16
        /// When the gateway first held the bytes.
        public var observedAt: Timestamp
        /// When the source says it was published.
        public var publishedAt: Timestamp?
        /// Whether it says less of its item than others do, so that it never replaces what was known.
        public var isPartial = false
        /// Whether it says next to nothing of its item, so that whatever says more is told.
        public var isBare = false
        /// Whether its counts, each 0, are those of the moment it was published, so that they never replace known ones.
        public var isUncounted = false
        /// Whether it may be left out of a burst: said in public, and not by the brand itself.
        public var isSamplable = false
        /// When the source says it was last edited, in seconds since 1970; 0 where it does not say.
        public var version: UInt32
        /// Its place in the journal; 0 before it has one.
        public var position: Int64 = 0

        /// What is known of a line that stands at `start`.
        public init(
            start: Int, count: Int, operation: Operation, key: Digest, content: Digest, metrics: UInt64,
            page: Digest?, scope: UInt64, seenViaOffset: Int, network: UInt16, channel: UInt16,
            observedAt: Timestamp, publishedAt: Timestamp?, version: UInt32 = 0
        ) {
            self.start = start
            self.count = count
            self.operation = operation
            self.key = key
            self.content = content
            self.metrics = metrics
            self.page = page
            self.scope = scope
            self.seenViaOffset = seenViaOffset
            self.network = network
            self.channel = channel
            self.observedAt = observedAt
            self.publishedAt = publishedAt
            self.version = version
        }
    }

    /// The canonical lines, each ended by a newline.
    public var lines: [UInt8]
    /// One entry a line, in order.
    public var entries: [Entry]
    /// The names of networks that entries point to.
    public var networks: [String]
    /// The names of channels that entries point to.
    public var channels: [String]

    /// For entries whose texts are to be compared with others, what their texts are like.
    package var signatures: [Int: Signature] = [:]

    /// A batch of encoded lines.
    public init(lines: [UInt8] = [], entries: [Entry] = [], networks: [String] = [], channels: [String] = []) {
        self.lines = lines
        self.entries = entries
        self.networks = networks
        self.channels = channels
    }

    /// How many mentions there are.
    public var count: Int { entries.count }

    /// Whether there is none.
    public var isEmpty: Bool { entries.isEmpty }

    /// One line, without its newline.
    public func line(_ index: Int) -> ArraySlice<UInt8> {
        let entry = entries[index]
        return lines[entry.start..<(entry.start + entry.count)]
    }

    /// The network that an entry names; empty where it names none of the batch's.
    public func network(of entry: Entry) -> String {
        Int(entry.network) < networks.count ? networks[Int(entry.network)] : ""
    }

    /// The channel that an entry names; empty where it names none of the batch's.
    public func channel(of entry: Entry) -> String {
        Int(entry.channel) < channels.count ? channels[Int(entry.channel)] : ""
    }

    /// The entries at `range` as a batch of their own.
    public func slice(_ range: Range<Int>) -> Batch {
        guard let first = range.first, let last = range.last else {
            return Batch(networks: networks, channels: channels)
        }
        let start = entries[first].start
        let end = entries[last].start + entries[last].count + 1
        let moved = entries[range].map { entry in
            var entry = entry
            entry.start -= start
            return entry
        }
        return Batch(lines: Array(lines[start..<end]), entries: moved, networks: networks, channels: channels)
    }
}
