import Earshot
import EarshotFormats
import EarshotTesting
import Testing

/// An address as given, and what becomes of it, if anything.
struct Address: CustomTestStringConvertible, Sendable {
    let given: String
    let result: String?

    init(_ given: String, _ result: String?) {
        self.given = given
        self.result = result
    }

    var testDescription: String { given }
}

@Suite struct URLResolvingTests {
    // The examples of RFC 3986, 5.4, with its base.
    @Test(arguments: [
        Address("g", "http://a/b/c/g"), Address("./g", "http://a/b/c/g"), Address("g/", "http://a/b/c/g/"),
        Address("/g", "http://a/g"), Address("//g", "http://g/"), Address("?y", "http://a/b/c/d;p?y"),
        Address("g?y", "http://a/b/c/g?y"), Address("#s", "http://a/b/c/d;p?q#s"), Address("g#s", "http://a/b/c/g#s"),
        Address(";x", "http://a/b/c/;x"), Address("", "http://a/b/c/d;p?q"), Address(".", "http://a/b/c/"),
        Address("..", "http://a/b/"), Address("../g", "http://a/b/g"), Address("../../g", "http://a/g"),
        Address("../../../g", "http://a/g"), Address("/./g", "http://a/g"), Address("g.", "http://a/b/c/g."),
        Address("..g", "http://a/b/c/..g"), Address("./../g", "http://a/b/g"), Address("g/./h", "http://a/b/c/g/h"),
        Address("g;x=1/../y", "http://a/b/c/y"), Address("g?y/../x", "http://a/b/c/g?y/../x"),
        Address("http:g", "http://a/b/c/g"), Address("mailto:x@y.example", "mailto:x@y.example"),
    ]) func `references are resolved as RFC 3986 says`(address: Address) {
        #expect(URLs.resolved(address.given, base: "http://a/b/c/d;p?q") == address.result)
    }

    @Test(arguments: [
        Address("HTTPS://Acme.Example:443/A b", "https://acme.example/A%20b"),
        Address("https:\\\\acme.example\\a", "https://acme.example/a"),
        Address("https:acme.example", "https://acme.example/"),
        Address(" https://acme.example/a\n/b ", "https://acme.example/a/b"),
        Address("https://acme.example/%2e%2E/x", "https://acme.example/x"),
        Address("https://bücher.example/ä?ö#ü", "https://bücher.example/ä?ö#ü"),
        Address("https://acme.example:8443", "https://acme.example:8443/"),
        Address("https://acme.example:port/", nil),
        Address("https://ac me.example/", nil),
        Address("https://", nil),
        Address("/only/a/path", nil),
        Address("", nil),
    ]) func `addresses are read as browsers read them`(address: Address) {
        #expect(URLs.resolved(address.given) == address.result)
    }
}

@Suite struct CanonicalURLTests {
    @Test func `a parameter is dropped by its whole name alone, in any case`() {
        for name in ["fbclid", "FBclid", "igsh", "utm", "gad_campaignid", "hsctatracking", "__s"] {
            #expect(URLs.canonical("https://acme.example/?\(name)=1&id=2") == "https://acme.example/?id=2", "\(name)")
            for other in ["\(name)x", "x\(name)", String(name.dropLast()) + "-"] {
                let address = "https://acme.example/?\(other)=1"
                #expect(URLs.canonical(address) == address, "\(other)")
            }
        }
        #expect(URLs.canonical("https://m.youtube.com/watch?v=1&si=2") == "https://www.youtube.com/watch?v=1")
        #expect(URLs.canonical("https://notyoutube.com/watch?v=1&si=2") == "https://notyoutube.com/watch?v=1&si=2")
    }

