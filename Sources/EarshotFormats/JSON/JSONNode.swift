public import Earshot

/// A value on simdjson's tape, borrowed while its page is being read; or nothing, where a key was not there.
///
/// Look-ups of what is not there give an absent node, so that paths can be written without unwrapping:
/// `tweet["public_metrics"]["like_count"].int64`.
@safe
public struct JSONNode {
    /// What a value is.
    public enum Kind: Sendable { case absent, null, boolean, integer, number, string, array, object }

    @usableFromInline let tape: UnsafePointer<UInt64>
    @usableFromInline let strings: UnsafePointer<UInt8>
    @usableFromInline let index: Int

    @inlinable
    @unsafe
    init(tape: UnsafePointer<UInt64>, strings: UnsafePointer<UInt8>, index: Int) {
        unsafe self.tape = tape
        unsafe self.strings = strings
        self.index = index
    }

    /// The tape's type letter, 0 where there is no value.
    @inlinable var tag: UInt8 { index < 0 ? 0 : UInt8(truncatingIfNeeded: unsafe tape[index] >> 56) }

    /// The tape word without its letter.
    @inlinable var word: Int { Int(truncatingIfNeeded: unsafe tape[index] & 0x00FF_FFFF_FFFF_FFFF) }

    /// The position after an array's or object's last value, for an array or object.
    @inlinable var close: Int { Int(truncatingIfNeeded: unsafe tape[index] & 0xFFFF_FFFF) - 1 }

    @inlinable
    func node(at index: Int) -> JSONNode { unsafe JSONNode(tape: tape, strings: strings, index: index) }

    /// The position of the value after the one at `position`.
    @inlinable
    func after(_ position: Int) -> Int {
        let entry = unsafe tape[position]
        let tag = UInt8(truncatingIfNeeded: entry >> 56)
        // Most values are strings.
        if tag == UInt8(ascii: "\"") { return position &+ 1 }
        switch tag {
        case UInt8(ascii: "["), UInt8(ascii: "{"): return Int(truncatingIfNeeded: entry & 0xFFFF_FFFF)
        case UInt8(ascii: "l"), UInt8(ascii: "u"), UInt8(ascii: "d"): return position &+ 2
        default: return position &+ 1
        }
    }

    /// The string that begins at an offset of the string buffer: four bytes of length, then the bytes.
    @inlinable
    func text(at offset: Int) -> Bytes {
        let start = unsafe strings + offset
        let length = unsafe UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
        return unsafe Bytes(start: start + 4, count: Int(length))
    }

