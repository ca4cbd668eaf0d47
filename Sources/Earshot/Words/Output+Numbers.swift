extension Output {
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
        reserve(32)
        pair(date.year / 100)
        pair(date.year % 100, then: "-")
        pair(date.month, then: "-")
        pair(date.day, then: "T")
        pair(time.hour, then: ":")
        pair(time.minute, then: ":")
        pair(time.second)
        if timestamp.hasMilliseconds {
            let fraction = Int(timestamp.milliseconds - timestamp.seconds * 1000)
            byte(UInt8(ascii: "."))
            byte(UInt8(truncatingIfNeeded: fraction / 100) &+ 0x30)
            pair(fraction % 100)
        }
        byte(UInt8(ascii: "Z"))
    }

    /// Appends the two decimal digits of a number below a hundred, and a sign after them, where room was made.
    @inline(__always)
    private mutating func pair(_ value: Int, then sign: Unicode.Scalar? = nil) {
        unsafe storage[count] = UInt8(truncatingIfNeeded: value / 10) &+ 0x30
        unsafe storage[count &+ 1] = UInt8(truncatingIfNeeded: value % 10) &+ 0x30
        count &+= 2
        if let sign {
            unsafe storage[count] = UInt8(ascii: sign)
            count &+= 1
        }
    }

    /// Appends sixteen lower-case hexadecimal digits.
    public mutating func hexadecimal(_ value: UInt64) {
        word(Output.digits(of: value >> 32))
        word(Output.digits(of: value & 0xFFFF_FFFF))
    }

    /// The eight hexadecimal digits of a number below 2^32, the first in the lowest byte.
    @inline(__always)
    private static func digits(of half: UInt64) -> UInt64 {
        // Nibbles to bytes, each step moving the upper part of every group out.
        var spread = half
        spread = (spread | spread &<< 16) & 0x0000_FFFF_0000_FFFF
        spread = (spread | spread &<< 8) & 0x00FF_00FF_00FF_00FF
        spread = (spread | spread &<< 4) & 0x0F0F_0F0F_0F0F_0F0F
        let ones: UInt64 = 0x0101_0101_0101_0101
        // One in every byte above nine: 6 more carries those, and only those, into the upper nibble.
        let letters = ((spread &+ ones &* 6) &>> 4) & ones
        return (spread &+ ones &* 0x30 &+ letters &* 0x27).byteSwapped
    }

    /// Appends eight bytes, the lowest first.
    mutating func word(_ value: UInt64) {
        reserve(8)
        unsafe UnsafeMutableRawPointer(storage + count).storeBytes(of: value.littleEndian, as: UInt64.self)
        count &+= 8
    }
}
