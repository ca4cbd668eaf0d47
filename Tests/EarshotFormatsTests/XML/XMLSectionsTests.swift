import Earshot
import Testing

@testable import EarshotFormats

/// Keeps the text of each element, and how often one began.
private final class Texts: XMLHandling {
    var told: [String] = []
    private var open: [String] = []

    func code(for name: XMLName) -> Int { 0 }
    func start(_ code: Int, _ element: XMLElement) { open.append("") }
    func text(_ bytes: Bytes) { open[open.count - 1] += bytes.string }
    func end() { told.append(open.removeLast()) }
}

/// The texts of a document's elements, the inner ones first, and the fault that was mended.
private func read(_ text: String) throws -> (texts: [String], fault: Defect?) {
    let outcome = try XML.read(Array(text.utf8)) { Texts() }
    return (outcome.handler.told, outcome.recovery)
}

@Suite struct XMLSectionsTests {
    private static let prose = "<p>Kysyin &amp; odotin: 40 päivää, ei vastausta. 返信がありません。</p>"

    @Test func `a section is told as it stands, with line feeds alone`() throws {
        let section = "\(Self.prose)\r\n\rThe end]] > of <it"
        #expect(try read("<a>1<![CDATA[\(section)]]>2</a>").texts == ["1\(Self.prose)\n\nThe end]] > of <it2"])
    }

    @Test(arguments: ["0", "1", "7\n", "00", "12345678901234567890", "0\n\n1"])
    func `a section that is a number stays that number`(number: String) throws {
        let text =
            "<a><b><![CDATA[\(Self.prose)]]></b><c><![CDATA[\(number)]]></c><d><![CDATA[\(Self.prose)!]]></d></a>"
        #expect(try read(text).texts == [Self.prose, number, Self.prose + "!", ""])
    }

    @Test func `a number stays one behind what only looks like a section`() throws {
        let text = "<a><b><![CDATA[\(Self.prose)]]></b><!-- <![CDATA[ --><c><![CDATA[0]]></c></a>"
        #expect(try read(text).texts == [Self.prose, "0", ""])
    }

    @Test(arguments: [
        "<a><!-- <![CDATA[ --><b>PROSE</b><!-- ]]> --></a>", "<a><?x <![CDATA[ ?><b>PROSE</b><?x ]]> ?></a>",
        "<!DOCTYPE a SYSTEM '<![CDATA['><a><b><![CDATA[PROSE]]></b></a>",
    ])
    func `what only looks like a section hides nothing`(text: String) throws {
        let plain = "It has come to this, after forty days of waiting for an answer of any kind"
        let found = try read(text.replacing("PROSE", with: plain))
        #expect(found.texts == [plain, ""])
        #expect(found.fault == nil)
    }

    @Test(arguments: ["\u{1}", "\u{FFFF}", "\u{FFFE}"])
    func `a character that XML does not have is found within a section`(forbidden: String) throws {
        #expect(try read("<a>\n<![CDATA[\(Self.prose)\(forbidden)]]></a>").fault?.location == "line 2")
    }

    @Test func `a fault behind a section is told with its line`() throws {
        let found = try read("<a><![CDATA[\(Self.prose)\r\n\n\(Self.prose)\n]]>\n<b></a>")
        #expect(found.fault?.location == "line 5")
    }

    @Test func `references in a text are resolved as XML has them`() throws {
        let long = "a text that is long enough to be put aside by any measure: "
        let found = try read("<a>\(long)&lt;b c=\"&quot;\"&gt;&amp;amp; &apos;&#228;&#xE4;&#x1F600;&#10;\r\n</a>")
        #expect(found.texts == ["\(long)<b c=\"\"\">&amp; 'ää\u{1F600}\n\n"])
        #expect(found.fault == nil)
    }

    @Test(arguments: ["&#0;", "&#x110000;", "&#xD800;", "&#+65;", "&#xFFFE;", "& ", "&lt"])
    func `a reference that XML does not have is a fault as before`(reference: String) throws {
        let long = "a text that is long enough to be put aside by any measure: ä "
        #expect(try read("<a>\n\(long)\(reference)</a>").fault?.location == "line 2")
    }

    @Test func `a tag in a section is text, with as many attributes as it likes`() throws {
        let tag = "<y \((0..<1_000).map { "a\($0)=''" }.joined(separator: " "))>"
        #expect(try read("<a><![CDATA[\(tag)]]></a>").texts == [tag])
    }

    @Test func `any mixture of sections is read as libxml2 alone reads it`() throws {
        let parts = [
            "<![CDATA[", "]]>", "<b>", "</b>", "<!--", "-->", "<?x ", "?>", "&amp;", "0", "1", "\n", "\r\n", "]", ">",
            "ä",
            "a long run of plain text, so that it is put aside when it stands in a section", "&lt;p class=\"a\"&gt;",
            "a long run of text with letters beyond ASCII, ääkkösiä, so that it is put aside", "&#233;", "&#xE9;",
            "&#0;", "&x;",
        ]
        var numbers = Mutations(seed: 7)
        for _ in 0..<4_000 {
            let inner = (0...numbers.below(12)).map { _ in parts[numbers.below(parts.count)] }
            let text = Array("<a>\(inner.joined())</a>".utf8)
            var sections = XMLSections()
            let outline = text.withBytes { sections.putAside($0) } ?? text
            let (plain, aside) = (Texts(), Texts())
            let alone = try XMLPass.run(text, XMLSections(), recovering: false, plain)
            let both = try XMLPass.run(outline, sections, recovering: false, aside)
            #expect(alone.fault?.location == both.fault?.location, "\(inner)")
            if alone.fault == nil { #expect(plain.told == aside.told, "\(inner)") }
        }
    }
}
