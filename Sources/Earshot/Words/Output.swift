/// Bytes being written, in one allocation that grows and is reused from line to line.
@safe
public struct Output: ~Copyable {
    @usableFromInline var storage: UnsafeMutablePointer<UInt8>
    @usableFromInline var capacity: Int

    /// The `count` that other modules write to where an appending is put in line.
    @usableFromInline var written: Int

    /// How many bytes have been written.
    @inlinable
    public internal(set) var count: Int {
        get { written }
        set { written = newValue }
    }

    /// An empty output with room for `capacity` bytes.
    public init(capacity: Int = 1024) {
        let room = Swift.max(capacity, 64)
        unsafe storage = .allocate(capacity: room)
        self.capacity = room
        written = 0
    }

    deinit { unsafe storage.deallocate() }

    /// Forgets what was written and keeps the memory.
    public mutating func removeAll() { count = 0 }

    /// Whether nothing has been written.
    @inlinable public var isEmpty: Bool { written == 0 }

    /// The byte that was written last, or nil where none was.
    @inlinable public var last: UInt8? { written > 0 ? unsafe storage[written &- 1] : nil }

    /// Cuts the output back to its first `count` bytes.
    public mutating func truncate(to count: Int) { self.count = Swift.min(self.count, Swift.max(count, 0)) }

    /// Makes room for `extra` more bytes.
    @inlinable
    @inline(__always)
    mutating func reserve(_ extra: Int) {
        if written &+ extra > capacity { grow(extra) }
    }

