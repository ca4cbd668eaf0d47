import Earshot
import Foundation
import Testing

@testable import EarshotFormats

/// Writes down what it is told, as one line of text.
private final class Transcript: XMLHandling {
    var said = ""
    private var names: [String] = []

    func code(for name: XMLName) -> Int {
        let prefix = name.namespace.isEmpty && !name.prefix.isEmpty ? "\(name.prefix.string)?" : name.namespace.string
        names.append(prefix.isEmpty ? name.local.string : "{\(prefix)}\(name.local.string)")
        return names.count - 1
    }

    func start(_ code: Int, _ element: XMLElement) {
        said += "<\(names[code])"
        for index in 0..<element.attributes.count {
            let attribute = element.attributes[index]
            said += " \(attribute.name.local.string)=\(attribute.value.string)"
        }
        said += ">"
    }

    func text(_ bytes: Bytes) { said += bytes.string }
    func end() { said += "</>" }
}

private func outcome(
    _ bytes: [UInt8], _ contentType: String? = nil
) throws -> XML.Outcome<Transcript> {
    try XML.read(bytes, contentType: contentType) { Transcript() }
}

private func said(_ text: String) throws -> String { try outcome(Array(text.utf8)).handler.said }

private func refusal(_ text: String) -> String? {
    do {
        _ = try outcome(Array(text.utf8))
        return nil
    } catch { return "\(error)" }
}

@Suite struct XMLTests {
    @Test func `elements, attributes and text are told in order`() throws {
        #expect(
            try said("<?xml version='1.0'?><a xmlns='urn:x' b='1 &amp; 2&lt;'>t<![CDATA[<c>]]>&#233;<d/></a>")
                == "<{urn:x}a b=1 & 2<>t<c>é<{urn:x}d></></>")
    }

    @Test func `a prefix that is not declared is told as it is`() throws {
        #expect(try said("<a><media:b/></a>") == "<a><{media?}b></></>")
    }

    @Test func `the names of HTML are known without a declaration`() throws {
        let read = try outcome(Array("<a b='&eacute;&amp;'>x&nbsp;y &AElig;</a>".utf8))
        #expect(read.handler.said == "<a b=é&>x\u{A0}y Æ</>")
        #expect(!read.isRecovered)
    }

    @Test func `what is not well formed is recovered, with a reason and a line`() throws {
        let read = try outcome(Array("<a>\n<b>AT&T &copy; &lt;3 < 4</c>&amp;<d".utf8))
        #expect(read.isRecovered)
        #expect(read.recovery?.location == "line 2")
        #expect(read.handler.said == "<a>\n<b>AT&T © <3 < 4&<d></></></>")
    }

    @Test func `what a broken document leaves open is closed`() throws {
        let read = try outcome(Array("<a><b>x".utf8))
        #expect(read.handler.said == "<a><b>x</></>")
    }

    @Test(arguments: [
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
        "<!DOCTYPE a [<!ENTITY % x SYSTEM 'file:///etc/passwd'> %x;]><a/>",
        "<!DOCTYPE a [<!ENTITY x 'ha'><!ENTITY y '&x;&x;'>]><a>&y;</a>",
        "<!DOCTYPE a [<!ENTITY x 'ha'>]><a b='&x;'>",
    ])
    func `a document that declares entities is refused`(text: String) {
        #expect(refusal(text)?.contains("declares entities") == true)
    }

    @Test func `a document type without declarations is read and never fetched`() throws {
        let type = "<!DOCTYPE rss PUBLIC '-//Netscape//DTD RSS 0.91//EN' 'file:///etc/passwd'>"
        #expect(try said("<?xml version='1.0'?>\(type)<rss>&nbsp;</rss>") == "<rss>\u{A0}</>")
    }

    @Test func `a tag with more attributes than anybody needs is refused quickly`() {
        let many = (0..<40_000).map { "a\($0)=''" }.joined(separator: " ")
        for text in ["<x \(many)/>", "<x b=\"<y \(many)/>", "<!-- --><x><![CDATA[<y \(many)>]]><x>"] {
            #expect(refusal(text)?.contains("256 attributes") == true)
        }
        let declared = (0..<300).map { "<!ATTLIST a b\($0) CDATA ''>" }.joined()
        #expect(refusal("<!DOCTYPE a [\(declared)]><a/>") != nil)
    }

    @Test func `depth stops at 256 without a crash`() throws {
        let deep = String(repeating: "<a>", count: 100_000)
        let read = try outcome(Array(deep.utf8))
        #expect(read.isRecovered)
        #expect(read.handler.said.count <= 257 * 6)
    }

    @Test func `the text of one element is cut at its limit`() throws {
        let long = String(repeating: "word ", count: 1_200_000)
        let read = try outcome(Array("<a><b>\(long)</b><c>x</c></a>".utf8))
        #expect(read.isCut)
        #expect(read.handler.said.utf8.count <= XML.textLimit + 100)
        #expect(read.handler.said.hasSuffix("<c>x</></>"))
    }

    @Test func `control characters do not hide what follows`() throws {
        #expect(try said("<a>x\u{0}y\u{B}z</a>") == "<a>xyz</>")
    }

    @Test(arguments: ["", " \n", "\u{0}\u{1}\u{2}", "just words", "{\"a\": 1}"])
    func `what is not XML at all is refused with a reason`(text: String) {
        #expect(refusal(text)?.hasPrefix("not XML") == true)
    }
}

