/// An adapter whose source can keep a connection open on which it sends what happens, a document a line.
///
/// What was missed while there was no connection is asked for by `poll`, from where the channel got to.
public protocol StreamingAdapter: PollingAdapter {
    /// Whether the settings ask for the stream.
    var isStreaming: Bool { get }

    /// Makes the source send what the settings say, and tells what is to be opened.
    func connect(over http: any HTTPFetching) async throws -> StreamPlan

    /// Why a reply is no stream; nil where it is one.
    func failure(of reply: FetchResponse) -> FetchFailure?

    /// Why a line ends the stream; nil where it is a document.
    func ending(in line: [UInt8]) -> FetchFailure?

    /// From where on to poll for what was missed: a run of pages that was not finished begins anew.
    func resuming(from cursor: Cursor) -> Cursor

    /// Where a channel got to with lines of the stream, once everything before them is safe.
    func advanced(_ cursor: Cursor?, by lines: [[UInt8]]) -> Cursor?
}

/// What is to be opened, and how it is kept.
public struct StreamPlan: Sendable {
    /// The request whose reply does not end.
    public var request: FetchRequest
    /// After how long without a byte the connection counts as dead.
    public var stall: Duration
    /// Whether `poll` is to ask for what was missed; not where the source sends it again by itself.
    public var fillsGap = true

    /// A stream that must say something every so often.
    public init(_ request: FetchRequest, stall: Duration) {
        self.request = request
        self.stall = stall
    }
}
