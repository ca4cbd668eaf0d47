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

    mutating func append(_ batch: Batch, from channel: String, at now: Timestamp) -> Receipt {
        let hour = now.seconds / 3600
        let hours = policy.window.components.seconds / 3600
        if clusters == nil, let similarity = policy.similarity {
            clusters = Clusters(
                similarity: similarity, windowHours: Int(hours), samples: policy.bursts == .sample)
        }
        _ = clusters?.begin(at: now)
        marks = marks.filter { hour - $0.value.hour <= hours }
        pages = pages.filter { hour - $0.value.hour <= hours }
        var receipt = Receipt()
        for index in batch.entries.indices { judge(batch, index, channel, hour, &receipt) }
        clusters?.keep()
        return receipt
    }

    /// Tells how large bursts are that were not told for a while, or with `finally` all that have grown.
    mutating func tellBursts(finally: Bool, at now: Timestamp) -> Int {
        _ = clusters?.begin(at: now)
        let tellings = clusters?.tellings(finally: finally) ?? []
        for telling in tellings { tell(telling, now.seconds / 3600) }
        clusters?.keep()
        return tellings.count
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
        let key = batch.entries[index].key
        switch verdict {
        case .changed(let change):
            entry = batch.copy(index, asUpdateOf: change, in: place, seenVia: seenVia, to: &lines)
            receipt.updated += 1
        case .new where clusters?.leavesOut(place, batch.entries[index]) == true:
            marks[key]?.mark = .leftOut
            receipt.sampledOut += 1
            return
        default:
            entry = batch.copy(index, in: place, to: &lines)
            if verdict == .deleted { receipt.deleted += 1 } else { receipt.created += 1 }
        }
        add(Batch(lines: lines, entries: [entry], networks: batch.networks, channels: batch.channels), hour)
        if verdict == .deleted {
            clusters?.noteDeleted(key)
            return
        }
        let items = items
        clusters?.noteStored(index, of: batch, in: place, at: head) { position in
            items.first { $0.entry.position == position }?.line
        }
        if let telling = clusters?.telling(of: place) { tell(telling, hour) }
    }

    /// Stores the update of the mention that tells for a burst.
    private mutating func tell(_ telling: Clusters.Telling, _ hour: Int64) {
        let voice = telling.voice
        let channels = policy.repeats == .update ? marks[voice.entries[0].key]?.channels ?? [] : []
        var lines: [UInt8] = []
        let entry = voice.copy(
            0, asUpdateOf: .metrics, in: telling.place, seenVia: channels.filter { $0 != telling.channel }, to: &lines)
        add(Batch(lines: lines, entries: [entry], networks: voice.networks, channels: voice.channels), hour)
    }

    /// Stores one line.
    private mutating func add(_ line: Batch, _ hour: Int64) {
        head += 1
        var line = line
        line.entries[0].position = head
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
