internal import Earshot

extension Bytes {
    /// A hash that differs from run to run, so that no document can make look-ups slow.
    var seededHash: UInt64 {
        var hash = SeededHash.seed ^ UInt64(truncatingIfNeeded: count)
        var offset = 0
        while let word = eight(at: offset) {
            hash = SeededHash.mix(hash ^ word)
            offset &+= 8
        }
        return SeededHash.mix(hash ^ word(at: offset))
    }
}

private enum SeededHash {
    static let seed = UInt64.random(in: .min ... .max)

    /// The two halves of a 128-bit product, folded.
    static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }
}
