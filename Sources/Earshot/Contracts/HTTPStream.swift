/// A reply whose body is read as it comes, however long that takes; letting go of it ends the request.
public struct HTTPStream: AsyncSequence, Sendable {
    /// The status code.
    public var status: Int
    /// Header fields in order, names as sent.
    public var headers: [(name: String, value: String)]
    /// The address that answered.
    public var url: String

    private let following: @Sendable () async throws -> [UInt8]?

    /// A reply of known parts; `following` gives everything that has come since it was last called, nil at the end.
    public init(
        status: Int, headers: [(name: String, value: String)] = [], url: String,
        following: @escaping @Sendable () async throws -> [UInt8]?
    ) {
        self.status = status
        self.headers = headers
        self.url = url
        self.following = following
    }

    /// Everything that has come since the last call, waiting until there is something; nil at the end.
    ///
    /// Throws `FetchFailure.unreachable` where the connection broke. While nobody asks, the source is held back. A
    /// stream of which a call was cancelled is over.
    public func next() async throws -> [UInt8]? { try await following() }

    /// The pieces in the order they come.
    public func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

    /// Goes through the pieces.
    public struct Iterator: AsyncIteratorProtocol {
        let stream: HTTPStream

        /// The next piece; nil at the end.
        public mutating func next() async throws -> [UInt8]? { try await stream.next() }
    }
}
