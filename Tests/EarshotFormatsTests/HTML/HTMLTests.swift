import Earshot
import EarshotFormats
import Testing

/// A fragment and what should come of it.
struct Fragment: CustomTestStringConvertible, Sendable {
    let html: String
    let result: String

    init(_ html: String, _ result: String) {
        self.html = html
        self.result = result
    }

    var testDescription: String { html }
}

@Suite struct HTMLTextTests {
    @Test(arguments: [
        Fragment("<p>Flight  AC 12\nis <b>late</b>.</p><p>Again.</p>", "Flight AC 12 is late.\n\nAgain."),
        Fragment("one<br>two<br/><br />three", "one\ntwo\n\nthree"),
        Fragment("<div>one</div><div>two</div>", "one\ntwo"),
        Fragment("<ul><li>bags</li><li>seats</li></ul>after", "- bags\n- seats\n\nafter"),
        Fragment("<ol><li>bags<ul><li>lost</li></ul></li><li>seats</li></ol>", "1. bags\n  - lost\n2. seats"),
        Fragment("<table><tr><th>Gate</th><td>12</td></tr><tr><th>Row</th><td>3</td></tr></table>", "Gate\t12\nRow\t3"),
        Fragment("<p>a</p><ol><li><p>b</p></li><li><p>c</p></li></ol>", "a\n\n1. b\n2. c"),
        Fragment("<ul><li></li><li>a</li></ul>", "-\n- a"),
        Fragment("<pre>a  b\n  c</pre>", "a  b\n  c"),
        Fragment("said <q>no</q>", "said “no”"),
        Fragment("x<script>alert('<b>')</script>y<style>p{}</style>z<!-- <p> -->!", "xyz!"),
        Fragment("<img src=a alt=\"A plane &amp; a gate\">", "A plane & a gate"),
        Fragment("text <img src=a alt=plane> more", "text more"),
        Fragment("<p>Late again<img class=\"wp-smiley emoji\" alt='&#x1f621;'> :(", "Late again\u{1F621} :("),
        Fragment(
            "see <a href='https://e.example/a?b=1&amp;c=2'>https://e.example/a?b...</a>.",
            "see https://e.example/a?b=1&c=2."),
        Fragment("<a href=https://www.e.example/long/way> e.example/lo\u{2026}</a>", "e.example/long/way"),
        Fragment(
            "<a href=https://e.example/a>Read on...</a> <a href=https://e.example/a>e.example/b...</a>",
            "Read on... e.example/b..."),
        Fragment("<img class=emoji alt=':heart:'>", ":heart:"),
        Fragment("<head><title>Subject</title></head><body>Body</body>", "Body"),
        Fragment("<math><mi>x</mi><mo>+</mo><mn>1</mn></math>", "x+1"),
        Fragment("<a href='https://acme.example'>Acme</a>&nbsp;Air", "Acme Air"),
        Fragment("plain text", "plain text"),
        Fragment("  white \n space ", "white space"),
        Fragment("", ""),
    ]) func `a fragment reads as a person would read it`(fragment: Fragment) {
        #expect(HTML.text(of: fragment.html) == fragment.result)
    }

    @Test(arguments: [
        Fragment("&lt;b&gt; &amp;amp; &quot;&apos;", "<b> &amp; \"'"),
        Fragment("&eacute;&Eacute;&copy;&copy 2024&notin;&CounterClockwiseContourIntegral;", "éÉ©© 2024∉∳"),
        Fragment("&#8364;&#x20AC;&#128;&#150;&#x99;", "€€€–™"),
        Fragment("&#0;&#xD800;&#99999999999;", "\u{FFFD}\u{FFFD}\u{FFFD}"),
        Fragment("AT&T &bogus; &; &#; &#x; &", "AT&T &bogus; &; &#; &#x; &"),
        Fragment("&NotEqualTilde;", "\u{2242}\u{338}"),
        Fragment("&#x1F600", "😀"),
        Fragment("&#55357;&#56832; &#xD83D;&#xDE00;", "😀 😀"),
        Fragment("&#55357; &#56832;&#55357;&#55357;&#56832;", "\u{FFFD} \u{FFFD}\u{FFFD}😀"),
    ]) func `character references are those of HTML`(fragment: Fragment) {
        #expect(HTML.text(of: fragment.html).unicodeScalars.elementsEqual(fragment.result.unicodeScalars))
    }

    @Test(arguments: [
        Fragment("2 < 3 and 4 > 1", "2 < 3 and 4 > 1"),
        Fragment("i <3 you", "i <3 you"),
        Fragment("a <unclosed tag", "a <unclosed tag"),
        Fragment("a <a href=\"https://acme.ex", "a"),
        Fragment("safe<!--", "safe"),
        Fragment("<!DOCTYPE ~", "<!DOCTYPE ~"),
        Fragment("sa<!-- -- no end >fe", "safe"),
        Fragment("<script>never ends", ""),
        Fragment("before <svg> no end", "before no end"),
    ]) func `what only looks like markup stays`(fragment: Fragment) {
        #expect(HTML.text(of: fragment.html) == fragment.result)
    }

    @Test func `what is HTML is told from what only looks like it`() {
        for html in ["<b>x</b>", "&copy;", "a<br>b", "<p>x", "<a href='x'>y", "&#169;", "x <img src=y>"] {
            #expect(Array(html.utf8).withBytes { HTML.isLikely($0) }, "\(html)")
        }
        for text in ["plain", "2 < 3", "AT&T", "<code>", "<rss> .. </rss>", "List<String>", "U&IRGR8;)", "</blink>"] {
            #expect(!Array(text.utf8).withBytes { HTML.isLikely($0) }, "\(text)")
        }
    }

    @Test(arguments: [
        Fragment("<p class=\"q\">RE: <a href=\"x\">x</a></p><p>Look</p>", "<p>Look</p>"),
        Fragment("<P CLASS='a q'>one</p>two<span class=q><span>three</span> four</span>.", "two."),
        Fragment("<p class=\"qq\">one</p><p data-class=q>two</p>", "<p class=\"qq\">one</p><p data-class=q>two</p>"),
        Fragment("a<!-- <p class=q>b</p> -->c", "a<!-- <p class=q>b</p> -->c"),
        Fragment("<p class=q>one<p class=q>two</p>", "<p class=q>one<p class=q>two</p>"),
        Fragment("<p class=q>one</p><p class=q>two", "<p class=q>two"),
        Fragment("<img class=q>one<p class=q", "<img class=q>one<p class=q"),
        Fragment("", ""),
    ]) func `elements of a class are left out`(fragment: Fragment) {
        let left = Array(fragment.html.utf8).withBytes { HTML.removing(class: ("q" as StaticString).bytes, from: $0) }
        #expect(String(decoding: left, as: UTF8.self) == fragment.result)
    }

    @Test func `bytes that are no UTF-8 become text`() {
        let text = ([0x3C, 0x62, 0x3E, 0xFF, 0xC2, 0x3C] as [UInt8]).withBytes { HTML.text(of: $0) }
        #expect(String(decoding: text, as: UTF8.self) == "\u{FFFD}\u{FFFD}<")
    }
}
