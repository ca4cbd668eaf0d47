/// Groups of like texts that were found one after another, and the way to them by a text's signature.
struct ClusterGeneration: Sendable {
    /// A group, and its first mention.
    struct Lead: Sendable {
        /// The digest of the mention's `id`.
        var key: Digest
        /// The mention's `id` as it stands in JSON.
        var id: [UInt8]
        /// How many the group has.
        var size: Int64
        /// The hour of its last mention, since 1970.
        var hour: Int64
        /// The hour at which the group was last written down whole.
        var writtenAt: Int64
        /// Where the newest line of its speaker stands in the journal; 0 where it is not known.
        var position: Int64 = 0
        /// The size that its voice told last, and when, in seconds since 1970.
        var told: Int64 = 0
        var toldAt: Int64 = 0
        /// Who tells its size; nil while all of it is told.
        var voice: BurstVoice?

        init(key: Digest, id: [UInt8], size: Int64, hour: Int64) {
            self.key = key
            self.id = id
            self.size = size
            self.hour = hour
            writtenAt = hour
        }

        /// The mention that tells its size, or would.
        var speaker: Digest { voice?.key ?? key }

        /// Whether it has grown since its voice told its size.
        var isUntold: Bool { voice != nil && told < size }
    }

    /// How many groups that share a band are compared, the newest first.
    private static let candidates = 16

    private(set) var leads: [Lead] = []
    private var places: [UInt16] = []
    /// The newest entry of each bucket, -1 where there is none; entry `e` is band `e % bands` of group `e / bands`.
    private var heads: [Int32]
    /// For each entry the next older one in its bucket.
    private var links: [Int32] = []
    /// The group of every mention, the first ones included.
    private(set) var members: [Digest: Int32] = [:]

    /// The groups that have a voice.
    private(set) var voiced: Set<Int> = []
    /// The bytes of the lines of those voices.
    private(set) var voiceSize = 0

    /// Room for about so many groups.
    init(capacity: Int) {
        var buckets = 64
        while buckets < capacity * Signature.bands { buckets *= 2 }
        heads = [Int32](repeating: -1, count: buckets)
    }

    /// The signature of a group's first mention.
    func signature(of index: Int) -> Signature {
        Signature(places: Array(places[(index * Signature.width)..<((index + 1) * Signature.width)]))
    }

    /// The most similar group among those that share a band, if it is similar enough and not forgotten.
    func nearest(to signature: Signature, _ similarity: Double, since hour: Int64) -> (index: Int, likeness: Double)? {
        var best: (index: Int, likeness: Double)?
        for hash in signature.bandHashes {
            var entry = heads[bucket(of: hash)]
            var count = 0
            while entry >= 0, count < ClusterGeneration.candidates {
                let index = Int(entry) / Signature.bands
                if index != best?.index, leads[index].hour >= hour {
                    let likeness = likeness(of: signature, to: index)
                    if likeness >= similarity, likeness > best?.likeness ?? 0 { best = (index, likeness) }
                }
                entry = links[Int(entry)]
                count += 1
            }
            if best?.likeness == 1 { break }
        }
        return best
    }

    private func likeness(of signature: Signature, to index: Int) -> Double {
        let start = index * Signature.width
        var equal = 0
        for place in 0..<Signature.width where signature.places[place] == places[start + place] { equal += 1 }
        return Double(equal) / Double(Signature.width)
    }

    /// Adds a group and gives its place.
    mutating func append(_ lead: Lead, _ signature: Signature) -> Int {
        let index = leads.count
        leads.append(lead)
        noteVoice(of: index, before: nil)
        places += signature.places
        for (band, hash) in signature.bandHashes.enumerated() {
            let bucket = bucket(of: hash)
            links.append(heads[bucket])
            heads[bucket] = Int32(truncatingIfNeeded: index * Signature.bands + band)
        }
        return index
    }

    /// Takes the group back that was added last.
    mutating func removeLast() {
        let hashes = signature(of: leads.count - 1).bandHashes
        for hash in hashes.reversed() { heads[bucket(of: hash)] = links.removeLast() }
        places.removeLast(Signature.width)
        let lead = leads.removeLast()
        voiced.remove(leads.count)
        voiceSize -= lead.voice?.size ?? 0
    }

    /// The group at a place.
    subscript(index: Int) -> Lead {
        get { leads[index] }
        set {
            let before = leads[index].voice
            leads[index] = newValue
            noteVoice(of: index, before: before)
        }
    }

    /// Counts a group's voice in, and the one that it had out.
    private mutating func noteVoice(of index: Int, before: BurstVoice?) {
        let voice = leads[index].voice
        guard voice != nil || before != nil else { return }
        voiceSize += (voice?.size ?? 0) - (before?.size ?? 0)
        if voice != nil { voiced.insert(index) } else { voiced.remove(index) }
    }

    /// The group whose first mention is `key`; nil where there is none.
    func group(of key: Digest) -> Int? {
        guard let known = members[key], leads[Int(known)].key == key else { return nil }
        return Int(known)
    }

    /// The group that a mention is in.
    subscript(member key: Digest) -> Int32? {
        get { members[key] }
        set { members[key] = newValue }
    }

    private func bucket(of hash: UInt64) -> Int {
        Int(truncatingIfNeeded: (hash ^ (hash >> 29)) &* 0xbf58_476d_1ce4_e5b9 >> 32) & (heads.count - 1)
    }
}
