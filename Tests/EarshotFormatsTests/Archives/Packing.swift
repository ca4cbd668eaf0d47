import Earshot
import EarshotFormats
import Foundation
import Testing

/// Archives written byte by byte, so that hostile ones can be written too.
enum Packing {
    /// A zip with stored entries; `mode` is the Unix mode, `flags` the general purpose bits.
    static func zip(_ entries: [(name: String, bytes: [UInt8], mode: UInt32, flags: Int)]) -> [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            let name = Array(entry.name.utf8)
            let common =
                le(entry.flags | 0x800, 2) + le(0, 2) + le(0, 2) + le(0x5821, 2) + le(Int(crc(entry.bytes)), 4)
                + le(entry.bytes.count, 4) + le(entry.bytes.count, 4) + le(name.count, 2) + le(0, 2)
            directory += Array("PK\u{1}\u{2}".utf8) + le(0x0314, 2) + le(20, 2) + common
            directory += le(0, 2) + le(0, 2) + le(0, 2) + le(Int(entry.mode) << 16, 4) + le(file.count, 4) + name
            file += Array("PK\u{3}\u{4}".utf8) + le(20, 2) + common + name + entry.bytes
        }
        let start = file.count
        file += directory + Array("PK\u{5}\u{6}".utf8) + le(0, 4)
        return file + le(entries.count, 2) + le(entries.count, 2) + le(directory.count, 4) + le(start, 4) + le(0, 2)
    }

    /// A zip of plain files.
    static func zip(_ entries: KeyValuePairs<String, String>) -> [UInt8] {
        zip(entries.map { ($0.key, Array($0.value.utf8), 0o100644, 0) })
    }

    /// A tar; `type` is `0` for a file, `2` for a symbolic link.
    static func tar(_ entries: [(name: String, bytes: [UInt8], type: Character)]) -> [UInt8] {
        var file: [UInt8] = []
        for entry in entries {
            var head = [UInt8](repeating: 0, count: 512)
            func put(_ text: String, at offset: Int) {
                head.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8)
            }
            put(entry.name, at: 0)
            put("0000644\u{0}0000000\u{0}0000000\u{0}", at: 100)
            put(octal(entry.bytes.count, 11) + "\u{0}" + octal(0, 11) + "\u{0}", at: 124)
            put("        " + String(entry.type), at: 148)
            if entry.type == "2" { put("/etc/passwd", at: 157) }
            put("ustar\u{0}00", at: 257)
            put(octal(head.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", at: 148)
            file += head + entry.bytes + [UInt8](repeating: 0, count: (512 - entry.bytes.count % 512) % 512)
        }
        return file + [UInt8](repeating: 0, count: 1024)
    }

    /// Bytes as gzip, in stored blocks.
    static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var file: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
        var rest = bytes[...]
        repeat {
            let block = rest.prefix(65_535)
            rest = rest.dropFirst(65_535)
            file += [rest.isEmpty ? 1 : 0] + le(block.count, 2) + le(~block.count & 0xFFFF, 2) + block
        } while !rest.isEmpty
        return file + le(Int(crc(bytes)), 4) + le(bytes.count & 0xFFFF_FFFF, 4)
    }

    /// A zstd frame of `blocks` times 128 KiB of one byte, four bytes each.
    static func zstdBomb(blocks: Int, of byte: UInt8) -> [UInt8] {
        var file: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x38]
        for block in 1...blocks { file += le((block == blocks ? 1 : 0) | 1 << 1 | 131_072 << 3, 3) + [byte] }
        return file
    }

    static func le(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private static func octal(_ value: Int, _ width: Int) -> String {
        let digits = String(value, radix: 8)
        return String(repeating: "0", count: width - digits.count) + digits
    }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        var value: UInt32 = ~0
        for byte in bytes { value = table[Int((value ^ UInt32(byte)) & 0xFF)] ^ (value >> 8) }
        return ~value
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
}

/// A folder that is gone with its owner.
final class Scratch {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("earshot-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Writes a file, with the folders on its way, and tells its path.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = url.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return file.path
    }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }
}

extension DocumentReader.Cut {
    static func test(_ container: Container, companions: [String] = []) -> DocumentReader.Cut {
        DocumentReader.Cut(container, companions: companions) { Timestamp(seconds: 1_767_225_600) }
    }
}

extension DocumentReader {
    /// Every step as `name location: text` or `name location! reason`.
    func told() -> [String] {
        var steps: [String] = []
        while let step = next() {
            steps.append(DocumentReader.words(for: step.document, in: step.name, at: step.location))
        }
        return steps
    }

    /// The same, of documents that are handed on together.
    func told(inSharesOf size: Int) -> [String] {
        var steps: [String] = []
        while let share = nextShare(of: size) {
            switch share {
            case .step(let step):
                steps.append(DocumentReader.words(for: step.document, in: step.name, at: step.location))
            case .lines(let lines):
                #expect(lines.size <= size)
                lines.forEach { document, line in
                    steps.append(DocumentReader.words(for: .success(document), in: document.name, at: "line \(line)"))
                }
            }
        }
        return steps
    }

    private static func words(
        for document: Result<Document, MalformedDocument>, in name: String, at location: String
    ) -> String {
        let place = location.isEmpty ? name : "\(name) \(location)"
        return switch document {
        case .success(let document): "\(place): \(String(decoding: document.bytes, as: UTF8.self))"
        case .failure(let failure): "\(place)! \(failure.description)"
        }
    }
}

/// What a reader of a file with these bytes tells, whether it hands documents on alone or together.
func told(_ bytes: [UInt8], named name: String = "file", _ container: Container, companions: [String] = []) throws
    -> [String]
{
    let scratch = try Scratch()
    let path = try scratch.write(name, bytes)
    let cut = DocumentReader.Cut.test(container, companions: companions)
    let steps = try DocumentReader(path, cut: cut).told()
    for size in [20, 1 << 17] {
        let shares = try DocumentReader(path, cut: cut).told(inSharesOf: size)
        #expect(shares == steps, "documents that are handed on together, \(size) bytes at a time")
    }
    return steps
}

func told(_ text: String, named name: String = "file", _ container: Container) throws -> [String] {
    try told(Array(text.utf8), named: name, container)
}
