internal import Earshot

/// The directory at a zip's end, read to see whether its entries are apart: one packed stream under many names unfolds
/// to more than any ratio of one entry shows (D. Fifield, *A better zip bomb*).
struct ZipDirectory {
    /// The bytes of one entry within the file, at the least.
    private struct Extent {
        var start: UInt64
        var end: UInt64
    }

    private static let endMark: UInt32 = 0x0605_4B50
    private static let end64Mark: UInt32 = 0x0606_4B50
    private static let locatorMark: UInt32 = 0x0706_4B50
    private static let entryMark: UInt32 = 0x0201_4B50
    /// The largest directory that is looked at: a million entries.
    private static let sizeLimit: UInt64 = 128 << 20

    /// Throws where entries of a zip overlap; says nothing of what is no zip, or cannot be read from any place.
    static func check(_ stream: FileStream) throws(MalformedDocument) {
        guard let size = stream.seekableSize, try stream.peek(4).starts(with: Array("PK".utf8)) else { return }
        guard let place = directory(of: stream, size), place.count <= sizeLimit,
            let bytes = stream.bytes(at: Int(place.start), count: Int(place.count))
        else { return }
        let areApart = bytes.withBytes { ZipDirectory.areApart(in: $0) }
        guard areApart else { throw MalformedDocument("not read any further: entries overlap") }
    }

    /// Where the directory lies, by the record at the end.
    private static func directory(of stream: FileStream, _ size: Int) -> (start: UInt64, count: UInt64)? {
        // The record has 22 bytes, and a comment of at most 65,535.
        let tail = min(size, 22 + 65_535 + 20)
        guard let bytes = stream.bytes(at: size - tail, count: tail) else { return nil }
        let found = bytes.withBytes { view -> (end: Int, count: UInt64, start: UInt64, locator: UInt64?)? in
            guard view.count >= 22,
                let end = stride(from: view.count - 22, through: 0, by: -1).first(where: {
                    view.number(at: $0, 4) == UInt64(endMark)
                })
            else { return nil }
            let isFar = end >= 20 && view.number(at: end - 20, 4) == UInt64(locatorMark)
            return (
                end, view.number(at: end + 12, 4), view.number(at: end + 16, 4),
                isFar ? view.number(at: end - 12, 8) : nil
            )
        }
        guard let found else { return nil }
        let end = UInt64(size - tail + found.end)
        if let locator = found.locator, locator < UInt64(size),
            let record = stream.bytes(at: Int(locator), count: 56)
        {
            let far = record.withBytes { view -> (UInt64, UInt64)? in
                guard view.number(at: 0, 4) == UInt64(end64Mark) else { return nil }
                return (view.number(at: 48, 8), view.number(at: 40, 8))
            }
            if let far, far.0 <= UInt64(size), far.1 <= UInt64(size) { return far }
        }
        // What stands before the archive shifts every place but the end.
        return found.count <= end ? (end - found.count, found.count) : nil
    }

    /// Whether no entry begins before the one in front of it has ended.
    private static func areApart(in directory: Bytes) -> Bool {
        var extents: [Extent] = []
        var position = 0
        while position + 46 <= directory.count, directory.number(at: position, 4) == UInt64(entryMark) {
            let name = Int(directory.number(at: position + 28, 2))
            let extra = Int(directory.number(at: position + 30, 2))
            let comment = Int(directory.number(at: position + 32, 2))
            let fields = directory[(position + 46 + name)..<(position + 46 + name + extra)]
            let (packed, start) = sizes(directory[position..<(position + 46)], fields)
            let (end, overflow) = start.addingReportingOverflow(packed &+ UInt64(30 + name))
            guard !overflow else { return false }
            extents.append(Extent(start: start, end: end))
            position += 46 + name + extra + comment
        }
        extents.sort { $0.start < $1.start }
        return zip(extents, extents.dropFirst()).allSatisfy { $0.end <= $1.start }
    }

    /// The packed size of an entry and where it begins, each of eight bytes in the extra fields where four are too few.
    private static func sizes(_ entry: Bytes, _ extra: Bytes) -> (packed: UInt64, start: UInt64) {
        var packed = entry.number(at: 20, 4)
        var start = entry.number(at: 42, 4)
        let isUnpackedFar = entry.number(at: 24, 4) == 0xFFFF_FFFF
        var position = 0
        while position + 4 <= extra.count {
            let length = Int(extra.number(at: position + 2, 2))
            if extra.number(at: position, 2) == 1 {
                var place = position + 4 + (isUnpackedFar ? 8 : 0)
                if packed == 0xFFFF_FFFF {
                    packed = extra.number(at: place, 8)
                    place += 8
                }
                if start == 0xFFFF_FFFF { start = extra.number(at: place, 8) }
                break
            }
            position += 4 + length
        }
        return (packed, start)
    }
}

extension Bytes {
    /// A number of so many bytes, the lowest first; bytes that are not there are zero.
    fileprivate func number(at offset: Int, _ width: Int) -> UInt64 {
        var value: UInt64 = 0
        for place in (0..<width).reversed() where offset + place < count {
            value = value << 8 | UInt64(self[offset + place])
        }
        return value
    }
}
