// What `Clusters` remembers of a commit is a row of records: a byte that tells the kind, the digest of a first mention
// or of a member, and what the kind asks for.
extension Clusters {
    private enum Kind: UInt8 {
        /// A mention joined a group.
        case member
        /// A group as a whole.
        case group
        /// Where a group's first line stands, and what was told of the group.
        case state
        /// A group's voice.
        case voice
        /// A group has no voice any more.
        case silence
    }

    mutating func write(member key: Digest, of lead: Digest) {
        begin(.member, key)
        records.append(digest: lead)
    }

    mutating func write(_ lead: ClusterGeneration.Lead, _ signature: Signature) {
        begin(.group, lead.key)
        records.append(word: lead.size)
        records.append(run: lead.id)
        for place in signature.places {
            records.append(UInt8(truncatingIfNeeded: place))
            records.append(UInt8(truncatingIfNeeded: place >> 8))
        }
        guard samples, lead.position > 0 || lead.voice != nil else { return }
        write(stateOf: lead)
        if lead.voice != nil { write(voiceOf: lead) }
    }

    mutating func write(stateOf lead: ClusterGeneration.Lead) {
        begin(.state, lead.key)
        records.append(word: lead.position)
        records.append(word: lead.told)
        records.append(word: lead.toldAt)
    }

    mutating func write(voiceOf lead: ClusterGeneration.Lead) {
        guard let voice = lead.voice else { return begin(.silence, lead.key) }
        begin(.voice, lead.key)
        records.append(digest: voice.key)
        records.append(digest: voice.content)
        records.append(moment: voice.observedAt)
        records.append(UInt8(voice.publishedAt == nil ? 0 : 1))
        records.append(moment: voice.publishedAt ?? voice.observedAt)
        records.append(word: voice.position)
        records.append(word: Int64(voice.seenViaOffset))
        records.append(word: Int64(bitPattern: voice.similarity.bitPattern))
        records.append(run: Array(voice.network.utf8))
        records.append(run: Array(voice.channel.utf8))
        records.append(run: voice.line)
    }

    private mutating func begin(_ kind: Kind, _ key: Digest) {
        records.append(kind.rawValue)
        records.append(digest: key)
    }

    /// Takes over what an earlier run stored of one commit; true where the older generation was let go before it. What
    /// does not read as it was written is passed over.
    package mutating func restore(_ stored: [UInt8], at moment: Timestamp) -> Bool {
        let hasTurned = begin(at: moment)
        var reader = RecordReader(bytes: stored)
        while let byte = reader.byte(), let kind = Kind(rawValue: byte), let key = reader.digest() {
            switch kind {
            case .member: restoreMember(key, reader.digest())
            case .group: restoreGroup(key, &reader)
            case .state: restoreState(key, &reader)
            case .voice: restoreVoice(key, reader.voice())
            case .silence: restoreVoice(key, nil)
            }
        }
        records.removeAll(keepingCapacity: true)
        keep()
        return hasTurned
    }

    private mutating func restoreGroup(_ key: Digest, _ reader: inout RecordReader) {
        guard let written = reader.word(), let id = reader.run(atMost: Clusters.longestID),
            let places = reader.bytes(Signature.width * 2)
        else { return reader.end() }
        let (size, hour) = (max(written.bounded, 1), now / 3600)
        if let known = newer.group(of: key) {
            change(known) { lead in
                lead.size = size
                lead.hour = hour
                lead.writtenAt = hour
            }
            return
        }
        let lead = ClusterGeneration.Lead(key: key, id: id, size: size, hour: hour)
        let signature = stride(from: 0, to: places.count, by: 2).map { place in
            UInt16(places[place]) | UInt16(places[place + 1]) << 8
        }
        let index = newer.append(lead, Signature(places: signature))
        if newer[member: key] == nil { newer[member: key] = Int32(truncatingIfNeeded: index) }
    }

    private mutating func restoreMember(_ key: Digest, _ lead: Digest?) {
        guard let lead, let index = newer.group(of: lead) else { return }
        join(key, index)
    }

    private mutating func restoreState(_ key: Digest, _ reader: inout RecordReader) {
        guard let position = reader.word(), let told = reader.word(), let toldAt = reader.word() else {
            return reader.end()
        }
        guard let index = newer.group(of: key) else { return }
        change(index) { lead in
            lead.position = position
            lead.told = min(told.bounded, lead.size)
            lead.toldAt = toldAt.bounded
        }
    }

    private mutating func restoreVoice(_ key: Digest, _ voice: BurstVoice?) {
        guard let index = newer.group(of: key) else { return }
        let hour = now / 3600
        change(index) { lead in
            lead.voice = voice
            lead.voice?.writtenAt = hour
        }
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

    mutating func word() -> Int64? {
        guard at <= source.count - 8 else { return nil }
        defer { at += 8 }
        let at = at
        return unsafe source.withUnsafeBytes {
            Int64(littleEndian: unsafe $0.loadUnaligned(fromByteOffset: at, as: Int64.self))
        }
    }

    mutating func digest() -> Digest? {
        guard let high = word(), let low = word() else { return nil }
        return Digest(high: UInt64(bitPattern: high), low: UInt64(bitPattern: low))
    }

    mutating func bytes(_ count: Int) -> [UInt8]? {
        guard count >= 0, count <= source.count - at else { return nil }
        defer { at += count }
        return Array(source[at..<(at + count)])
    }

    /// Bytes that their count stands before.
    mutating func run(atMost limit: Int = .max) -> [UInt8]? {
        guard let count = word(), count >= 0, count <= limit else { return nil }
        return bytes(Int(count))
    }

    private mutating func moment() -> Timestamp? {
        guard let milliseconds = word(), let precision = byte() else { return nil }
        var moment = Timestamp(milliseconds: milliseconds)
        moment.hasMilliseconds = precision == 1
        return moment
    }

    mutating func voice() -> BurstVoice? {
        guard let key = digest(), let content = digest(), let observedAt = moment(), let isPublished = byte(),
            let publishedAt = moment(), let position = word(), let offset = word(), let likeness = word(),
            let network = run(),
            let channel = run(), let line = run(), offset >= 0, offset <= line.count
        else {
            end()
            return nil
        }
        var voice = BurstVoice(
            key: key, content: content, observedAt: observedAt, publishedAt: isPublished == 1 ? publishedAt : nil,
            network: String(decoding: network, as: UTF8.self), channel: String(decoding: channel, as: UTF8.self),
            line: line, seenViaOffset: Int(offset))
        voice.position = position
        voice.similarity = Double(bitPattern: UInt64(bitPattern: likeness))
        return voice
    }

    /// Reads no more.
    mutating func end() { at = source.count }
}

extension Int64 {
    /// The number within what can be counted with, as damage may have made it any.
    fileprivate var bounded: Int64 { Swift.min(Swift.max(self, 0), 1 << 53) }
}

extension [UInt8] {
    fileprivate mutating func append(word: Int64) {
        for shift in stride(from: Int64(0), to: 64, by: 8) { append(UInt8(truncatingIfNeeded: word >> shift)) }
    }

    fileprivate mutating func append(digest: Digest) {
        append(word: Int64(bitPattern: digest.high))
        append(word: Int64(bitPattern: digest.low))
    }

    fileprivate mutating func append(moment: Timestamp) {
        append(word: moment.milliseconds)
        append(moment.hasMilliseconds ? 1 : 0)
    }

    fileprivate mutating func append(run: [UInt8]) {
        append(word: Int64(run.count))
        self += run
    }
}
