import Earshot
import EarshotFormats
import Testing

@Suite struct HTMLSanitizerTests {
    @Test(arguments: [
        Fragment("<p>a<p>b", "<p>a</p><p>b</p>"),
        Fragment("<b>a<i>b</b>c</i>", "<b>a<i>b</i></b>c"),
        Fragment("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        Fragment(
            "<table><tr><td>a<td>b<tr><td>c</table>", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>"),
        Fragment(
            "a<br>b<hr>c<IMG SRC='https://acme.example/a.png' WIDTH=3>",
            "a<br />b<hr />c<img src=\"https://acme.example/a.png\" width=\"3\" />"),
        Fragment(
            "<font color=red>x</font><blink>y</blink><custom-thing>z</custom-thing>", "<font color=\"red\">x</font>yz"),
        Fragment("</p></div>x", "x"),
        Fragment("1 < 2 &amp; \"3\" > 2", "1 &lt; 2 &amp; &quot;3&quot; &gt; 2"),
        Fragment("<iframe src='https://acme.example'> <b>x</b></iframe>", " <b>x</b>"),
        Fragment("<p title=\"a&quot;>&lt;\" class=x id=y name=z>t</p>", "<p title=\"a&quot;&gt;&lt;\">t</p>"),
    ]) func `harmless markup is written anew`(fragment: Fragment) {
        #expect(HTML.sanitized(fragment.html) == fragment.result)
    }

    @Test(arguments: [
        Fragment("color:red", "color: red;"),
        Fragment("COLOR: rgb(0, 128, 0); margin:0 1.5em", "COLOR: rgb(0, 128, 0); margin: 0 1.5em;"),
        Fragment("font-family: 'Lucida Console', serif", "font-family: 'Lucida Console', serif;"),
        Fragment("position:fixed;top:0;z-index:9;width:100%", "width: 100%;"),
        Fragment("background:url(https://evil.example/x);border:1px solid #ccc", "border: 1px solid #ccc;"),
        Fragment("margin:99999em;padding:-5px", ""),
        Fragment("width:expression(alert(1));color:\\72 ed;x", ""),
        Fragment("display:none;direction:rtl;visibility:hidden", ""),
    ]) func `of a style only what is harmless stays`(fragment: Fragment) {
        let attribute = fragment.result.isEmpty ? "" : " style=\"\(fragment.result)\""
        #expect(HTML.sanitized("<b style=\"\(fragment.html)\">x</b>") == "<b\(attribute)>x</b>")
    }

    @Test(arguments: [
        Fragment("<a href='/a b'>x</a>", "https://acme.example/a%20b"),
        Fragment("<a href='c.html#d'>x</a>", "https://acme.example/news/c.html#d"),
        Fragment("<a href='//cdn.acme.example'>x</a>", "https://cdn.acme.example/"),
        Fragment("<a href='?q=1&amp;r=2'>x</a>", "https://acme.example/news/?q=1&amp;r=2"),
        Fragment("<a href=' mailto:care@acme.example '>x</a>", "mailto:care@acme.example"),
        Fragment("<a href='/é'>x</a>", "https://acme.example/é"),
    ]) func `links are absolute and vouch for nothing`(fragment: Fragment) {
        #expect(
            HTML.sanitized(fragment.html, base: "https://acme.example/news/")
                == "<a href=\"\(fragment.result)\" rel=\"noopener nofollow ugc\">x</a>")
    }

    @Test(arguments: [
        "<a href='javascript:alert(1)'>x</a>", "<a href=' java\tscript:alert(1)'>x</a>",
        "<a href='&#106;avascript&colon;alert(1)'>x</a>", "<a href='\u{1}javascript:alert(1)'>x</a>",
        "<a href='vbscript:x'>x</a>", "<a href='data:text/html,<script>'>x</a>", "<a onclick='alert(1)'>x</a>",
        "<a href='java\u{0}script:alert(1)'>x</a>",
    ]) func `links that run something are no links`(html: String) {
        #expect(HTML.sanitized(html, base: "https://acme.example/") == "<a>x</a>")
    }

