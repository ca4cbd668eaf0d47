/// Makes broken variants of a text, the same ones on every run.
struct Mutations {
    private var state: UInt64

    /// A sequence of variants of its own for each seed.
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    /// A number below `limit`.
    mutating func below(_ limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return limit <= 0 ? 0 : Int(state % UInt64(limit))
    }

    /// The bytes with one to four changes: a byte set, dropped, put in, a run doubled, the end cut off.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        for _ in 0...below(4) {
            let place = below(result.count)
            switch below(6) {
            case 0 where !result.isEmpty: result[place] = UInt8(below(256))
            case 1 where !result.isEmpty: result.remove(at: place)
            case 2: result.insert(UInt8(below(256)), at: place)
            case 3 where !result.isEmpty: result[place] = Array("0123456789-:<>&;\"'/ ".utf8)[below(20)]
            case 4: result.append(contentsOf: result[place..<min(place + below(16), result.count)])
            default: result.removeLast(min(below(4), result.count))
            }
        }
        return result
    }
}
