internal import Earshot
internal import Foundation

/// Decides of every mention whether it is new, and remembers it: the marks in memory, and those to be stored.
///
/// Lives on the journal's writer. Between `begin` and `keep` it decides for one commit; `takeBack` undoes that.
struct Deduplicator: ~Copyable {
    let policy: DedupePolicy

    private var table = MarkTable()
    private var sets = ChannelSets()
    private let capacity: Int
    private let windowHours: Int
    private var hour: UInt16 = 0
    private var sweptAt: UInt16?

    /// The marks that were left since `begin`.
    private(set) var page = MarkPage()

    init(policy: DedupePolicy) {
        self.policy = policy
        capacity = min(max(policy.capacity, 1), MarkTable.limit - 1)
        windowHours = Deduplicator.hours(in: policy.window)
    }

    /// The window in whole hours, rounded up, three years at most.
    static func hours(in window: Duration) -> Int {
        let seconds = window.components.seconds + (window.components.attoseconds > 0 ? 1 : 0)
        return Int(min(max((seconds + 3599) / 3600, 1), 26_280))
    }

    /// How many marks there are.
    var count: Int { table.count }

    /// What one channel is called in sets of channels.
    struct Sighting {
        var channel: String
        var alone: UInt16
    }

    /// Makes ready to decide on mentions of a channel.
    mutating func sighting(by channel: String) -> Sighting {
        Sighting(channel: channel, alone: sets.number(of: [channel]))
    }

    /// Begins to decide for one commit.
    mutating func begin(at now: Timestamp) {
        hour = UInt16(truncatingIfNeeded: now.seconds / 3600)
        makeRoom()
        page.removeAll()
        table.begin()
    }

    /// The commit happened.
    mutating func keep() { table.keep() }

    /// The commit failed.
    mutating func takeBack() {
        table.takeBack()
        page.removeAll()
    }

    /// The sets of channels that the marks of this commit name, as JSON.
    mutating func pageNames() throws -> String { try page.names(in: sets) }

    /// What a journal does with a mention.
    enum Outcome {
        /// Another feed has brought its page.
        case merged
        /// It is judged by what was known of its item, which other channels brought before.
        case judged(Verdict, seenVia: [String])
    }

    /// Decides on one mention and remembers that it was seen.
    mutating func decide(_ entry: Batch.Entry, by sighting: Sighting) -> Outcome {
        guard let place = place(of: entry.key) else {
            if isMerged(entry, sighting) { return .merged }
            let verdict = policy.verdict(on: entry, known: nil)
            put(MarkTable.Slot(key: entry.key, mark: Mark(of: entry), channelSet: sighting.alone, hour: hour))
            let seenVia = others(sighting.alone, than: sighting, entry)
            if verdict != .deleted { remember(pageOf: entry, sighting) }
            return .judged(verdict, seenVia: seenVia)
        }
        let known = table[place]
        let verdict = policy.verdict(on: entry, known: known.mark)
        let isAlone = known.channelSet == sighting.alone
        let set = isAlone ? sighting.alone : sets.number(of: known.channelSet, and: sighting.channel)
        if verdict == .repeated {
            see(place, set)
            return .judged(verdict, seenVia: [])
        }
        put(
            MarkTable.Slot(key: entry.key, mark: Mark(of: entry, after: known.mark), channelSet: set, hour: hour), place
        )
        if verdict != .deleted { remember(pageOf: entry, sighting) }
        return .judged(verdict, seenVia: others(set, than: sighting, entry))
    }

    /// Notes that a mention that was decided on is left out of a burst.
    mutating func leaveOut(_ entry: Batch.Entry) {
        guard let place = place(of: entry.key) else { return }
        let slot = table[place]
        put(MarkTable.Slot(key: slot.key, mark: .leftOut, channelSet: slot.channelSet, hour: hour), place)
    }

    /// The channels, but one, that brought an item.
    func channels(of key: Digest, but channel: String) -> [String] {
        guard policy.repeats == .update, let place = place(of: key) else { return [] }
        return sets[table[place].channelSet].filter { $0 != channel }
    }

    /// Takes over a mark that an earlier run left; in the order in which they were left.
    mutating func restore(_ slot: MarkTable.Slot) {
        if let place = table.place(of: slot.key) {
            table[place] = slot
        } else {
            if table.count >= capacity { forgetOldest() }
            table.insert(slot)
        }
    }

