internal import Earshot

/// The marks of everything seen within the window, by 128-bit key: 32 bytes a mark and at most 8 for its index.
///
/// Slots lie in the order of their insertion in pages that never move; an open-addressed index of 32-bit words (a place
/// and eight bits of the key) leads to them. Changes since `begin` can be taken back as long as they are not `keep`t.
@safe
struct MarkTable: ~Copyable {
    /// One mark. `hour` is the hour of its last sighting since 1970, cut to 16 bits.
    struct Slot: Equatable {
        var key: Digest
        var content: UInt32
        var version: UInt32
        var metrics: UInt32
        /// The number of the set of channels; the highest bit says that the item is deleted.
        var channels: UInt16
        var hour: UInt16
    }

    /// More marks than the index can address.
    static let limit = 1 << 24

    private static let pageBits = 12
    private static let pageSize = 1 << pageBits
    private static let empty = UInt32.max

    private var pages: [UnsafeMutablePointer<Slot>] = unsafe []
    private var index: UnsafeMutablePointer<UInt32>
    private var indexCount: Int
    private var replaced: [(place: Int, slot: Slot)] = []
    private var countAtBegin = 0

    /// How many marks there are.
    private(set) var count = 0

    /// An empty table.
    init() {
        indexCount = 1024
        unsafe index = .allocate(capacity: indexCount)
        unsafe index.initialize(repeating: MarkTable.empty, count: indexCount)
    }

    deinit {
        unsafe index.deallocate()
        unsafe pages.forEach { unsafe $0.deallocate() }
    }

    /// The bytes of memory that the table takes.
    var memory: Int {
        unsafe pages.count * MarkTable.pageSize * MemoryLayout<Slot>.stride + indexCount * MemoryLayout<UInt32>.stride
    }

    /// The mark at a place that `place(of:)` or `insert` gave.
    subscript(place: Int) -> Slot {
        get {
            precondition(place >= 0 && place < count)
            return unsafe pages[place >> MarkTable.pageBits][place & (MarkTable.pageSize - 1)]
        }
        set {
            precondition(place >= 0 && place < count)
            if place < countAtBegin { replaced.append((place, self[place])) }
            unsafe pages[place >> MarkTable.pageBits][place & (MarkTable.pageSize - 1)] = newValue
        }
    }

    /// Where the mark of a key is, or nil.
    func place(of key: Digest) -> Int? {
        var at = start(of: key)
        while true {
            let word = unsafe index[at]
            if word == MarkTable.empty { return nil }
            if word >> 24 == UInt32(truncatingIfNeeded: key.low >> 56), self[Int(word & 0xFF_FFFF)].key == key {
                return Int(word & 0xFF_FFFF)
            }
            at &+= 1
            if at == indexCount { at = 0 }
        }
    }

    /// Adds a mark whose key is not there; refuses quietly where the table is at its limit.
    mutating func insert(_ slot: Slot) {
        guard count < MarkTable.limit - 1 else { return }
        if (count + 1) * 5 > indexCount * 4 { reindex(room: indexCount + indexCount / 2) }
        if unsafe count >> MarkTable.pageBits == pages.count {
            unsafe pages.append(.allocate(capacity: MarkTable.pageSize))
        }
        unsafe (pages[count >> MarkTable.pageBits] + (count & (MarkTable.pageSize - 1))).initialize(to: slot)
        note(slot.key, at: count)
        count += 1
    }

    /// From here on changes can be taken back.
    mutating func begin() {
        countAtBegin = count
        replaced.removeAll(keepingCapacity: true)
    }

    /// What was changed since `begin` stays.
    mutating func keep() {
        countAtBegin = 0
        replaced.removeAll(keepingCapacity: true)
    }

    /// Takes back what was changed since `begin`.
    mutating func takeBack() {
        let changes = replaced
        let before = countAtBegin
        keep()
        for change in changes.reversed() { self[change.place] = change.slot }
        if count != before {
            count = before
            reindex(room: indexCount)
        }
    }

    /// Forgets every mark that `isKept` refuses; the others stay in their order. Not between `begin` and `keep`.
    mutating func sweep(_ isKept: (Slot) -> Bool) {
        var kept = 0
        for place in 0..<count {
            let slot = self[place]
            guard isKept(slot) else { continue }
            if kept < place { self[kept] = slot }
            kept += 1
        }
        guard kept < count else { return }
        count = kept
        let needed = (kept + MarkTable.pageSize - 1) >> MarkTable.pageBits
        while unsafe pages.count > max(needed, 1) { unsafe pages.removeLast().deallocate() }
        reindex(room: max(kept + kept / 2, 1024))
    }

    /// Builds the index anew with so many words.
    private mutating func reindex(room: Int) {
        if room != indexCount {
            unsafe index.deallocate()
            unsafe index = .allocate(capacity: room)
            indexCount = room
        }
        unsafe index.update(repeating: MarkTable.empty, count: room)
        for place in 0..<count { note(self[place].key, at: place) }
    }

    private func note(_ key: Digest, at place: Int) {
        var at = start(of: key)
        while unsafe index[at] != MarkTable.empty {
            at &+= 1
            if at == indexCount { at = 0 }
        }
        unsafe index[at] = UInt32(truncatingIfNeeded: key.low >> 56) << 24 | UInt32(truncatingIfNeeded: place)
    }

    /// Keys are digests already, so half a key spread over the index is as good as a hash.
    private func start(of key: Digest) -> Int {
        Int(truncatingIfNeeded: key.high.multipliedFullWidth(by: UInt64(indexCount)).high)
    }
}

extension MarkTable.Slot {
    private static let deletedBit: UInt16 = 0x8000

    /// Whether the source has deleted the item.
    var isDeleted: Bool { channels & Self.deletedBit != 0 }

    /// The number of the set of channels that brought the item.
    var channelSet: UInt16 { channels & ~Self.deletedBit }

    /// What is remembered of the item.
    var mark: Mark { Mark(content: content, version: version, metrics: metrics, isDeleted: isDeleted) }

    /// A slot for a mark.
    init(key: Digest, mark: Mark, channelSet: UInt16, hour: UInt16) {
        self.init(
            key: key, content: mark.content, version: mark.version, metrics: mark.metrics,
            channels: channelSet & ~Self.deletedBit | (mark.isDeleted ? Self.deletedBit : 0), hour: hour)
    }

    /// How many hours before `hour` the item was last seen; below zero where the clock went back.
    func age(at hour: UInt16) -> Int { Int(Int16(bitPattern: hour &- self.hour)) }
}
