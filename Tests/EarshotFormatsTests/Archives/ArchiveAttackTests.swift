import Earshot
import EarshotFormats
import Testing

/// Archives that lead out of themselves, say one thing in two places, or unfold to more than there is room for.
@Suite struct ArchiveAttackTests {
    private typealias Entry = (name: String, bytes: [UInt8], mode: UInt32, flags: Int)

    private func file(_ name: String, _ text: String = "{}") -> Entry { (name, Array(text.utf8), 0o100644, 0) }

    /// What is told of a zip with one entry and a good one after it.
    private func told(_ entry: Entry) throws -> [String] {
        try EarshotFormatsTests.told(Packing.zip([entry, file("b.json")]), .lines)
    }

    @Test(arguments: [
        "../../../../etc/cron.d/x.json", "/etc/x.json", "//host/share/x.json", "a/../../x.json", "a/..", "..",
        "C:\\x.json",
        "c:x.json", "\\\\host\\x.json", "..\\x.json", "a\\..\\..\\x.json", "./../x.json", "a/b/../../../x.json",
    ]) func `a name that leads out is refused, and the rest is read`(name: String) throws {
        let steps = try told(file(name))
        #expect(steps.last == "b.json: {}")
        #expect(steps.count == 2)
        #expect(steps.first?.contains("! its path leads out of the archive") == true, "\(steps)")
    }

    @Test(arguments: [0o120777, 0o020644, 0o060644, 0o140644])
    func `a link, device or socket is refused, and nothing is opened`(mode: Int) throws {
        let steps = try told(("x.json", Array("/etc/passwd".utf8), UInt32(mode), 0))
        #expect(steps == ["x.json! a link or device, not a file", "b.json: {}"])
    }

    @Test(arguments: ["1", "2", "3", "4", "6"] as [Character])
    func `so is one in a tar`(type: Character) throws {
        let tar = Packing.tar([("x.json", [], type), ("b.json", Array("{}".utf8), "0")])
        #expect(try EarshotFormatsTests.told(tar, .lines) == ["x.json! a link or device, not a file", "b.json: {}"])
    }

    @Test func `a link to a folder does not lead what follows out`() throws {
        let tar = Packing.tar([("d", [], "2"), ("d/passwd.json", Array("{}".utf8), "0")])
        #expect(try EarshotFormatsTests.told(tar, .lines) == ["d! a link or device, not a file", "d/passwd.json: {}"])
    }

    @Test func `a name with NUL in it is no two names`() throws {
        let steps = try told(file("a.json\u{0}/../../x"))
        #expect(steps.last == "b.json: {}")
        #expect(!steps.contains { $0.contains("\u{0}") })
    }

    @Test func `deflate that unfolds a hundred and fifty times is refused`() throws {
        let bomb = Packing.deflated(megabytes: 64)
        #expect(bomb.count < 64 << 20 / 100)
        let zip = Packing.zip(packed: [("x.json", bomb, 64 << 20)])
        let steps = try EarshotFormatsTests.told(zip, .lines)
        #expect(
            steps.contains { $0.contains("unfolds to more than 100 times its size") }, "\(steps.map { $0.prefix(200) })"
        )
        let gzip = Packing.gzip(deflated: bomb, of: 64 << 20)
        let packed = try EarshotFormatsTests.told(gzip, named: "x.json.gz", .lines)
        #expect(packed.contains { $0.contains("unfolds to more than 100 times its size") })
    }

    @Test func `a size that is a lie is not believed`() throws {
        let bomb = Packing.deflated(megabytes: 64)
        for size in [0, 1, 1 << 20, 0xFFFF_FFFF] {
            let steps = try EarshotFormatsTests.told(Packing.zip(packed: [("x.json", bomb, size)]), .lines)
            #expect(steps.allSatisfy { $0.utf8.count < 1 << 20 })
            #expect(steps.contains { $0.contains("!") }, "\(size)")
        }
    }

    @Test func `one packed stream under many names is refused`() throws {
        // After Fifield: every entry of the directory is the same bytes of the file, so that few become many.
        let zip = Packing.zip(overlapping: 500, Packing.deflated(megabytes: 1))
        let steps = try EarshotFormatsTests.told(zip, .single)
        #expect(
            steps.contains { $0.contains("! not read any further: entries overlap") }, "\(steps.map { $0.prefix(100) })"
        )
        #expect(steps.count <= 2)
    }

    @Test func `an archive in an archive is not opened, however often`() throws {
        var inner = Packing.zip([file("a.json")])
        for level in 0..<5 { inner = Packing.zip([("\(level).zip", inner, 0o100644, 0)]) }
        #expect(try EarshotFormatsTests.told(inner, .lines) == ["4.zip! an archive within an archive is not opened"])
    }

    @Test func `a hundred thousand entries are not all read`() throws {
        let many = Packing.tar((0..<30_000).map { ("\($0).json", Array("{}".utf8), "0") })
        let steps = try EarshotFormatsTests.told(many, .lines)
        #expect(steps.count == 10_001)
        #expect(steps.last?.contains("more than 10000 files") == true)
    }
}

