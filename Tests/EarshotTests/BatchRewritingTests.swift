import Earshot
import EarshotTesting
import Foundation
import Testing

@Suite struct BatchRewritingTests {
    private let batch = Batch([SampleMention("1", "one"), SampleMention("2", "two")], from: "brand")

    @Test func `an update has another head, and names channels before its provenance`() throws {
        var lines: [UInt8] = []
        let entry = batch.copy(1, asUpdateOf: [.content, .metrics], seenVia: ["press", "a \"b\""], to: &lines)
        let text = String(decoding: lines, as: UTF8.self)
        #expect(
            text.hasPrefix(#"{"schema":"mention/1.0","op":"update","changed":["content","metrics"],"id":"twitter:2","#))
        #expect(text.contains(#","seen_via":["press","a \"b\""],"provenance":{"#))
        #expect(text.hasSuffix("}\n"))
        #expect(entry.count == lines.count - 1)
        #expect(entry.operation == .update)
        #expect(lines[entry.seenViaOffset...].starts(with: Array("\"seen_via\"".utf8)))
        _ = try JSONSerialization.jsonObject(with: Data(lines))
    }

    @Test func `a line that no writer wrote is copied as it stands`() {
        var strange = batch
        strange.lines[2] = UInt8(ascii: "X")
        var lines: [UInt8] = []
        let entry = strange.copy(0, asUpdateOf: .content, seenVia: ["press"], to: &lines)
        #expect(lines == Array(strange.line(0)) + [UInt8(ascii: "\n")])
        #expect(entry.count == strange.entries[0].count)
    }

    @Test func `batches are joined with their names`() {
        var joined = Batch([SampleMention("0")], from: "press")
        joined.append(batch, 1..<2)
        joined.append(batch, 0..<0)
        #expect(joined.texts == Batch([SampleMention("0")], from: "press").texts + [batch.texts[1]])
        #expect(joined.entries.map { joined.channels[Int($0.channel)] } == ["press", "brand"])
        #expect(joined.networks == ["twitter"])
    }
}
