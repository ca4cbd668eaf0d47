internal import Earshot
internal import EarshotAdapters
internal import EarshotFormats
internal import Foundation

/// One inner stage of the path, on a sample.
struct Stage {
    /// Its word on the command line and in the thresholds.
    let name: String
    /// Does it once, and says how many items that were.
    let run: () throws -> Int

    /// Every stage, on the samples of a folder.
    static func all(samples folder: String) throws -> [Stage] {
        let page = try document("twitter.json", in: folder)
        let reading = try adapter("twitter").read(page)
        return [
            json(page),
            try reader(of: "twitter.json", with: "twitter", in: folder, as: "twitter-page"),
            try reader(of: "facebook.json", with: "facebook", in: folder, as: "facebook-page"),
            try reader(of: "youtube.json", with: "youtube", in: folder, as: "youtube-page"),
            try reader(of: "feed.xml", with: "rss", in: folder, as: "feed"),
            try reader(of: "message.eml", with: "email", in: folder, as: "message"),
            encoding(reading, of: page),
            dedupe(batch(of: reading, of: page)),
            try condition(batch(of: reading, of: page)),
        ]
    }

    /// A page is parsed, and its posts are looked at.
    private static func json(_ page: Document) -> Stage {
        Stage(name: "json-page") {
            try JSON.parse(page.bytes) { root in
                var count = 0
                root["data"].each { post in if !post["id"].string.isEmpty { count += 1 } }
                return count
            }
        }
    }

    /// A document becomes a reading.
    private static func reader(
        of file: String, with name: String, in folder: String, as stage: String
    ) throws -> Stage {
        let (adapter, document) = (try adapter(name), try document(file, in: folder))
        return Stage(name: stage) { try adapter.read(document).rows.count }
    }

    /// A reading becomes canonical lines.
    private static func encoding(_ reading: Reading, of page: Document) -> Stage {
        Stage(name: "encode") {
            var writer = MentionWriter(origin: origin)
            writer.write(reading, of: page)
            writer.drain { _ in }
            return reading.rows.count
        }
    }

    /// A thousand mentions in ten commits are looked up among those seen; every seventh comes again.
    private static func dedupe(_ batch: Batch) -> Stage {
        let sample = batch.entries[0]
        let entries = (0..<1000).map { number in
            var entry = sample
            let own = UInt64(number.isMultiple(of: 7) ? number / 2 : number)
            entry.key = Digest(high: own &* 0x9E37_79B9_7F4A_7C15, low: own &* 0xBF58_476D_1CE4_E5B9)
            return entry
        }
        return Stage(name: "dedupe") {
            var deduplicator = Deduplicator(policy: DedupePolicy())
            for start in stride(from: 0, to: entries.count, by: 100) {
                deduplicator.begin(at: sample.observedAt)
                let sighting = deduplicator.sighting(by: "brand")
                for entry in entries[start..<(start + 100)] { _ = deduplicator.decide(entry, by: sighting) }
                _ = try deduplicator.pageNames()
                deduplicator.keep()
            }
            return entries.count
        }
    }

    /// A sink's `when` is asked of every line.
    private static func condition(_ batch: Batch) throws -> Stage {
        let text = "visibility == 'private' || metrics.views > `10000` || contains(text, 'luggage')"
        let condition = try JMESPath(compiling: text)
        return Stage(name: "jmespath") {
            for index in 0..<batch.count {
                _ = try condition.holds(forJSON: Array(batch.line(index)))
            }
            return batch.count
        }
    }

    private static let origin = MentionWriter.Origin(channel: "brand", adapter: "twitter", adapterVersion: "1.0")

    private static func batch(of reading: Reading, of page: Document) -> Batch {
        var writer = MentionWriter(origin: origin)
        writer.write(reading, of: page)
        return writer.take()
    }

    private static func adapter(_ name: String) throws -> any Adapter {
        guard let kind = BuiltInAdapters.all.first(where: { $0.name == name }) else {
            throw MalformedDocument("there is no adapter \(name)")
        }
        return try AdapterKind(kind).make()
    }

    private static func document(_ name: String, in folder: String) throws -> Document {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
        return Document(Array(bytes), observedAt: Timestamp(seconds: 1_767_225_600))
    }
}
