import Earshot
import EarshotFormats
import Foundation
import Testing

@Suite struct MentionLineTests {
    @Test(arguments: [FullMention.createLine, FullMention.updateLine, FullMention.deleteLine])
    func `a canonical line that is read and written is the same`(_ line: [UInt8]) throws {
        let again = try MentionLine(line).bytes
        #expect(String(decoding: again, as: UTF8.self) == String(decoding: line, as: UTF8.self))
    }

    @Test func `every recorded line of every room is read and written the same`() throws {
        var package = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { package.deleteLastPathComponent() }
        let rooms = package.appendingPathComponent("adapters").resolvingSymlinksInPath()
        let files = FileManager.default.enumerator(at: rooms, includingPropertiesForKeys: nil)
        var count = 0
        for case let file as URL in files ?? .init() where file.lastPathComponent == "mentions.ndjson" {
            for line in try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")) {
                guard line.first == UInt8(ascii: "{") else { continue }
                let again = try MentionLine(Array(line)).bytes
                #expect(String(decoding: again, as: UTF8.self) == String(decoding: line, as: UTF8.self), "\(file.path)")
                count += 1
            }
        }
        #expect(count > 0)
    }

    @Test func `a line in any order, with white space, is written canonically`() throws {
        let line = """
            { "provenance" : {"adapter":"a","adapter_version":"1","via":"poll","document":"\(digits)"}, "raw": [1 , 2],
              "observed_at":"2026-01-01T00:00:00Z", "text":"caf\\u00e9", "later_member": {"x": [1]}, "kind":"post",
              "native_id":"7","network":"web","id":"web:7","op":"create","schema":"mention/1.3" }
            """
        let written = String(decoding: try MentionLine(Array(line.utf8)).bytes, as: UTF8.self)
        #expect(
            written.hasPrefix(
                #"{"schema":"mention/1.0","op":"create","id":"web:7","network":"web","native_id":"7","kind":"post","#))
        #expect(written.contains(#","text":"café","observed_at":"2026-01-01T00:00:00Z","provenance":{"adapter":"a""#))
        #expect(written.hasSuffix(#","raw":[1 , 2]}"#))
    }

    @Test(arguments: [
        ("{}", "/schema"), (#"{"schema":"mention/2.0"}"#, "/schema"), (#"{"schema":"mention/1.0"}"#, "/network"),
        (#"{"schema":"mention/1.0","network":"web"}"#, "/native_id"),
        (#"{"schema":"mention/1.0","network":"web","native_id":"7","id":"web:8"}"#, "/id"),
        (#"{"schema":"mention/1.0","network":"web","native_id":"7","id":"web:7","op":"made"}"#, "/op"),
        (#"{"schema":"mention/1.0","network":"web","native_id":"7","id":"web:7","op":"create"}"#, "/kind"),
        (#"{"schema":"mention/1.0","network":"web","native_id":"7","id":"web:7","op":"delete"}"#, "/observed_at"),
        (
            #"{"schema":"mention/1.0","network":"web","native_id":"7","id":"web:7","op":"delete","#
                + #""observed_at":"2026-01-01T00:00:00Z"}"#, "/provenance"
        ),
        ("[]", "/schema"), ("null", "/schema"),
    ])
    func `what is no mention is refused with its place`(_ line: String, _ place: String) {
        let failure = #expect(throws: MalformedDocument.self) { try MentionLine(Array(line.utf8)) }
        #expect(failure?.location == place)
    }

    @Test func `every truncation of a line is refused`() {
        let line = FullMention.updateLine
        for count in stride(from: 0, to: line.count, by: 7) {
            #expect(throws: MalformedDocument.self) { try MentionLine(Array(line.prefix(count))) }
        }
    }

    @Test func `a mention has its fields by name`() throws {
        let mention = try #require(try MentionLine(FullMention.updateLine).mention)
        #expect(mention.id == "twitter:1460323737035677698")
        #expect(mention.operation == .update)
        #expect(mention.author.name == "Ada Ahola")
        #expect(mention.author.following == 0)
        #expect(mention.entities.first.flatMap { mention.slice(of: $0) } == "#acmefail")
        #expect(mention.refs.map(\.id) == ["twitter:1460323737035677690", "twitter:146"])
        #expect(mention.recipients.map(\.role) == [.mention, .group])
        #expect(mention.media.first?.duration == 1.5)
        #expect(mention.tags == ["travel", "ti–lt"])
        #expect(mention.metrics?.score == -7)
        #expect(mention.threadID == "twitter:1460323737035677690")
        #expect(mention.html == "<p>lost</p>")
    }

    private let digits = String(repeating: "0", count: 32)
}
