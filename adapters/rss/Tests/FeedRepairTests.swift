import Earshot
import EarshotAdapters
import EarshotTesting
import Testing

private func read(_ bytes: [UInt8]) throws -> (texts: [String], defects: [String]) {
    let reading = try RSSAdapter.make().read(Document(bytes, observedAt: Fixture.observedAt))
    return (reading.rows.map { reading.string($0.title) }, reading.defects.map(\.reason))
}

private func items(_ titles: String...) -> String {
    "<rss><channel>" + titles.map { "<item><title>\($0)</title></item>" }.joined() + "</channel></rss>"
}

/// What is read of feeds that were not written as their standards say.
struct FeedRepairTests {
    private static let titles = ["Größe, Äpfel", "Dan’s “café”", "Žižek i čaj", "Łódź"]

    @Test(arguments: [
        ("ks_c_5601-1987", [0xBE, 0xC8, 0xB3, 0xE7], "안녕"), ("x-windows-949", [0xBE, 0xC8, 0xB3, 0xE7], "안녕"),
        ("x-cp1251", [0xCF, 0xF0, 0xE8], "При"), ("win-1250", [0xAF, 0xF3, 0xB3, 0xE6], "Żółć"),
        ("csBig5", [0xA7, 0x41, 0xA6, 0x6E], "你好"), ("koi8_r", [0xF0, 0xD2, 0xC9], "При"),
    ]) func `a charset may have any of its names`(_ name: String, _ title: [UInt8], _ expected: String) throws {
        let head = "<?xml version='1.0' encoding='\(name)'?><rss><channel><item><guid>1</guid><title>"
        let feed = Array(head.utf8) + title + Array("</title></item></channel></rss>".utf8)
        let reading = try RSSAdapter.make().read(Document(feed, observedAt: Fixture.observedAt))
        #expect(reading.rows.map { reading.string($0.title) } == [expected])
        #expect(reading.defects.isEmpty)
    }

