/// Bytes being written, in one allocation that grows and is reused from line to line.
@safe
public struct Output: ~Copyable {
    @usableFromInline var storage: UnsafeMutablePointer<UInt8>
    @usableFromInline var capacity: Int

    /// How many bytes have been written.
    public private(set) var count: Int

    /// An empty output with room for `capacity` bytes.
    public init(capacity: Int = 4096) {
        let room = Swift.max(capacity, 64)
        unsafe storage = .allocate(capacity: room)
        self.capacity = room
        count = 0
    }

    deinit { unsafe storage.deallocate() }

    /// Forgets what was written and keeps the memory.
    public mutating func removeAll() { count = 0 }

    /// Cuts the output back to its first `count` bytes.
    public mutating func truncate(to count: Int) { self.count = Swift.min(self.count, Swift.max(count, 0)) }

    /// Makes room for `extra` more bytes.
    @inline(__always)
    mutating func reserve(_ extra: Int) {
        if count &+ extra > capacity { grow(extra) }
    }

    @inline(never)
    private mutating func grow(_ extra: Int) {
        let room = Swift.max(capacity * 2, count + extra)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: room)
        unsafe larger.update(from: storage, count: count)
        unsafe storage.deallocate()
        unsafe storage = larger
        capacity = room
    }

    /// Appends one byte.
    public mutating func byte(_ byte: UInt8) {
        reserve(1)
        unsafe storage[count] = byte
        count &+= 1
    }

    /// Appends a literal as it stands.
    public mutating func literal(_ literal: StaticString) {
        let length = literal.utf8CodeUnitCount
        reserve(length)
        unsafe (storage + count).update(from: literal.utf8Start, count: length)
        count &+= length
    }

    /// Appends bytes as they stand.
    public mutating func raw(_ bytes: Bytes) {
        guard let start = unsafe bytes.start else { return }
        reserve(bytes.count)
        unsafe (storage + count).update(from: start, count: bytes.count)
        count &+= bytes.count
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

    /// Escapes sixteen bytes at a time where none needs it. Room for the worst case has been made.
    private mutating func escape(_ bytes: Bytes) {
        guard let start = unsafe bytes.start else { return }
        let source = unsafe UnsafeRawPointer(start)
        var target = unsafe UnsafeMutableRawPointer(storage + count)
        let quote = SIMD16<UInt8>(repeating: 0x22)
        let backslash = SIMD16<UInt8>(repeating: 0x5C)
        let space = SIMD16<UInt8>(repeating: 0x20)
        var offset = 0
        while offset < bytes.count {
            if bytes.count &- offset >= 16 {
                let block = unsafe source.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self)
                unsafe target.storeBytes(of: block, as: SIMD16<UInt8>.self)
                let special = (block .== quote) .| (block .== backslash) .| (block .< space)
                if !any(special) {
                    offset &+= 16
                    unsafe target += 16
                    continue
                }
            }
            let end = Swift.min(offset &+ 16, bytes.count)
            while offset < end {
                let byte = unsafe source.load(fromByteOffset: offset, as: UInt8.self)
                offset &+= 1
                if byte >= 0x20 && byte != 0x22 && byte != 0x5C {
                    unsafe target.storeBytes(of: byte, as: UInt8.self)
                    unsafe target += 1
                } else {
                    unsafe target += Output.store(escapeOf: byte, at: target)
                }
            }
        }
        count = unsafe target - UnsafeMutableRawPointer(storage)
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

    /// Appends a whole number.
    public mutating func integer(_ value: Int64) {
        if value < 0 { byte(UInt8(ascii: "-")) }
        var rest = value.magnitude
        reserve(20)
        var length = 1
        var limit: UInt64 = 10
        while length < 20, rest >= limit {
            length &+= 1
            let (next, overflow) = limit.multipliedReportingOverflow(by: 10)
            if overflow { break }
            limit = next
        }
        var position = count &+ length
        repeat {
            position &-= 1
            unsafe storage[position] = UInt8(truncatingIfNeeded: rest % 10) &+ 0x30
            rest /= 10
        } while position > count
        count &+= length
    }

    /// Appends a finite number in its shortest form; what is not finite is written as 0.
    public mutating func number(_ value: Double) {
        guard value.isFinite else { return integer(0) }
        if let whole = Int64(exactly: value) { return integer(whole) }
        for unit in "\(value)".utf8 { byte(unit) }
    }

    /// Appends `true` or `false`.
    public mutating func boolean(_ value: Bool) {
        literal(value ? "true" : "false")
    }

    /// Appends a moment as RFC 3339, without quotes.
    public mutating func timestamp(_ timestamp: Timestamp) {
        let date = timestamp.date
        let time = timestamp.timeOfDay
        digits(date.year, 4)
        byte(UInt8(ascii: "-"))
        digits(date.month, 2)
        byte(UInt8(ascii: "-"))
        digits(date.day, 2)
        byte(UInt8(ascii: "T"))
        digits(time.hour, 2)
        byte(UInt8(ascii: ":"))
        digits(time.minute, 2)
        byte(UInt8(ascii: ":"))
        digits(time.second, 2)
        if timestamp.hasMilliseconds {
            byte(UInt8(ascii: "."))
            digits(Int(timestamp.milliseconds - timestamp.seconds * 1000), 3)
        }
        byte(UInt8(ascii: "Z"))
    }

    /// Appends the last `width` decimal digits of a number that is not negative.
    private mutating func digits(_ value: Int, _ width: Int) {
        reserve(width)
        var rest = value
        for position in stride(from: width &- 1, through: 0, by: -1) {
            unsafe storage[count &+ position] = UInt8(truncatingIfNeeded: rest % 10) &+ 0x30
            rest /= 10
        }
        count &+= width
    }

    /// Appends sixteen lower-case hexadecimal digits.
    public mutating func hexadecimal(_ value: UInt64) {
        reserve(16)
        let digits: StaticString = "0123456789abcdef"
        for position in 0..<16 {
            let nibble = Int(truncatingIfNeeded: value >> UInt64(60 &- 4 &* position)) & 15
            unsafe storage[count &+ position] = digits.utf8Start[nibble]
        }
        count &+= 16
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