    /// What the value is.
    @inlinable public var kind: Kind {
        switch tag {
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "l"), UInt8(ascii: "u"): .integer
        case UInt8(ascii: "d"): .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
        case UInt8(ascii: "n"): .null
        default: .absent
        }
    }

    /// Whether there is a value other than null.
    @inlinable public var exists: Bool { tag != 0 && tag != UInt8(ascii: "n") }
    /// Whether it is an object.
    @inlinable public var isObject: Bool { tag == UInt8(ascii: "{") }
    /// Whether it is an array.
    @inlinable public var isArray: Bool { tag == UInt8(ascii: "[") }
    /// Whether it is a string.
    @inlinable public var isString: Bool { tag == UInt8(ascii: "\"") }

    /// The bytes of a string, unescaped; none for everything else.
    @inlinable public var string: Bytes { isString ? text(at: word) : .none }

    /// A whole number that an `Int64` cannot hold and an unsigned word can.
    public var unsigned: UInt64? { tag == UInt8(ascii: "u") ? unsafe tape[index &+ 1] : nil }

    /// A whole number, also one written as a string of digits or as a number without fraction; else `unsaid`.
    public var int64: Int64 {
        switch tag {
        case UInt8(ascii: "l"): return Int64(bitPattern: unsafe tape[index &+ 1])
        case UInt8(ascii: "u"): return Int64(exactly: unsafe tape[index &+ 1]) ?? unsaid
        case UInt8(ascii: "d"): return Int64(exactly: Double(bitPattern: unsafe tape[index &+ 1]).rounded()) ?? unsaid
        case UInt8(ascii: "\""): return Int64(decimal: string) ?? unsaid
        default: return unsaid
        }
    }

    /// A number, also one written as a string; else nil.
    public var double: Double? {
        switch tag {
        case UInt8(ascii: "l"): Double(Int64(bitPattern: unsafe tape[index &+ 1]))
        case UInt8(ascii: "u"): Double(unsafe tape[index &+ 1])
        case UInt8(ascii: "d"): Double(bitPattern: unsafe tape[index &+ 1])
        case UInt8(ascii: "\""): Double(string.string)
        default: nil
        }
    }

    /// A truth, also one written as a string; else nil.
    @inlinable public var boolean: Bool? {
        switch tag {
        case UInt8(ascii: "t"): true
        case UInt8(ascii: "f"): false
        case UInt8(ascii: "\""): string == "true" ? true : string == "false" ? false : nil
        default: nil
        }
    }

    /// The value under a key of an object, or the absent node.
    @inlinable
    public subscript(key: StaticString) -> JSONNode {
        guard isObject else { return node(at: -1) }
        let end = close
        let length = UInt32(truncatingIfNeeded: key.utf8CodeUnitCount)
        var position = index &+ 1
        while position < end {
            let name = unsafe strings + Int(truncatingIfNeeded: tape[position] & 0x00FF_FFFF_FFFF_FFFF)
            if unsafe UnsafeRawPointer(name).loadUnaligned(as: UInt32.self) == length,
                unsafe Bytes(start: name + 4, count: Int(length)) == key
            {
                return node(at: position &+ 1)
            }
            position = after(position &+ 1)
        }
        return node(at: -1)
    }

    /// The value under a key that comes from a document, or the absent node.
    public subscript(key: Bytes) -> JSONNode {
        var found = node(at: -1)
        fields { name, value in if found.index < 0, name == key { found = value } }
        return found
    }

    /// The element of an array at a position counted from 0, or the absent node.
    @inlinable
    public subscript(position: Int) -> JSONNode {
        guard isArray, position >= 0 else { return node(at: -1) }
        let end = close
        var place = index &+ 1
        var rest = position
        while place < end {
            if rest == 0 { return node(at: place) }
            rest &-= 1
            place = after(place)
        }
        return node(at: -1)
    }

    /// Calls `body` with each element of an array; with nothing for everything else.
    @inlinable
    public func each(_ body: (JSONNode) throws -> Void) rethrows {
        guard isArray else { return }
        let end = close
        var position = index &+ 1
        while position < end {
            try body(node(at: position))
            position = after(position)
        }
    }

    /// Calls `body` with each key and value of an object; with nothing for everything else.
    @inlinable
    public func fields(_ body: (Bytes, JSONNode) throws -> Void) rethrows {
        guard isObject else { return }
        let end = close
        var position = index &+ 1
        while position < end {
            let key = text(at: Int(truncatingIfNeeded: unsafe tape[position] & 0x00FF_FFFF_FFFF_FFFF))
            try body(key, node(at: position &+ 1))
            position = after(position &+ 1)
        }
    }

    /// How many elements or members there are.
    public var count: Int {
        var total = 0
        if isArray { each { _ in total += 1 } } else { fields { _, _ in total += 1 } }
        return total
    }
}

extension Int64 {
    /// The number that decimal digits, with a sign or not, write; a fraction of zeros is passed over.
    public init?(decimal bytes: Bytes) {
        guard !bytes.isEmpty, bytes.count <= 24 else { return nil }
        var value: Int64 = 0
        var index = bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") ? 1 : 0
        guard index < bytes.count else { return nil }
        while index < bytes.count, bytes[index] != UInt8(ascii: ".") {
            guard bytes[index] >= 0x30, bytes[index] <= 0x39 else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int64(bytes[index] - 0x30))
            guard !overflow, !carry else { return nil }
            value = sum
            index += 1
        }
        for rest in index..<bytes.count where rest > index && bytes[rest] != UInt8(ascii: "0") { return nil }
        self = bytes[0] == UInt8(ascii: "-") ? -value : value
    }
}
