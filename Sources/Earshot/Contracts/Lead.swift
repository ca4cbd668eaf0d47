/// A row of a reading that only names something, of which the source says more when it is asked.
public struct Lead: Sendable, Equatable {
    /// Which row of the reading it is.
    public var row: Int
    /// What is asked for: a short text that only its adapter understands. No secret is ever in it.
    public var request: String

    /// A lead of a row.
    public init(row: Int, request: String) {
        self.row = row
        self.request = request
    }
}

/// An adapter whose deliveries only name some things, of which its source says more when it is asked.
///
/// The gateway notes the leads of a reading in the journal before it acknowledges the delivery, leaves their rows out,
/// and has one after another looked up until each was answered. Without look-ups the rows themselves are mentions.
public protocol LookupAdapter: ReceivingAdapter {
    /// Whether the settings allow to ask.
    var looksUp: Bool { get }

    /// Fetches what a lead asks for; where the source has no such thing, the document only names it, as the row did.
    ///
    /// Throws `FetchFailure`; the gateway retries, waits or gives up by its class, and the lead waits.
    func lookUp(_ request: String, over http: any HTTPFetching) async throws -> Lookup

    /// Asks for something that is always there, to try the credentials.
    func tryLookup(over http: any HTTPFetching) async throws
}

/// What came of a lead.
public struct Lookup: Sendable {
    /// What came, unread.
    public var document: Document
    /// How long the source asks to be left alone.
    public var wait: Duration?
    /// Why the document says no more than the lead did, if it does not.
    public var notice: String?

    /// What came of a lead.
    public init(_ document: Document, wait: Duration? = nil, notice: String? = nil) {
        self.document = document
        self.wait = wait
        self.notice = notice
    }
}
