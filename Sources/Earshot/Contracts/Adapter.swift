/// Reads the documents of one kind of source into mentions.
///
/// The gateway creates one adapter for each channel that is configured with it. An adapter keeps no state between
/// calls: cursors, retries, duplicates and delivery are the gateway's.
public protocol Adapter: Sendable {
    /// What a channel's `settings` decode to; every key must be described in `settings`.
    associatedtype Settings: Decodable & Sendable

    /// The word for `"adapter"` in the configuration.
    static var name: String { get }
    /// The adapter's version, `major.minor`; it changes when the same document is read differently.
    static var version: String { get }
    /// One line for the list of adapters.
    static var about: String { get }
    /// What may be set.
    static var settings: [Setting] { get }
    /// How a file holds several of its documents.
    static var container: Container { get }
    /// Name patterns (`*` stands for anything) of files in an archive that other files cannot be read without.
    static var companions: [String] { get }

    /// What this adapter is; its type says so, unless it is one of a kind that was declared.
    var kind: AdapterKind { get }

    /// An adapter for one channel; throws what is wrong with the settings beyond what `settings` can say.
    init(settings: Settings) throws

    /// Reads one document; the same document gives the same reading, at any time, on any machine.
    ///
    /// What is wrong with a part of the document is a defect in the reading. Called from several threads at once.
    func read(_ document: Document) throws(MalformedDocument) -> Reading
}

extension Adapter {
    /// A file is one document.
    public static var container: Container { .single }
    /// No file needs another.
    public static var companions: [String] { [] }
    /// What the type says.
    public var kind: AdapterKind { AdapterKind(Self.self) }
}

/// An adapter that asks its source for what is new.
public protocol PollingAdapter: Adapter {
    /// Fetches what came after `cursor`, one page a call; nil means from the beginning, as far as the settings say.
    ///
    /// Throws `FetchFailure`; the gateway retries, waits or gives up by its class, with the cursor unchanged.
    func poll(after cursor: Cursor?, over http: any HTTPFetching) async throws -> Page

    /// Does the same where many sources are asked, each at a time of its own; `moment` is now, and what is called.
    func poll(after cursor: Cursor?, over http: any HTTPFetching, at moment: Timestamp) async throws -> Page

    /// What the source counts by the day without saying so; requests carry what they cost of it.
    var quota: DailyQuota? { get }
}

extension PollingAdapter {
    /// The source counts nothing, or says what it counts.
    public var quota: DailyQuota? { nil }

    /// Asks whatever the moment is.
    public func poll(
        after cursor: Cursor?, over http: any HTTPFetching, at moment: Timestamp
    ) async throws -> Page {
        try await poll(after: cursor, over: http)
    }
}

/// An adapter whose source sends what is new.
public protocol ReceivingAdapter: Adapter {
    /// How deliveries are proven; nil where the settings configure none, and then the gateway does not listen.
    var webhook: Webhook? { get }
}

/// One answer of a source.
public struct Page: Sendable {
    /// What came, unread.
    public var documents: [Document]
    /// Where to go on, once the documents are safe.
    public var next: Cursor
    /// Whether there is more to be had at once.
    public var hasMore: Bool
    /// How long the source asks to be left alone.
    public var wait: Duration?
    /// What part of the source cannot be had while the rest can, for whoever looks how the channel is doing.
    public var notice: String?

    /// A page of documents, and the cursor that stands for having them.
    public init(_ documents: [Document], next: Cursor, hasMore: Bool = false, wait: Duration? = nil) {
        self.documents = documents
        self.next = next
        self.hasMore = hasMore
        self.wait = wait
    }
}

/// Where a channel got to: a JSON text that only its adapter understands. No secret is ever in it.
public struct Cursor: Sendable, Hashable {
    /// The JSON text.
    public var text: String

    /// A cursor with a JSON text.
    public init(_ text: String) { self.text = text }
}