    static let attacks = [
        "<script>alert(1)</script>", "<scr<script>ipt>alert(1)</script>", "<script/x>alert(1)</script >",
        "<img src=x onerror=alert(1)>", "<img/src=`x`onerror=alert(1)>", "<svg onload=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
        "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">", "<p style=\"x:expression(alert(1))\">",
        "<style>@import 'x'</style>", "<style><!--</style><script>alert(1)//--></script>",
        "<iframe srcdoc='<script>alert(1)</script>'>", "<object data='data:text/html,x'>", "<embed src=x>",
        "<base href='https://evil.example/'>", "<meta http-equiv=refresh content=0>", "<link rel=stylesheet href=x>",
        "<form action=x><input autofocus onfocus=alert(1)>", "<body onload=alert(1)>",
        "<!--[if IE]><script>x</script><![endif]-->",
        "<textarea><img title=\"</textarea><img src=x onerror=alert(1)>\">",
        "<template><img src=x onerror=alert(1)></template>",
        "<title><img src=x onerror=alert(1)></title>", "<a href=\"https://a.example\" x=\"\"onmouseover=alert(1)>x</a>",
        "<img src=\"https://a.example/\" title='\"><script>alert(1)</script>'>",
        "<xmp><img src=x onerror=alert(1)></xmp>",
        "<plaintext><script>", "<b>\u{338}<script>", "<p \u{2028}onclick=alert(1)>", "<details open ontoggle=alert(1)>",
        "<video poster=javascript:alert(1)><source onerror=alert(1)>", "<img src='data:image/svg+xml,<svg onload=x>'>",
        "<a href='https://a.example/\"onclick=\"alert(1)'>x</a>", "<table background='javascript:alert(1)'>",
    ]

    @Test(arguments: attacks) func `no markup of an attack is left`(html: String) {
        let clean = HTML.sanitized(html, base: "https://acme.example/").lowercased()
        for element in [
            "<script", "<style", "<svg", "<iframe", "<form", "<input", "<object", "<base", "<meta", "<title",
        ] {
            #expect(!clean.contains(element))
        }
        // What looks like an event may only be left where quotes keep it a text.
        #expect(tags(of: clean).allSatisfy { !$0.contains(" on") && !$0.contains("javascript:") })
    }

    @Test func `halves of a broken character do not meet`() {
        // U+0338 would compose with the `>` of a tag when the text is normalized.
        let broken: [UInt8] = [0x3C, 0x62, 0x3E, 0xCC, 0x00, 0xB8]
        let clean = broken.withBytes { HTML.sanitized($0) }
        #expect(String(decoding: clean, as: UTF8.self) == "<b>\u{FFFD}\u{FFFD}</b>")
        #expect(HTML.sanitized("<b>\u{338}</b>") == "<b>&#824;</b>")
    }

    @Test func `sanitizing twice changes nothing, whatever the bytes`() {
        var random = Mutations(seed: 11)
        let base = ("https://a.example/" as StaticString).bytes
        for round in 0..<8_000 {
            let seed = Self.attacks[round % Self.attacks.count] + Self.attacks[random.below(Self.attacks.count)]
            let once = random.mutated(Array(seed.utf8)).withBytes { HTML.sanitized($0, base: base) }
            let twice = once.withBytes { HTML.sanitized($0, base: base) }
            #expect(once == twice)
            #expect(!String(decoding: once, as: UTF8.self).lowercased().contains("<script"))
        }
    }

    @Test func `text and harmless part are the same in one go as one by one`() {
        var random = Mutations(seed: 13)
        let base = ("https://a.example/" as StaticString).bytes
        for round in 0..<8_000 {
            let seed = Self.attacks[round % Self.attacks.count] + Self.attacks[random.below(Self.attacks.count)]
            random.mutated(Array(seed.utf8)).withBytes { bytes in
                let prose = HTML.prose(of: bytes, base: base)
                #expect(prose.text == HTML.text(of: bytes))
                #expect(prose.html == HTML.sanitized(bytes, base: base))
            }
        }
    }

    @Test(arguments: [
        "<div>", "<a ", "<a href=\"", "<!--", "</", "<![CDATA[", "&", "&#", "<svg>", "<script>", "<p><b>", "<x a=\"<",
        "</b",
        "<li>", "<table><td>", "<q>", "<!", "&amp", "<svg", "<ul><li>", "<title>", "</p>", "<a a a a a a a a ",
    ]) func `long nonsense takes linear time`(piece: String) {
        let bytes = Array(String(repeating: piece, count: 20_000).utf8)
        // Quadratic time would be minutes, and nobody would overlook it.
        bytes.withBytes {
            let text = HTML.text(of: $0)
            #expect(text.count <= bytes.count * 4)
            #expect(HTML.sanitized($0).count <= bytes.count * 8)
        }
    }

    /// The tags of sanitized HTML with their quoted values taken out.
    private func tags(of html: String) -> [String] {
        var tags: [String] = []
        var tag: String?
        var quoted = false
        for character in html {
            if character == "<", !quoted { tag = "" }
            if character == "\"", tag != nil { quoted.toggle() }
            if character == ">", !quoted, let done = tag {
                tags.append(done)
                tag = nil
            }
            if !quoted { tag?.append(character) }
        }
        return tags
    }
}
