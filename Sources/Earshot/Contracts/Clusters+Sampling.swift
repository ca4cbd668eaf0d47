/// A burst is told as a sample: its first ten mentions, then one each time that it has doubled.
///
/// From the tenth on a group has a voice, as a rule its first mention, which is told again with the new size when the
/// group has doubled, or has grown and was not told for ten minutes. Only where there is a voice is anything left out:
/// where the lines of all voices take too much, or one is too long, a group is told in full.
extension Clusters {
    /// How many mentions of a group are told in any case.
    static let toldInFull: Int64 = 10
    /// How often, at most, a group that grows is told again before it has doubled.
    package static let pause = Duration.seconds(600)
    /// How many bytes the lines of a generation's voices take at most.
    private static let voiceLimit = 8 << 20

    /// The size of a burst, told by its voice.
    package struct Telling: Sendable {
        /// The voice, as a batch of one mention.
        package var voice: Batch
        /// Its place, with the size that the burst has by now.
        package var place: Place
        /// The channel that brought it.
        package var channel: String { voice.channels.first ?? "" }
    }

    /// Whether a new mention is left out: its group has a voice, and has not doubled since that was heard.
    package func leavesOut(_ place: Place?, _ entry: Batch.Entry) -> Bool {
        guard samples, entry.isSamplable, let place else { return false }
        let lead = newer[place.index]
        return lead.voice != nil && lead.size > Clusters.toldInFull && lead.size < 2 * lead.told
    }

    /// Notes that a mention was stored at a position, and finds its group a voice where that needs one; `line` gives
    /// the mention that stands at a position, if it is still there.
    package mutating func noteStored(
        _ index: Int, of batch: Batch, in place: Place?, at position: Int64, line: (Int64) -> Batch?
    ) {
        guard samples else { return }
        let key = batch.entries[index].key
        if let group = newer[member: key].map({ Int($0) }) ?? bringing(key) {
            renew(group, index, of: batch, at: position, isTold: place?.index == group)
        }
        guard let place, newer[place.index].voice == nil, newer[place.index].size >= Clusters.toldInFull else { return }
        guard newer.voiceSize + BurstVoice.longestLine <= Clusters.voiceLimit else { return }
        let lead = newer[place.index]
        let first = lead.position > 0 ? line(lead.position) : nil
        if let first, first.entries.first?.key == lead.key, let voice = BurstVoice(0, of: first) {
            return give(voice, at: lead.position, to: place.index)
        }
        var voice = BurstVoice(index, of: batch)
        voice?.similarity = place.similarity
        give(voice, at: position, to: place.index)
    }

    /// Gives a group a voice whose line stands at a position; where there is none, its first mention cannot be one
    /// either.
    private mutating func give(_ voice: BurstVoice?, at position: Int64, to index: Int) {
        var voice = voice
        voice?.position = position
        voice?.writtenAt = hour
        let now = now
        change(index) { lead in
            lead.position = voice?.position ?? 0
            lead.voice = voice
            lead.told = voice == nil ? 0 : lead.size
            lead.toldAt = now
        }
        write(stateOf: newer[index])
        if voice != nil { write(voiceOf: newer[index]) }
    }

    /// Remembers the newest line of a group's speaker; `isTold` where the line says the group's size.
    ///
    /// What changes with every look at a source, as its metrics do, is written down once an hour: where the newest line
    /// stands is always known, and it is found there again as long as the journal has it.
    private mutating func renew(_ group: Int, _ index: Int, of batch: Batch, at position: Int64, isTold: Bool) {
        let before = newer[group].voice
        guard batch.entries[index].key == newer[group].speaker else { return }
        var voice = before == nil ? nil : BurstVoice(index, of: batch)
        let isOld = voice?.content != before?.content || hour > before?.writtenAt ?? 0
        voice?.similarity = before?.similarity ?? 1
        voice?.position = position
        voice?.writtenAt = isOld ? hour : before?.writtenAt ?? 0
        let now = now
        change(group) { lead in
            lead.position = position
            lead.voice = voice
            guard voice != nil, isTold else { return }
            lead.told = lead.size
            lead.toldAt = now
        }
        write(stateOf: newer[group])
        if before != nil, isOld { write(voiceOf: newer[group]) }
    }

    /// Gives voices the newest lines that the journal has of them, once everything is restored.
    package mutating func renewVoices(line: (Int64) -> Batch?) {
        func renewed(_ lead: ClusterGeneration.Lead) -> BurstVoice? {
            guard let voice = lead.voice, lead.position > 0, voice.position != lead.position,
                let batch = line(lead.position), batch.entries.first?.key == voice.key,
                var found = BurstVoice(0, of: batch)
            else { return lead.voice }
            found.similarity = voice.similarity
            found.position = lead.position
            found.writtenAt = voice.writtenAt
            return found
        }
        for index in newer.voiced { newer[index].voice = renewed(newer[index]) }
        for index in older.voiced { older[index].voice = renewed(older[index]) }
    }

    /// Notes that a mention was deleted: it tells for nobody any more.
    package mutating func noteDeleted(_ key: Digest) {
        guard samples, let group = newer[member: key].map({ Int($0) }) ?? bringing(key), newer[group].speaker == key
        else { return }
        change(group) { lead in
            lead.position = 0
            lead.voice = nil
        }
        write(stateOf: newer[group])
        write(voiceOf: newer[group])
    }

    /// The group of which a mention is the speaker, taken over from the older generation.
    private mutating func bringing(_ key: Digest) -> Int? {
        guard let known = older[member: key], older[Int(known)].speaker == key else { return nil }
        let lead = older[Int(known)]
        return newer.group(of: lead.key) ?? add(lead, older.signature(of: Int(known)))
    }

    /// What a group's voice has to say now that a mention has joined; nil while that is nothing.
    package mutating func telling(of place: Place?) -> Telling? {
        guard samples, let place else { return nil }
        let lead = newer[place.index]
        guard lead.isUntold, lead.size >= 2 * lead.told else { return nil }
        return tell(place.index)
    }

    /// What voices have to say of groups that grew and were not told for a while; with `finally`, of all that grew.
    package mutating func tellings(finally: Bool) -> [Telling] {
        for index in older.voiced.sorted()
        where isDue(older[index], finally) && newer.group(of: older[index].key) == nil {
            add(older[index], older.signature(of: index))
        }
        return newer.voiced.sorted().filter { isDue(newer[$0], finally) }.compactMap { tell($0) }
    }

    private func isDue(_ lead: ClusterGeneration.Lead, _ finally: Bool) -> Bool {
        // A clock that was set back keeps nobody silent.
        lead.isUntold && (finally || now - lead.toldAt >= Clusters.pause.components.seconds || now < lead.toldAt)
    }

    private mutating func tell(_ index: Int) -> Telling? {
        let now = now
        change(index) { lead in
            lead.told = lead.size
            lead.toldAt = now
        }
        let lead = newer[index]
        write(stateOf: lead)
        guard let voice = lead.voice else { return nil }
        let place = Place(
            id: lead.key, size: lead.size, lead: lead.id, similarity: voice.similarity, index: index)
        return Telling(voice: voice.batch, place: place)
    }
}
