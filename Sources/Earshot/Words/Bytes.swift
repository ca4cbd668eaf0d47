#if canImport(Glibc)
    internal import Glibc
#endif

/// A borrowed run of bytes, valid only while the document it points into is being read.
///
/// Readers of formats hand these to adapters instead of strings; `Reading.keep` copies what is to stay.
@safe
public struct Bytes {
    @usableFromInline let start: UnsafePointer<UInt8>?

    /// The number of bytes.
    public let count: Int

    /// No bytes at all, which adapters read as "not said".
    public static var none: Bytes { unsafe Bytes(start: nil, count: 0) }

    /// A view of `count` bytes from `start`; the caller vouches for their lifetime.
    @inlinable
    @unsafe
    public init(start: UnsafePointer<UInt8>?, count: Int) {
        unsafe self.start = start
        self.count = unsafe start == nil ? 0 : count
    }

    /// Whether there is nothing here.
    @inlinable public var isEmpty: Bool { count == 0 }

    /// The byte at `index`, which must be within the run.
    @inlinable
    @inline(__always)
    public subscript(index: Int) -> UInt8 {
        precondition(index >= 0 && index < count)
        guard let start = unsafe start else { return 0 }
        return unsafe start[index]
    }

    /// The bytes from `range.lowerBound` up to `range.upperBound`, both cut to what is there.
    @inlinable
    @inline(__always)
    public subscript(range: Range<Int>) -> Bytes {
        let lower = Swift.min(Swift.max(range.lowerBound, 0), count)
        let upper = Swift.min(Swift.max(range.upperBound, lower), count)
        guard let start = unsafe start else { return .none }
        return unsafe Bytes(start: start + lower, count: upper - lower)
    }

    /// The same bytes as a buffer pointer, for code that calls C.
    @inlinable
    @unsafe
    public var buffer: UnsafeBufferPointer<UInt8> { unsafe UnsafeBufferPointer(start: start, count: count) }

    /// The bytes as text; what is not UTF-8 becomes U+FFFD.
    public var string: String { unsafe String(decoding: buffer, as: UTF8.self) }

    /// A copy that may be kept.
    public var array: [UInt8] { unsafe Array(buffer) }

    /// Whether the bytes are exactly those of `literal`.
    @inlinable
    public static func == (bytes: Bytes, literal: StaticString) -> Bool {
        guard bytes.count == literal.utf8CodeUnitCount, let start = unsafe bytes.start else {
            return bytes.count == literal.utf8CodeUnitCount
        }
        return unsafe equal(start, literal.utf8Start, bytes.count)
    }

    /// Whether two runs hold the same bytes.
    @inlinable
    public static func == (left: Bytes, right: Bytes) -> Bool {
        guard left.count == right.count else { return false }
        guard let one = unsafe left.start, let other = unsafe right.start else { return true }
        return unsafe equal(one, other, left.count)
    }

    /// How many scalars of UTF-8 begin in the eight bytes from `offset`, which must be within the run.
    @inlinable
    public func scalarsBegun(inEightFrom offset: Int) -> Int {
        precondition(offset >= 0 && offset <= count &- 8)
        guard let start = unsafe start else { return 0 }
        let word = unsafe UnsafeRawPointer(start).loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        // A byte continues a scalar where its highest bit is set and the next is not.
        return 8 &- (word & ~(word &<< 1) & 0x8080_8080_8080_8080).nonzeroBitCount
    }

    /// How many scalars of UTF-8 begin within the run.
    public var scalarCount: Int {
        var found = 0
        var offset = 0
        while offset &+ 8 <= count {
            found &+= scalarsBegun(inEightFrom: offset)
            offset &+= 8
        }
        while offset < count {
            if self[offset] & 0xC0 != 0x80 { found &+= 1 }
            offset &+= 1
        }
        return found
    }

    /// Whether the run begins with `literal`.
    @inlinable
    public func hasPrefix(_ literal: StaticString) -> Bool {
        count >= literal.utf8CodeUnitCount && self[0..<literal.utf8CodeUnitCount] == literal
    }

