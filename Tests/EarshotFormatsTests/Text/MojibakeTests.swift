import Earshot
import EarshotFormats
import Foundation
import Testing

@Suite struct MojibakeTests {
    private func repaired(_ text: String) -> String? {
        Array(text.utf8).withBytes { Mojibake.repaired($0) }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// A text as an export writes it: each byte a character.
    private func broken(_ text: String) -> String {
        String(String.UnicodeScalarView(text.utf8.map { Unicode.Scalar($0) }))
    }

    @Test(arguments: ["næsten", "Åse Ørsted 🧳", "Привет", "日本語", "“quoted” …", "مرحبا", "e\u{301}"])
    func `a broken text is repaired`(_ text: String) {
        #expect(repaired(broken(text)) == text)
    }

    @Test(arguments: ["", "plain", "café", "naïve café", "日本語 is right", "Ã", "5 °C – 6 °C", "¡Olé!", "Größe"])
    func `a right text is left alone`(_ text: String) {
        #expect(repaired(text) == nil)
    }

    @Test func `a repaired text is not repaired again`() {
        #expect(repaired(broken("Åse, grüße café")).map { repaired($0) } == .some(nil))
    }

    @Test func `a text that is broken only in part is left alone`() {
        #expect(repaired(broken("næsten") + " 日本") == nil)
        #expect(repaired(broken("næsten") + " é") == nil)
    }

    @Test func `no article of human rights is changed in any language, and every one is restored`() throws {
        let file = Corpora.root.appendingPathComponent("text/udhr/udhr.ndjson")
        guard let data = try? Data(contentsOf: file) else { return }
        for line in data.split(separator: UInt8(ascii: "\n")) {
            let article = try JSONDecoder().decode(Article.self, from: Data(line))
            #expect(repaired(article.text) == nil, "\(article.lang)")
            if article.text.utf8.contains(where: { $0 >= 0x80 }) {
                #expect(repaired(broken(article.text)) == article.text, "\(article.lang)")
            }
        }
    }

    private struct Article: Decodable {
        var lang: String
        var text: String
    }
}
