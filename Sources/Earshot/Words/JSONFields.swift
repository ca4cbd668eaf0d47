/// A JSON object being written member by member, for `ext` and for settings of a request.
///
/// Members that say nothing are left out, so that an object without members keeps as `Kept.none`.
public struct JSONFields: ~Copyable {
    private var output = Output(capacity: 1024)
    /// Where the object begins that is being written: another than the whole while it is a member of that.
    private var start = 0

    /// An object without members.
    public init() {}

    /// Whether no member was written.
    public var isEmpty: Bool { output.count == start }

    /// Forgets every member and keeps the memory, for the next object.
    public mutating func removeAll() { output.removeAll() }

    /// How many bytes the members take that were written.
    var length: Int { output.count }

    /// Forgets every member but those of the first `length` bytes.
    mutating func reset(to length: Int) { output.truncate(to: length) }

    /// Writes a member whose value, one JSON value, `body` writes.
    public mutating func member(_ key: StaticString, _ body: (inout Output) -> Void) {
        begin(key)
        body(&output)
    }

    /// Writes a member under a name of the document's, whose value, one JSON value, `body` writes.
    public mutating func member(named key: Bytes, _ body: (inout Output) -> Void) {
        separate()
        output.string(key)
        output.byte(UInt8(ascii: ":"))
        body(&output)
    }

    /// Writes a text member, unless it is empty.
    public mutating func string(_ key: StaticString, _ value: Bytes) {
        guard !value.isEmpty else { return }
        begin(key)
        output.string(value)
    }

    /// Writes a text member, unless it is empty.
    public mutating func string(_ key: StaticString, _ value: String) {
        guard !value.isEmpty else { return }
        begin(key)
        output.string(value)
    }

    /// Writes a whole number, unless it is `unsaid`.
    public mutating func integer(_ key: StaticString, _ value: Int64) {
        guard value != unsaid else { return }
        begin(key)
        output.integer(value)
    }

    /// Writes a truth, unless it is unknown.
    public mutating func boolean(_ key: StaticString, _ value: Bool?) {
        guard let value else { return }
        begin(key)
        output.boolean(value)
    }

    /// Writes a moment, unless it is unknown.
    public mutating func timestamp(_ key: StaticString, _ value: Timestamp?) {
        guard let value, value.isWritable else { return }
        begin(key)
        output.byte(UInt8(ascii: "\""))
        output.timestamp(value)
        output.byte(UInt8(ascii: "\""))
    }

    /// Writes a digest in hexadecimal digits.
    mutating func digest(_ key: StaticString, _ value: Digest) {
        begin(key)
        output.byte(UInt8(ascii: "\""))
        output.hexadecimal(value.high)
        output.hexadecimal(value.low)
        output.byte(UInt8(ascii: "\""))
    }

    /// Writes a member that is JSON already, unless it is empty.
    public mutating func json(_ key: StaticString, _ value: Bytes) {
        guard !value.isEmpty else { return }
        begin(key)
        output.raw(value)
    }

    /// Writes a text member under a name of the document's, unless it is empty.
    public mutating func string(named key: Bytes, _ value: Bytes) {
        guard !value.isEmpty else { return }
        member(named: key) { $0.string(value) }
    }

    /// Writes a member that is JSON already, under a name of the document's.
    public mutating func json(named key: Bytes, _ value: Bytes) {
        guard !value.isEmpty else { return }
        member(named: key) { $0.raw(value) }
    }

    /// Writes an object member with whatever `body` writes, unless that is nothing.
    public mutating func object(_ key: StaticString, _ body: (inout JSONFields) -> Void) {
        let (before, outer) = (output.count, start)
        begin(key)
        start = output.count
        body(&self)
        if isEmpty { output.truncate(to: before) } else { output.byte(UInt8(ascii: "}")) }
        start = outer
    }

    /// Writes an array of texts, unless it is empty.
    public mutating func strings(_ key: StaticString, _ values: [String]) {
        guard !values.isEmpty else { return }
        begin(key)
        output.byte(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { output.byte(UInt8(ascii: ",")) }
            output.string(value)
        }
        output.byte(UInt8(ascii: "]"))
    }

    /// The object, or no bytes where it has no member.
    public func withBytes<Result>(_ body: (Bytes) throws -> Result) rethrows -> Result {
        guard !isEmpty else { return try body(.none) }
        var whole = Output(capacity: output.count + 2)
        output.withBytes { whole.raw($0) }
        whole.byte(UInt8(ascii: "}"))
        return try whole.withBytes(body)
    }

    /// The object without its closing brace, or no bytes where it has no member.
    func withOpenBytes<Result>(_ body: (Bytes) -> Result) -> Result { output.withBytes(body) }

    private mutating func begin(_ key: StaticString) {
        separate()
        output.key(key)
    }

    private mutating func separate() {
        output.byte(UInt8(ascii: isEmpty ? "{" : ","))
    }
}
