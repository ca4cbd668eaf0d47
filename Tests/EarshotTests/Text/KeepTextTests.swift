import Earshot
import Testing

@Suite struct KeepTextTests {
    private func kept(_ text: String, escapes: Escapes = .none) -> String {
        var reading = Reading(network: "twitter")
        let kept = Array(text.utf8).withBytes { reading.keepText($0, escapes: escapes) }
        return reading.string(kept)
    }

    @Test(arguments: [
        ("plain text", "plain text"), ("tab\tand\nnewline", "tab\tand\nnewline"), ("a\r\nb\rc", "a\nb\nc"),
        ("bell\u{7}and\u{0}nul\u{7F}", "bellandnul"), ("a\u{308}a\u{308}", "ää"),
        ("Zürich – ž š č ć", "Zürich – ž š č ć"),
        ("\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}", "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}"), ("", ""),
        ("한국어 日本語 العربية", "한국어 日本語 العربية"), ("\u{1112}\u{1161}\u{11AB}", "한"),
    ])
    func `text is composed and without controls`(given: String, expected: String) {
        #expect(Array(kept(given).unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test func `ids and addresses have no controls, whole or joined of parts`() {
        var reading = Reading(network: "web")
        for count in 0...40 {
            let plain = String(repeating: "a", count: count)
            let broken = Array((plain + "\u{1B}b\u{7F}").utf8)
            let whole = broken.withBytes { reading.keep($0) }
            #expect(reading.string(whole) == plain + "b")
            let joined = broken.withBytes { reading.keep(joining: $0, Bytes.none, ("?id=1" as StaticString).bytes) }
            #expect(reading.string(joined) == plain + "b?id=1")
        }
        let parts: StaticString = "https://www.youtube.com/watch?v="
        let twice = reading.keep(joining: parts.bytes, parts.bytes)
        #expect(reading.string(twice) == "\(parts)\(parts)")
        #expect(reading.keep(joining: Bytes.none).isEmpty)
    }

    @Test func `a control and an escape are found wherever they stand`() {
        for count in 0...40 {
            for place in 0...count {
                let before = String(repeating: "a", count: place)
                let after = String(repeating: "b", count: count - place)
                #expect(kept(before + "\u{7}" + after) == before + after)
                #expect(kept(before + "\u{7F}" + after) == before + after)
                #expect(kept(before + "&lt;" + after, escapes: .xml) == before + "<" + after)
                #expect(kept(before + "e\u{301}" + after) == before + "é" + after)
            }
        }
    }

    @Test(arguments: [
        ("\u{202E}turned", "\u{202E}turned\u{202C}"), ("\u{2066}alone\u{2069} fine", "\u{2066}alone\u{2069} fine"),
        ("\u{2067}a\u{202B}b", "\u{2067}a\u{202B}b\u{202C}\u{2069}"),
    ])
    func `bidirectional controls are closed`(given: String, expected: String) {
        #expect(kept(given) == expected)
    }

    @Test func `only the five escapes of XML are undone, once`() {
        #expect(kept("a &amp; b &lt;3 &gt; &amp;lt; &copy; & &#39;", escapes: .xml) == "a & b <3 > &lt; &copy; & '")
        #expect(kept("a &amp; b") == "a &amp; b")
    }

    @Test func `what is no UTF-8 becomes a replacement character`() {
        var reading = Reading(network: "web")
        let kept = [UInt8]([0x61, 0xE4, 0x62]).withBytes { reading.keepText($0) }
        #expect(reading.string(kept) == "a\u{FFFD}b")
    }

    @Test(arguments: [
        [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
        [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80], [0xE2, 0x28, 0xA1], [0xCC], [0xFF, 0xFE],
    ])
    func `bytes that are no scalar are replaced, wherever they stand`(broken: [UInt8]) {
        for place in 0..<12 {
            var reading = Reading(network: "web", capacity: 64)
            let bytes = Array(repeating: UInt8(ascii: "a"), count: place) + Array("日本".utf8) + broken
            let kept = bytes.withBytes { reading.keepText($0) }
            #expect(reading.withBytes(of: kept) { $0.string } == String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test func `a text to compose is found wherever it stands in plain text`() {
        for place in 1..<24 {
            let plain = String(repeating: "a", count: place)
            let tail = String(repeating: "z", count: 24 - place)
            #expect(Array(kept(plain + "\u{308}" + tail).utf8) == Array((plain.dropLast() + "ä" + tail).utf8))
            // Two marks in canonical order are clean, the same two turned round are not.
            #expect(
                Array(kept(plain + "q\u{323}\u{307}" + tail).utf8) == Array((plain + "q\u{323}\u{307}" + tail).utf8))
            #expect(
                Array(kept(plain + "q\u{307}\u{323}" + tail).utf8) == Array((plain + "q\u{323}\u{307}" + tail).utf8))
        }
    }

    @Test func `entities move with the text before them`() {
        // The source counts scalars of the escaped, decomposed text; mention v1 counts those of the kept text.
        let source = "R&amp;D cafe\u{301} \u{1F600} #lost"
        var reading = Reading(network: "twitter")
        let place = Array(source.unicodeScalars).firstIndex(of: "#").map { Int32($0) } ?? 0
        var entity = EntityRow(type: .hashtag)
        entity.start = place
        entity.end = place + 5
        reading.entities.append(entity)
        let kept = Array(source.utf8).withBytes {
            reading.keepText($0, escapes: .xml, moving: Entries(from: 0, to: 1))
        }
        let text = Array(reading.string(kept).unicodeScalars)
        let moved = reading.entities[0]
        #expect(String(String.UnicodeScalarView(text[Int(moved.start)..<Int(moved.end)])) == "#lost")
        #expect(reading.string(kept) == "R&D café \u{1F600} #lost")
    }

    @Test func `an entity outside the text loses its place`() {
        var reading = Reading(network: "twitter")
        var entity = EntityRow(type: .url)
        entity.start = 100
        entity.end = 110
        reading.entities.append(entity)
        _ = Array("short &amp; text".utf8).withBytes {
            reading.keepText($0, escapes: .xml, moving: Entries(from: 0, to: 1))
        }
        #expect(reading.entities[0].start == -1)
    }
}
