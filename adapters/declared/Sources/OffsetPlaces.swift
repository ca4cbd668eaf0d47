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
        let places = ScalarPlaces(entities.count > first ? withBytes(of: text) { $0.array } : [])
        let isAddress = entities[first...].map { $0.type == .url }
        place(isAddress.indices.filter { isAddress[$0] }.map { first + $0 }, of: text, in: places, outside: [])
        // A link whose words people read may have tags in them; an address has none.
        let addresses = entities[first...].filter { entity in
            entity.type == .url && entity.start >= 0
                && withBytes(of: entity.text) { $0.firstIndex(of: UInt8(ascii: " ")) == nil }
        }.map { $0.start..<$0.end }
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
    /// Gives entities the place where their text stands, outside of some places, and the text that stands there. What
    /// stands in several places is told of each, where the source says it once.
    private mutating func place(_ indices: [Int], of text: Kept, in places: ScalarPlaces, outside: [Range<Int32>]) {
        var search = WordSearch(in: places, outside: outside)
        var words: [(row: Int, word: [UInt8])] = []
        for index in indices {
            let row = entities[index]
            if row.start < 0, !row.text.isEmpty, words.count < WordSearch.most {
                let word = withBytes(of: row.text) { $0.array }
                words.append((index, word))
                stand(index, at: search.next(word, isAddress: row.type == .url), of: text, in: places)
            } else {
                stand(index, at: row.start..<max(row.start, row.end), of: text, in: places)
            }
            search.ends.insert(entities[index].end)
        }
        var copies = 0
        for (row, word) in words where entities[row].type != .url && entities[row].start >= 0 {
            while copies < WordSearch.most, let further = search.next(word, isAddress: false) {
                entities.append(entities[row])
                stand(entities.count - 1, at: further, of: text, in: places)
                copies += 1
            }
        }
    }

    /// Gives an entity a place and the text that stands there.
    private mutating func stand(_ index: Int, at place: Range<Int32>?, of text: Kept, in places: ScalarPlaces) {
        guard let place, let bytes = places.bytes(from: place.lowerBound, to: place.upperBound) else { return }
        (entities[index].start, entities[index].end) = (place.lowerBound, place.upperBound)
        let start = text.start + UInt32(bytes.lowerBound)
        entities[index].text = Kept(start: start, count: UInt32(bytes.count))
    }
}

/// A search for words, of which each goes on where it was found the last time.
private struct WordSearch {
    /// How many words are looked for.
    static let most = 256

    private let places: ScalarPlaces
    private let outside: [Range<Int32>]
    private var found: [[UInt8]: Int32] = [:]
    /// Where entities end, right behind which another may begin.
    var ends: Set<Int32> = []

    init(in places: ScalarPlaces, outside: [Range<Int32>]) {
        self.places = places
        self.outside = outside
    }

    /// The next place of a word; an address may stand between letters, as it is known to be one.
    mutating func next(_ word: [UInt8], isAddress: Bool) -> Range<Int32>? {
        let from = Int(found[word] ?? 0)
        var place = places.find(word, from: from) { place in
            places.isApart(place, behind: ends) && !outside.contains { $0.overlaps(place) }
        }
        if place == nil, isAddress { place = places.find(word, from: from) { _ in true } }
        if let place { found[word] = place.upperBound }
        return place
    }
}

/// A text's scalars, and where they begin among its bytes.
private struct ScalarPlaces {
    private let scalars: [Unicode.Scalar]
    /// The byte that each scalar begins with, and the end.
    private var starts: [Int] = []

    init(_ bytes: [UInt8]) {
        for index in bytes.indices where bytes[index] & 0xC0 != 0x80 { starts.append(index) }
        starts.append(bytes.count)
        scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
    }

    /// The bytes of a range of scalars, where it lies in the text.
    func bytes(from start: Int32, to end: Int32) -> Range<Int>? {
        guard start >= 0, start < end, Int(end) < starts.count else { return nil }
        return starts[Int(start)]..<starts[Int(end)]
    }

    /// The first place from the scalar `from` on where a word stands in any case, and is meant.
    func find(_ sought: [UInt8], from: Int, where isMeant: (Range<Int32>) -> Bool) -> Range<Int32>? {
        guard !sought.isEmpty, scalars.count <= 65_536, sought.count <= 512 else { return nil }
        let word = String(decoding: sought, as: UTF8.self).unicodeScalars.map(ScalarPlaces.folded)
        guard scalars.count - word.count >= from else { return nil }
        for start in from...(scalars.count - word.count) where stands(word, at: start) {
            let place = Int32(start)..<Int32(start + word.count)
            if isMeant(place) { return place }
        }
        return nil
    }

    private func stands(_ word: [Unicode.Scalar], at start: Int) -> Bool {
        for index in word.indices where ScalarPlaces.folded(scalars[start + index]) != word[index] { return false }
        return true
    }

    /// Whether a place is neither within a word nor within an address. Right behind an entity another may begin.
    func isApart(_ place: Range<Int32>, behind ends: Set<Int32>) -> Bool {
        let end = Int(place.upperBound)
        guard end == scalars.count || !ScalarPlaces.isWord(scalars[end]) || scalars[end - 1] == ":" else {
            return false
        }
        return ends.contains(place.lowerBound) || begins(at: Int(place.lowerBound))
    }

    /// Whether what stands before a place is neither the same word nor an address that goes on.
    private func begins(at start: Int) -> Bool {
        guard start > 0 else { return true }
        let before = scalars[start - 1]
        if before != "_", before.isASCII, ScalarPlaces.isWord(before) { return false }
        guard "_/#=@".unicodeScalars.contains(before) else { return true }
        let part = scalars[..<start].reversed().prefix { $0.value > 0x20 }
        return !part.contains(".") && !part.contains(":")
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return scalar == "_" || ("0"..."9").contains(scalar) || ("a"..."z").contains(folded(scalar))
        }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber: return true
        default: return scalar.properties.isAlphabetic
        }
    }

    /// A scalar in lower case, where that is one.
    private static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        if scalar.isASCII {
            return ("A"..."Z").contains(scalar) ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar
        }
        let lower = scalar.properties.lowercaseMapping.unicodeScalars
        return lower.count == 1 ? lower.first ?? scalar : scalar
    }
}