    @Test(arguments: [#""authors":{"name":"Solo"}"#, #""author":"Solo""#, #""authors":["Solo"]"#])
    func `an entry's author in another form goes before the feed's`(author: String) throws {
        let feed = """
            {"version":"https://jsonfeed.org/version/1.1","title":"f","authors":[{"name":"Feed"}],
            "items":[{"id":"1","content_text":"a","date_published":1736157600,"tags":"b",\(author)}]}
            """
        let reading = try RSSAdapter.make().read(Document(Array(feed.utf8), observedAt: Fixture.observedAt))
        let row = try #require(reading.rows.first)
        #expect(reading.string(row.author.name) == "Solo")
        #expect(row.publishedAt == Timestamp(seconds: 1_736_157_600))
        #expect(reading.tags.map { reading.string($0) } == ["b"])
    }

    @Test(arguments: ["Teaser <!--break--> more", "Teaser <!-- a > b -->more", "Teaser&#32;more"])
    func `a text with a comment alone is HTML`(text: String) throws {
        let feed = "<rss><channel><item><description><![CDATA[\(text)]]></description></item></channel></rss>"
        let reading = try RSSAdapter.make().read(Document(Array(feed.utf8), observedAt: Fixture.observedAt))
        #expect(reading.rows.map { reading.string($0.text) } == ["Teaser more"])
    }

    @Test(arguments: ["iso-8859-1", "windows-1252", "iso-8859-2", "windows-1250", "iso-8859-15", "koi8-r"])
    func `UTF-8 that calls itself a charset of single bytes is UTF-8`(charset: String) throws {
        let feed = "<?xml version='1.0' encoding='\(charset)'?>" + items(Self.titles[0], Self.titles[1], Self.titles[3])
        let found = try read(Array(feed.utf8))
        #expect(found.texts == [Self.titles[0], Self.titles[1], Self.titles[3]])
        #expect(found.defects == ["recovered: not in the declared charset, read as utf-8"])
    }

    @Test(
        arguments: [
            ("iso-8859-1", "Gr\u{F6}\u{DF}e", [0x47, 0x72, 0xF6, 0xDF, 0x65]),
            ("iso-8859-2", "Łódź", [0xA3, 0xF3, 0x64, 0xBC]),
            ("windows-1250", "Žižek", [0x8E, 0x69, 0x9E, 0x65, 0x6B]),
        ] as [(String, String, [UInt8])])
    func `what is of its charset is read in it`(charset: String, title: String, bytes: [UInt8]) throws {
        let around = items("#").split(separator: "#").map { Array($0.utf8) }
        let feed = Array("<?xml version='1.0' encoding='\(charset)'?>".utf8) + around[0] + bytes + around[1]
        let found = try read(feed)
        #expect(found.texts == [title])
        #expect(found.defects.isEmpty)
    }

    @Test(arguments: [
        ("päivi@yritys.fi (Päivi)", "Päivi", "päivi@yritys.fi"),
        ("Anna «anna@žurnal.example»", "Anna «»", "anna@žurnal.example"),
        ("ann@acme.example–Ann", "–Ann", "ann@acme.example"),
    ])
    func `an address may have letters of any language`(written: String, name: String, address: String) throws {
        let feed = "<rss><channel><item><title>a</title><author>\(written)</author></item></channel></rss>"
        let reading = try RSSAdapter.make().read(Document(Array(feed.utf8), observedAt: Fixture.observedAt))
        let author = try #require(reading.rows.first?.author)
        #expect(reading.string(author.address) == address)
        #expect(reading.string(author.name) == name)
    }

    @Test func `a character in two halves is one`() throws {
        let found = try read(Array(items("Kävi &#55357;&#56832; ok").utf8))
        #expect(found.texts == ["Kävi 😀 ok"])
    }

    @Test func `a character that was cut breaks nothing else`() throws {
        let whole = "<?xml version='1.0' encoding='utf-8'?>" + items(Self.titles[0], "#", Self.titles[2])
        let parts = whole.split(separator: "#").map { Array($0.utf8) }
        let found = try read(parts[0] + Array("Fu".utf8) + [0xC3] + Array("...".utf8) + parts[1])
        #expect(found.texts == [Self.titles[0], "Fu\u{FFFD}...", Self.titles[2]])
        #expect(found.defects == ["recovered: not in the declared charset, read as utf-8 with broken characters"])
    }

    @Test func `letters of another charset are not taken for broken UTF-8`() throws {
        let parts = items("#").split(separator: "#").map { Array($0.utf8) }
        let found = try read(
            parts[0] + [0x53, 0x63, 0x68, 0xF6, 0x6E, 0x65, 0x20, 0xC4, 0x70, 0x66, 0x65, 0x6C] + parts[1])
        #expect(found.texts == ["Schöne Äpfel"])
    }

    @Test(arguments: [
        "<br />\n<b>Warning</b>: Undefined index in <b>/srv/feed.php</b> on line 7<br />\n", "Notice: 1\n",
    ])
    func `a program's warnings before a feed are skipped`(warning: String) throws {
        for declaration in ["<?xml version='1.0'?>\n", ""] {
            let found = try read(Array((warning + declaration + items("a", "b")).utf8))
            #expect(found.texts == ["a", "b"])
            #expect(found.defects == ["recovered: \(warning.utf8.count) bytes stand before the feed"])
        }
    }

    @Test func `what is no feed is refused as it stands, whatever is in it`() {
        #expect(throws: MalformedDocument.self) { try read(Array("Notice: 1\n<rss version='2.0'></rss>".utf8)) }
    }

    @Test func `an entry that was never closed hides none`() throws {
        let feed =
            "<rss><channel><item><title>a</title><item><title>b</title></item><item><title>c</title></item></channel>"
        #expect(try read(Array(feed.utf8)).texts == ["a", "b", "c"])
    }

    @Test func `texts of JSON that were encoded twice are decoded once more`() throws {
        let feed = #"{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"Caf\u00c3\u00a9"}]}"#
        #expect(try read(Array(feed.utf8)).texts == ["Café"])
    }

    @Test(arguments: [
        "<?xml version='1.0'?>\n<!DOCTYPE html>", "<!-- made by hand -->\n<!DOCTYPE html>",
        "\u{FEFF}<!-- a --><!-- b -->",
    ])
    func `a page says which feeds it offers, whatever stands before it`(beginning: String) {
        let page =
            beginning + "<html><head><link rel='alternate' type='application/atom+xml' href='/feed'/></head></html>"
        #expect(throws: MalformedDocument("an HTML page, not a feed; it offers /feed")) { try read(Array(page.utf8)) }
    }
}
