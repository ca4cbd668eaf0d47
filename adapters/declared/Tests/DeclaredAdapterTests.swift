import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Testing

/// A fixture of a declaration that the program brings along.
struct DeclaredFixture: Sendable, CustomTestStringConvertible {
    let adapter: String
    let fixture: Fixture

    var testDescription: String { "\(adapter)/\(fixture)" }

    static let all: [DeclaredFixture] = ["bluesky", "hackernews", "mastodon", "reddit"].flatMap { name in
        var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        folder.append(path: "\(name)/Fixtures")
        return Fixture.all(in: folder).map { DeclaredFixture(adapter: name, fixture: $0) }
    }
}

@Suite struct DeclaredAdapterTests {
    private func adapter(_ json: String, _ settings: String = "{}") throws -> any Adapter {
        try BuiltInAdapters.kind(declaredBy: Array(json.utf8), file: "adapter.json")
            .make(settings: Array(settings.utf8))
    }

    private func shipped(_ name: String) throws -> any Adapter {
        try #require(BuiltInAdapters.kinds.first { $0.name == name }).make()
    }

    private func lines(_ json: String, of adapter: any Adapter) -> String {
        AdapterContract.lines(of: adapter, reading: Document(Array(json.utf8), observedAt: Fixture.observedAt))
    }

    private func defects(_ json: String, of adapter: any Adapter) throws -> [String] {
        try adapter.read(Document(Array(json.utf8), observedAt: Fixture.observedAt)).defects
            .map { "\($0.location): \($0.reason)" }
    }

    /// A declaration of records under `r`, with some fields more than the id.
    private func telex(_ fields: String, _ more: String = "") -> String {
        #"{"name":"telex","version":"2.1","about":"Wires",\#(more)"#
            + #""records":{"wire":{"at":"r","kind":"post","fields":{"native_id":"id"\#(fields)}}}}"#
    }

    @Test(arguments: DeclaredFixture.all) func `a fixture is read as recorded`(_ declared: DeclaredFixture) throws {
        let read = declared.fixture.read(with: try shipped(declared.adapter))
        if Fixture.isRecording { try declared.fixture.record(read) }
        #expect(read.lines == (Fixture.isRecording ? read.lines : declared.fixture.expectedLines))
        #expect(read.defects == (Fixture.isRecording ? read.defects : declared.fixture.expectedDefects))
    }

    @Test(arguments: DeclaredFixture.all) func `every promise of an adapter is kept`(_ declared: DeclaredFixture) throws
    {
        let adapter = try shipped(declared.adapter)
        #expect(AdapterContract.violations(of: adapter, reading: declared.fixture.document).isEmpty)
    }

    @Test func `the four declarations that the program brings along are there`() {
        let names = BuiltInAdapters.names
        #expect(Set(["bluesky", "hackernews", "mastodon", "reddit"]).isSubset(of: names))
        #expect(names == names.sorted())
        #expect(BuiltInAdapters.kinds.map(\.name) == names)
    }

