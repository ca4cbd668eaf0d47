import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Testing

@Suite struct InstagramAdapterTests {
    private func adapter(_ settings: String = "{}") throws -> InstagramAdapter {
        try InstagramAdapter(settings: JSONDecoder().decode(InstagramAdapter.Settings.self, from: Data(settings.utf8)))
    }

    private func lines(_ json: String, of adapter: InstagramAdapter) -> [String] {
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

    @Test(arguments: [
        (
            #""media_id":"1""#,
            #"{"mentioned_media":{"id":"1","caption":"%","username":"mira","like_count":3},"id":"9"}"#,
            ["new", "told", "told"]
        ),
        (
            #""media_id":"1","comment_id":"2""#,
            #"{"mentioned_comment":{"id":"2","text":"%","username":"mira","media":{"id":"1"}},"id":"9"}"#,
            ["new", "told", "repeated"]
        ),
    ])
    func `what was only named is told once it was looked up`(
        named: String, answer: String, expected: [String]
    ) async throws {
        let journal = MemoryJournal()
        let mention =
            #"{"object":"instagram","entry":[{"id":"9","time":1768205000,"changes":[{"field":"mentions","value":{\#(named)}}]}]}"#
        var told: [String] = []
        for text in [mention, answer.replacing("%", with: "hi"), answer.replacing("%", with: "lost"), mention] {
            let document = Document(Array(text.utf8), observedAt: Fixture.observedAt)
            var writer = MentionWriter(origin: .init(channel: "page", adapter: "instagram", adapterVersion: "1.0"))
            writer.write(try adapter().read(document), of: document)
            let receipt = try await journal.append(writer.take(), from: "page", advancing: nil)
            told.append(receipt.created == 1 ? "new" : receipt.updated == 1 ? "told" : "repeated")
        }
        #expect(told == expected + ["repeated"])
    }

    @Test func `a story that names the account is a private message`() throws {
        let delivery =
            #"{"object":"instagram","entry":[{"id":"1","messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},"#
            + #""message":{"mid":"m","attachments":[{"type":"story_mention","payload":{"url":"https://cdn.example/1"}}]}}]}]}"#
        let line = lines(delivery, of: try adapter())[0]
        #expect(line.contains(#""visibility":"private""#) && line.contains(#""type":"story_mention""#))
    }

    @Test func `a name in a caption does not end in a full stop`() throws {
        let line = lines(#"{"id":"1","caption":"see @acme.air.","media_type":"IMAGE"}"#, of: try adapter())[0]
        #expect(line.contains(#"{"type":"mention","text":"@acme.air","value":"acme.air","start":4,"end":13}"#))
    }

    @Test func `a notice of a mention does not undo the comment that it is of`() throws {
        let delivery =
            #"{"object":"instagram","entry":[{"id":"1","changes":["#
            + #"{"field":"comments","value":{"id":"5","text":"hi @acme.air"}},"#
            + #"{"field":"mentions","value":{"comment_id":"5","media_id":"6"}}]}]}"#
        #expect(lines(delivery, of: try adapter()).count == 1)
    }

    @Test func `what a delivery only names can be looked up, in every form of entry`() throws {
        let delivery =
            #"{"object":"instagram","entry":[{"id":"1784","changes":["#
            + #"{"field":"mentions","value":{"media_id":"6"}},"#
            + #"{"field":"mentions","value":{"comment_id":"5","media_id":"6"}}]},"#
            + #"{"id":1784,"field":"mentions","value":{"comment_id":7,"media_id":8}},"#
            + #"{"id":"../me","field":"mentions","value":{"media_id":"9"}}]}"#
        let reading = try adapter().read(Document(Array(delivery.utf8), observedAt: Fixture.observedAt))
        #expect(reading.leads.map(\.request) == ["1784/6", "1784/6/5", "1784/8/7"])
        #expect(reading.leads.map(\.row) == [0, 1, 2] && reading.rows.count == 4)
        var rest = reading
        rest.removeLeads()
        #expect(rest.rows.count == 1 && rest.string(rest.rows[0].nativeID) == "9")
    }

    @Test func `things are looked up where there is a token, or the settings say so`() throws {
        #expect(try !adapter().looksUp)
        #expect(try adapter(#"{"token":"T0KEN"}"#).looksUp)
        #expect(try adapter(#"{"look_up":true}"#).looksUp)
        #expect(try !adapter(#"{"token":"T0KEN","look_up":false}"#).looksUp)
    }

    @Test func `recorded junk says nothing`() throws {
        let adapter = try adapter()
        #expect(lines(#"{"object":"instagram","entry":[]}"#, of: adapter).isEmpty)
        #expect(lines(#"{"object":"instagram","entry":[{"id":"0","time":1}]}"#, of: adapter).isEmpty)
        #expect(lines(#"{"object":"page","entry":[{"id":"0","time":1}]}"#, of: adapter).isEmpty)
    }

    @Test func `the settings schema lists every setting`() throws {
        let room = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: room.appendingPathComponent("settings.schema.json"))
        let schema = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        let keys = try #require(schema["properties"] as? [String: Any]).keys
        #expect(Set(keys) == Set(InstagramAdapter.settings.map(\.name)))
    }

    @Test func `the corpus is read without a crash`() throws {
        let adapter = try adapter()
        for file in MetaCorpus.files("instagram") {
            var document = Document(Array(try Data(contentsOf: file)), observedAt: Fixture.observedAt)
            document.name = file.lastPathComponent
            #expect(AdapterContract.violations(of: adapter, reading: document).isEmpty, "\(file.path)")
        }
    }
}
