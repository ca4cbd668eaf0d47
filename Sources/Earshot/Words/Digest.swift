internal import CXXHash

/// A 128-bit digest: of texts, SipHash-1-3 with a fixed, published key (0…15) and 128-bit output.
///
/// SipHash (Aumasson and Bernstein, 2012) is fast on short texts and has no known way to make two texts collide by
/// small, readable edits, so that an edit cannot hide behind the digest of what it replaced.
public struct Digest: Sendable, Hashable {
    /// The first eight bytes, big end first when written.
    public let high: UInt64
    /// The last eight bytes.
    public let low: UInt64

    /// A digest of two known halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The digest of `bytes`.
    public init(of bytes: Bytes) {
        var state = SipState()
        self = unsafe state.finish(bytes.buffer)
    }

    /// The digest of `bytes`.
    public init(of bytes: [UInt8]) {
        self = bytes.withBytes { Digest(of: $0) }
    }

    /// The fingerprint of a whole document: XXH3-128 (Yann Collet), which is faster and not made against attacks. It
    /// names the document and decides nothing, so that nobody gains by two that have the same.
    public init(ofDocument bytes: [UInt8]) {
        self = bytes.withBytes { bytes in
            let hash = unsafe cxxhash_128bits(bytes.start, bytes.count)
            return Digest(high: hash.high64, low: hash.low64)
        }
    }

    /// Thirty-two lower-case hexadecimal digits.
    public var hexadecimal: String {
        var output = Output(capacity: 64)
        output.hexadecimal(high)
        output.hexadecimal(low)
        return output.string
    }
}

/// The four words of SipHash's state (section 2 of the paper; the 128-bit variant of the reference code).
private struct SipState {
    var v0: UInt64 = 0x736f_6d65_7073_6575 ^ 0x0706_0504_0302_0100
    var v1: UInt64 = 0x646f_7261_6e64_6f6d ^ 0x0f0e_0d0c_0b0a_0908 ^ 0xee
    var v2: UInt64 = 0x6c79_6765_6e65_7261 ^ 0x0706_0504_0302_0100
    var v3: UInt64 = 0x7465_6462_7974_6573 ^ 0x0f0e_0d0c_0b0a_0908

    @inline(__always)
    mutating func round() {
        v0 = v0 &+ v1
        v1 = (v1 &<< 13 | v1 &>> 51) ^ v0
        v0 = v0 &<< 32 | v0 &>> 32
        v2 = v2 &+ v3
        v3 = (v3 &<< 16 | v3 &>> 48) ^ v2
        v0 = v0 &+ v3
        v3 = (v3 &<< 21 | v3 &>> 43) ^ v0
        v2 = v2 &+ v1
        v1 = (v1 &<< 17 | v1 &>> 47) ^ v2
        v2 = v2 &<< 32 | v2 &>> 32
    }

    @inline(__always)
    mutating func absorb(_ word: UInt64) {
        v3 ^= word
        round()
        v0 ^= word
    }

    /// Takes all of the message and gives its digest.
    mutating func finish(_ message: UnsafeBufferPointer<UInt8>) -> Digest {
        let count = message.count
        var offset = 0
        if let start = message.baseAddress {
            let raw = unsafe UnsafeRawPointer(start)
            while offset &+ 8 <= count {
                absorb(UInt64(littleEndian: unsafe raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
                offset &+= 8
            }
        }
        var last = UInt64(truncatingIfNeeded: count) &<< 56
        var shift: UInt64 = 0
        while offset < count {
            last |= UInt64(unsafe message[offset]) &<< shift
            shift &+= 8
            offset &+= 1
        }
        absorb(last)
        v2 ^= 0xee
        for _ in 0..<3 { round() }
        let first = v0 ^ v1 ^ v2 ^ v3
        v1 ^= 0xdd
        for _ in 0..<3 { round() }
        return Digest(high: first.byteSwapped, low: (v0 ^ v1 ^ v2 ^ v3).byteSwapped)
    }
}