@Suite struct XMLCharsetTests {
    private static let text = "<?xml version=\"1.0\" encoding=\"CHARSET\"?><a>naïve €</a>"

    private static func encoded(_ text: String, _ encoding: String.Encoding) -> [UInt8] {
        Array(text.data(using: encoding) ?? Data())
    }

    @Test(arguments: [
        String.Encoding.utf8, .utf16BigEndian, .utf16LittleEndian, .utf32BigEndian, .utf32LittleEndian,
    ])
    func `wide charsets are known with and without a byte order mark`(encoding: String.Encoding) throws {
        for mark in ["", "\u{FEFF}"] {
            let plain = mark + XMLCharsetTests.text.replacingOccurrences(of: "CHARSET", with: "utf-16")
            let read = try outcome(XMLCharsetTests.encoded(plain, encoding))
            #expect(read.handler.said == "<a>naïve €</>")
            #expect(!read.isCharsetGuessed)
        }
    }

    @Test func `the media type's charset comes before the declaration's`() throws {
        let bytes = XMLCharsetTests.encoded(
            XMLCharsetTests.text.replacingOccurrences(of: "CHARSET", with: "iso-8859-5"), .windowsCP1252)
        let read = try outcome(bytes, "text/xml; charset=\"windows-1252\"")
        #expect(read.handler.said == "<a>naïve €</>")
    }

    @Test func `a declaration that is not true gives way to what the bytes are`() throws {
        let text = XMLCharsetTests.text.replacingOccurrences(of: "CHARSET", with: "us-ascii")
        #expect(try outcome(Array(text.utf8)).handler.said == "<a>naïve €</>")
        let read = try outcome(
            XMLCharsetTests.encoded(text.replacingOccurrences(of: "us-ascii", with: "utf-8"), .windowsCP1252))
        #expect(read.handler.said == "<a>naïve €</>")
        #expect(read.isCharsetGuessed)
    }

    @Test func `charsets of iconv are converted`() throws {
        let head = Array("<?xml version='1.0' encoding='koi8-r'?><a>".utf8)
        let read = try outcome(head + [0xF0, 0xD2, 0xC9, 0xD7, 0xC5, 0xD4] + Array("</a>".utf8))
        #expect(read.handler.said == "<a>Привет</>")
        #expect(read.charset == "koi8-r")
    }
}
