/// Groups of like texts: reposts, copies and near-copies are told apart from news by the words they share.
///
/// Lives where a journal writes. Between `begin` and `keep` it decides for one commit, and `takeBack` undoes that; what
/// it remembers of a commit is stored with it as `records`, and taken over again in their order at the next start.
/// Two generations of groups bound what it holds: a group that still grows moves on into the newer one.
package struct Clusters: Sendable {
    /// A mention's place among others.
    package struct Place: Sendable, Equatable {
        /// The group's id: the digest of its first mention's `id`.
        package var id: Digest
        /// How many it has by now.
        package var size: Int64
        /// The `id` of its first mention, as it stands in JSON.
        package var lead: [UInt8]
        /// How alike the text is to the first, 0 to 1.
        package var similarity: Double
    }

    private enum Change {
        case added
        case joined(Digest)
        case grown(Int, ClusterGeneration.Lead)
    }

    /// The longest `id` that is compared.
    private static let longestID = 512
    /// How many mentions a generation has for each of its groups before it is full.
    private static let membersEach = 4

    private let similarity: Double
    private let capacity: Int
    private let windowHours: Int64
    private var newer: ClusterGeneration
    private var older: ClusterGeneration
    private var changes: [Change] = []
    private var hour: Int64 = 0

    /// What is to be stored of this commit.
    package private(set) var records: [UInt8] = []

    /// Groups of texts at least so similar, from 0 to 1, that are forgotten after the window, and of which the latest
    /// `capacity` are held at least.
    package init(similarity: Double, windowHours: Int, capacity: Int = 50_000) {
        self.similarity = similarity
        self.capacity = max(capacity, 1)
        self.windowHours = Int64(windowHours)
        newer = ClusterGeneration(capacity: capacity)
        older = ClusterGeneration(capacity: 1)
    }

    /// Begins a commit; true where the older generation was let go, so that nothing is asked for any more that was
    /// stored before the newer one began.
    package mutating func begin(at now: Timestamp) -> Bool {
        hour = now.seconds / 3600
        records.removeAll(keepingCapacity: true)
        changes.removeAll(keepingCapacity: true)
        guard newer.leads.count >= capacity || newer.members.count >= capacity * Clusters.membersEach else {
            return false
        }
        older = newer
        newer = ClusterGeneration(capacity: capacity)
        return true
    }

    /// The commit happened.
    package mutating func keep() { changes.removeAll(keepingCapacity: true) }

    /// The commit failed.
    package mutating func takeBack() {
        for change in changes.reversed() {
            switch change {
            case .added: newer.removeLast()
            case .joined(let key): newer[member: key] = nil
            case .grown(let index, let lead): newer[index] = lead
            }
        }
        changes.removeAll()
        records.removeAll()
    }

    /// Notes a mention's text; nil where it is alone so far. The same mention counts once.
    package mutating func place(_ key: Digest, id: ArraySlice<UInt8>, _ signature: Signature) -> Place? {
        guard id.count <= Clusters.longestID else { return nil }
        guard let (index, likeness) = nearest(to: signature) else {
            let lead = ClusterGeneration.Lead(key: key, id: Array(id), size: 1, hour: hour, writtenAt: hour)
            add(lead, signature)
            return nil
        }
        join(key, index)
        let lead = newer[index]
        guard lead.size > 1 else { return nil }
        return Place(id: lead.key, size: lead.size, lead: lead.id, similarity: likeness)
    }

    /// The same for an entry of a batch; nil also where its text is not to be compared.
    package mutating func place(_ index: Int, of batch: Batch) -> Place? {
        guard let signature = batch.signatures[index], let id = batch.identity(index) else { return nil }
        return place(batch.entries[index].key, id: id, signature)
    }

    /// The group that a text belongs to, in the newer generation.
    private mutating func nearest(to signature: Signature) -> (index: Int, likeness: Double)? {
        let since = hour - windowHours
        if let found = newer.nearest(to: signature, similarity, since: since) { return found }
        guard let (index, likeness) = older.nearest(to: signature, similarity, since: since) else { return nil }
        return (add(older[index], older.signature(of: index)), likeness)
    }

    @discardableResult
    private mutating func add(_ lead: ClusterGeneration.Lead, _ signature: Signature) -> Int {
        let index = newer.append(lead, signature)
        changes.append(.added)
        if newer[member: lead.key] == nil { enter(lead.key, index) }
        write(index)
        return index
    }

    private mutating func enter(_ key: Digest, _ index: Int) {
        newer[member: key] = Int32(truncatingIfNeeded: index)
        changes.append(.joined(key))
    }

    /// Counts a mention in, unless it was before.
    private mutating func join(_ key: Digest, _ index: Int) {
        guard newer[member: key] == nil else { return }
        enter(key, index)
        let isOld = older[member: key].map { older[Int($0)].key == newer[index].key } ?? false
        var lead = newer[index]
        changes.append(.grown(index, lead))
        if !isOld { lead.size += 1 }
        lead.hour = max(lead.hour, hour)
        newer[index] = lead
        records.append(0)
        records.append(digest: key)
        records.append(digest: lead.key)
        // Before what tells of the group is forgotten with the window.
        if hour - lead.writtenAt >= max(windowHours / 4, 1) { write(index) }
    }

    private mutating func write(_ index: Int) {
        newer[index].writtenAt = hour
        let lead = newer[index]
        records.append(1)
        records.append(digest: lead.key)
        records.append(word: UInt64(bitPattern: lead.size))
        records.append(word: UInt64(lead.id.count))
        records += lead.id
        for place in newer.signature(of: index).places {
            records.append(UInt8(truncatingIfNeeded: place))
            records.append(UInt8(truncatingIfNeeded: place >> 8))
        }
    }
}