    @Test(arguments: [
        Address("https://acme.example/news/1", "https://acme.example/news/1"),
        Address("HTTP://WWW.Acme.Example:80", "http://www.acme.example/"),
        Address("https://acme.example./a", "https://acme.example/a"),
        Address("https://user:secret@acme.example/a", "https://acme.example/a"),
        Address("https://acme.example/a/?utm_source=x&id=7&UTM_Medium=y&fbclid=z", "https://acme.example/a/?id=7"),
        Address("https://acme.example/a?utm_source=x", "https://acme.example/a"),
        Address("https://acme.example/a?", "https://acme.example/a"),
        Address("https://acme.example/a?b=2&a=1", "https://acme.example/a?b=2&a=1"),
        Address("https://acme.example/a?s=20&t=x", "https://acme.example/a?s=20&t=x"),
        Address("https://twitter.com/acmeair/status/1?s=20&t=x", "https://twitter.com/acmeair/status/1"),
        Address("https://www.youtube.com/watch?v=abc&feature=share&si=q", "https://www.youtube.com/watch?v=abc"),
        Address("https://acme.example/a#part", "https://acme.example/a"),
        Address("https://acme.example/#!/a", "https://acme.example/#!/a"),
        Address("https://acme.example/#/a", "https://acme.example/#/a"),
        Address("https://acme.example/%7ea/%c3%a4/ä", "https://acme.example/~a/%C3%A4/%C3%A4"),
        Address("https://acme.example/a/../b/./c", "https://acme.example/b/c"),
        Address("https://m.facebook.com/acme/posts/1?__tn__=x&refid=17", "https://www.facebook.com/acme/posts/1"),
        Address("https://mobile.twitter.com/acmeair", "https://twitter.com/acmeair"),
        Address("https://fi.m.wikipedia.org/wiki/Acme", "https://fi.wikipedia.org/wiki/Acme"),
        Address("https://m.acme.example/a", "https://m.acme.example/a"),
        Address("https://acme.example/story/amp/", "https://acme.example/story/"),
        Address("https://acme.example/story/amp", "https://acme.example/story"),
        Address("https://acme.example/amp", "https://acme.example/amp"),
        Address("https://acme.example/story?amp=1&id=2", "https://acme.example/story?id=2"),
        Address("https://www.google.com/amp/s/acme.example/story", "https://acme.example/story"),
        Address("https://acme-example.cdn.ampproject.org/c/s/acme.example/story", "https://acme.example/story"),
        Address(
            "https://l.facebook.com/l.php?u=https%3A%2F%2Facme.example%2Fa%3Fid%3D1%26fbclid%3Dx&h=y",
            "https://acme.example/a?id=1"),
        Address("https://m.facebook.com./l.php?u=https%3A%2F%2Facme.example%2F", "https://acme.example/"),
        Address("https:\\\\l.facebook.com\\l.php?u=https%3A%2F%2Facme.example%2F", "https://acme.example/"),
        Address("https://acme.example/a/amp/amp/", "https://acme.example/a/"),
        Address("https://acme.example/a/amp/b/..", "https://acme.example/a/"),
        Address("https://acme.example/%3%62F", "https://acme.example/%253bF"),
        Address("mailto:care@acme.example", nil), Address("not an address", nil), Address("", nil),
    ]) func `a page has one spelling`(address: Address) {
        #expect(URLs.canonical(address.given) == address.result)
    }

    @Test(arguments: [
        Address("https://www.google.com/url?q=https://acme.example/&sa=D", "https://acme.example/"),
        Address("https://google.co.uk/url?url=https%3A%2F%2Facme.example%2Fx", "https://acme.example/x"),
        Address("https://out.reddit.com/t3_x?url=https%3A%2F%2Facme.example", "https://acme.example/"),
        Address(
            "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Facme.example%2F&data=x",
            "https://acme.example/"),
        Address("https://l.facebook.com/l.php?u=javascript%3Aalert(1)", nil),
        Address(
            "https://l.facebook.com/l.php?u=https%3A%2F%2Facme.example%2F%C3%A4%3Fq%3D%E4%B1",
            "https://acme.example/%C3%A4?q=%E4%B1"),
        Address("https://l.facebook.com.evil.example/l.php?u=https%3A%2F%2Facme.example", nil),
        Address("https://googleacme.example/url?q=https://x.example", nil),
        Address("https://acme.example/a", nil),
    ]) func `redirecting addresses say where they lead`(address: Address) {
        #expect(URLs.unwrapped(address.given) == address.result)
    }

