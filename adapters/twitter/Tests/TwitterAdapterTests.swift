import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Testing

struct TwitterAdapterTests {
    @Test(arguments: Fixture.all()) func `a fixture is read as recorded`(_ fixture: Fixture) throws {
        let read = fixture.read(with: try TwitterAdapter.make())
        if Fixture.isRecording { return try fixture.record(read) }
        #expect(read.lines == fixture.expectedLines)
        #expect(read.defects == fixture.expectedDefects)
    }

    @Test(arguments: Fixture.all()) func `the adapter keeps its promises`(_ fixture: Fixture) throws {
        #expect(AdapterContract.violations(of: try TwitterAdapter.make(), reading: fixture.document) == [])
    }

    @Test(arguments: Fixture.all()) func `an entity's text is what stands at its place`(_ fixture: Fixture) throws {
        guard let reading = try? TwitterAdapter.make().read(fixture.document) else { return }
        for row in reading.rows {
            let text = Array(reading.string(row.text).unicodeScalars)
            for entity in row.entities.indices.map({ reading.entities[$0] }) where entity.start >= 0 {
                var slice = String.UnicodeScalarView()
                slice.append(contentsOf: text[Int(entity.start)..<Int(entity.end)])
                #expect(reading.string(entity.text) == String(slice))
            }
        }
    }

    @Test func `both spellings of a page give the same mentions`() throws {
        let fixtures = Fixture.all()
        let pages = fixtures.filter { $0.description.hasPrefix("v2-page") }
        #expect(pages.count == 2)
        let contents = try pages.map { page in
            try TwitterAdapter.make().read(page.document).contents
        }
        #expect(contents.first == contents.last)
    }

