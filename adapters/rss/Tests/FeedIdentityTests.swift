import Earshot
import EarshotAdapters
import EarshotTesting
import Testing

private func rows(_ text: String, url: String? = nil) throws -> [(id: String, title: String, feed: String)] {
    var document = Document(Array(text.utf8), observedAt: Fixture.observedAt)
    document.url = url
    let reading = try RSSAdapter.make().read(document)
    return reading.rows.map { (reading.string($0.nativeID), reading.string($0.title), reading.string($0.feed)) }
}

private func feed(_ head: String, _ items: String = "<item><guid>g</guid><title>t</title></item>") -> String {
    "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel>\(head)\(items)</channel></rss>"
}

struct FeedIdentityTests {
    private let own = "<atom:link rel='self' href='https://www.one.example/feed/'/>"

    @Test func `a feed and a file of it give the same ids`() throws {
        let file = try rows(feed(own))
        #expect(try rows(feed(own), url: "http://one.example/feed").map { $0.id } == file.map { $0.id })
        #expect(try rows(feed(own), url: "https://one.example/feed?token=1").map { $0.id } == file.map { $0.id })
    }

    @Test func `no feed can speak for another`() throws {
        let real = try rows(feed(own), url: "https://one.example/feed")
        let false_ = try rows(feed(own), url: "https://evil.example/feed")
        #expect(real.map { $0.id } != false_.map { $0.id })
        #expect(false_.map { $0.feed } == ["https://evil.example/feed"])
    }

    @Test func `an edited title keeps the id, and two feeds' equal guids are two`() throws {
        let before = try rows(feed(own))
        let after = try rows(feed(own, "<item><guid>g</guid><title>better</title></item>"))
        #expect(before.map { $0.id } == after.map { $0.id })
        let other = try rows(feed("<link>https://two.example/</link>"))
        #expect(before.map { $0.id } != other.map { $0.id })
    }

    @Test func `entries without a guid are told apart by their texts where nothing else does`() throws {
        let bare = try rows(
            feed(own, "<item><description>a</description></item><item><description>b</description></item>"))
        #expect(Set(bare.map { $0.id }).count == 2)
        #expect(try rows(feed(own, "<item><description>b</description></item>")).map { $0.id } == [bare[1].id])
        let item = "<item><link>https://one.example/</link><title>status</title><description>#</description></item>"
        let same = item.replacing("#", with: "a") + item.replacing("#", with: "b")
        #expect(try Set(rows(feed(own, same)).map { $0.id }).count == 2)
        #expect(try rows(feed(own, item + item)).count == 1)
    }

    @Test func `RDF's own name goes before what Dublin Core calls the work`() throws {
        let items =
            "<item rdf:about='https://one.example/1'><title>t</title><dc:identifier>10.1038/x</dc:identifier></item>"
        let rdf =
            "<rdf:RDF xmlns='http://purl.org/rss/1.0/' xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
            + "xmlns:dc='http://purl.org/dc/elements/1.1/'>\(items)</rdf:RDF>"
        #expect(try rows(rdf).map { $0.id.hasSuffix("/https://one.example/1") } == [true])
    }

    @Test(arguments: ["Wed, 30 Nov -0001 00:00:00 +0000", "0001-01-01T00:00:00"])
    func `a moment that a program did not know is none`(moment: String) throws {
        let text = feed(own, "<item><guid>g</guid><title>t</title><pubDate>\(moment)</pubDate></item>")
        let reading = try RSSAdapter.make().read(Document(Array(text.utf8), observedAt: Fixture.observedAt))
        #expect(reading.rows.map { $0.publishedAt } == [nil])
    }

    @Test(arguments: [true, false]) func `a feed that replays another's guid takes nothing from it`(
        isFirst: Bool
    ) async throws {
        let real = feed(own, "<item><guid>g</guid><link>https://one.example/1</link><title>our answer</title></item>")
        let forged = feed(own, "<item><guid>g</guid><link>https://evil.example/1</link><title>a lie</title></item>")
        let journal = MemoryJournal()
        var told = Receipt()
        let brought = [("https://one.example/feed", real), ("https://evil.example/feed", forged)]
        for (address, text) in isFirst ? brought.reversed() : brought {
            var document = Document(Array(text.utf8), observedAt: Fixture.observedAt)
            document.url = address
            var writer = MentionWriter(origin: .init(channel: "press", adapter: "rss", adapterVersion: "1.0"))
            writer.write(try RSSAdapter.make().read(document), of: document)
            told += try await journal.append(writer.take(), from: "press", advancing: nil)
        }
        // Both are told, each once and as its own feed's: neither is a repeat of the other or changes it.
        #expect(told.created == 2 && told.merged == 0)
    }