    @Test(arguments: ["https://l.facebook.com/l.php?u=", "https:\\\\l.facebook.com\\l.php?u="])
    func `redirecting addresses within one another lead on four times, or are kept as they are`(_ outer: String) {
        let (exit, page) = ("https://l.facebook.com/l.php?u=", "https://acme.example/a")
        for count in 0..<9 {
            let inner = String(repeating: exit, count: count) + page
            #expect(URLs.canonical(outer + inner) == (count < 4 ? page : exit + inner))
            #expect(URLs.canonical(exit + inner) == (count < 4 ? page : exit + inner))
        }
    }

    @Test func `no bytes bring it down, and a second time changes nothing`() {
        let seeds = [
            "https://user@Acme.Example:443/a/../b?utm_source=1&id=%7e#!/x", "http://[::1]:80/%2e%2e/x",
            "https://l.facebook.com/l.php?u=https%3A%2F%2Facme.example%2Famp%2F", "https:\\\\m.youtube.com\\watch?v=1",
            "//acme.example/./..//amp/amp", "https://www.google.com/amp/s/acme.example/x",
        ]
        var random = Mutations(seed: 3)
        let base = ("https://acme.example/a/b?c" as StaticString).bytes
        for round in 0..<30_000 {
            let bytes = random.mutated(Array(seeds[round % seeds.count].utf8))
            bytes.withBytes { bytes in
                if let once = URLs.canonical(bytes) {
                    #expect(once.withBytes { URLs.canonical($0) } == once)
                    // The look that lets plain addresses pass agrees with the long way, which a `?` asks for.
                    if !once.contains(UInt8(ascii: "?")), !once.contains(UInt8(ascii: "#")) {
                        #expect((once + Array("?".utf8)).withBytes { URLs.canonical($0) } == once)
                    }
                }
                if let once = URLs.resolved(bytes, base: base) {
                    #expect(once.withBytes { URLs.resolved($0, base: base) } == once)
                }
            }
        }
    }

    @Test func `an address that is canonical is kept once`() {
        var reading = Reading(network: "web")
        let plain = ("https://acme.example/a" as StaticString).bytes
        let same = reading.keepURL(plain)
        #expect(same.url == same.canonical)
        let tracked = ("https://acme.example/a?gclid=1" as StaticString).bytes
        let other = reading.keepURL(tracked)
        #expect(reading.string(other.url) == "https://acme.example/a?gclid=1")
        #expect(reading.string(other.canonical) == "https://acme.example/a")
        let again = reading.keepCanonical(of: other.url)
        #expect(reading.string(again) == "https://acme.example/a")
        let unchanged = reading.keepCanonical(of: same.url)
        #expect(unchanged == same.url)
    }
}

@Suite struct PlainURLTests {
    /// What addresses are made of, the plain and the awkward.
    private static let pieces = [
        "/", "a", "Über", "news", ".", "..", "%2e", "%2F", "%c3%a9", "~", "'", "(1)", "?", "&", "=", "id=7",
        "utm_source=x",
        "#", "#!/route", "fbclid=1", "@", ":", "amp", "/amp/", "!", "*", "\\", "^", "`", "{", "s=20", "+", ",", ";",
        "q=1",
    ]
    private static let hosts = [
        "acme.example", "m.facebook.com", "x.com", "www.youtube.com", "news.google.com", "google.com", "a.example.",
        "-",
    ]

    @Test func `a plain address needs no more than a look, and is what the long way makes of it`() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<20_000 {
            let host = PlainURLTests.hosts[Int.random(in: 0..<PlainURLTests.hosts.count, using: &random)]
            var rest = "://\(host)"
            for _ in 0..<Int.random(in: 0...8, using: &random) {
                rest += PlainURLTests.pieces[Int.random(in: 0..<PlainURLTests.pieces.count, using: &random)]
            }
            // Capitals in the scheme are never plain.
            #expect(URLs.resolved("https" + rest) == URLs.resolved("HTTPS" + rest), "\(rest)")
            #expect(URLs.canonical("https" + rest) == URLs.canonical("HTTPS" + rest), "\(rest)")
        }
    }
}
