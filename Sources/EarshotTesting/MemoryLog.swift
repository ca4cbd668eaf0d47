internal import Earshot

/// What a `MemoryJournal` holds, with dictionaries where an engine would have tables.
struct MemoryLog {
    /// A stored mention.
    struct Item {
        var line: Batch
        var entry: Batch.Entry { line.entries[0] }
        var hour: Int64
    }

    /// What is remembered of an item or a page.
    struct Memory {
        var mark: Mark
        var scope: UInt64 = 0
        var channels: [String]
        var hour: Int64
    }

    /// Where a sink got to.
    struct Place {
        var position: Int64
        var state: SinkState?
        /// How far the delivery goes that was begun.
        var reach: Int64 = 0
    }

    var policy = DedupePolicy()
    var clusters: Clusters?
    var head: Int64 = 0
    var items: [Item] = []
    var marks: [Digest: Memory] = [:]
    var pages: [Digest: Memory] = [:]
    var cursors: [String: (value: Cursor?, revision: Int64)] = [:]
    var sinks: [String: Place] = [:]
    var dead: [DeadLetter] = []

    /// The refusal of a sink that was never registered.
    static func unknown(_ sink: String) -> JournalFailure { .unavailable("no sink is registered as \(sink)") }

    mutating func append(_ batch: Batch, from channel: String, at hour: Int64) -> Receipt {
        let hours = policy.window.components.seconds / 3600
        if clusters == nil, let similarity = policy.similarity {
            clusters = Clusters(similarity: similarity, windowHours: Int(hours))
        }
        _ = clusters?.begin(at: Timestamp(seconds: hour * 3600))
        marks = marks.filter { hour - $0.value.hour <= hours }
        pages = pages.filter { hour - $0.value.hour <= hours }
        var receipt = Receipt()
        for index in batch.entries.indices { judge(batch, index, channel, hour, &receipt) }
        return receipt
    }

    private mutating func judge(
        _ batch: Batch, _ index: Int, _ channel: String, _ hour: Int64, _ receipt: inout Receipt
    ) {
        let entry = batch.entries[index]
        var known = marks[entry.key]
        if known == nil, isMerged(entry, channel, hour) {
            receipt.merged += 1
            return
        }
        let verdict = policy.verdict(on: entry, known: known?.mark)
        if known?.channels.contains(channel) != true { known?.channels.append(channel) }
        known?.hour = hour
        marks[entry.key] = known
        if verdict == .repeated {
            receipt.repeated += 1
            return
        }
        marks[entry.key] = Memory(
            mark: Mark(of: entry, after: known?.mark), channels: known?.channels ?? [channel], hour: hour)
        if let page = entry.page, verdict != .deleted, policy.sameURL == .merge, pages[page] == nil {
            pages[page] = Memory(
                mark: Mark(of: entry), scope: entry.scope, channels: [channel], hour: hour)
        }
        store(batch, index, verdict, seenVia: others(than: channel, for: entry), hour, &receipt)
    }

    /// Whether another feed has brought the page of an item that is not known.
    private mutating func isMerged(_ entry: Batch.Entry, _ channel: String, _ hour: Int64) -> Bool {
        guard policy.sameURL == .merge, entry.operation == .create, let page = entry.page,
            var first = pages[page], first.scope != entry.scope
        else { return false }
        if !first.channels.contains(channel) { first.channels.append(channel) }
        first.hour = hour
        pages[page] = first
        return true
    }

    private func others(than channel: String, for entry: Batch.Entry) -> [String] {
        guard policy.repeats == .update else { return [] }
        var found: [String] = []
        let pages = entry.page.flatMap { self.pages[$0]?.channels } ?? []
        for name in (marks[entry.key]?.channels ?? []) + pages where name != channel && !found.contains(name) {
            found.append(name)
        }
        return found
    }

    private mutating func store(
        _ batch: Batch, _ index: Int, _ verdict: Verdict, seenVia: [String], _ hour: Int64,
        _ receipt: inout Receipt
    ) {
        var lines: [UInt8] = []
        var entry: Batch.Entry
        let place = clusters?.place(index, of: batch)
        switch verdict {
        case .changed(let change):
            entry = batch.copy(index, asUpdateOf: change, in: place, seenVia: seenVia, to: &lines)
            receipt.updated += 1
        default:
            entry = batch.copy(index, in: place, to: &lines)
            if verdict == .deleted { receipt.deleted += 1 } else { receipt.created += 1 }
        }
        head += 1
        entry.position = head
        let line = Batch(lines: lines, entries: [entry], networks: batch.networks, channels: batch.channels)
        items.append(Item(line: line, hour: hour))
    }

    func cursor(of channel: String) -> Revised<Cursor>? {
        guard let known = cursors[channel], let value = known.value else { return nil }
        return Revised(value, revision: known.revision)
    }

    mutating func set(_ cursor: Cursor?, of channel: String) {
        cursors[channel] = (cursor, (cursors[channel]?.revision ?? 0) + 1)
    }

    /// What lies beyond what a sink has confirmed.
    func look(
        for sink: String, _ limits: BatchLimits, _ filter: ((ArraySlice<UInt8>) -> Bool)?
    ) throws -> Bell.Found {
        guard let place = sinks[sink] else { throw MemoryLog.unknown(sink) }
        return look(for: sink, after: place.position, upTo: place.reach, limits, filter)
    }

    /// What lies beyond a position.
    func look(
        for sink: String, after place: Int64, upTo reach: Int64 = 0, _ limits: BatchLimits,
        _ filter: ((ArraySlice<UInt8>) -> Bool)?
    ) -> Bell.Found {
        var batch = Batch()
        var upTo = place
        let isBegun = reach > place
        for item in items where item.entry.position > place && (!isBegun || item.entry.position <= reach) {
            if filter?(item.line.line(0)) != false {
                let isOver = batch.lines.count + item.line.lines.count > limits.bytes && !batch.isEmpty
                if batch.count >= limits.count || isOver {
                    let delivery = Delivery(sink: sink, batch: batch, after: place, upTo: upTo)
                    return Bell.Found(delivery: delivery, upTo: upTo, room: 0)
                }
                batch.append(item.line, 0..<1)
            }
            upTo = item.entry.position
        }
        let room = isBegun ? 0 : limits.count - batch.count
        let delivery = upTo == place ? nil : Delivery(sink: sink, batch: batch, after: place, upTo: upTo)
        return Bell.Found(delivery: delivery, upTo: upTo, room: room)
    }
}