    /// Takes over a page of marks that an earlier run left at `moment`, unless the window is over.
    mutating func restore(_ page: StoredPage, now: Timestamp) throws {
        guard now.seconds / 3600 - page.at / 3600 <= Int64(windowHours) else { return }
        hour = UInt16(truncatingIfNeeded: now.seconds / 3600)
        var found: [MarkTable.Slot] = []
        try MarkPage.read(
            page.marks, sets: page.sets, hour: UInt16(truncatingIfNeeded: page.at / 3600), into: &sets
        ) { found.append($0) }
        for slot in found { restore(slot) }
    }

    // What is remembered.

    /// Where the mark of a key is that the window still covers.
    private func place(of key: Digest) -> Int? {
        guard let place = table.place(of: key), table[place].age(at: hour) <= windowHours else { return nil }
        return place
    }

    private mutating func put(_ slot: MarkTable.Slot, _ place: Int? = nil) {
        if let place = place ?? table.place(of: slot.key) { table[place] = slot } else { table.insert(slot) }
        page.append(slot)
    }

    /// Notes that an item was offered once more; stored only where that tells something, or the window would run out.
    private mutating func see(_ place: Int, _ set: UInt16) {
        var slot = table[place]
        guard set != slot.channelSet || slot.age(at: hour) >= max(windowHours / 4, 1) else { return }
        slot = MarkTable.Slot(key: slot.key, mark: slot.mark, channelSet: set, hour: hour)
        put(slot, place)
    }

    /// Whether another feed has brought the page of an item that is not known.
    private mutating func isMerged(_ entry: Batch.Entry, _ sighting: Sighting) -> Bool {
        guard policy.sameURL == .merge, entry.operation == .create, let page = entry.page,
            let place = place(of: page), table[place].content != Deduplicator.feed(of: entry)
        else { return false }
        see(place, sets.number(of: table[place].channelSet, and: sighting.channel))
        return true
    }

    /// Remembers which feed brought a page first; the feed stands where an item has its content.
    private mutating func remember(pageOf entry: Batch.Entry, _ sighting: Sighting) {
        guard policy.sameURL == .merge, let page = entry.page, place(of: page) == nil else { return }
        let mark = Mark(content: Deduplicator.feed(of: entry), metrics: 0, isDeleted: false)
        put(MarkTable.Slot(key: page, mark: mark, channelSet: sighting.alone, hour: hour))
    }

    /// The feed of an entry, as it stands in a mark.
    private static func feed(of entry: Batch.Entry) -> UInt32 { UInt32(truncatingIfNeeded: entry.scope) }

    /// The channels, but the one that brings it now, that brought an item or its page.
    private func others(_ set: UInt16, than sighting: Sighting, _ entry: Batch.Entry) -> [String] {
        guard policy.repeats == .update else { return [] }
        let pageSet = entry.page.flatMap { place(of: $0) }.map { table[$0].channelSet }
        if set == sighting.alone, pageSet == nil || pageSet == set { return [] }
        var found: [String] = []
        for channel in sets[set] + (pageSet.map { sets[$0] } ?? [])
        where channel != sighting.channel && !found.contains(channel) {
            found.append(channel)
        }
        return found
    }

    // What is forgotten.

    private mutating func makeRoom() {
        if table.count >= capacity { forgetOldest() }
        let since = Int(Int16(bitPattern: hour &- (sweptAt ?? hour)))
        if sweptAt == nil { sweptAt = hour }
        guard since < 0 || since >= max(windowHours / 16, 1) else { return }
        sweptAt = hour
        let (hour, windowHours) = (hour, windowHours)
        table.sweep { $0.age(at: hour) <= windowHours }
    }

    /// Forgets an eighth of the marks: those that were seen longest ago, and among equals those that came first.
    private mutating func forgetOldest() {
        var counts = [Int](repeating: 0, count: 1 << 16)
        for place in 0..<table.count { counts[Deduplicator.rank(of: table[place].age(at: hour))] += 1 }
        var quota = max(capacity / 8, 1)
        var rank = counts.count - 1
        while rank > 0, counts[rank] < quota {
            quota -= counts[rank]
            rank -= 1
        }
        let hour = hour
        table.sweep { slot in
            let own = Deduplicator.rank(of: slot.age(at: hour))
            guard own >= rank else { return true }
            guard own == rank else { return false }
            quota -= 1
            return quota < 0
        }
    }

    private static func rank(of age: Int) -> Int { age + (1 << 15) }
}

/// A page of marks as it was stored.
struct StoredPage {
    /// When, in seconds since 1970.
    var at: Int64
    /// The sets of channels that the marks name.
    var sets: String
    /// The marks.
    var marks: Data
}