    @Test(arguments: [
        ("https://one.example/a", "", 1), ("https://one.example/a#comment-7", "", 0),
        ("https://one.example/a#c7", "<t:in-reply-to ref='x' xmlns:t='http://purl.org/syndication/thread/1.0'/>", 0),
    ])
    func `a page of two feeds is one, and a comment on it is none`(
        _ link: String, _ more: String, _ merged: Int
    ) async throws {
        let journal = MemoryJournal()
        let item = { (link: String, more: String) in "<item><guid>g</guid><link>\(link)</link>\(more)</item>" }
        var receipt = Receipt()
        for (address, text) in [
            ("https://one.example/feed", feed("", item("https://one.example/a", ""))),
            ("https://one.example/comments", feed("", item(link, more))),
        ] {
            var document = Document(Array(text.utf8), observedAt: Fixture.observedAt)
            document.url = address
            var writer = MentionWriter(origin: .init(channel: address, adapter: "rss", adapterVersion: "1.0"))
            writer.write(try RSSAdapter.make().read(document), of: document)
            receipt = try await journal.append(writer.take(), from: address, advancing: nil)
        }
        #expect(receipt.merged == merged)
        #expect(receipt.created == 1 - merged)
    }

    @Test func `one guid on different pages is none, and of one page's revisions the latest stays`() throws {
        let items = """
            <item><guid>g</guid><link>https://a.example/1</link><title>1</title></item>
            <item><guid>g</guid><link>https://a.example/2</link><title>2</title></item>
            <item><guid>h</guid><link>https://a.example/3</link><title>old</title>
            <pubDate>Fri, 02 Jan 2026 10:00:00 GMT</pubDate></item>
            <item><guid>h</guid><link>https://a.example/3</link><title>new</title>
            <pubDate>Fri, 02 Jan 2026 11:00:00 GMT</pubDate></item>
            """
        let read = try rows(feed("", items))
        #expect(read.map { $0.title } == ["1", "2", "new"])
        #expect(Set(read.map { $0.id }).count == 3)
    }

    @Test func `an entry without a guid is known by link, title and date`() throws {
        let item = "<item><link>https://a.example/1</link><title>1</title><description>DESC</description></item>"
        let one = try rows(feed("", item))
        let other = try rows(feed("", item.replacing("DESC", with: "edited")))
        #expect(one.map { $0.id } == other.map { $0.id })
    }
}

struct FeedHardshipTests {
    @Test func `twenty thousand entries are read, and more are counted as left out`() throws {
        let items = String(repeating: "<item><title>a</title></item>", count: 20_001)
        let text = "<rss><channel>\(items)</channel></rss>"
        let reading = try RSSAdapter.make().read(Document(Array(text.utf8), observedAt: Fixture.observedAt))
        #expect(reading.rows.count == 1)
        #expect(reading.defects.map { $0.reason } == ["more than 20000 entries; the rest was left out"])
    }

    @Test(arguments: [
        ("", "an empty document"), (" \n", "an empty document"), ("{}", "JSON, but not a JSON Feed"),
        ("<kml/>", "XML, but not a feed: it begins with <kml>"), ("<opml/>", "an OPML list of feeds, not a feed"),
        ("<HTML><body>", "an HTML page, not a feed"),
    ])
    func `what is no feed is refused by what it is`(text: String, reason: String) throws {
        let document = Document(Array(text.utf8), observedAt: Fixture.observedAt)
        #expect(throws: MalformedDocument(reason)) { _ = try RSSAdapter.make().read(document) }
    }

    @Test func `a page names the feeds that it offers`() throws {
        let page = """
            <!doctype html><link href='/f.xml' rel="alternate" type=application/rss+xml>
            <link rel=alternate type="application/atom+xml" href="https://b.example/?a=1&amp;b=2">
            """
        var document = Document(Array(page.utf8), observedAt: Fixture.observedAt)
        document.url = "https://a.example/news/"
        let reason = "an HTML page, not a feed; it offers https://a.example/f.xml, https://b.example/?a=1&b=2"
        #expect(throws: MalformedDocument(reason)) { _ = try RSSAdapter.make().read(document) }
    }

    @Test(arguments: ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x"])
    func `an address that does something is no address`(address: String) throws {
        let text =
            "<rss><channel><item><title>t</title><link>\(address)</link><comments>\(address)</comments>"
            + "<enclosure url='\(address)'/></item></channel></rss>"
        let read = AdapterContract.lines(
            of: try RSSAdapter.make(), reading: Document(Array(text.utf8), observedAt: Fixture.observedAt))
        #expect(!read.lowercased().contains("alert") && !read.contains("data:") && !read.contains("vbscript"))
    }
}
