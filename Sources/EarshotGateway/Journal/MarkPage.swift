internal import Earshot
internal import Foundation

/// The marks that one commit left, as they are stored: thirty bytes each, and the sets of channels they name.
struct MarkPage {
    static let stride = 30

    private(set) var bytes: [UInt8] = []
    private var sets: Set<UInt16> = []
    private var latest: UInt16 = 0
    private var written = (sets: Set<UInt16>(), text: "")

    var isEmpty: Bool { bytes.isEmpty }

    /// Adds a mark.
    mutating func append(_ slot: MarkTable.Slot) {
        bytes.append(record: MarkPage.stride) { record in
            record.append(slot.key.high)
            record.append(slot.key.low)
            record.append(slot.content)
            record.append(slot.version)
            record.append(slot.metrics)
            record.append(slot.channels)
        }
        if slot.channelSet != latest || sets.isEmpty {
            latest = slot.channelSet
            sets.insert(latest)
        }
    }

    /// Forgets the marks and keeps the memory.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        sets.removeAll(keepingCapacity: true)
    }

    /// The sets of channels that the marks name, by the numbers they name them with, as JSON.
    ///
    /// Most commits name the sets of the one before, and a number means the same set for as long as a journal is open.
    mutating func names(in all: ChannelSets) throws -> String {
        if written.sets != sets || written.text.isEmpty {
            let named = Dictionary(uniqueKeysWithValues: sets.map { (String($0), all[$0]) })
            written = (sets, String(decoding: try JSONEncoder().encode(named), as: UTF8.self))
        }
        return written.text
    }

    /// Calls `body` with every mark of a stored page; `sets` are the channels that the page names.
    static func read(
        _ bytes: Data, sets names: String, hour: UInt16, into sets: inout ChannelSets,
        _ body: (MarkTable.Slot) -> Void
    ) throws {
        let named = try JSONDecoder().decode([String: [String]].self, from: Data(names.utf8))
        var numbers: [UInt16: UInt16] = [:]
        for (number, channels) in named {
            if let number = UInt16(number) { numbers[number] = sets.number(of: channels) }
        }
        guard bytes.count % stride == 0 else { throw JournalFailure.unreadable("a page of marks is cut short") }
        unsafe bytes.withUnsafeBytes { raw in
            for offset in Swift.stride(from: 0, to: raw.count, by: stride) {
                var slot = unsafe MarkTable.Slot(
                    key: Digest(high: raw.integer(at: offset), low: raw.integer(at: offset + 8)),
                    content: raw.integer(at: offset + 16), version: raw.integer(at: offset + 20),
                    metrics: raw.integer(at: offset + 24), channels: raw.integer(at: offset + 28), hour: hour)
                let set = numbers[slot.channelSet] ?? 0
                slot = MarkTable.Slot(key: slot.key, mark: slot.mark, channelSet: set, hour: hour)
                body(slot)
            }
        }
    }
}
