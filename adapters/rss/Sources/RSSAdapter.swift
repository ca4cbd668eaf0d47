package import Earshot
internal import EarshotFormats

/// Hears feeds: RSS 0.90 to 2.0, RSS 1.0 and 1.1, Atom 0.3 and 1.0, CDF and JSON Feed.
package struct RSSAdapter: SubscribingAdapter {
    /// What a channel of feeds may be told.
    package struct Settings: Decodable, Sendable {
        /// How it listens; `poll` is the only way of its own.
        var listen: String?
        /// The feeds' addresses.
        var feeds: [String]?
        /// An OPML list of more of them, a file or an address.
        var opml: String?
        /// The longest that a feed may ask to be left alone, as `"24h"`.
        var patience: String?
        /// Header fields of every request, for feeds that want a key.
        var headers: [String: String]?
        /// Whether hubs are asked to tell of what is new.
        var websub: Bool?
    }

    package static let name = "rss"
    package static let version = "1.0"
    package static let about = "RSS, Atom, RDF, CDF and JSON feeds"
    package static let settings = [
        Setting("listen", .choice(["poll"]), fallback: "poll", about: "How it listens."),
        Setting(
            "feeds", .list(.url), requiredWhen: (key: "listen", values: ["poll"]), substitute: "opml",
            about: "The addresses of the feeds, or of pages that name them."),
        Setting("opml", .path, about: "An OPML list of feeds: a file, or an address."),
        Setting(
            "patience", .duration, fallback: "\"24h\"",
            about: "The longest that a feed may ask to be left alone; \"0s\" asks it every time."),
        Setting(
            "headers", .map(.secret),
            about: "Header fields of every request, for feeds that want a key."),
        Setting(
            "websub", .boolean, fallback: "false",
            about: "Whether feeds that name a hub are subscribed to there, and polled only once an hour."),
    ]

    let feeds: [String]
    /// The same, to be looked up.
    let own: Set<String>
    /// The list of feeds.
    let opml: String?
    /// The longest that a feed may ask to be left alone, in seconds.
    let patience: Int64
    let isSubscribing: Bool
    let headers: [(name: String, value: String)]

    package init(settings: Settings) throws {
        var known: Set<String> = []
        feeds = (settings.feeds ?? []).filter { known.insert($0).inserted }
        own = known
        opml = settings.opml
        isSubscribing = settings.websub ?? false
        if isSubscribing, opml != nil || feeds.count > RSSAdapter.subscriptionLimit {
            throw FeedSettingsFault(
                description: "websub is for \"feeds\", at most \(RSSAdapter.subscriptionLimit), and not for \"opml\"")
        }
        let patience = settings.patience.flatMap { Quantity.duration($0) } ?? .seconds(86_400)
        self.patience = min(patience.components.seconds, 31 * 86_400)
        headers = (settings.headers ?? [:]).sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    }

    /// The most feeds that one channel subscribes to.
    private static let subscriptionLimit = 500

    package var topics: [Topic] { isSubscribing ? feeds.map { Topic($0, headers: headers) } : [] }

    package func read(_ document: Document) throws(MalformedDocument) -> Reading {
        if document.contentType == FeedFailure.contentType {
            throw MalformedDocument(String(decoding: document.bytes, as: UTF8.self))
        }
        guard let head = document.bytes.first(where: { $0 > 0x20 && $0 != 0xEF && $0 != 0xBB && $0 != 0xBF }) else {
            throw MalformedDocument("an empty document")
        }
        if head == UInt8(ascii: "{") || head == UInt8(ascii: "[") { return try JSONFeed.read(document) }
        if let reason = document.bytes.withBytes({ HTMLPage.refusal($0, url: document.url) }) {
            throw MalformedDocument(reason)
        }
        do {
            return try readXML(document)
        } catch {
            guard let feed = FeedBeginning.without(whatIsBeforeIt: document),
                var reading = try? readXML(feed.document), !reading.rows.isEmpty
            else { throw error }
            reading.append(defect: "recovered: \(feed.skipped) bytes stand before the feed")
            return reading
        }
    }

    private func readXML(_ document: Document) throws(MalformedDocument) -> Reading {
        let outcome = try XML.read(document.bytes, contentType: document.contentType) {
            FeedHandler(url: document.url, size: document.bytes.count)
        }
        let tree = outcome.handler.tree
        var reading = try tree.arena.withBytes { arena throws(MalformedDocument) in
            var reader = try FeedReader(FeedView(tree: tree, arena: arena), of: document)
            return reader.read()
        }
        if let fault = outcome.recovery {
            reading.append(defect: "recovered: \(fault.reason)", at: fault.location)
        } else if outcome.isCharsetGuessed {
            reading.append(defect: "recovered: not in the declared charset, read as \(outcome.charset)")
        }
        if outcome.isCut { reading.append(defect: "a text longer than \(XML.textLimit / 1_048_576) MiB was cut") }
        return reading
    }
}

/// Settings that do not go together.
struct FeedSettingsFault: Error, CustomStringConvertible {
    /// What is wrong.
    let description: String
}
