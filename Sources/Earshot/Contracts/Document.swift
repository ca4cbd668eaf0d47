/// Bytes as they came from a source, and what is known about how they came.
public struct Document: Sendable {
    /// The bytes, unchanged.
    public var bytes: [UInt8]
    /// The file's name or its path within an archive; empty for what came over a network.
    public var name = ""
    /// Where it was fetched from, without secrets; relative links resolve against it.
    public var url: String?
    /// The media type that the source declared, parameters included.
    public var contentType: String?
    /// How it came.
    public var via = Via.import
    /// What a signature said; nil where none was asked for.
    public var verified: Bool?
    /// When the gateway first held the bytes.
    public var observedAt: Timestamp
    /// Other files of the same archive that the adapter asked for, such as the account of an archive's owner.
    public var companions: [Document] = []

    /// The size above which no document is read, in bytes.
    public static let sizeLimit = 16 * 1024 * 1024

    /// A document of which only the bytes and the moment are known.
    public init(_ bytes: [UInt8], observedAt: Timestamp) {
        self.bytes = bytes
        self.observedAt = observedAt
    }
}

/// A document of which nothing can be read.
public struct MalformedDocument: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, for the operator.
    public var reason: String
    /// Where, if known: a byte offset, a line.
    public var location: String

    /// A document that is unreadable for a reason.
    public init(_ reason: String, at location: String = "") {
        self.reason = reason
        self.location = location
    }

    /// The reason and the place in one line.
    public var description: String { location.isEmpty ? reason : "\(reason) (at \(location))" }
}

/// How a file holds several documents of an adapter.
public enum Container: Sendable, Equatable {
    /// A file is one document.
    case single
    /// A file may hold one JSON document a line.
    case lines
    /// A file may be an mbox of messages.
    case mbox
}
