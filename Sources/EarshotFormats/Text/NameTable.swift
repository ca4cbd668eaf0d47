internal import Earshot

/// A table of short ASCII names that are known beforehand, asked in any letter case, without hashing of strings.
///
/// Open addressing over names packed into numbers; at most a quarter of the places are taken.
struct NameTable: Sendable {
    /// The longest name, in bytes.
    static let longest = 16

    private let keys: FixedTable<UInt128>
    private let indices: FixedTable<UInt8>
    private let shift: UInt64

    /// A table of the words of a text, which are parted by one space each.
    init(words: StaticString) {
        let bytes = words.bytes
        var names: [Bytes] = []
        var start = 0
        for index in 0...bytes.count where index == bytes.count || bytes[index] == 0x20 {
            names.append(bytes[start..<index])
            start = index + 1
        }
        self.init(names)
    }

    /// A table of names.
    init(_ names: [StaticString]) { self.init(names.map(\.bytes)) }

    /// A table of at most 255 names; the index of a name is its place among them. Longer ones are left out.
    private init(_ names: [Bytes]) {
        var size = 16
        while size < names.count * 4 { size *= 2 }
        shift = UInt64(64 - size.trailingZeroBitCount)
        var keys = [UInt128](repeating: 0, count: size)
        var indices = [UInt8](repeating: 0, count: size)
        for (index, name) in names.enumerated() {
            let key = NameTable.key(name)
            var place = Int(NameTable.hash(key) >> shift)
            while keys[place] != 0, keys[place] != key { place = (place + 1) & (size - 1) }
            guard key != 0, keys[place] == 0 else { continue }
            keys[place] = key
            indices[place] = UInt8(truncatingIfNeeded: index)
        }
        self.keys = FixedTable(keys)
        self.indices = FixedTable(indices)
    }

    /// The place of a name among those given, or nil where it is none of them.
    func index(of name: Bytes) -> Int? {
        let key = NameTable.key(name)
        guard key != 0 else { return nil }
        var place = Int(NameTable.hash(key) >> shift)
        while keys[place] != 0 {
            if keys[place] == key { return Int(indices[place]) }
            place = (place + 1) & (keys.count - 1)
        }
        return nil
    }

    /// Whether a name is one of those given.
    func contains(_ name: Bytes) -> Bool { index(of: name) != nil }

    /// A name in lower case as a number, its first byte the lowest; 0 for one that is empty, too long or not ASCII.
    private static func key(_ name: Bytes) -> UInt128 {
        let first = name.word(at: 0)
        let rest = name.count > 8 ? name.word(at: 8) : 0
        guard name.count <= longest, (first | rest) & 0x8080_8080_8080_8080 == 0 else { return 0 }
        return UInt128(rest.lettersLowercased) << 64 | UInt128(first.lettersLowercased)
    }

    private static func hash(_ key: UInt128) -> UInt64 {
        let folded = UInt64(truncatingIfNeeded: key) ^ (UInt64(truncatingIfNeeded: key >> 64) &* 0x9E37_79B9_7F4A_7C15)
        return folded &* 0xD6E8_FEB8_6659_FD93
    }
}
