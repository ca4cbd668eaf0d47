import Testing

@Suite struct CoverageTests {
    /// The table's line for a path, its columns apart.
    private static func row(_ path: String, in ending: Program.Ending) -> [Substring] {
        for line in ending.lines where line.hasPrefix(path + " ") { return line.split(separator: " ") }
        return []
    }

    @Test func `each path of a document is told with where its values end`() async throws {
        let folder = try Folder()
        let page = """
            {"data":[
              {"id":"21","author_id":"7","text":"Thank you Acme Air","possibly_sensitive":true,"unheard":{"of":["it"]}},
              {"id":"22","author_id":"7","text":"And once more","attachments":{"1234567_key":{"unheard":true}}}
            ],"includes":{"users":[{"id":"7","username":"mina_k"}]}}
            """
        let ending = try await Program.run("adapters", "twitter", "--coverage", folder.write(page, to: "page.json"))
        #expect(ending.code == 0)
        #expect(CoverageTests.row("data[].text", in: ending) == ["data[].text", "2", "text"])
        #expect(CoverageTests.row("data[].possibly_sensitive", in: ending).suffix(2) == ["1", "ext"])
        #expect(CoverageTests.row("data[].unheard.of[]", in: ending).suffix(2) == ["DROPPED", "it"])
        #expect(CoverageTests.row("data[].attachments.{}.unheard", in: ending).suffix(2) == ["DROPPED", "true"])
        #expect(CoverageTests.row("includes.users[].username", in: ending).contains("author.handle,"))
        #expect(ending.lines.contains("1 documents tried, 0 without mentions, 0 refused, 0 of no known form"))
    }

    @Test func `each element and attribute of a feed is told with where its values end`() async throws {
        let feed = """
            <?xml version="1.0"?><rss version="2.0"><channel><title>Acme Air</title><link>https://acme.example/</link>
            <item><guid isPermaLink="false">a1</guid><title>Fares &amp; seats</title>
            <description><![CDATA[<p>More legroom</p>]]></description>
            <enclosure url="https://acme.example/a.mp3" type="audio/mpeg" length="12"/><unheard of="it"/></item>
            </channel></rss>
            """
        let folder = try Folder()
        let ending = try await Program.run("adapters", "rss", "--coverage", folder.write(feed, to: "feed.xml"))
        #expect(ending.code == 0)
        #expect(CoverageTests.row("rss.channel.item.title", in: ending).last == "title")
        #expect(CoverageTests.row("rss.channel.item.description", in: ending).suffix(2) == ["html,", "text"])
        #expect(CoverageTests.row("rss.channel.item.enclosure@url", in: ending).last == "media")
        #expect(CoverageTests.row("rss.channel.title", in: ending).contains("ext"))
        #expect(ending.lines.contains("1 documents tried, 0 without mentions, 0 refused, 0 of no known form"))
    }

    @Test func `each header field and part of a mail is told with where its values end`() async throws {
        let mail = """
            From: Mina <mina@example.com>\r
            To: care@acme.example\r
            Subject: Lost\r
            \tluggage\r
            Message-ID: <1@example.com>\r
            MIME-Version: 1.0\r
            Content-Type: multipart/mixed; boundary="b"\r
            \r
            --b\r
            Content-Type: text/plain\r
            \r
            Where is it?\r
            --b\r
            Content-Type: application/pdf; name="tag.pdf"\r
            Content-Transfer-Encoding: base64\r
            \r
            QUJDREVG\r
            --b--\r

            """
        let folder = try Folder()
        let ending = try await Program.run("adapters", "email", "--coverage", folder.write(mail, to: "mail.eml"))
        #expect(ending.code == 0)
        #expect(CoverageTests.row("subject", in: ending).contains("title"))
        #expect(CoverageTests.row("[text/plain]", in: ending).last == "text")
        #expect(CoverageTests.row("[application/pdf]", in: ending).contains("media"))
        #expect(CoverageTests.row("mime-version", in: ending).contains("DROPPED"))
    }

    @Test func `documents of which nothing can be said are named, not tried`() async throws {
        let folder = try Folder()
        let empty = try folder.write(#"{"meta":{"result_count":0}}"#, to: "empty.json")
        let broken = try folder.write("{", to: "broken.json")
        let ending = try await Program.run("adapters", "twitter", "--coverage", empty, broken)
        #expect(ending.code == 0)
        #expect(ending.lines.contains("no mention in empty.json"))
        #expect(ending.lines.contains("0 documents tried, 1 without mentions, 0 refused, 1 of no known form"))
    }

    @Test func `a file that is not there is no input for coverage`() async throws {
        #expect(try await Program.run("adapters", "twitter", "--coverage", "/nowhere/page.json").code == 66)
    }
}
