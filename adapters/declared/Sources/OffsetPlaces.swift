internal import Earshot
internal import EarshotFormats

/// Turns a source's offsets into a text into offsets that count Unicode scalars.
struct OffsetPlaces {
    private let text: String
    private var tables: [OffsetUnit: [Int32]] = [:]

    /// The places in a text.
    init(_ text: String) { self.text = text }

    /// The scalars that a range of units covers; -1 for both where it is none, or cuts a scalar.
    mutating func scalars(from start: Int32, to end: Int32, in unit: OffsetUnit) -> (Int32, Int32) {
        let table = tables[unit] ?? table(unit)
        tables[unit] = table
        guard start >= 0, start < end, Int(end) < table.count else { return (-1, -1) }
        let places = (table[Int(start)], table[Int(end)])
        return places.0 >= 0 && places.1 >= 0 ? places : (-1, -1)
    }

    /// For each unit of the text, and for its end, which scalar begins there; -1 within one.
    private func table(_ unit: OffsetUnit) -> [Int32] {
        var table: [Int32] = []
        var place: Int32 = 0
        for scalar in text.unicodeScalars {
            let width =
                switch unit {
                case .utf8: UTF8.width(scalar)
                case .utf16: UTF16.width(scalar)
                case .scalars: 1
                }
            table.append(place)
            for _ in 1..<max(width, 1) { table.append(-1) }
            place += 1
        }
        table.append(place)
        return table
    }
}

extension Reading {
    /// Finishes the entities from `first` on: those with a place get the text that stands there, those with a text get
    /// the place where it stands, but for what stands in an address; what the source did not say is found in the text;
    /// then all are put in order.
    mutating func finishEntities(from first: Int, of text: Kept, finding search: TextEntities.Search?) {
        let declared = Set(entities[first...].map(\.type))
        let places = ScalarPlaces(withBytes(of: text) { $0.array })
        let isAddress = entities[first...].map { $0.type == .url }
        place(isAddress.indices.filter { isAddress[$0] }.map { first + $0 }, of: text, in: places, outside: [])
        let addresses = entities[first...].filter { $0.type == .url && $0.start >= 0 }.map { $0.start..<$0.end }
        place(isAddress.indices.filter { !isAddress[$0] }.map { first + $0 }, of: text, in: places, outside: addresses)
        if var search {
            if declared.contains(.hashtag) { search.remove(.hashtags) }
            if declared.contains(.mention) { search.remove(.mentions) }
            if declared.contains(.url) { search.remove(.urls) }
            if !search.isEmpty { _ = TextEntities.append(from: text, to: &self, finding: search) }
        }
        let ordered = entities[first...].enumerated().sorted { one, other in
            let left = one.element.start < 0 ? Int32.max : one.element.start
            let right = other.element.start < 0 ? Int32.max : other.element.start
            return (left, one.offset) < (right, other.offset)
        }
        entities.replaceSubrange(first..., with: ordered.map(\.element))
    }
}

extension Reading {
    /// Gives entities the place where their text stands, outside of some places, and the text that stands there.
    private mutating func place(_ indices: [Int], of text: Kept, in places: ScalarPlaces, outside: [Range<Int32>]) {
        var taken: [Kept: Int] = [:]
        for (count, index) in indices.enumerated() {
            if entities[index].start < 0, !entities[index].text.isEmpty, count < 256 {
                let sought = withBytes(of: entities[index].text) { $0.array }
                let from = taken.first { same($0.key, entities[index].text) }?.value ?? 0
                if let found = places.find(sought, from: from, outside: outside) {
                    taken[entities[index].text] = found.after
                    (entities[index].start, entities[index].end) = (found.start, found.end)
                }
            }
            if let bytes = places.bytes(from: entities[index].start, to: entities[index].end) {
                let start = text.start + UInt32(bytes.lowerBound)
                entities[index].text = Kept(start: start, count: UInt32(bytes.count))
            }
        }
    }
}

/// A text's bytes, and where its scalars begin.
private struct ScalarPlaces {
    private let bytes: [UInt8]
    /// The byte that each scalar begins with, and the end.
    private var starts: [Int] = []

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        for index in bytes.indices where bytes[index] & 0xC0 != 0x80 { starts.append(index) }
        starts.append(bytes.count)
    }

    /// The bytes of a range of scalars, where it lies in the text.
    func bytes(from start: Int32, to end: Int32) -> Range<Int>? {
        guard start >= 0, start < end, Int(end) < starts.count else { return nil }
        return starts[Int(start)]..<starts[Int(end)]
    }

    /// The first place from the scalar `from` on where a word begins, stands in any ASCII case and ends.
    func find(
        _ word: [UInt8], from: Int, outside taken: [Range<Int32>]
    ) -> (start: Int32, end: Int32, after: Int)? {
        guard !word.isEmpty, bytes.count <= 65_536, word.count <= 512 else { return nil }
        let length = word.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) }
        for scalar in from..<max(starts.count - length, from)
        where stands(word, at: starts[scalar]) && !taken.contains(where: { $0.contains(Int32(scalar)) }) {
            return (Int32(scalar), Int32(scalar + length), scalar + length)
        }
        return nil
    }

    private func stands(_ word: [UInt8], at start: Int) -> Bool {
        guard start + word.count <= bytes.count, start == 0 || !ScalarPlaces.goesOn(behind: bytes[start - 1]) else {
            return false
        }
        for index in word.indices where ScalarPlaces.folded(bytes[start + index]) != ScalarPlaces.folded(word[index]) {
            return false
        }
        guard start + word.count < bytes.count else { return true }
        let next = bytes[start + word.count]
        return !(next >= 0x80 || next == 0x5F || (0x30...0x39).contains(next) || (0x61...0x7A).contains(next | 0x20))
    }

    /// Whether what begins behind a byte is a part of what stands before it, as in an address.
    private static func goesOn(behind byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x23, 0x2F, 0x3D, 0x40, 0x5F: true
        default: false
        }
    }

    private static func folded(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}
