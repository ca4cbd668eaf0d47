import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Testing

@Suite struct FacebookAdapterTests {
    private func adapter(_ settings: String = "{}") throws -> FacebookAdapter {
        try FacebookAdapter(settings: JSONDecoder().decode(FacebookAdapter.Settings.self, from: Data(settings.utf8)))
    }

    private func lines(_ json: String, of adapter: FacebookAdapter) -> [String] {
        AdapterContract.lines(of: adapter, reading: Document(Array(json.utf8), observedAt: Fixture.observedAt))
            .split(separator: "\n").map(String.init)
    }

    @Test(arguments: Fixture.all()) func `a fixture is read as recorded`(_ fixture: Fixture) throws {
        let read = fixture.read(with: try adapter())
        if Fixture.isRecording { try fixture.record(read) }
        #expect(read.lines == (Fixture.isRecording ? read.lines : fixture.expectedLines))
        #expect(read.defects == (Fixture.isRecording ? read.defects : fixture.expectedDefects))
    }

    @Test(arguments: Fixture.all()) func `every promise of an adapter is kept`(_ fixture: Fixture) throws {
        #expect(AdapterContract.violations(of: try adapter(), reading: fixture.document).isEmpty)
    }

    @Test func `the same message has one id by webhook and by the Graph API`() throws {
        let page = #"{"data":[{"id":"m_mid.1:a","message":"x"},{"id":"m_new","message":"y"}]}"#
        let delivery =
            #"{"object":"page","entry":[{"id":"1","messaging":[{"sender":{"id":"2"},"message":{"mid":"mid.1:a"}}]}]}"#
        let adapter = try adapter()
        #expect(lines(page, of: adapter)[0].contains(#""native_id":"mid.1:a""#))
        #expect(lines(page, of: adapter)[1].contains(#""native_id":"m_new""#))
        #expect(lines(delivery, of: adapter)[0].contains(#""native_id":"mid.1:a""#))
    }

    @Test func `pages and deliveries may stand in a list`() throws {
        let page = #"{"data":[{"id":"%","message":"x","created_time":"2026-01-12T08:00:00+0000"}],"paging":{}}"#
        let delivery =
            #"{"object":"page","entry":[{"id":"1","changes":[{"field":"feed","value":{"item":"status","post_id":"1_%","message":"x"}}]}]}"#
        for document in [page, delivery] {
            let list = "[\(document.replacing("%", with: "1")),\(document.replacing("%", with: "2"))]"
            #expect(lines(list, of: try adapter()).count == 2)
        }
        let wrong = "[\(page),{\"data\":[5]}]"
        #expect(try adapter().read(Document(Array(wrong.utf8), observedAt: Fixture.observedAt)).defects.count == 1)
    }

    @Test func `ids written as numbers keep every digit`() throws {
        let delivery =
            #"{"object":"page","entry":[{"id":1,"changes":[{"field":"feed","value":{"item":"status","#
            + #""post_id":9007199254740993,"message":"x"}}]}]}"#
        #expect(lines(delivery, of: try adapter())[0].contains(#""native_id":"9007199254740993""#))
    }

    @Test func `a delivery about Instagram is of the network instagram`() throws {
        let delivery =
            #"{"object":"instagram","entry":[{"id":"1","changes":[{"field":"comments","value":{"id":"5","text":"x"}}]}]}"#
        #expect(lines(delivery, of: try adapter())[0].contains(#""id":"instagram:5""#))
    }

