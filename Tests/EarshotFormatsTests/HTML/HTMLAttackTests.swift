import Earshot
import EarshotFormats
import Testing

/// Ways that markup has come alive in other people's pages, each class of them, against what the sanitizer writes.
///
/// What is written is read again, by a scanner that knows nothing but the grammar that we write in: a `<` that begins
/// no harmless tag, a quote that is open, an attribute that is not on the list is a hole, whatever the browser makes of
/// it.
@Suite struct HTMLAttackTests {
    private let base = "https://acme.example/news/"

    /// Reads what was written; nil where it is not of the grammar.
    private func tags(of html: String) -> [SanitizedTag]? { SanitizedTag.all(in: html) }

    /// Notes what is alive in what was written of an attack.
    private func expectHarmless(_ attack: String) {
        let clean = HTML.sanitized(attack, base: base)
        guard let tags = tags(of: clean) else {
            Issue.record("not of our own grammar: \(clean.prefix(300)) from \(attack.prefix(300))")
            return
        }
        if let fault = tags.lazy.compactMap({ fault(in: $0) }).first {
            Issue.record("\(fault) from \(attack.prefix(300))")
        }
        // Mutation: what is read and written once more is the same, so that a second reader sees what the first did.
        if HTML.sanitized(clean, base: base) != clean {
            Issue.record("another one the second time: \(clean.prefix(300))")
        }
    }

    /// What is alive in a tag; nil where nothing is.
    private func fault(in tag: SanitizedTag) -> String? {
        if SanitizedTag.deadly.contains(tag.name) { return tag.name }
        for (name, value) in tag.attributes {
            if name.hasPrefix("on") || SanitizedTag.deadlyAttributes.contains(name) { return name }
            let isAddress = SanitizedTag.addresses.contains(name)
            if isAddress && !SanitizedTag.isHarmless(value) { return "\(name)=\(value)" }
        }
        let isVouchedFor =
            tag.name == "a" && tag.attributes["href"] != nil
            && tag.attributes["rel"] != "noopener nofollow ugc"
        return isVouchedFor ? "a link that is vouched for" : nil
    }

    @Test(arguments: HTMLAttacks.all) func `nothing of an attack is alive`(attack: String) { expectHarmless(attack) }

    @Test(arguments: HTMLAttacks.all)
    func `nor within the elements and attributes that are kept, nor cut off`(attack: String) {
        for around in [
            "<p>", "<table><tr><td>", "<a href='", "<img alt=\"", "<b title='x", "<pre>", "<ul><li>", "&lt;",
        ] {
            expectHarmless(around + attack)
        }
        for cut in stride(from: 1, to: attack.count, by: 13) { expectHarmless(String(attack.prefix(cut))) }
    }

    @Test func `pairs of attacks do not help each other`() {
        var random = Mutations(seed: 5)
        for _ in 0..<1000 {
            let one = HTMLAttacks.all[random.below(HTMLAttacks.all.count)]
            let other = HTMLAttacks.all[random.below(HTMLAttacks.all.count)]
            let mutated = random.mutated(Array((one + other).utf8))
            expectHarmless(String(decoding: mutated, as: UTF8.self))
        }
    }

    @Test(arguments: [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)",
        "java\rscript:alert(1)", "\u{1}javascript:alert(1)", "\u{A0}javascript:alert(1)", "\u{2028}javascript:alert(1)",
        " \u{14} javascript:alert(1)", "java\u{0}script:alert(1)", "javascript&#58;alert(1)",
        "&#0000106&#0000097&#0000118&#0000097&#0000115&#0000099&#0000114&#0000105&#0000112&#0000116:x",
        "&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74:x", "javascript&colon;alert(1)", "jav&#x09;ascript:x",
        "jav&#x0A;ascript:x", "jav&Tab;ascript:x", "jav&NewLine;ascript:x", "vbscript:x", "livescript:x",
        "data:text/html,<script>alert(1)</script>", "data:text/html;base64,PHN2Zz4=",
        "data:image/svg+xml,<svg onload=x>",
        "feed:javascript:x", "view-source:javascript:x", "blob:https://acme.example/x", "filesystem:http://x/",
        "about:blank", "file:///etc/passwd", "jar:http://x!/", "ms-its:x", "x-schema:javascript:x", "ftp://x/",
        "intent://x#Intent;end", "tel:112", "sms:112", "//:javascript:x",
    ]) func `an address that is not http, https or mailto is none`(address: String) {
        for element in ["a href", "img src", "video poster", "audio src", "source src", "table background", "q cite"] {
            for quote in ["'", "\"", ""] {
                let name = element.split(separator: " ")[1]
                let clean = HTML.sanitized("<\(element)=\(quote)\(address)\(quote)>x", base: base)
                let kept = tags(of: clean)?.compactMap { $0.attributes[String(name)] } ?? ["not of our grammar"]
                if !kept.allSatisfy({ SanitizedTag.isHarmless($0) }) { Issue.record("\(clean)") }
            }
        }
    }

    @Test func `a hundred thousand nested tags cost memory and time in proportion`() {
        for (piece, count) in [
            ("<b>", 100_000), ("<svg><style>", 100_000), ("<div>", 10_000), ("<blockquote>", 10_000),
            ("<a href=x><table>", 10_000), ("<ul><li>", 10_000), ("<math><mi>", 10_000),
        ] {
            let html = String(repeating: piece, count: count)
            let clean = HTML.sanitized(html)
            // What is opened is closed: not more than eight bytes for one, whatever is nested.
            #expect(clean.utf8.count <= html.utf8.count * 8)
            #expect(HTML.text(of: html).utf8.count <= html.utf8.count * 4)
            #expect(tags(of: HTML.sanitized(String(repeating: piece, count: 1000))) != nil)
        }
    }

    @Test func `forty thousand attributes cost memory and time in proportion`() {
        let many = (0..<40_000).map { "a\($0)=x title=\($0)" }.joined(separator: " ")
        let clean = HTML.sanitized("<p \(many)>x</p>")
        #expect(clean.utf8.count < 200)
    }

    @Test func `only the beginning of what is larger than the largest fragment is taken`() {
        let clean = HTML.sanitized("<p>" + String(repeating: "x", count: HTML.largest * 2))
        #expect(clean.utf8.count <= HTML.largest + 16)
    }
}
