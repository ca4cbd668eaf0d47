internal import CXXHash
internal import Foundation

/// A sum over bytes by which damage among them is noticed: XXH64 (Yann Collet), as fast as memory is read.
///
/// The database's own pages have none, so a letter that the disk got wrong would otherwise be told as it stands.
enum Checksum {
    /// The sum over bytes, begun from another where several parts are summed up.
    static func sum(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
        unsafe XXH64(bytes.baseAddress, bytes.count, seed)
    }

    /// The sum over a segment as it is stored, its place in the log included.
    static func ofSegment(first: Int64, names: String, entries: Data, lines: Data) -> Int64 {
        let seed = unsafe Array(names.utf8).withUnsafeBytes {
            unsafe sum($0, seed: UInt64(bitPattern: first))
        }
        let half = unsafe entries.withUnsafeBytes { unsafe sum($0, seed: seed) }
        return Int64(bitPattern: unsafe lines.withUnsafeBytes { unsafe sum($0, seed: half) })
    }
}
