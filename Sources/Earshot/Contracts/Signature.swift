/// What a text is like: the smallest of 32 hashes over its words and pairs of words (MinHash; Broder, 1997), of each
/// sixteen bits. The share of equal places estimates the Jaccard similarity of two texts; one word put into a post of
/// fifteen leaves it 0.88 alike.
package struct Signature: Sendable, Equatable {
    /// How many hashes it has.
    package static let width = 32
    /// How many of them make up a band; texts that are like each other share a band.
    private static let bandWidth = 4
    /// How many bands it has.
    static let bands = width / bandWidth
    /// The fewest words that can be told apart from another text with the same words by chance.
    private static let fewestWords = 5

    /// The hashes.
    package let places: [UInt16]

    /// The signature of known hashes.
    init(places: [UInt16]) { self.places = places }

    /// The signature of a text, from the hashes of its words; nil where there are too few to tell.
    package init?(of words: [UInt64]) {
        guard words.count >= Signature.fewestWords else { return nil }
        var smallest = [UInt32](repeating: .max, count: Signature.width)
        let pairs = zip(words, words.dropFirst()).map { $0 &* 31 &+ $1 }
        for part in words + pairs {
            for place in 0..<Signature.width {
                var mixed = part ^ (UInt64(place) &* 0x9e37_79b9_7f4a_7c15)
                mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
                mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
                smallest[place] = min(smallest[place], UInt32(truncatingIfNeeded: mixed >> 32))
            }
        }
        places = smallest.map { UInt16(truncatingIfNeeded: $0) }
    }

    /// One number a band, the same where all its hashes are.
    var bandHashes: [UInt64] {
        (0..<Signature.bands).map { band in
            let start = band * Signature.bandWidth
            return places[start..<(start + Signature.bandWidth)].reduce(UInt64(band)) { hash, value in
                (hash ^ UInt64(value)) &* 0x0000_0100_0000_01b3 &+ 0x9e37_79b9
            }
        }
    }
}