extension Packing {
    /// A deflate stream of so many megabytes of `x`, with the fixed codes: one byte, then runs of 258 of it.
    static func deflated(megabytes: Int) -> [UInt8] {
        var bits = DeflateBits()
        bits.put(0b1, 1)
        bits.put(0b01, 2)
        bits.putCode(0x30 + UInt32(UInt8(ascii: "x")), 8)
        let length = megabytes << 20
        let runs = (length - 1) / 258
        for _ in 0..<runs {
            bits.putCode(0b1100_0101, 8)
            bits.putCode(0, 5)
        }
        for _ in 0..<(length - 1 - runs * 258) { bits.putCode(0x30 + UInt32(UInt8(ascii: "x")), 8) }
        bits.putCode(0, 7)
        return bits.bytes
    }

    /// A zip of deflated entries with the sizes that it claims.
    static func zip(packed entries: [(name: String, deflated: [UInt8], size: Int)]) -> [UInt8] {
        zip(entries.map { (name: $0.name, bytes: $0.deflated, size: $0.size, at: nil) })
    }

    /// A zip whose directory has the one entry under many names.
    static func zip(overlapping count: Int, _ deflated: [UInt8]) -> [UInt8] {
        zip(
            (0..<count).map {
                (name: "\($0).json", bytes: $0 == 0 ? deflated : [], size: 1 << 20, at: $0 == 0 ? nil : 0)
            })
    }

    private static func zip(_ entries: [(name: String, bytes: [UInt8], size: Int, at: Int?)]) -> [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        let first = entries.first?.bytes.count ?? 0
        for entry in entries {
            let name = Array(entry.name.utf8)
            let packed = entry.at == nil ? entry.bytes.count : first
            let common =
                le(0x800, 2) + le(8, 2) + le(0, 2) + le(0x5821, 2) + le(0, 4) + le(packed, 4) + le(entry.size, 4)
                + le(name.count, 2) + le(0, 2)
            directory += Array("PK\u{1}\u{2}".utf8) + le(0x0314, 2) + le(20, 2) + common
            directory += le(0, 2) + le(0, 2) + le(0, 2) + le(0o100644 << 16, 4) + le(entry.at ?? file.count, 4) + name
            if entry.at == nil { file += Array("PK\u{3}\u{4}".utf8) + le(20, 2) + common + name + entry.bytes }
        }
        let start = file.count
        file += directory + Array("PK\u{5}\u{6}".utf8) + le(0, 4)
        return file + le(entries.count, 2) + le(entries.count, 2) + le(directory.count, 4) + le(start, 4) + le(0, 2)
    }

    /// A gzip of a deflate stream.
    static func gzip(deflated: [UInt8], of size: Int) -> [UInt8] {
        [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF] + deflated + le(0, 4) + le(size, 4)
    }
}

/// Bits as deflate packs them: the lowest first, but codes with their highest first (RFC 1951, 3.1.1).
private struct DeflateBits {
    private var written: [UInt8] = []
    private var pending: UInt32 = 0
    private var count = 0

    var bytes: [UInt8] { count > 0 ? written + [UInt8(truncatingIfNeeded: pending)] : written }

    mutating func put(_ value: UInt32, _ width: Int) {
        pending |= value << UInt32(count)
        count += width
        while count >= 8 {
            written.append(UInt8(truncatingIfNeeded: pending))
            pending >>= 8
            count -= 8
        }
    }

    mutating func putCode(_ code: UInt32, _ width: Int) {
        for place in (0..<width).reversed() { put(code >> UInt32(place) & 1, 1) }
    }
}
