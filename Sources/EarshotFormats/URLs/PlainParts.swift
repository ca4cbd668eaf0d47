internal import Earshot

/// The parts of an address that bytes may stand in as they are.
struct PlainParts: OptionSet, Sendable {
    let rawValue: UInt8

    /// A host in its one spelling.
    static let host = PlainParts(rawValue: 1)
    /// A path in its one spelling, but for points, which may be segments that go up.
    static let path = PlainParts(rawValue: 2)
    /// A path in its one spelling, with points.
    static let pointedPath = PlainParts(rawValue: 4)
    /// A query in its one spelling; without a colon there is no address in it.
    static let query = PlainParts(rawValue: 8)
    /// A path or a query as it was given; what begins a query, a segment of dots or an encoded byte is not in it.
    static let reference = PlainParts(rawValue: 16)

    /// The parts that all of the bytes may stand in.
    init(of bytes: Bytes) {
        guard let start = unsafe bytes.buffer.baseAddress else {
            self.init(rawValue: .max)
            return
        }
        let parts = unsafe PlainParts.byByte.start
        var common = UInt8.max
        for index in 0..<bytes.count { common &= unsafe parts[Int(start[index])] }
        self.init(rawValue: common)
    }

    /// The parts that a byte may stand in.
    init(of byte: UInt8) { self.init(rawValue: PlainParts.byByte[Int(byte)]) }

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The parts that each byte may stand in.
    private static let byByte = {
        let small: StaticString = "abcdefghijklmnopqrstuvwxyz0123456789-"
        let large: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        let signs: [(bytes: StaticString, parts: PlainParts)] = [
            (small, [.host, .path, .pointedPath, .query, .reference]),
            (large, [.path, .pointedPath, .query, .reference]),
            ("/_~@+,=", [.path, .pointedPath, .query, .reference]),
            (":", [.path, .pointedPath, .reference]),
            ("!$()*;&", [.query, .reference]),
            (".", [.host, .pointedPath, .query]),
        ]
        var parts = [UInt8](repeating: 0, count: 256)
        for sign in signs {
            for index in 0..<sign.bytes.bytes.count { parts[Int(sign.bytes.bytes[index])] = sign.parts.rawValue }
        }
        return FixedTable(parts)
    }()
}
