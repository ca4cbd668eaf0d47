public import Earshot

/// A made-up mention, for tests of what comes after reading: journals, couriers, sinks.
public struct SampleMention: Sendable, Hashable {
    /// The native id.
    public var id: String
    /// What people read.
    public var text: String
    /// How many like it; 0 for not said.
    public var likes: Int64 = 0
    /// When it was last edited, in seconds since 1970; 0 for not said.
    public var edited: Int64 = 0
    /// The page's address, which makes the network `web`.
    public var page: String?
    /// The feed that the page came from.
    public var feed = ""
    /// What happened.
    public var operation = Operation.create

    /// A mention of an id and a text.
    public init(_ id: String, _ text: String = "Thanks @acmeair, my bag is back!") {
        self.id = id
        self.text = text
    }

    /// Mentions with the ids of a range.
    public static func numbered(_ range: Range<Int>) -> [SampleMention] {
        range.map { SampleMention("\($0)", "Mention number \($0) of @acmeair") }
    }
}

extension Batch {
    /// The canonical lines of made-up mentions, as a channel would bring them.
    public init(_ mentions: [SampleMention], from channel: String, observedAt: Timestamp = Fixture.observedAt) {
        var reading = Reading(network: "twitter")
        for mention in mentions {
            var row = MentionRow(kind: .post)
            row.operation = mention.operation
            row.nativeID = reading.keep(mention.id)
            row.text = reading.keep(mention.text)
            if mention.edited > 0 { row.editedAt = Timestamp(seconds: mention.edited) }
            if mention.likes > 0 { row.metrics.likes = mention.likes }
            if let page = mention.page {
                row.network = reading.keep("web")
                row.canonicalURL = reading.keep(page)
                row.feed = reading.keep(mention.feed)
            }
            reading.append(row)
        }
        var writer = MentionWriter(origin: .init(channel: channel, adapter: "sample", adapterVersion: "1.0"))
        writer.write(reading, of: Document([], observedAt: observedAt))
        self = writer.take()
    }

    /// Every line as text, without its newline.
    public var texts: [String] { entries.indices.map { String(decoding: line($0), as: UTF8.self) } }
}
