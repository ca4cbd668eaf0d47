internal import Earshot
internal import EarshotFormats

/// Repairs of texts whose fault is certain.
enum FeedRepair {
    /// A text that is as it was, or another.
    enum Mended {
        case same
        case other([UInt8])
    }

    /// UTF-8 that was taken for Latin-1 and encoded again is decoded once more; controls that stand where windows-1252
    /// has characters become those.
    static func mended(_ bytes: Bytes) -> Mended {
        let first = bytes.endOfASCII(from: 0)
        guard first < bytes.count else { return .same }
        if let once = Mojibake.repaired(bytes) { return .other(once) }
        return controlsMapped(bytes, from: first)
    }

    private static func controlsMapped(_ bytes: Bytes, from first: Int) -> Mended {
        var mapped: [UInt8] = []
        var copied = 0
        var place = bytes.firstIndex(of: 0xC2, from: first)
        while let index = place {
            if index + 1 < bytes.count, bytes[index + 1] < 0xA0, bytes[index + 1] >= 0x80,
                let scalar = Unicode.Scalar(table[Int(bytes[index + 1]) - 0x80])
            {
                mapped.append(contentsOf: bytes[copied..<index].array)
                mapped.append(contentsOf: String(Character(scalar)).utf8)
                copied = index + 2
            }
            place = bytes.firstIndex(of: 0xC2, from: index + 1)
        }
        guard copied > 0 else { return .same }
        mapped.append(contentsOf: bytes[copied..<bytes.count].array)
        return .other(mapped)
    }

    /// Windows-1252 from 80 to 9F.
    private static let table: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]
}
