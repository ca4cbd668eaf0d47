package import Earshot
internal import Synchronization

/// Groups of like texts: reposts, copies and near-copies are told apart from news by the words they share.
///
/// Every text has a signature of 32 smallest hashes over its words and pairs of words (MinHash; Broder, 1997), whose
/// share of equal places estimates the texts' Jaccard similarity; eight bands of four find candidates without comparing
/// all. One word put into a post of fifteen leaves it 0.88 alike.
/// Held in memory for a number of groups; it starts empty with the process.
package final class Clusters: Sendable {
    private struct State {
        var leads: [Lead] = []
        var bands: [UInt64: [Int32]] = [:]
        var members: [Digest: Int32] = [:]
    }

    private struct Lead {
        let key: Digest
        let id: String
        let signature: [UInt32]
        var size: Int64
    }

    private let state = Mutex(State())
    private let similarity: Double
    private let capacity: Int

    /// How many hashes a signature has.
    private static let width = 32
    /// How many of them a band has.
    private static let bandWidth = 4
    /// The fewest words that can be told apart from another text with the same words by chance.
    private static let fewestWords = 5

    /// Groups of texts at least so similar, from 0 to 1; at most `capacity` groups and twenty times as many members.
    package init(similarity: Double, capacity: Int = 50_000) {
        self.similarity = similarity
        self.capacity = capacity
    }

    /// A mention's place among others.
    package struct Place: Sendable, Equatable {
        /// The group's id: the digest of its first mention's `id`.
        package var id: Digest
        /// How many it has by now.
        package var size: Int64
        /// The `id` of its first mention.
        package var lead: String
        /// How alike the text is to the first, 0 to 1.
        package var similarity: Double
    }

    /// Notes a mention's text; nil where it is alone so far, or too short to tell. The same mention counts once.
    package func place(of id: String, text: FoldedText) -> Place? {
        let words = Clusters.words(of: text)
        guard words.count >= Clusters.fewestWords else { return nil }
        let signature = Clusters.signature(of: words)
        let key = Digest(of: Array(id.utf8))
        return state.withLock { state in
            makeRoom(in: &state)
            guard let (index, likeness) = nearest(to: signature, in: state) else {
                found(key, id, signature, in: &state)
                return nil
            }
            if state.leads[index].key != key, state.members.updateValue(Int32(index), forKey: key) == nil {
                state.leads[index].size += 1
            }
            let lead = state.leads[index]
            guard lead.size > 1 else { return nil }
            return Place(id: lead.key, size: lead.size, lead: lead.id, similarity: likeness)
        }
    }

    /// Begins a group of one.
    private func found(_ key: Digest, _ id: String, _ signature: [UInt32], in state: inout State) {
        state.leads.append(Lead(key: key, id: id, signature: signature, size: 1))
        for band in Clusters.bands(of: signature) {
            state.bands[band, default: []].append(Int32(state.leads.count - 1))
        }
    }

    /// The most similar group among those that share a band, if it is similar enough.
    private func nearest(to signature: [UInt32], in state: State) -> (index: Int, likeness: Double)? {
        var best: (index: Int, likeness: Double)?
        var seen: Set<Int32> = []
        for band in Clusters.bands(of: signature) {
            for candidate in state.bands[band]?.suffix(16) ?? [] where seen.insert(candidate).inserted {
                let other = state.leads[Int(candidate)].signature
                let equal = zip(signature, other).count { $0 == $1 }
                let likeness = Double(equal) / Double(Clusters.width)
                if likeness >= similarity, likeness > best?.likeness ?? 0 { best = (Int(candidate), likeness) }
            }
        }
        return best
    }

    /// Forgets everything once there are too many groups or members; a burst begins a new group then.
    private func makeRoom(in state: inout State) {
        if state.leads.count >= capacity || state.members.count >= capacity * 20 { state = State() }
    }

    /// The words of a text, without addresses, account names and what is not a word.
    private static func words(of text: FoldedText) -> [UInt64] {
        var words: [UInt64] = []
        var index = 0
        while index < text.scalars.count {
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            let start = index
            while text.isWord(at: index) {
                hash = (hash ^ UInt64(text.scalars[index].value)) &* 0x0000_0100_0000_01b3
                index += 1
            }
            if index == start {
                index = skip(from: index, in: text)
            } else if !isAddress(at: index, in: text) {
                words.append(hash)
            }
        }
        return words
    }

    /// The next place to look for a word: after a whole `@name`, `t.co` path or the like, or one scalar on.
    private static func skip(from index: Int, in text: FoldedText) -> Int {
        guard text.scalars[index] == "@" || isAddress(at: index, in: text) else { return index + 1 }
        var end = index + 1
        while end < text.scalars.count, !text.scalars[end].properties.isWhitespace { end += 1 }
        return end
    }

    /// Whether what stands before `index` is the scheme of an address.
    private static func isAddress(at index: Int, in text: FoldedText) -> Bool {
        text.scalars[index...].starts(with: "://".unicodeScalars)
    }

    private static func signature(of words: [UInt64]) -> [UInt32] {
        var smallest = [UInt32](repeating: .max, count: width)
        let pairs = zip(words, words.dropFirst()).map { $0 &* 31 &+ $1 }
        for part in words + pairs {
            for place in 0..<width {
                var mixed = part ^ (UInt64(place) &* 0x9e37_79b9_7f4a_7c15)
                mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
                mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
                smallest[place] = min(smallest[place], UInt32(truncatingIfNeeded: mixed >> 32))
            }
        }
        return smallest
    }

    private static func bands(of signature: [UInt32]) -> [UInt64] {
        stride(from: 0, to: width, by: bandWidth).map { start in
            signature[start..<(start + bandWidth)].reduce(UInt64(start)) { hash, value in
                (hash ^ UInt64(value)) &* 0x0000_0100_0000_01b3 &+ 0x9e37_79b9
            }
        }
    }
}
