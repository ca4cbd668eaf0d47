/// An adapter whose source can tell a hub of WebSub, which then sends what is new; it is asked more seldom meanwhile.
public protocol SubscribingAdapter: PollingAdapter {
    /// What is subscribed to; none where the settings do not ask for it.
    var topics: [Topic] { get }
}

/// A page of which a hub of WebSub tells.
public struct Topic: Sendable {
    /// Where the page is, as the operator says; its hub and the name it has there are looked up there.
    public var url: String
    /// The hub, where that is known beforehand.
    public var hub: String?
    /// Header fields for asking for the page.
    public var headers: [(name: String, value: String)]

    /// A page, and its hub where that is known.
    public init(_ url: String, hub: String? = nil, headers: [(name: String, value: String)] = []) {
        self.url = url
        self.hub = hub
        self.headers = headers
    }
}