    @Test func `the source's own record is kept where that is asked for`() throws {
        let adapter = try TwitterAdapter.make(#"{"keep_raw": true}"#)
        let reading = try adapter.read(Document.json(#"{"data": {"id": "1", "text": "a &lt; b"}}"#))
        #expect(reading.rows.map { reading.string($0.raw) } == [#"{"id":"1","text":"a &lt; b"}"#])
        #expect(reading.rows.map { reading.string($0.text) } == ["a < b"])
    }

    @Test func `what is unedited, cut or only named says so`() throws {
        func row(_ json: String) throws -> MentionRow {
            try #require(try TwitterAdapter.make().read(Document.json(json)).rows.first)
        }
        let dated = #""created_at": "2026-01-11T11:13:20.000Z", "author_id": "7""#
        let first = try row(#"{"data": {"id": "1990000000000000001", "text": "a", \#(dated)}}"#)
        #expect(first.isOriginal && !first.isPartial)
        let second = try row(
            #"{"data": {"id": "1990000000000000002", "text": "b", \#(dated), "edit_history_tweet_ids": "#
                + #"["1990000000000000001", "1990000000000000002"]}}"#)
        #expect(!second.isOriginal && second.editedAt != nil)
        let told = try row(
            #"{"tweet_edit": {"tweet": {"id": "1990000000000000002"}, "initial_tweet_id": "1990000000000000001", "#
                + #""edit_tweet_ids": ["1990000000000000001", "1990000000000000002"], "event_at": "2036-01-01T00:00:00Z"}}"#
        )
        #expect(told.isPartial && told.editedAt ?? .latest < .latest)
        let words = String(repeating: "so long ", count: 32)
        let cut = try row(#"{"data": {"id": "3", "text": "\#(words)… https://t.co/abcdefghij", \#(dated)}}"#)
        #expect(cut.truncated == true && cut.isPartial)
    }

    @Test func `a part of an archive may have a mark behind its sign`() throws {
        let part = "window.YTD.tweets.part0 = \u{FEFF}[{\"tweet\":{\"id_str\":\"5\",\"full_text\":\"x\"}}];\n"
        let reading = try TwitterAdapter.make().read(Document(Array(part.utf8), observedAt: Fixture.observedAt))
        #expect(reading.rows.count == 1)
    }

    @Test func `counts are dated when they were just fetched, and not when they come from a file`() throws {
        var document = Document.json(#"{"data": {"id": "1", "text": "a", "public_metrics": {"like_count": 3}}}"#)
        #expect(try TwitterAdapter.make().read(document).rows.first?.metricsAt == nil)
        document.via = .poll
        #expect(try TwitterAdapter.make().read(document).rows.first?.metricsAt == document.observedAt)
    }

    /// An archive's posts with its long texts beside them.
    private func archive(_ posts: [String], notes: [String] = []) throws -> Reading {
        var document = Document(
            Array("window.YTD.tweets.part0 = [\(posts.joined(separator: ","))]".utf8), observedAt: Fixture.observedAt)
        let text = "window.YTD.note_tweet.part0 = [\(notes.map { "{\"noteTweet\":\($0)}" }.joined(separator: ","))]"
        document.companions = [Document(Array(text.utf8), observedAt: Fixture.observedAt)]
        return try TwitterAdapter.make().read(document)
    }

    @Test func `long texts that begin alike are told apart by their moments`() throws {
        let start = String(repeating: "Ben & Jerry <3 ", count: 10)
        let shown = start.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
        func post(_ id: Int, _ moment: String) -> String {
            #"{"tweet":{"id_str":"\#(id)","created_at":"\#(moment)","full_text":"\#(shown)… https://t.co/zzzzzzzzzz"}}"#
        }
        func note(_ day: Int, _ end: String) -> String {
            #"{"createdAt":"2025-02-\#(day)T10:00:00.500Z","core":{"text":"\#(start)\#(end) https://t.co/a","#
                + #""urls":[{"shortUrl":"https://t.co/a","expandedUrl":"https://acme.example/\#(end)"}]}}"#
        }
        let posts = [
            post(1, "Mon Feb 10 10:00:00 +0000 2025"), post(2, "Tue Feb 11 10:00:00 +0000 2025"),
            post(3, "Wed Feb 12 10:00:00 +0000 2025"),
        ]
        let reading = try archive(posts, notes: [note(11, "tuesday"), note(10, "monday")])
        let texts = reading.rows.map { reading.string($0.text) }
        #expect(texts[0].hasSuffix("monday https://t.co/a") && texts[1].hasSuffix("tuesday https://t.co/a"))
        #expect(reading.rows.map { $0.truncated } == [false, false, true])
        let links = reading.entities.filter { $0.type == .url }.map { reading.string($0.value) }
        #expect(links.contains("https://acme.example/monday") && links.contains("https://acme.example/tuesday"))
    }

    @Test func `posts of older archives stand without an object around each`() throws {
        let reading = try archive([#"{"id_str":"1","full_text":"a"}"#])
        #expect(reading.rows.map { reading.string($0.nativeID) } == ["1"])
    }

    @Test func `a page of default fields tells reposts by their text`() throws {
        let page =
            #"{"data":[{"id":"1","text":"RT @acme: Our new pla…"},{"id":"2","text":"RT me"},"#
            + #"{"id":"3","text":"RT @acme: mine","author_id":"7"}]}"#
        let reading = try TwitterAdapter.make().read(Document.json(page))
        #expect(reading.rows.map { $0.kind } == [.repost, .post, .post])
        #expect(reading.rows.map { reading.string($0.text) } == ["Our new pla…", "RT me", "RT @acme: mine"])
        #expect(reading.rows.map { $0.truncated } == [true, false, false])
    }

    @Test func `a long description of a picture is kept, and the link of several pictures stands once`() throws {
        let alt = String(repeating: "日", count: 1000)
        let link = #"{"start":5,"end":28,"url":"https://t.co/aaaaaaaaaa","expanded_url":"https://x.com/p/1"}"#
        let page =
            #"{"data":[{"id":"1","text":"look https://t.co/aaaaaaaaaa","attachments":{"media_keys":["3_1"]},"#
            + #""entities":{"urls":[\#(link),\#(link)],"mentions":[{"start":0,"end":2,"username":"a","id":"1"},"#
            + #"{"start":1,"end":3,"username":"a","id":"1"}]}}],"includes":{"media":[{"media_key":"3_1","type":"photo","#
            + #""alt_text":"\#(alt)"}]}}"#
        let reading = try TwitterAdapter.make().read(Document.json(page))
        #expect(reading.media.map { reading.string($0.alt) } == [alt])
        #expect(reading.entities.filter { $0.type == .url }.count == 1)
        #expect(reading.recipients.count == 1)
    }

    @Test(arguments: [
        ("", "empty"), ("[1", "not JSON"), ("3", "neither"), (#"{"foo": 1}"#, "no post"),
        (#"{"errors": [{"code": 88, "message": "Rate limit exceeded"}]}"#, "code 88 Rate limit exceeded"),
        (#"{"title": "Unauthorized", "type": "about:blank", "status": 401}"#, "status 401 Unauthorized"),
        ("window.YTD.tweets.part0 = {}", "no list"),
    ])
    func `a document that cannot be read says why`(_ text: String, _ reason: String) throws {
        let adapter = try TwitterAdapter.make()
        let failure = #expect(throws: MalformedDocument.self) { try adapter.read(Document.json(text)) }
        #expect(failure?.description.contains(reason) == true, "\(failure?.description ?? "")")
    }

    @Test(arguments: [
        "[]", "{}", " \r\n", #"{"meta": {"result_count": 0}}"#,
        #"{"data": [{"id": "1", "name": "A", "username": "a"}]}"#,
        #"{"data": {"id": "1", "state": "live"}}"#, #"{"ids": [1, 2], "next_cursor": 0}"#,
        "window.YTD.follower.part0 = [ ]", #"{"undrop": {"tweet": {"id": "1"}}}"#,
    ])
    func `a document with nothing to say gives nothing`(_ text: String) throws {
        let reading = try TwitterAdapter.make().read(Document.json(text))
        #expect(reading.rows.isEmpty && reading.defects.isEmpty)
    }

    @Test func `what happens to an account is told once, and told again when it was taken back`() async throws {
        let journal = MemoryJournal()
        var receipts: [Receipt] = []
        for event in ["suspend", "suspend", "unsuspend", "suspend", "delete", "delete", "undelete"] {
            let line = #"{"user_\#(event)": {"user": {"id": "7"}, "event_at": "2026-03-02T00:00:00.000Z"}}"#
            let document = Document.json(line)
            var writer = MentionWriter(origin: .init(channel: "x", adapter: "twitter", adapterVersion: "1.0"))
            writer.write(try TwitterAdapter.make().read(document), of: document)
            receipts.append(try await journal.append(writer.take(), from: "x", advancing: nil))
        }
        #expect(receipts.map(\.updated) == [1, 0, 1, 1, 0, 0, 1])
        #expect(receipts.map(\.deleted) == [0, 0, 0, 0, 1, 0, 0])
    }

    @Test func `a like tells of a post that was not known, and changes none that was`() async throws {
        let journal = MemoryJournal()
        let like = #"window.YTD.like.part0 = [{"like": {"tweetId": "7", "fullText": "hi"}}]"#
        let post = #"{"data": {"id": "7", "text": "hi", "author_id": "9"}}"#
        var receipts: [Receipt] = []
        for text in [like, like, post, like, post] {
            let document = Document.json(text)
            var writer = MentionWriter(origin: .init(channel: "x", adapter: "twitter", adapterVersion: "1.0"))
            writer.write(try TwitterAdapter.make().read(document), of: document)
            receipts.append(try await journal.append(writer.take(), from: "x", advancing: nil))
        }
        #expect(receipts.map(\.created) == [1, 0, 0, 0, 0])
        #expect(receipts.map(\.updated) == [0, 0, 1, 0, 0])
        #expect(receipts.map(\.repeated) == [0, 1, 0, 1, 1])
    }

    @Test func `a post that ends as a cut one does is told with its counts and edits`() async throws {
        func post(_ id: String, _ link: String, likes: Int, _ more: String = "") -> String {
            let text = String(repeating: "long ", count: 20) + "\u{2026} https://t.co/abcdefghij"
            let history = #""edit_history_tweet_ids":["7"\#(more)]"#
            return
                #"{"data":{"id":"\#(id)","text":"\#(text)","author_id":"9","created_at":"2026-01-12T08:00:00Z",\#(history),"#
                + #""public_metrics":{"like_count":\#(likes)},"entities":{"urls":[{"start":101,"end":124,"#
                + #""url":"https://t.co/abcdefghij","expanded_url":"\#(link)"}]}}}"#
        }
        for (link, isCut) in [
            ("https://news.example/acme", false), ("https://x.com/other/status/6", false),
            ("https://x.com/acme/status/7/photo/1", false), ("https://x.com/i/web/status/7", true),
        ] {
            let journal = MemoryJournal()
            var told: [Int] = []
            let posts = [
                post("7", link, likes: 3), post("7", link, likes: 9000), post("8", link, likes: 9000, #","8""#),
            ]
            for text in posts {
                let document = Document.json(text)
                var writer = MentionWriter(origin: .init(channel: "x", adapter: "twitter", adapterVersion: "1.0"))
                let reading = try TwitterAdapter.make().read(document)
                #expect(reading.rows.map(\.truncated) == [isCut])
                writer.write(reading, of: document)
                let receipt = try await journal.append(writer.take(), from: "x", advancing: nil)
                told.append(receipt.created + receipt.updated)
            }
            // The edition is of the same words here.
            #expect(told == [1, 1, 0])
        }
    }

    @Test func `a delivery that comes late does not take back what was counted since`() async throws {
        let journal = MemoryJournal()
        let pushed = { (likes: Int) in
            #"{"for_user_id":"9","tweet_create_events":[{"id_str":"7","text":"hi","user":{"id_str":"9"},"favorite_count":\#(likes)}]}"#
        }
        let polled = #"{"data":[{"id":"7","text":"hi","author_id":"9","public_metrics":{"like_count":100}}]}"#
        var told: [Receipt] = []
        for (text, via) in [
            (pushed(0), Via.push), (polled, .poll), (pushed(0), .push), (polled, .poll), (pushed(3), .push),
        ] {
            var document = Document.json(text)
            document.via = via
            var writer = MentionWriter(origin: .init(channel: "x", adapter: "twitter", adapterVersion: "1.0"))
            writer.write(try TwitterAdapter.make().read(document), of: document)
            told.append(try await journal.append(writer.take(), from: "x", advancing: nil))
        }
        #expect(told.map(\.created) == [1, 0, 0, 0, 0] && told.map(\.updated) == [0, 1, 0, 0, 1])
    }

    @Test func `reposts and quotes of an edited post lead to the id that it has`() throws {
        let edited =
            #"{"id_str":"8","text":"b","edit_history":{"initial_tweet_id":"7","edit_tweet_ids":["7","8"]}}"#
        for (field, relation) in [("retweeted_status", "repost_of"), ("quoted_status", "quote_of")] {
            let text = #"{"id_str":"9","text":"a","quoted_status_id_str":"8","\#(field)":\#(edited)}"#
            let line = AdapterContract.lines(of: try TwitterAdapter.make(), reading: Document.json(text))
            #expect(line.contains(#"{"rel":"\#(relation)","id":"twitter:7""#), "\(line)")
        }
    }

    @Test func `whom a repost repeats is nobody it names`() throws {
        let page = #"""
            {"data":[{"id":"1","text":"RT @acme: @jan late again","author_id":"7","referenced_tweets":[{"type":"retweeted","id":"9"}],
            "entities":{"mentions":[{"start":3,"end":8,"username":"acme"},{"start":10,"end":14,"username":"jan"}]}}]}
            """#
        let reading = try TwitterAdapter.make().read(Document.json(page))
        #expect(reading.rows.map { reading.string($0.text) } == ["@jan late again"])
        #expect(reading.recipients.map { reading.string($0.handle) } == ["jan"])
    }

    @Test func `an original that many repeat is kept once`() throws {
        let repost = { (id: Int) in
            #"{"id": "\#(id)", "text": "RT @a: b…", "referenced_tweets": [{"type": "retweeted", "id": "9"}]}"#
        }
        let original = String(repeating: "a long text ", count: 100)
        let posts = (100..<200).map(repost).joined(separator: ",")
        let page = #"{"data": [\#(posts)], "includes": {"tweets": [{"id": "9", "text": "\#(original)"}]}}"#
        let reading = try TwitterAdapter.make().read(Document.json(page))
        #expect(reading.rows.count == 100)
        #expect(Set(reading.rows.map(\.text)).count == 1)
        #expect(reading.arena.count < 20_000)
    }

    @Test func `what many mentions share cannot grow without bounds`() throws {
        let size = 2000
        let large = String(repeating: "x", count: 200_000)
        let posts = (0..<size).map {
            #"""
            {"id": "\#($0)", "text": "RT @a: b", "author_id": "a", "geo": {"place_id": "p"},
             "attachments": {"media_keys": ["m"], "poll_ids": ["q"]},
             "referenced_tweets": [{"type": "retweeted", "id": "o"}]}
            """#
        }
        let page = #"""
            {"data": [\#(posts.joined(separator: ","))], "includes": {
             "users": [{"id": "a", "username": "\#(large)", "name": "\#(large)"}],
             "tweets": [{"id": "o", "text": "\#(large)", "author_id": "a"}],
             "places": [{"id": "p", "full_name": "\#(large)"}], "polls": [{"id": "q", "label": "\#(large)"}],
             "media": [{"media_key": "m", "type": "photo", "url": "https://a.example/b.jpg"}]}}
            """#
        let lines = AdapterContract.lines(of: try TwitterAdapter.make(), reading: Document.json(page))
        #expect(lines.utf8.count < 4_000_000)
        #expect(lines.contains(large))
    }

    @Test func `hostile pages are read in linear time`() throws {
        let size = 4000
        let tags = Array(repeating: #"{"start": 0, "end": 400, "tag": "x"}"#, count: size).joined(separator: ",")
        let text = String(repeating: "é", count: 1000)
        let many = #"{"data": {"id": "1", "text": "\#(text)", "entities": {"hashtags": [\#(tags)]}}}"#
        #expect(try TwitterAdapter.make().read(Document.json(many)).rows.count == 1)
        let users = (0..<size).map { #"{"id": "\#($0)"}"# }.joined(separator: ",")
        let posts = (0..<size).map { #"{"id": "\#($0)", "text": "", "author_id": "\#($0)"}"# }.joined(separator: ",")
        let page = #"{"data": [\#(posts)], "includes": {"users": [\#(users)]}}"#
        #expect(try TwitterAdapter.make().read(Document.json(page)).rows.count == size)
    }
}

extension TwitterAdapter {
    /// An adapter with settings that are written as JSON.
    static func make(_ settings: String = "{}") throws -> TwitterAdapter {
        try TwitterAdapter(settings: JSONDecoder().decode(Settings.self, from: Data(settings.utf8)))
    }
}

extension Document {
    /// A document with a text, first held when fixtures are.
    fileprivate static func json(_ text: String) -> Document {
        Document(Array(text.utf8), observedAt: Fixture.observedAt)
    }
}

extension Reading {
    /// What a reader of the mentions sees, without what tells one document from another.
    fileprivate var contents: [[String]] {
        rows.map { row in
            [
                string(row.nativeID), "\(row.kind)", string(row.text), string(row.author.id), string(row.threadID),
                "\(row.metrics)", "\(row.author.posts)", "\(row.pinned ?? false)",
                row.refs.indices.map { string(refs[$0].id) }.joined(),
            ]
        }
    }
}