    @Test(arguments: ["images", "items"])
    func `a post of Bluesky has one digest as a view and as a record`(list: String) throws {
        let image = #"{"image":{"ref":{"$link":"bafkrei"},"mimeType":"image/png","size":9},"alt":"A bag"}"#
        let post =
            #""uri":"at://did:plc:a/app.bsky.feed.post/1","author":{"did":"did:plc:a"},"record":{"text":"lost","embed":"#
            + #"{"\#(list)":[\#(image)]}}"#
        let place = "plain/did:plc:a/bafkrei@jpeg"
        let view =
            #""embed":{"\#(list)":[{"fullsize":"https://cdn.bsky.app/img/feed_fullsize/\#(place)","alt":"A bag"}]}"#
        let found = try ["{\(post),\(view)}", "{\(post)}"].map { post in
            let line = lines(#"{"posts":[\#(post)]}"#, of: try shipped("bluesky"))
            return line.firstMatch(of: /"digest":"[0-9a-f]+"/)?.output
        }
        #expect(found[0] == found[1] && found[0] != nil)
    }

    @Test(arguments: ["bluesky", "mastodon", "reddit", "hackernews"])
    func `an answer that has nothing to say is none of another kind`(name: String) throws {
        let adapter = try shipped(name)
        for answer in ["{}", "[]", #"{"message":{}}"#] where name != "mastodon" || !answer.contains("message") {
            _ = try adapter.read(Document(Array(answer.utf8), observedAt: Fixture.observedAt))
        }
        #expect(throws: MalformedDocument.self) {
            try adapter.read(Document(Array(#"{"invoice":1}"#.utf8), observedAt: Fixture.observedAt))
        }
    }

    @Test(arguments: [
        ("2024-01-01T00:00:00.000Z", "2024-01-01"), ("2099-01-01T00:00:00.000Z", "2024-01-02"),
        ("yesterday", "2024-01-02"),
        ("0000-01-01T00:00:00.000Z", "2024-01-02"),
    ])
    func `a post of Bluesky was written when it says so, and no later than it was seen`(
        claim: String, day: String
    ) throws {
        let post =
            #"{"uri":"at://did:plc:a/app.bsky.feed.post/1","author":{"did":"did:plc:a"},"#
            + #""indexedAt":"2024-01-02T00:00:00.000Z","record":{"text":"x","createdAt":"\#(claim)"}}"#
        let line = lines(#"{"posts":[\#(post)]}"#, of: try shipped("bluesky"))
        #expect(line.contains(#""published_at":"\#(day)T"#), "\(line)")
    }

    @Test func `a record of Bluesky that is put again is an edit`() throws {
        let line =
            #"{"kind":"commit","did":"did:plc:a","time_us":1768125720000000,"commit":{"operation":"update","#
            + #""collection":"app.bsky.feed.post","rkey":"1","cid":"c","record":{"text":"x"}}}"#
        let told = lines(line, of: try shipped("bluesky"))
        #expect(
            told.contains(#""op":"update""#) && told.contains(#""edited_at":"2026-01-11T10:02:00.000Z""#), "\(told)")
    }

    @Test(arguments: [("update", "create"), ("status.update", "update")])
    func `a frame of Mastodon's stream holds a post as a text`(event: String, operation: String) throws {
        let post =
            #"{\"id\":\"1\",\"uri\":\"https://a.example/1\",\"content\":\"x\",\"account\":{\"id\":\"2\"}}"#
        let frame = #"{"stream":["user"],"event":"\#(event)","payload":"\#(post)"}"#
        let told = lines(frame, of: try shipped("mastodon"))
        #expect(told.contains(#""op":"\#(operation)","#) && told.contains(#""id":"mastodon:"#), "\(told)")
    }

    @Test func `a message that Bluesky answers to who sent it is told`() throws {
        let message = #"{"id":"3l","rev":"2","sender":{"did":"did:plc:a"},"text":"Hi","sentAt":"2026-01-12T08:00:00Z"}"#
        for answer in [#"{"items":[\#(message)]}"#, #"{"message":\#(message)}"#] {
            #expect(lines(answer, of: try shipped("bluesky")).contains(#""kind":"message""#))
        }
    }

    @Test func `a list of documents is read as each of them`() throws {
        let post = #"{"uri":"at://did:plc:a/app.bsky.feed.post/%","author":{"did":"did:plc:a"},"record":{"text":"x"}}"#
        let (one, two) = (post.replacing("%", with: "1"), post.replacing("%", with: "2"))
        let pages = #"[{"posts":[\#(one)]},{"posts":[\#(two)]},{"invoice":1},5]"#
        #expect(lines(pages, of: try shipped("bluesky")).split(separator: "\n").count == 2)
        #expect(try defects(pages, of: try shipped("bluesky")) == ["[2]: nothing that bluesky sends"])
        let item = #"{"id":%,"type":"story","title":"x","time":1768125720}"#
        let items = "[[\(item.replacing("%", with: "1"))],[\(item.replacing("%", with: "2"))]]"
        #expect(lines(items, of: try shipped("hackernews")).split(separator: "\n").count == 2)
    }

    @Test(arguments: [
        (
            #""title":"R&amp;D","selftext":"&gt; AT&amp;T","selftext_html":"&lt;div class=\"md\"&gt;x","#,
            #""title":"R&D","text":"> AT&T""#
        ),
        (#""title":"R&amp;D","url":"https://e.example/?a=1&amp;b=2","#, #""url":"https://e.example/?a=1&b=2""#),
        (
            #""title":"Use &amp;","selftext":"&lt;b>","selftext_html":"<div>x","#,
            #""title":"Use &amp;","text":"&lt;b>""#
        ),
    ])
    func `a document of Reddit is unescaped where it shows that it is escaped`(_ said: String, _ told: String) throws {
        let fields =
            #"\#(said)"id":"1","subreddit":"acme","author":"ann","author_fullname":"t2_a","created_utc":1768125720"#
        for document in [#"{"kind":"t3","data":{\#(fields),"name":"t3_1"}}"#, "{\(fields)}"] {
            let line = lines(document, of: try shipped("reddit"))
            #expect(line.contains(told) && line.contains(#""id":"reddit:t3_1""#), "\(line)")
        }
    }

    @Test(arguments: [("t3_p", "comment"), ("t1_p", "reply")])
    func `an answer to a comment of Reddit is a reply`(parent: String, kind: String) throws {
        let comment = #"{"id":"1","subreddit":"a","body":"x","link_id":"t3_p","parent_id":"\#(parent)"}"#
        #expect(lines(comment, of: try shipped("reddit")).contains(#""kind":"\#(kind)""#))
    }

    @Test func `a mention says which declaration read it`() throws {
        let line = lines(#"{"r":[{"id":1}]}"#, of: try adapter(telex("")))
        #expect(line.contains(#""id":"telex:1""#))
        #expect(line.contains(#""adapter":"telex","adapter_version":"2.1""#))
    }

    @Test func `side tables are joined by their key`() throws {
        let fields = #","author":{"id":"by","name":"ref('users', by).name","address":"$.office"}"#
        let adapter = try adapter(telex(fields, #""tables":{"users":{"of":"users","key":"id"}},"#))
        let line = lines(
            #"{"office":"a@acme.example","users":[{"id":7,"name":"Mira"}],"r":[{"id":1,"by":7},{"id":2,"by":8}]}"#,
            of: adapter)
        #expect(line.contains(#""author":{"id":"7","name":"Mira","address":"a@acme.example"}"#))
        #expect(line.contains(#""author":{"id":"8","address":"a@acme.example"}"#))
    }

    @Test func `an id of 64 bits without a sign is its digits`() throws {
        let line = lines(
            #"{"r":[{"id":12345678901234567890},{"id":18446744073709551615}]}"#, of: try adapter(telex("")))
        #expect(line.contains(#""id":"telex:12345678901234567890""#), "\(line)")
        #expect(line.contains(#""id":"telex:18446744073709551615""#), "\(line)")
    }

    @Test func `an entry of a wrong sort, and a network that is no word, are defects`() throws {
        let adapter = try adapter(
            telex(
                #","network":"n","refs":{"each":"f","rel":"r","id":"i"},"media":{"each":"m","type":"t","url":"u"}"#
                    + #","ext":{"odd":"odd"}"#))
        let page =
            #"{"r":[{"id":1,"n":"A:b","f":[{"r":"cousin","i":"5"},{"r":"root","i":"6"}],"m":[{"t":"photo","u":"x"}],"#
            + #""odd":{"a":null,"b":[{"c":null,"d":1}]}}]}"#
        let line = lines(page, of: adapter)
        #expect(
            line.contains(#""id":"telex:1""#) && line.contains(#""refs":[{"rel":"root","id":"telex:6"}]"#), "\(line)")
        #expect(!line.contains("media") && line.contains(#""odd":{"b":[{"d":1}]}"#), "\(line)")
        #expect(try defects(page, of: adapter).map { String($0.prefix { $0 != "," }) }.count == 3)
    }

    @Test func `a long text is put together, and one that is too long is a defect`() throws {
        let adapter = try adapter(telex(#","text":"concat(a, a)","tags":"split(a, ',')""#))
        let page = #"{"r":[{"id":1,"a":"\#(String(repeating: "x,", count: 30_000))"}]}"#
        #expect(lines(page, of: adapter).count > 120_000)
        let tooLong = #"{"r":[{"id":1,"a":"\#(String(repeating: "x", count: 600_000))"}]}"#
        #expect(try defects(tooLong, of: adapter).count == 1)
    }

    @Test func `events are mended, and those that cannot be are told`() throws {
        let adapter = try adapter(
            #"{"name":"telex","version":"1.0","about":"x","records":{"wire":{"at":"events[].data","kind":"post","#
                + #""when":"id","fields":{"native_id":"id","text":"t"}}}}"#)
        let stream = "\u{FEFF}: hello\n\ndata: {\"id\":1,\"t\":\"cut \\ud83d\"}\n\ndata: {\"id\":2,\n\ndata: 5\n\n"
        #expect(lines(stream, of: adapter).contains("\"text\":\"cut \u{FFFD}\""))
        let found = try defects(stream, of: adapter)
        #expect(found.count == 2 && found[0] == "events[0]: recovered: not JSON as it was sent", "\(found)")
        #expect(found.last?.hasPrefix("events[1]: ") == true, "\(found)")
    }

    @Test func `a table without a key has the members of objects`() throws {
        let fields = #","author":{"name":"ref('users', by).name"}"#
        let adapter = try adapter(telex(fields, #""tables":{"users":{"of":"[one, two, three]"}},"#))
        let line = lines(
            #"{"one":{"7":{"name":"Mira"}},"two":{"7":{"name":"No"},"8":{"name":"Bo"}},"three":5,"#
                + #""r":[{"id":1,"by":7},{"id":2,"by":"8"},{"id":3,"by":9}]}"#, of: adapter)
        #expect(line.split(separator: "\n").map { $0.contains(#""name":"#) } == [true, true, false])
        #expect(line.contains(#""author":{"name":"Mira"}"#) && line.contains(#""author":{"name":"Bo"}"#))
    }

    @Test func `what is below a record that does not count is read`() throws {
        let adapter = try adapter(
            #"{"name":"telex","version":"1.0","about":"x","records":{"wire":{"at":"r","below":"r","when":"!gone","#
                + #""kind":"post","fields":{"native_id":"id"}}}}"#)
        let page = #"{"r":[{"id":"1","gone":true,"r":[{"id":"2"},{"gone":1,"r":[{"id":"3"}]}]}]}"#
        #expect(lines(page, of: adapter).split(separator: "\n").count == 2)
    }

    @Test(arguments: [
        (#""title":{"escaped":"t"}"#, #"&lt;dialog> &amp; <b>"#, #""title":"<dialog> & <b>""#),
        (#""title":{"html":"t"}"#, #"&lt;dialog> &amp; <b>x</b>"#, #""title":"<dialog> & x""#),
        (#""text":{"html":"t","without":"'a'"}"#, "<i class='a'>gone</i> kept", #""text":"kept","html":" kept""#),
        (#""text":{"html":"t","without":"none"}"#, "<i class='a'>here</i>", #""text":"here","html":"<i>here</i>""#),
    ]) func `texts are read as they are written`(_ field: String, _ given: String, _ expected: String) throws {
        let line = lines(#"{"r":[{"id":1,"t":"\#(given)"}]}"#, of: try adapter(telex("," + field)))
        #expect(line.contains(expected), "\(line)")
    }

    @Test func `an entity whose place is none is left out, unless its text is found`() throws {
        let fields = #","text":"t","entities":{"each":"e","type":"'hashtag'","value":"v","start":"s","text":"x"}"#
        let page =
            ##"{"r":[{"id":1,"t":"a #bag","e":[{"v":"far","s":99},{"v":"bag","s":99,"x":"#bag"},{"v":"no"}]}]}"##
        let line = lines(page, of: try adapter(telex(fields)))
        #expect(!line.contains("far"), "\(line)")
        #expect(line.contains(##"{"type":"hashtag","text":"#bag","value":"bag","start":2,"end":6}"##), "\(line)")
        #expect(line.contains(#""value":"no""#), "\(line)")
    }

    @Test(
        arguments: [
            ("#a/#bag", 3), ("#a#bag", 2), ("C++/#bag x", 4), ("w_#bag", 2), ("\u{4ECA}#BAG\u{3002}", 1),
            ("\u{201C}#bag\u{2019}s", 1),
            ("#bag\u{2026}", 0), ("#bag\u{E9} #bag", 6), ("#bag\u{308} #bag", 6), ("x#bag", nil),
            ("a.example/#bag", nil),
            ("http:/#bag", nil), ("#bags", nil),
        ] as [(String, Int?)])
    func `a word stands where nothing of it goes on`(_ text: String, _ start: Int?) throws {
        let fields = #","text":"t","entities":{"each":"e","type":"'hashtag'","value":"@","text":"concat('#', @)"}"#
        let line = lines(##"{"r":[{"id":1,"t":"\##(text)","e":["a","bag"]}]}"##, of: try adapter(telex(fields)))
        let found = line.firstMatch(of: /"value":"bag"(,"start":([0-9]+))?/)
        #expect(found?.output.2.flatMap { Int($0) } == start, "\(line)")
    }

    @Test func `each of equal links has a place of its own`() throws {
        let fields = #","text":{"html":"t"},"find":["url"]"#
        let links = String(repeating: "<a href='https://a.example/'>https://a.example/</a> ", count: 5)
        let line = lines("{\"r\":[{\"id\":1,\"t\":\"\(links)\"}]}", of: try adapter(telex(fields)))
        #expect(line.matches(of: /"start":([0-9]+)/).map(\.output.1) == ["0", "19", "38", "57", "76"])
    }

    @Test func `a link between letters is found where no other word is meant`() throws {
        let fields = #","text":{"html":"t"},"find":["url"]"#
        let page =
            #"{"r":[{"id":1,"t":"there <a href='https://a.example/'>here</a>, 今<a href='https://b.example'>b</a>日"}]}"#
        let line = lines(page, of: try adapter(telex(fields)))
        #expect(line.matches(of: /"start":([0-9]+)/).map(\.output.1) == ["6", "13"])
    }

    @Test func `what is said once and stands in several places is told of each`() throws {
        let fields = #","text":"t","entities":{"each":"e","type":"'hashtag'","value":"@","text":"concat('#', @)"}"#
        let page = ##"{"r":[{"id":1,"t":"#a #bag #a #a #bags","e":["a","bag"]}]}"##
        let line = lines(page, of: try adapter(telex(fields)))
        let found = line.matches(of: /"value":"([a-z]+)","start":([0-9]+)/).map { "\($0.output.1) \($0.output.2)" }
        #expect(found == ["a 0", "bag 3", "a 8", "a 11"])
    }

    @Test func `a tag is found in any case, and in the words of a link`() throws {
        let fields =
            #","text":{"html":"t"},"find":["url"],"entities":{"each":"e","type":"'hashtag'","value":"@","#
            + #""text":"concat('#', @)"}"#
        let page = ##"{"r":[{"id":1,"t":"<a href='https://a.example/x'>An #ÉCOLE here</a>","e":["école"]}]}"##
        let line = lines(page, of: try adapter(telex(fields)))
        #expect(line.contains(##""text":"#ÉCOLE","value":"école","start":3,"end":9"##), "\(line)")
    }

    @Test(arguments: [("utf8", 3, 12), ("utf16", 3, 10), ("scalars", 2, 10)])
    func `offsets are moved to scalars`(_ unit: String, _ start: Int, _ end: Int) throws {
        let fields =
            #","text":"t","entities":{"each":"e","unit":"\#(unit)","type":"'hashtag'","value":"v","#
            + #""start":"s","end":"n"}"#
        let text = unit == "utf8" ? "ł #ąbcdęf" : unit == "utf16" ? "😀 #abcd😀" : "ł #abcdefg"
        let page = #"{"r":[{"id":1,"t":"\#(text)","e":[{"v":"x","s":\#(start),"n":\#(end)}]}]}"#
        let line = lines(page, of: try adapter(telex(fields)))
        #expect(line.contains(##""text":"#"##), "\(line)")
        #expect(line.contains(#""start":2,"#), "\(line)")
    }

    @Test func `a wrong value is a defect and the rest of the record is read`() throws {
        let adapter = try adapter(
            telex(#","url":"link","published_at":"at","metrics":{"likes":"likes"},"kind":"sort","ext":{"odd":"odd"}"#))
        let page = #"{"r":[{"id":1,"link":5,"at":"soon","likes":"many","sort":"song","odd":{"a":[1]}},{"no":2}]}"#
        #expect(
            try defects(page, of: adapter) == [
                "wire[0]: kind: expected one of post, reply, repost, quote, comment, review, message, email, "
                    + #"article, video, found "song""#,
                "wire[0]: url: expected a text, found a number",
                #"wire[0]: published_at: expected a moment, found "soon""#,
                #"wire[0]: likes: expected a whole number, found "many""#,
                "wire[1]: a record without an id",
            ])
        #expect(lines(page, of: adapter).contains(#""ext":{"telex":{"odd":{"a":[1]}}}"#))
    }

    @Test func `a record that costs too much is a defect, and the others are read`() throws {
        let adapter = try adapter(telex(#","title":"list && length(list[?length($.r[].list[]) > `0`]) > `0` && 'x'""#))
        let list = "[" + Array(repeating: "1", count: 3000).joined(separator: ",") + "]"
        let page = #"{"r":[{"id":1,"list":\#(list)},{"id":2}]}"#
        let found = try defects(page, of: adapter)
        #expect(found.count == 1 && found[0].contains("takes more than"), "\(found)")
        #expect(lines(page, of: adapter).contains(#""id":"telex:2""#))
    }

    @Test func `a document of very many records ends in time`() throws {
        let adapter = try adapter(telex(#","title":"length($.r[].id) > `0` && 'x'""#))
        let page = #"{"r":["# + (0..<20_000).map { #"{"id":\#($0)}"# }.joined(separator: ",") + "]}"
        let found = try defects(page, of: adapter)
        #expect(found.last?.contains("the rest is left out") == true || found.count >= 1)
    }

    @Test func `records below records are read as deep as reason goes`() throws {
        let json =
            #"{"name":"telex","version":"1.0","about":"x","records":{"wire":{"at":"r","below":"r","kind":"post","#
            + #""fields":{"native_id":"id"}}}}"#
        var page = #"{"id":"0"}"#
        for depth in 1...90 { page = #"{"id":"\#(depth)","r":[\#(page)]}"# }
        let adapter = try adapter(json)
        #expect(lines(#"{"r":[\#(page)]}"#, of: adapter).split(separator: "\n").count == 64)
        #expect(try defects(#"{"r":[\#(page)]}"#, of: adapter).count == 1)
    }
}

@Suite struct DeclarationProblemTests {
    @Test(arguments: [
        ("[]", "adapter.json: expected an object, found a list"),
        (
            #"{"name":"telex","version":"1.0","about":"x"}"#, #"adapter.json: "records" is missing"#
        ),
        (
            #"{"name":"te lex","version":"1.0","about":"x","records":{"a":{"at":"r","kind":"post","fields":{"native_id":"i"}}}}"#,
            """
            adapter.json: /name: expected small letters, digits, '-' and '_', beginning with a letter, found "te lex"
            adapter.json: /network: expected small letters, digits, '-' and '_', beginning with a letter, found "te lex"
            """
        ),
        (
            #"{"name":"t","version":"1.0","about":"x","records":{"a":{"at":"r[","kind":"song","fields":{"native_id":"i"}}}}"#,
            "adapter.json: /records/a/at: not a JMESPath expression: "
        ),
        (
            #"{"name":"t","version":"1.0","about":"x","records":{"a":{"at":"r","kind":"song","fields":{"titel":"i","url":5}}}}"#,
            """
            adapter.json: /records/a/fields: "native_id" is missing
            adapter.json: /records/a/fields/titel: there is no such key; there are op,
            """
        ),
        (
            #"{"name":"t","version":"1.0","about":"x","records":{"a":{"at":"r","kind":"post","fields":{"native_id":"ref('u', i)"}}}}"#,
            #"adapter.json: /records/a/fields/native_id: ref('u', …): there is no table "u" under /tables"#
        ),
        (
            #"{"name":"t","version":"1.0","about":"x","ask":{"requests":{"a":{"url":"ftp://x/{who}"}}},"records":{"a":{"at":"r","kind":"post","like":"b","fields":{"native_id":"i"}}}}"#,
            """
            adapter.json: /records/a/like: there is no other sort of record "b" that is like no further one
            adapter.json: /ask/requests/a/url: {who}: there is no such setting
            adapter.json: /ask/requests/a/url: expected an http or https address, or one that begins with a setting
            """
        ),
        (
            #"{"name":"T","version":"1.0","about":"x","settings":{"a b":{"form":"integer","default":"x","about":"y"},"c":{"form":"choice","choices":["d"],"default":"e","about":"f"}},"ask":{"requests":{"a":{"url":"https://x.example/{since}"}}},"records":{"a":{"at":"r[","kind":"song","like":"b","fields":{"titel":"x"}}}}"#,
            """
            adapter.json: /name: expected small letters, digits, '-' and '_', beginning with a letter, found "T"
            adapter.json: /network: expected small letters, digits, '-' and '_', beginning with a letter, found "T"
            adapter.json: /settings/a b: expected a name of letters, digits, '-' and '_', found "a b"
            adapter.json: /settings/a b/default: expected a whole number from 0 to 1000000000, found "x"
            adapter.json: /settings/c/default: expected one of d, found "e"
            adapter.json: /records/a/at: not a JMESPath expression: 
            """
        ),
        (
            #"{"name":"t","version":"1.0","about":"x","ask":{"requests":{"a":{"url":"https://x.example/{since}"}}},"records":{"a":{"at":"r","kind":"post","fields":{"native_id":"i"}}}}"#,
            #"adapter.json: /ask/requests/a/url: {since}: there is no such setting; it stands in the "value" of "since" alone"#
        ),
        (
            #"{"name":"t","version":"1.0","about":"x","records":{"a":{"at":"r","kind":"post","fields":{"native_id":"i","media":{"each":"m"},"entities":[{"each":"e","type":"t","unit":"bytes"}]}}}}"#,
            """
            adapter.json: /records/a/fields/entities/0/unit: expected one of utf8, utf16, scalars, found "bytes"
            adapter.json: /records/a/fields/media: "type" is missing
            """
        ),
    ])
    func `everything that is wrong with a declaration is said at once`(_ json: String, _ expected: String) {
        do {
            _ = try BuiltInAdapters.kind(declaredBy: Array(json.utf8), file: "adapter.json")
            Issue.record("it was taken")
        } catch {
            #expect("\(error)".hasPrefix(expected), "\(error)")
        }
    }
}
