internal import Foundation

/// How a source wrote characters that mean something in markup.
public enum Escapes: Sendable {
    /// As they are.
    case none
    /// `&amp; &lt; &gt; &quot; &#39; &apos;`, as X, Reddit and YouTube escape plain text.
    case xml
}

extension Reading {
    /// Keeps a text that people read, as mention v1 wants it: NFC, no control characters but tab and newline, line ends
    /// as newlines, unpaired bidirectional controls closed.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8; what is not becomes U+FFFD.
    ///   - escapes: what to undo on the way.
    ///   - entities: entries of `entities` whose `start` and `end` count scalars of `bytes` as given; they are moved
    ///     with the text, and lose their place where it falls outside.
    public mutating func keepText(
        _ bytes: Bytes, escapes: Escapes = .none, moving entities: Entries = .none
    ) -> Kept {
        guard !bytes.isEmpty, hasRoom(for: bytes.count) else { return .none }
        let scan = TextScan(bytes)
        if !scan.hasControls && (!scan.hasHigh || CleanText.isClean(bytes)) {
            let start = arena.count
            if scan.hasAmpersand && escapes == .xml {
                keepUnescaped(bytes, moving: entities)
            } else {
                arena.append(bytes)
            }
            return kept(from: start)
        }
        var repair = TextRepair(bytes, escapes: escapes)
        repair.normalize()
        for index in entities.indices { repair.move(&self.entities[index]) }
        let start = arena.count
        arena.append(contentsOf: repair.text.utf8)
        return kept(from: start)
    }

    /// Keeps a text in which nothing but character references has to be undone, and moves entities along.
    private mutating func keepUnescaped(_ bytes: Bytes, moving entities: Entries) {
        var begin = 0
        var removed: [(end: Int32, count: Int32)] = []
        var scalars: Int32 = 0
        var index = 0
        while let ampersand = bytes.firstIndex(of: UInt8(ascii: "&"), from: index) {
            scalars += Int32(truncatingIfNeeded: bytes[index..<ampersand].scalarCount)
            if let reference = CharacterReference(in: bytes, at: ampersand) {
                arena.append(bytes[begin..<ampersand])
                arena.append(reference.character)
                index = ampersand + reference.length
                begin = index
                scalars += Int32(reference.length)
                removed.append((scalars, Int32(reference.length) - 1))
            } else {
                index = ampersand + 1
                scalars += 1
            }
        }
        scalars += Int32(truncatingIfNeeded: bytes[index..<bytes.count].scalarCount)
        arena.append(bytes[begin..<bytes.count])
        for index in entities.indices { self.entities[index].move(by: removed, within: scalars) }
    }

    /// Keeps a text that people read; see `keepText(_:escapes:moving:)`.
    public mutating func keepText(_ string: String) -> Kept {
        var copy = string
        return copy.withUTF8 { unsafe keepText(Bytes(start: $0.baseAddress, count: $0.count)) }
    }

    /// The number of Unicode scalars of a kept text.
    public func scalarCount(_ kept: Kept) -> Int {
        withBytes(of: kept) { $0.scalarCount }
    }
}

/// A text on its way to NFC, with a record of where each scalar of the source went.
struct TextRepair {
    /// The scalars so far.
    private var scalars = String.UnicodeScalarView()
    /// For each scalar of the source, its position in `scalars`; one more for the end.
    private var positions: [Int32] = []
    /// The text as it is kept.
    private(set) var text = ""

    /// Undoes `escapes` and leaves out controls.
    init(_ bytes: Bytes, escapes: Escapes) {
        let source = Array(bytes.string.unicodeScalars)
        positions.reserveCapacity(source.count + 1)
        var written: Int32 = 0
        var index = 0
        while index < source.count {
            var scalar: Unicode.Scalar? = source[index]
            var length = 1
            if escapes == .xml, source[index] == "&", let reference = TextRepair.reference(in: source, at: index) {
                (scalar, length) = (reference.scalar, reference.length)
            } else if source[index] == "\r" {
                scalar = index + 1 < source.count && source[index + 1] == "\n" ? nil : "\n"
            } else if TextRepair.isControl(source[index]) {
                scalar = nil
            }
            for _ in 0..<length { positions.append(written) }
            if let scalar {
                scalars.append(scalar)
                written += 1
            }
            index += length
        }
        positions.append(written)
        closeBidirectionalControls()
    }

    /// Composes the text and moves the record of positions along.
    mutating func normalize() {
        let plain = String(scalars)
        text = plain.precomposedStringWithCanonicalMapping
        guard text.unicodeScalars.count != scalars.count else { return }
        // Composition acts between a starter and what follows it, so each run of starter and marks moves as one.
        var moved = [Int32](repeating: 0, count: scalars.count + 1)
        var run = String.UnicodeScalarView()
        var begin = 0
        var written: Int32 = 0
        for (offset, scalar) in scalars.enumerated() {
            if !run.isEmpty && !CompositionRanges.contain(scalar.value) {
                for place in begin..<offset { moved[place] = written }
                written += Int32(String(run).precomposedStringWithCanonicalMapping.unicodeScalars.count)
                run.removeAll()
                begin = offset
            }
            run.append(scalar)
        }
        for place in begin..<scalars.count { moved[place] = written }
        moved[scalars.count] = Int32(text.unicodeScalars.count)
        positions = positions.map { moved[Int($0)] }
    }

    /// Moves an entity whose place counts the source's scalars to its place in `text`.
    func move(_ entity: inout EntityRow) {
        guard entity.start >= 0 else { return }
        guard Int(entity.start) < positions.count, Int(entity.end) < positions.count, entity.start <= entity.end else {
            entity.start = -1
            entity.end = -1
            return
        }
        entity.start = positions[Int(entity.start)]
        entity.end = positions[Int(entity.end)]
    }

    /// Closes each embedding, override or isolate that the text leaves open (UAX #9, X1 to X8).
    private mutating func closeBidirectionalControls() {
        var open: [Unicode.Scalar] = []
        for scalar in scalars {
            switch scalar.value {
            case 0x202A, 0x202B, 0x202D, 0x202E: open.append("\u{202C}")
            case 0x2066, 0x2067, 0x2068: open.append("\u{2069}")
            case 0x202C where open.last == "\u{202C}", 0x2069 where open.last == "\u{2069}": open.removeLast()
            default: break
            }
        }
        scalars.append(contentsOf: open.reversed())
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        (scalar.value < 0x20 && scalar != "\n" && scalar != "\t") || scalar.value == 0x7F
    }

    /// The character reference that begins at `index`, and its length in scalars.
    private static func reference(
        in source: [Unicode.Scalar], at index: Int
    ) -> (scalar: Unicode.Scalar, length: Int)? {
        let ahead = source[index..<min(index + CharacterReference.longest, source.count)]
        let bytes = ahead.map { $0.isASCII ? UInt8($0.value) : 0 }
        return bytes.withBytes { CharacterReference(in: $0, at: 0) }.map { reference in
            (Unicode.Scalar(reference.character), reference.length)
        }
    }
}
