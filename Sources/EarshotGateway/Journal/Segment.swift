internal import Earshot
internal import Foundation

/// Mentions that one commit stored side by side in the log.
struct Segment: Sendable {
    /// The position of its first mention.
    var first: Int64
    /// The position of its last mention.
    var last: Int64
    /// The mentions.
    var batch: Batch

    /// The length above which no further mention is added.
    static let sizeLimit = 1024 * 1024
    /// The number above which no further mention is added.
    static let countLimit = 1000
    /// The length from which on a batch is worth a segment of its own.
    private static let wholeSize = 128 * 1024

    /// Whether the lines of a batch may be a segment as they are: long enough, not too long, and nothing between them.
    static func isWhole(_ batch: Batch) -> Bool {
        guard wholeSize..<sizeLimit ~= batch.lines.count, batch.count <= countLimit else { return false }
        var end = 0
        return batch.entries.allSatisfy { entry in
            defer { end += entry.count + 1 }
            return entry.start == end
        } && end == batch.lines.count
    }
}

/// How the entries of a segment are stored: 104 bytes each, in the log's order.
enum EntryBlock {
    private static let stride = 104

    /// The names that entries point to, and the text that they were read from.
    struct Names: Codable {
        var networks: [String]
        var channels: [String]
        private(set) var text = ""

        private enum CodingKeys: String, CodingKey {
            case networks, channels
        }

        init(networks: [String] = [], channels: [String] = []) {
            self.networks = networks
            self.channels = channels
        }

        /// Reads names, unless they are those that were read before.
        mutating func read(_ text: String) throws {
            guard text != self.text else { return }
            self = try JSONDecoder().decode(Names.self, from: Data(text.utf8))
            self.text = text
        }
    }

    /// The names that entries point to, as JSON.
    static func names(of batch: Batch) throws -> String {
        let names = Names(networks: batch.networks, channels: batch.channels)
        return String(decoding: try JSONEncoder().encode(names), as: UTF8.self)
    }

    /// The entries of a batch as bytes.
    static func bytes(of batch: Batch) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(batch.count * stride)
        for entry in batch.entries { append(entry, to: &bytes) }
        return bytes
    }

    private static func append(_ entry: Batch.Entry, to bytes: inout [UInt8]) {
        bytes.append(record: stride) { record in
            record.append(entry.key.high)
            record.append(entry.key.low)
            record.append(entry.content.high)
            record.append(entry.content.low)
            record.append(entry.page?.high ?? 0)
            record.append(entry.page?.low ?? 0)
            record.append(entry.metrics)
            record.append(entry.scope)
            record.append(entry.observedAt.milliseconds)
            record.append(entry.publishedAt?.milliseconds ?? 0)
            record.append(UInt32(truncatingIfNeeded: entry.start))
            record.append(UInt32(truncatingIfNeeded: entry.count))
            record.append(UInt32(truncatingIfNeeded: entry.seenViaOffset))
            record.append(entry.network)
            record.append(entry.channel)
            record.append(entry.operation.rawValue)
            record.append(flags(of: entry))
            record.append(UInt16(0))
            record.append(entry.version)
        }
    }

    private static func flags(of entry: Batch.Entry) -> UInt8 {
        (entry.page == nil ? 0 : 1) | (entry.publishedAt == nil ? 0 : 2)
            | (entry.publishedAt?.hasMilliseconds == true ? 4 : 0) | (entry.observedAt.hasMilliseconds ? 8 : 0)
    }

    /// The mentions of a stored segment whose first position is `first`.
    static func batch(entries: Data, names: Names, lines: [UInt8], first: Int64) throws -> Batch {
        var batch = Batch(lines: lines, networks: names.networks, channels: names.channels)
        batch.entries.reserveCapacity(entries.count / stride)
        unsafe entries.withUnsafeBytes { raw in
            for offset in Swift.stride(from: 0, through: raw.count - stride, by: stride) {
                var entry = unsafe entry(UnsafeRawBufferPointer(rebasing: raw[offset..<(offset + stride)]))
                entry.position = first + Int64(batch.entries.count)
                batch.entries.append(entry)
            }
        }
        let isWhole = batch.entries.allSatisfy { entry in
            entry.start + entry.count < lines.count && Int(entry.network) < max(names.networks.count, 1)
                && Int(entry.channel) < max(names.channels.count, 1)
        }
        guard entries.count % stride == 0, isWhole else {
            throw JournalFailure.unreadable("the segment at \(first) is damaged")
        }
        return batch
    }

    private static func entry(_ raw: UnsafeRawBufferPointer) -> Batch.Entry {
        let flags = unsafe raw[97]
        return unsafe Batch.Entry(
            start: Int(raw.integer(at: 80) as UInt32), count: Int(raw.integer(at: 84) as UInt32),
            operation: Operation(rawValue: raw[96]) ?? .create,
            key: Digest(high: raw.integer(at: 0), low: raw.integer(at: 8)),
            content: Digest(high: raw.integer(at: 16), low: raw.integer(at: 24)), metrics: raw.integer(at: 48),
            page: flags & 1 == 0 ? nil : Digest(high: raw.integer(at: 32), low: raw.integer(at: 40)),
            scope: raw.integer(at: 56), seenViaOffset: Int(raw.integer(at: 88) as UInt32),
            network: raw.integer(at: 92), channel: raw.integer(at: 94),
            observedAt: timestamp(raw.integer(at: 64), flags & 8 != 0),
            publishedAt: flags & 2 == 0 ? nil : timestamp(raw.integer(at: 72), flags & 4 != 0),
            version: raw.integer(at: 100))
    }

    private static func timestamp(_ milliseconds: Int64, _ hasMilliseconds: Bool) -> Timestamp {
        var timestamp = Timestamp(milliseconds: milliseconds)
        timestamp.hasMilliseconds = hasMilliseconds
        return timestamp
    }
}
