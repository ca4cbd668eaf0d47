internal import Foundation

/// A sum over bytes by which damage among them is noticed: XXH64 (Yann Collet), as fast as memory is read.
///
/// The database's own pages have none, so a letter that the disk got wrong would otherwise be told as it stands.
enum Checksum {
    private static let first: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let second: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let third: UInt64 = 0x1656_67B1_9E37_79F9
    private static let fourth: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let fifth: UInt64 = 0x27D4_EB2F_1656_67C5

    /// The sum over bytes, begun from another where several parts are summed up.
    static func sum(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
        var (sum, at) = unsafe stripes(of: bytes, seed)
        sum &+= UInt64(bytes.count)
        while at + 8 <= bytes.count {
            sum ^= round(0, unsafe bytes.integer(at: at))
            sum = turned(sum, 27) &* first &+ fourth
            at += 8
        }
        if at + 4 <= bytes.count {
            sum ^= UInt64(unsafe bytes.integer(at: at) as UInt32) &* first
            sum = turned(sum, 23) &* second &+ third
            at += 4
        }
        while at < bytes.count {
            sum ^= UInt64(unsafe bytes[at]) &* fifth
            sum = turned(sum, 11) &* first
            at += 1
        }
        sum = (sum ^ (sum >> 33)) &* second
        sum = (sum ^ (sum >> 29)) &* third
        return sum ^ (sum >> 32)
    }

    /// The sum over all whole stripes of 32 bytes, four lanes side by side, and where they end.
    private static func stripes(of bytes: UnsafeRawBufferPointer, _ seed: UInt64) -> (sum: UInt64, end: Int) {
        guard bytes.count >= 32 else { return (seed &+ fifth, 0) }
        var (one, two, three, four) = (seed &+ first &+ second, seed &+ second, seed, seed &- first)
        var at = 0
        while at + 32 <= bytes.count {
            one = round(one, unsafe bytes.integer(at: at))
            two = round(two, unsafe bytes.integer(at: at + 8))
            three = round(three, unsafe bytes.integer(at: at + 16))
            four = round(four, unsafe bytes.integer(at: at + 24))
            at += 32
        }
        var sum = turned(one, 1) &+ turned(two, 7) &+ turned(three, 12) &+ turned(four, 18)
        for lane in [one, two, three, four] { sum = (sum ^ round(0, lane)) &* first &+ fourth }
        return (sum, at)
    }

    private static func round(_ lane: UInt64, _ value: UInt64) -> UInt64 {
        turned(lane &+ value &* second, 31) &* first
    }

    private static func turned(_ value: UInt64, _ bits: UInt64) -> UInt64 { value << bits | value >> (64 - bits) }
}

extension Checksum {
    /// The sum over a segment as it is stored, its place in the log included.
    static func ofSegment(first: Int64, names: String, entries: Data, lines: Data) -> Int64 {
        let seed = unsafe Array(names.utf8).withUnsafeBytes {
            unsafe sum($0, seed: UInt64(bitPattern: first))
        }
        let half = unsafe entries.withUnsafeBytes { unsafe sum($0, seed: seed) }
        return Int64(bitPattern: unsafe lines.withUnsafeBytes { unsafe sum($0, seed: half) })
    }
}
