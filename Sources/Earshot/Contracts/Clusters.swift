/// Groups of like texts: reposts, copies and near-copies are told apart from news by the words they share.
///
/// Lives where a journal writes. Between `begin` and `keep` it decides for one commit, and `takeBack` undoes that; what
/// it remembers of a commit is stored with it as `records`, and taken over again in their order at the next start.
/// Two generations of groups bound what it holds: a group that still grows moves on into the newer one. With `samples`
/// most of a large group is left out, as `Clusters+Sampling` says.
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
        /// Where the group is, until the next commit begins.
        var index: Int
    }

    enum Change {
        case added
        case joined(Digest)
        case grown(Int, ClusterGeneration.Lead)
    }

    /// The longest `id` that is compared.
    static let longestID = 512
    /// How many mentions a generation has for each of its groups before it is full.
    private static let membersEach = 4

    /// Whether most of a large group is left out.
    let samples: Bool
    private let similarity: Double
    private let capacity: Int
    private let windowHours: Int64
    var newer: ClusterGeneration
    var older: ClusterGeneration
    /// Groups of a generation that was let go whose last size was not told yet.
    private var unfinished: [(lead: ClusterGeneration.Lead, signature: Signature)] = []
    private var changes: [Change] = []
    /// The moment of the commit, in seconds since 1970.
    private(set) var now: Int64 = 0
    var hour: Int64 { now / 3600 }

    /// What is to be stored of this commit.
    package internal(set) var records: [UInt8] = []

    /// Groups of texts at least so similar, from 0 to 1, that are forgotten after the window, and of which the latest
    /// `capacity` are held at least.
    package init(similarity: Double, windowHours: Int, capacity: Int = 50_000, samples: Bool = false) {
        self.samples = samples
        self.similarity = similarity
        self.capacity = max(capacity, 1)
        self.windowHours = Int64(windowHours)
        newer = ClusterGeneration(capacity: capacity)
        older = ClusterGeneration(capacity: 1)
    }

    /// Begins a commit; true where the older generation was let go, so that nothing is asked for any more that was
    /// stored before the newer one began.
    package mutating func begin(at now: Timestamp) -> Bool {
        self.now = now.seconds
        records.removeAll(keepingCapacity: true)
        changes.removeAll(keepingCapacity: true)
        let isFull = newer.leads.count >= capacity || newer.members.count >= capacity * Clusters.membersEach
        if isFull {
            for index in older.voiced where older[index].isUntold && newer.group(of: older[index].key) == nil {
                unfinished.append((older[index], older.signature(of: index)))
            }
            older = newer
            newer = ClusterGeneration(capacity: capacity)
        }
        for (lead, signature) in unfinished { add(lead, signature) }
        return isFull
    }

    /// The commit happened.
    package mutating func keep() {
        changes.removeAll(keepingCapacity: true)
        unfinished.removeAll()
    }

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
            let lead = ClusterGeneration.Lead(key: key, id: Array(id), size: 1, hour: hour)
            add(lead, signature)
            return nil
        }
        join(key, index)
        let lead = newer[index]
        guard lead.size > 1 else { return nil }
        return Place(id: lead.key, size: lead.size, lead: lead.id, similarity: likeness, index: index)
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

    /// Takes a group over into the newer generation; gives its place there.
    @discardableResult
    mutating func add(_ lead: ClusterGeneration.Lead, _ signature: Signature) -> Int {
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

    /// Changes a group.
    mutating func change(_ index: Int, _ body: (inout ClusterGeneration.Lead) -> Void) {
        var lead = newer[index]
        changes.append(.grown(index, lead))
        body(&lead)
        newer[index] = lead
    }

    /// Counts a mention in, unless it was before.
    mutating func join(_ key: Digest, _ index: Int) {
        guard newer[member: key] == nil else { return }
        enter(key, index)
        let isOld = older[member: key].map { older[Int($0)].key == newer[index].key } ?? false
        let hour = hour
        change(index) { lead in
            if !isOld { lead.size += 1 }
            lead.hour = max(lead.hour, hour)
        }
        write(member: key, of: newer[index].key)
        // Before what tells of the group is forgotten with the window.
        if hour - newer[index].writtenAt >= max(windowHours / 4, 1) { write(index) }
    }

    private mutating func write(_ index: Int) {
        let hour = hour
        newer[index].writtenAt = hour
        write(newer[index], newer.signature(of: index))
    }
}