    /// A delivery of changes of a page's feed.
    private func delivery(_ changes: String...) -> String {
        let changes = changes.map { #"{"field":"feed","value":{"post_id":"9_1","from":{"id":"7"},\#($0)}}"# }
        return
            #"{"object":"page","entry":[{"id":"9","time":1768205000,"changes":[\#(changes.joined(separator: ","))]}]}"#
    }

    @Test func `what is private in a document is so in all of it`() throws {
        let added = #""item":"comment","verb":"add","comment_id":"1_5","parent_id":"9_1","message":"secret","#
        let answer = #""item":"comment","verb":"add","comment_id":"1_6","parent_id":"1_5","message":"so""#
        let edit = #""item":"comment","verb":"edited","comment_id":"1_5","parent_id":"9_1","message":"more""#
        let flags = [#""is_private":true"#, #""is_private":1"#]
        let listed = #"{"id":"1_5","message":"secret","like_count":0%}"#
        let (marked, bare) = (listed.replacing("%", with: "," + flags[0]), listed.replacing("%", with: ""))
        let list = #"{"data":[\#(marked),\#(bare)]}"#
        // Without an address the last page of a list tells comments by what only they have.
        let last =
            #"{"data":[{"id":"1_5","message":"x","created_time":"2026-01-12T10:00:00+0000","from":{"id":"7"},\#(flags[0])}]}"#
        let below = #"{"data":[{"id":"1_6","message":"x","like_count":0,"parent":{"id":"1_5",\#(flags[0])}}]}"#
        for document in flags.map({ delivery(added + $0, answer, edit) }) + [list, last, below] {
            let found = lines(document, of: try adapter())
            #expect(!found.isEmpty && found.allSatisfy { $0.contains(#""visibility":"private""#) }, "\(found)")
        }
    }

    @Test func `answers to answers to a private comment are found whatever their order and number`() throws {
        let chain = (0..<20_000).map { #"{"id":"1_\#($0)","parent":{"id":"1_\#($0 + 1)"},"message":"x"}"# }
        let list =
            #"{"data":[\#(chain.joined(separator: ",")),{"id":"1_20000","message":"x","is_private":true,"parent":{"id":"1_0"}}]}"#
        let reading = try adapter().read(Document(Array(list.utf8), observedAt: Fixture.observedAt))
        #expect(reading.rows.count == 20_001 && reading.rows.allSatisfy { $0.visibility == .private })
    }

    @Test(arguments: [
        (#""id":"123_456","created_time":"2026-01-12T10:00:00+0000","status_type":"mobile_status_update""#, "post"),
        (#""id":"456_9","like_count":1,"comment_count":0"#, "comment"),
        (#""id":"789","created_time":"2026-01-12T10:00:00+0000","to":{"data":[{"id":"9"}]}"#, "message"),
    ])
    func `a writer with a user's name is one of posts, too`(fields: String, kind: String) throws {
        let page = #"{"data":[{"from":{"id":"1","username":"acme"},"message":"x",\#(fields)}]}"#
        #expect(lines(page, of: try adapter())[0].contains(#""kind":"\#(kind)""#))
    }

    @Test func `a post is told once it is published`() async throws {
        let journal = MemoryJournal()
        var told: [String] = []
        for published in [0, 0, 1, 1, 0] {
            let text = delivery(#""item":"status","verb":"add","message":"x","published":\#(published)"#)
            let document = Document(Array(text.utf8), observedAt: Fixture.observedAt)
            var writer = MentionWriter(origin: .init(channel: "page", adapter: "facebook", adapterVersion: "1.0"))
            writer.write(try adapter().read(document), of: document)
            let receipt = try await journal.append(writer.take(), from: "page", advancing: nil)
            told.append(receipt.created == 1 ? "new" : receipt.updated == 1 ? "told" : "repeated")
        }
        #expect(told == ["new", "repeated", "told", "repeated", "repeated"])
    }

    @Test func `what an address lists says where comments hang`() throws {
        var document = Document(
            Array(#"{"data":[{"id":"1_2","message":"x"}]}"#.utf8), observedAt: Fixture.observedAt)
        document.url = "https://graph.facebook.com/v25.0/700_1/comments?limit=100"
        let line = AdapterContract.lines(of: try adapter(), reading: document)
        #expect(line.contains(#""kind":"comment""#) && line.contains(#""thread_id":"facebook:700_1""#))
    }

    @Test func `deliveries say how old they are, and whether others say more`() throws {
        func entry(_ field: String, _ value: String) throws -> Batch.Entry {
            let delivery =
                #"{"object":"page","entry":[{"id":"1","time":1768205000,"changes":[{"field":"\#(field)","value":{"#
                + #""created_time":1768204800,\#(value)}}]}]}"#
            let document = Document(Array(delivery.utf8), observedAt: Fixture.observedAt)
            var writer = MentionWriter(origin: .init(channel: "page", adapter: "facebook", adapterVersion: "1.0"))
            let reading = try adapter().read(document)
            writer.write(reading, of: document)
            return try #require(writer.take().entries.first)
        }
        let post = #""post_id":"1_2","message":"x","from":{"id":"7"}"#
        let comment = #""item":"comment","comment_id":"2_3","parent_id":"1_2","# + post
        let added = try entry("feed", #""verb":"add","# + comment)
        let edited = try entry("feed", #""verb":"edited","# + comment)
        #expect(added.version == 1_768_204_800 && edited.version == 1_768_205_000)
        #expect(!added.isPartial && !edited.isPartial)
        let poorer = [
            try entry("mention", #""item":"comment","verb":"add","comment_id":"2_3","post_id":"1_2","message":"x""#),
            try entry("feed", #""item":"status","verb":"add","# + post),
            try entry("feed", #""item":"status","verb":"hide","post_id":"1_2","from":{"id":"7"}"#),
            try entry("feed", #""item":"video","verb":"mute","message":"muted","# + post),
            try entry(
                "feed", #""item":"comment","verb":"edited","comment_id":"2_3","post_id":"1_2","from":{"id":"7"}"#),
        ]
        #expect(poorer.map(\.isPartial) == [true, true, true, true, true])
        let richer = try entry("feed", #""item":"photo","verb":"add","link":"https://img.example/1.png","# + post)
        #expect(!richer.isPartial)
    }

    @Test func `what was said in private is not told with the comment that led to it`() throws {
        let comment =
            #"{"id":"1_2","message":"help","like_count":0,"created_time":"2026-01-12T08:00:00+0000","private_reply_conversation":{"#
            + #""id":"t_9","snippet":"your code is 55","messages":{"data":[{"id":"m_1","message":"your code is 55"}]}}}"#
        let told = lines(#"{"data":[\#(comment)]}"#, of: try adapter())
        #expect(told.count == 2)
        #expect(told[0].contains(#""private_reply_conversation_id":"t_9""#) && !told[0].contains("55"))
        #expect(told[1].contains(#""kind":"message""#) && told[1].contains(#""visibility":"private""#))
    }

    @Test func `of several copies of a comment the last says who may see all`() throws {
        let copies = [#""like_count":1"#, #""like_count":2"#, #""is_private":true"#].map {
            #"{"id":"1_2","message":"help","created_time":"2026-01-12T08:00:00+0000",\#($0)}"#
        }
        let told = lines(#"{"data":[\#(copies.joined(separator: ","))]}"#, of: try adapter())
        #expect(told.count == 3 && told.allSatisfy { $0.contains(#""visibility":"private""#) })
    }

    @Test(arguments: [
        #"[{"error":{"message":"gone","code":100}},{"data":[{"id":"1_2","message":"x"}]}]"#,
        #"[{},{"data":[{"id":"1_2","message":"x"}]}]"#, #"[null,{"data":[{"id":"1_2","message":"x"}]}]"#,
        #"[{"id":"1_2","message":"x"},{"data":[{"id":"1_3","message":"y"}]}]"#,
    ])
    func `pages are found wherever they stand in a list`(_ list: String) throws {
        let reading = try adapter().read(Document(Array(list.utf8), observedAt: Fixture.observedAt))
        #expect(!reading.rows.isEmpty && reading.rows.count + reading.defects.count == 2)
    }

    @Test func `deliveries of both networks in one list keep their ids`() throws {
        let page =
            #"{"object":"page","entry":[{"id":"1","time":1768205000,"changes":[{"field":"feed","value":{"item":"status","#
            + #""verb":"add","post_id":"1_2","message":"x","from":{"id":"7"}}}]}]}"#
        let account =
            #"{"object":"instagram","entry":[{"id":"4","time":1768205000,"changes":[{"field":"comments","value":{"#
            + #""id":"17900","text":"y","from":{"id":"8","username":"u"},"media":{"id":"1800"}}}]}]}"#
        let told = lines("[\(account),\(page)]", of: try adapter())
        #expect(told.count == 2)
        #expect(told[0].contains(#""id":"instagram:17900""#) && told[0].contains(#""thread_id":"instagram:1800""#))
        #expect(told[1].contains(#""id":"facebook:1_2""#) && told[1].contains(#""network":"facebook""#))
    }

    @Test(arguments: [
        #"{"id":"9","username":"abc","is_private":false,"media_count":52}"#,
        #"{"id":"9_1","comments":{"data":[]}}"#,
    ])
    func `what says nothing of a mention is none`(_ object: String) throws {
        let reading = try adapter().read(
            Document(Array(#"{"data":[\#(object)]}"#.utf8), observedAt: Fixture.observedAt))
        #expect(reading.rows.isEmpty)
    }

    @Test func `reads and deliveries are no mentions, and are counted`() throws {
        let delivery =
            #"{"object":"page","entry":[{"id":"1","messaging":[{"sender":{"id":"2"},"read":{"watermark":1}},"#
            + #"{"sender":{"id":"2"},"delivery":{"watermark":1}},{"sender":{"id":"2"},"message":{"mid":"m","text":"x"}}],"#
            + #""standby":[{"sender":{"id":"2"},"read":{"watermark":1}}]}]}"#
        let reading = try adapter().read(Document(Array(delivery.utf8), observedAt: Fixture.observedAt))
        #expect(reading.rows.count == 1)
        #expect(reading.ignored == 3)
        #expect(reading.defects.isEmpty)
    }

    @Test func `a record is kept whole where the channel asks for it`() throws {
        let line = lines(#"{"id":"1_2","message":"x","odd":[1,null]}"#, of: try adapter(#"{"keep_raw":true}"#))[0]
        #expect(line.hasSuffix(#""raw":{"id":"1_2","message":"x","odd":[1,null]}}"#))
    }

    @Test func `a list of users or of nothing is neither mention nor fault`() throws {
        let adapter = try adapter()
        #expect(lines(#"{"data":[{"id":"4","name":"Ann"}],"paging":{}}"#, of: adapter).isEmpty)
        #expect(lines(#"{"object":"page","entry":[]}"#, of: adapter).isEmpty)
        #expect(lines(#"{"apis":[],"fields":[]}"#, of: adapter)[0].hasPrefix("refused: nothing that facebook"))
        #expect(lines(#"{"object":"user","entry":[]}"#, of: adapter)[0].hasPrefix("refused: a webhook delivery"))
    }

    @Test func `replies nested past reason are a defect, not a crash`() throws {
        var json = #"{"id":"1_0","message":"x"}"#
        for depth in 1...200 { json = #"{"id":"1_\#(depth)","message":"x","comments":{"data":[\#(json)]}}"# }
        let document = Document(Array(json.utf8), observedAt: Fixture.observedAt)
        let reading = try adapter().read(document)
        #expect(reading.rows.count == 65)
        #expect(reading.defects.count == 1)
    }

    @Test func `the settings schema lists every setting`() throws {
        let room = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: room.appendingPathComponent("settings.schema.json"))
        let schema = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        let keys = try #require(schema["properties"] as? [String: Any]).keys
        #expect(Set(keys) == Set(FacebookAdapter.settings.map(\.name)))
    }

    @Test func `the corpus is read without a crash`() throws {
        let adapter = try adapter()
        for file in MetaCorpus.files("facebook") {
            var document = Document(Array(try Data(contentsOf: file)), observedAt: Fixture.observedAt)
            document.name = file.lastPathComponent
            #expect(AdapterContract.violations(of: adapter, reading: document).isEmpty, "\(file.path)")
        }
    }
}

/// Recorded documents of other projects, where the machine has them.
enum MetaCorpus {
    /// The JSON files of one platform; none where the machine has no corpora.
    static func files(_ platform: String) -> [URL] {
        let root = ProcessInfo.processInfo.environment["EARSHOT_CORPORA"] ?? "../shared/corpora"
        let folder = URL(fileURLWithPath: root).appendingPathComponent("platforms").appendingPathComponent(platform)
        let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        return (found?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
    }
}