    /// Whether the run ends with `literal`.
    @inlinable
    public func hasSuffix(_ literal: StaticString) -> Bool {
        count >= literal.utf8CodeUnitCount && self[(count - literal.utf8CodeUnitCount)..<count] == literal
    }

    /// The position of the first `byte`, or nil.
    public func firstIndex(of byte: UInt8, from offset: Int = 0) -> Int? {
        guard offset < count, let start = unsafe start,
            let found = unsafe memchr(start + offset, Int32(byte), count - offset)
        else { return nil }
        return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(start)
    }

    /// Where the first byte from `offset` on stands that is not ASCII; `count`, or `offset` beyond it, where none does.
    public func endOfASCII(from offset: Int) -> Int {
        var index = Swift.max(offset, 0)
        guard let start = unsafe start else { return index }
        let source = unsafe UnsafeRawPointer(start)
        while index &+ 8 <= count {
            let word = unsafe source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let high = UInt64(littleEndian: word) & 0x8080_8080_8080_8080
            if high != 0 { return index &+ high.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        while index < count, unsafe start[index] < 0x80 { index &+= 1 }
        return index
    }

    /// The bytes without ASCII white space at either end.
    public var trimmed: Bytes {
        var lower = 0
        var upper = count
        while lower < upper, self[lower] <= 0x20 { lower += 1 }
        while upper > lower, self[upper - 1] <= 0x20 { upper -= 1 }
        return self[lower..<upper]
    }
}

/// Whether `count` bytes are the same at both places. Names of fields are short: what is left of them after words of
/// eight or four bytes is looked at as one more such word, which overlaps the one before.
@inlinable
@unsafe
func equal(_ one: UnsafePointer<UInt8>, _ other: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    let left = unsafe UnsafeRawPointer(one)
    let right = unsafe UnsafeRawPointer(other)
    if count >= 8 {
        var offset = 0
        while offset &+ 8 < count {
            if unsafe !same(left, right, at: offset, as: UInt64.self) { return false }
            offset &+= 8
        }
        return unsafe same(left, right, at: count &- 8, as: UInt64.self)
    }
    if count >= 4 {
        return unsafe same(left, right, at: 0, as: UInt32.self) && same(left, right, at: count &- 4, as: UInt32.self)
    }
    return unsafe count <= 0
        || one[0] == other[0] && one[count &>> 1] == other[count &>> 1]
            && one[count &- 1] == other[count &- 1]
}

/// Whether two words are the same.
@inlinable
@inline(__always)
@unsafe
func same<Word: FixedWidthInteger & BitwiseCopyable>(
    _ left: UnsafeRawPointer, _ right: UnsafeRawPointer, at offset: Int, as word: Word.Type
) -> Bool {
    unsafe left.loadUnaligned(fromByteOffset: offset, as: word) == right.loadUnaligned(fromByteOffset: offset, as: word)
}

extension Array where Element == UInt8 {
    /// Calls `body` with a borrowed view of the array's bytes.
    @inlinable
    public func withBytes<Result, Failure: Error>(
        _ body: (Bytes) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe withUnsafeBufferPointer { (buffer) throws(Failure) -> Result in
            try unsafe body(Bytes(start: buffer.baseAddress, count: buffer.count))
        }
    }

    /// Appends borrowed bytes.
    @inline(never)
    public mutating func append(_ bytes: Bytes) {
        append(addingCapacity: bytes.count) { (room: inout OutputSpan<UInt8>) in
            unsafe room.withUnsafeMutableBufferPointer { (room, count) in
                guard let start = room.baseAddress, let source = unsafe bytes.start else { return }
                unsafe (start + count).update(from: source, count: bytes.count)
                count += bytes.count
            }
        }
    }
}

extension StaticString {
    /// A borrowed view of the literal, which lives as long as the program.
    @inlinable public var bytes: Bytes { unsafe Bytes(start: utf8Start, count: utf8CodeUnitCount) }
}