extension Clusters {
    /// Takes over what an earlier run stored of one commit; true where the older generation was let go before it. What
    /// does not read as it was written is passed over.
    package mutating func restore(_ stored: [UInt8], at moment: Timestamp) -> Bool {
        let hasTurned = begin(at: moment)
        var reader = RecordReader(bytes: stored)
        while let kind = reader.byte(), let key = reader.digest() {
            if kind == 1 { restoreLead(key, &reader) } else { restoreMember(key, reader.digest()) }
        }
        records.removeAll(keepingCapacity: true)
        keep()
        return hasTurned
    }

    private mutating func restoreLead(_ key: Digest, _ reader: inout RecordReader) {
        guard let size = reader.word(), let count = reader.word(), count <= Clusters.longestID,
            let id = reader.bytes(Int(truncatingIfNeeded: count)), let places = reader.bytes(Signature.width * 2)
        else { return reader.end() }
        let lead = ClusterGeneration.Lead(
            key: key, id: id, size: Int64(bitPattern: size), hour: hour, writtenAt: hour)
        if let known = newer[member: key], newer[Int(known)].key == key {
            newer[Int(known)] = lead
            return
        }
        let signature = stride(from: 0, to: places.count, by: 2).map { place in
            UInt16(places[place]) | UInt16(places[place + 1]) << 8
        }
        let index = newer.append(lead, Signature(places: signature))
        if newer[member: key] == nil { newer[member: key] = Int32(truncatingIfNeeded: index) }
    }

    private mutating func restoreMember(_ key: Digest, _ lead: Digest?) {
        guard let lead, let index = newer[member: lead], newer[Int(index)].key == lead else { return }
        join(key, Int(index))
    }
}

/// Reads what `Clusters` has written.
private struct RecordReader {
    private let source: [UInt8]
    private var at = 0

    init(bytes: [UInt8]) { source = bytes }

    mutating func byte() -> UInt8? {
        guard at < source.count else { return nil }
        defer { at += 1 }
        return source[at]
    }

    mutating func word() -> UInt64? {
        guard at <= source.count - 8 else { return nil }
        defer { at += 8 }
        let at = at
        return unsafe source.withUnsafeBytes {
            UInt64(littleEndian: unsafe $0.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        }
    }

    mutating func digest() -> Digest? {
        guard let high = word(), let low = word() else { return nil }
        return Digest(high: high, low: low)
    }

    mutating func bytes(_ count: Int) -> [UInt8]? {
        guard count >= 0, count <= source.count - at else { return nil }
        defer { at += count }
        return Array(source[at..<(at + count)])
    }

    /// Reads no more.
    mutating func end() { at = source.count }
}

extension [UInt8] {
    fileprivate mutating func append(word: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { append(UInt8(truncatingIfNeeded: word >> shift)) }
    }

    fileprivate mutating func append(digest: Digest) {
        append(word: digest.high)
        append(word: digest.low)
    }
}
