package import Earshot
internal import EarshotFormats

/// Hears X (Twitter): pages, streams and webhooks of its APIs, old and new, and the archives of accounts.
package struct TwitterAdapter: Adapter {
    /// The adapter's word in the configuration.
    package static let name = "twitter"
    /// Changes when the same document is read differently.
    package static let version = "1.0"
    /// What it is for.
    package static let about = "X (Twitter): search, mentions, timelines, messages, webhooks, streams and archives"
    /// Streams and compliance results are one JSON document a line.
    package static let container = Container.lines
    /// An archive's posts name neither their author nor the whole of a long text.
    package static let companions = ["*account.js", "*note-tweet.js"]

    /// The channel's settings.
    let settings: TwitterSettings

    /// An adapter for one channel.
    package init(settings: TwitterSettings) throws {
        if settings.listen == .stream, settings.rules.isEmpty { throw StreamWithoutRules() }
        self.settings = settings
    }

    /// A stream that nothing would ever come on.
    private struct StreamWithoutRules: Error, CustomStringConvertible {
        let description = "\"rules\" is empty: expected a rule for the stream, such as \"brand\": \"@acmeair\""
    }

    /// Reads a document of any shape that X sends or exports.
    package func read(_ document: Document) throws(MalformedDocument) -> Reading {
        var reader = TwitterReader(document, keepsRaw: settings.keepsRaw)
        if let part = TwitterArchive.part(document.bytes) {
            try reader.readArchive(part)
        } else if document.bytes.isEmpty || document.bytes.contains(where: { $0 > 0x20 }) {
            try JSON.read(document.bytes) { (root, _) throws(MalformedDocument) in try reader.readRoot(root) }
        }
        // A line without anything on it keeps a stream alive.
        return reader.reading
    }
}