    @usableFromInline
    @inline(never)
    mutating func grow(_ extra: Int) {
        let room = Swift.max(capacity * 2, count + extra)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: room)
        unsafe larger.update(from: storage, count: count)
        unsafe storage.deallocate()
        unsafe storage = larger
        capacity = room
    }

    /// Appends one byte.
    @inlinable
    @inline(__always)
    public mutating func byte(_ byte: UInt8) {
        reserve(1)
        unsafe storage[written] = byte
        written &+= 1
    }

    /// Appends a literal as it stands.
    @inlinable
    @inline(__always)
    public mutating func literal(_ literal: StaticString) {
        let length = literal.utf8CodeUnitCount
        reserve(length)
        unsafe (storage + written).update(from: literal.utf8Start, count: length)
        written &+= length
    }

    /// Appends bytes as they stand.
    @inlinable
    public mutating func raw(_ bytes: Bytes) {
        guard let start = unsafe bytes.start else { return }
        reserve(bytes.count)
        unsafe (storage + written).update(from: start, count: bytes.count)
        written &+= bytes.count
    }

    /// Appends bytes as they stand.
    public mutating func raw(_ bytes: [UInt8]) {
        bytes.withBytes { raw($0) }
    }

    /// Appends a JSON string with its quotes; `bytes` must be UTF-8.
    public mutating func string(_ bytes: Bytes) {
        reserve(bytes.count &* 6 &+ 34)
        unsafe storage[count] = UInt8(ascii: "\"")
        count &+= 1
        escape(bytes)
        unsafe storage[count] = UInt8(ascii: "\"")
        count &+= 1
    }

    /// Appends a member's name with its quotes and colon; it must need no escape, as our own names do not.
    @inline(__always)
    mutating func key(_ name: StaticString) {
        let length = name.utf8CodeUnitCount
        reserve(length &+ 3)
        unsafe storage[count] = UInt8(ascii: "\"")
        unsafe (storage + count + 1).update(from: name.utf8Start, count: length)
        unsafe storage[count &+ length &+ 1] = UInt8(ascii: "\"")
        unsafe storage[count &+ length &+ 2] = UInt8(ascii: ":")
        count &+= length &+ 3
    }

    /// Appends a JSON string with its quotes.
    public mutating func string(_ string: String) {
        var copy = string
        copy.withUTF8 { unsafe self.string(Bytes(start: $0.baseAddress, count: $0.count)) }
    }

    /// Appends the inside of a JSON string.
    public mutating func escaped(_ bytes: Bytes) {
        reserve(bytes.count &* 6 &+ 34)
        escape(bytes)
    }

    /// Escapes sixteen bytes at a time where none needs it, then eight. Room for the worst case has been made.
    private mutating func escape(_ bytes: Bytes) {
        guard let start = unsafe bytes.start else { return }
        let source = unsafe UnsafeRawPointer(start)
        var target = unsafe UnsafeMutableRawPointer(storage + count)
        let quote = SIMD16<UInt8>(repeating: 0x22)
        let backslash = SIMD16<UInt8>(repeating: 0x5C)
        let space = SIMD16<UInt8>(repeating: 0x20)
        let length = bytes.count
        var offset = 0
        while length &- offset >= 16 {
            let block = unsafe source.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self)
            unsafe target.storeBytes(of: block, as: SIMD16<UInt8>.self)
            let special = (block .== quote) .| (block .== backslash) .| (block .< space)
            guard any(special) else {
                unsafe target += 16
                offset &+= 16
                continue
            }
            // What is plain before the first that is not stands there already.
            let plain = unsafe Output.endOfPlain(source + offset)
            unsafe target += plain
            let byte = unsafe source.load(fromByteOffset: offset &+ plain, as: UInt8.self)
            unsafe target += Output.store(escapeOf: byte, at: target)
            offset &+= plain &+ 1
        }
        if length &- offset >= 8 {
            let word = unsafe source.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            unsafe target.storeBytes(of: word, as: UInt64.self)
            if Output.needsEscape(word) {
                unsafe target += Output.escape(source + offset, 8, to: target)
            } else {
                unsafe target += 8
            }
            offset &+= 8
        }
        let rest = length &- offset
        if rest > 0 { unsafe target += Output.escapeTail(source + offset, rest, of: length, to: target) }
        count = unsafe target - UnsafeMutableRawPointer(storage)
    }

    /// Escapes the last `rest` bytes, fewer than eight, of `length` and tells how many were written.
    ///
    /// Where the last eight bytes are plain they are stored once more as a whole: what is before the rest is there
    /// already. Four and more bytes of a shorter text are two words of four that overlap.
    @inline(__always) @unsafe
    private static func escapeTail(
        _ source: UnsafeRawPointer, _ rest: Int, of length: Int, to target: UnsafeMutableRawPointer
    ) -> Int {
        if length >= 8 {
            let word = unsafe source.loadUnaligned(fromByteOffset: rest &- 8, as: UInt64.self)
            if !needsEscape(word) {
                unsafe target.storeBytes(of: word, toByteOffset: rest &- 8, as: UInt64.self)
                return rest
            }
        } else if length >= 4 {
            let first = unsafe source.loadUnaligned(as: UInt32.self)
            let last = unsafe source.loadUnaligned(fromByteOffset: rest &- 4, as: UInt32.self)
            if !needsEscape(UInt64(first) &<< 32 | UInt64(last)) {
                unsafe target.storeBytes(of: first, as: UInt32.self)
                unsafe target.storeBytes(of: last, toByteOffset: rest &- 4, as: UInt32.self)
                return rest
            }
        }
        return unsafe escape(source, rest, to: target)
    }

    /// How many of sixteen bytes stand before the first that needs an escape, which there must be.
    @inline(__always) @unsafe
    private static func endOfPlain(_ source: UnsafeRawPointer) -> Int {
        let first = escapable(unsafe UInt64(littleEndian: source.loadUnaligned(as: UInt64.self)))
        if first != 0 { return first.trailingZeroBitCount &>> 3 }
        let second = escapable(unsafe UInt64(littleEndian: source.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        return 8 &+ min(second.trailingZeroBitCount &>> 3, 7)
    }

    @inline(__always)
    private static func needsEscape(_ word: UInt64) -> Bool { escapable(word) != 0 }

    /// The highest bit of each of eight bytes that is a control, a quotation mark or a backslash; what is beyond the
    /// lowest of them may be false (Hacker's Delight, section 6-1).
    @inline(__always)
    private static func escapable(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let found =
            ((word &- ones &* 0x20) & ~word) | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
        return found & (ones &* 0x80)
    }

    /// Escapes a few bytes one by one and tells how many were written.
    @unsafe
    private static func escape(
        _ source: UnsafeRawPointer, _ length: Int, to start: UnsafeMutableRawPointer
    ) -> Int {
        var target = unsafe start
        for offset in 0..<length {
            let byte = unsafe source.load(fromByteOffset: offset, as: UInt8.self)
            if byte >= 0x20 && byte != 0x22 && byte != 0x5C {
                unsafe target.storeBytes(of: byte, as: UInt8.self)
                unsafe target += 1
            } else {
                unsafe target += Output.store(escapeOf: byte, at: target)
            }
        }
        return unsafe target - start
    }

    /// Stores the JSON escape of one byte and tells its length.
    @unsafe
    private static func store(escapeOf byte: UInt8, at target: UnsafeMutableRawPointer) -> Int {
        unsafe target.storeBytes(of: 0x5C, as: UInt8.self)
        let short: UInt8 =
            switch byte {
            case 0x22, 0x5C: byte
            case 0x0A: UInt8(ascii: "n")
            case 0x09: UInt8(ascii: "t")
            case 0x0D: UInt8(ascii: "r")
            case 0x08: UInt8(ascii: "b")
            case 0x0C: UInt8(ascii: "f")
            default: 0
            }
        if short != 0 {
            unsafe target.storeBytes(of: short, toByteOffset: 1, as: UInt8.self)
            return 2
        }
        let digits: StaticString = "0123456789abcdef"
        let unicode: (UInt8, UInt8, UInt8) = (UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0"))
        unsafe target.storeBytes(of: unicode.0, toByteOffset: 1, as: UInt8.self)
        unsafe target.storeBytes(of: unicode.1, toByteOffset: 2, as: UInt8.self)
        unsafe target.storeBytes(of: unicode.2, toByteOffset: 3, as: UInt8.self)
        unsafe target.storeBytes(of: digits.utf8Start[Int(byte >> 4)], toByteOffset: 4, as: UInt8.self)
        unsafe target.storeBytes(of: digits.utf8Start[Int(byte & 15)], toByteOffset: 5, as: UInt8.self)
        return 6
    }

    /// What has been written, borrowed until the next change.
    public func withBytes<Result, Failure: Error>(
        _ body: (Bytes) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(Bytes(start: storage, count: count))
    }

    /// A copy of what has been written.
    public var array: [UInt8] { withBytes { $0.array } }

    /// What has been written, as text.
    public var string: String { withBytes { $0.string } }
}
