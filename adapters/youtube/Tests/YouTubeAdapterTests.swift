import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Testing

struct YouTubeAdapterTests {
    private let adapter: any Adapter

    init() throws { adapter = try YouTubeTest.adapter("{}") }

    private func read(_ text: String, url: String? = nil) throws -> Reading {
        var document = Document(Array(text.utf8), observedAt: Fixture.observedAt)
        document.url = url
        return try adapter.read(document)
    }

    @Test(arguments: Fixture.all())
    func `each fixture reads as recorded`(fixture: Fixture) throws {
        let read = fixture.read(with: adapter)
        if Fixture.isRecording { return try fixture.record(read) }
        #expect(read.lines == fixture.expectedLines)
        #expect(read.defects == fixture.expectedDefects)
    }

    @Test(arguments: Fixture.all())
    func `each fixture keeps the adapter's promises`(fixture: Fixture) {
        #expect(AdapterContract.violations(of: adapter, reading: fixture.document) == [])
    }

    @Test func `answers without anything said are empty and not refused`() throws {
        for text in [
            #"{"kind":"youtube#channelListResponse"}"#,
            #"{"kind":"youtube#commentThreadListResponse","items":[]}"#, #"{"kind":"youtube#videoListResponse"}"#,
            #"{"kind":"youtube#channelListResponse","items":[{"kind":"youtube#channel","id":"UC1"}]}"#,
            #"[{"header":"YouTube","title":"Watched Bags","titleUrl":"https://www.youtube.com/watch?v=acmeVid0001"}]"#,
            "Channel Id,Channel Url,Channel Title\nUC1,http://www.youtube.com/channel/UC1,Acme Air\n",
        ] {
            let reading = try read(text)
            #expect(reading.rows.isEmpty && reading.defects.isEmpty)
        }
    }

    @Test(arguments: [
        "", "  \n", "hello, world\n", "{}", "[", "<html></html>", #"{"error":"x"}"#, #"{"kind":"other#video"}"#,
    ])
    func `what is not YouTube's is refused with a reason`(text: String) {
        let failure = #expect(throws: MalformedDocument.self) { try self.read(text) }
        #expect(failure?.reason.isEmpty == false)
    }

    @Test(
        arguments: [
            ("published", .public), ("heldForReview", .private), ("likelySpam", .private), ("rejected", .private),
            ("", .public),
        ] as [(String, Visibility)])
    func `a comment that is held back is not public, whatever its thread is`(status: String, expected: Visibility)
        throws
    {
        let reading = try read(
            #"{"items":[{"kind":"youtube#commentThread","id":"c1","snippet":{"videoId":"v","isPublic":true,"#
                + #""topLevelComment":{"kind":"youtube#comment","id":"c1","snippet":{"textDisplay":"x","#
                + #""moderationStatus":"\#(status)"}}}}]}"#)
        #expect(reading.rows.map(\.visibility) == [expected])
    }

    @Test func `an error says YouTube's reason without markup`() {
        let failure = #expect(throws: MalformedDocument.self) {
            try self.read(
                #"{"error":{"errors":[{"reason":"videoNotFound"}],"message":"The <code><a href=\"/x\">videoId</a></code> is gone."}}"#
            )
        }
        #expect(failure?.reason == "YouTube answered with an error: videoNotFound: The videoId is gone.")
    }

    @Test func `a text that was asked for as plain text is not read as HTML`() throws {
        let text = #"{"kind":"youtube#comment","id":"Ug1","snippet":{"textDisplay":"use &amp; or <br>"}}"#
        let asked = try read(text, url: "https://www.googleapis.com/youtube/v3/comments?textFormat=plainText")
        #expect(asked.string(asked.rows[0].text) == "use &amp; or <br>")
        let unasked = try read(text)
        #expect(unasked.string(unasked.rows[0].text) == "use & or")
    }

    @Test func `a resource without a kind is known by its shape`() throws {
        let reading = try read(#"{"items":[{"id":"Ug1","snippet":{"textOriginal":"hi"}},{"id":"x"}]}"#)
        #expect(reading.rows.count == 1)
        #expect(reading.defects.map(\.location) == ["/items/1"])
    }

    @Test func `of thumbnails without a width the names tell the largest`() throws {
        let reading = try read(
            #"{"items":[{"kind":"youtube#searchResult","id":{"channelId":"UC1"},"snippet":{"title":"t","thumbnails":"#
                + #"{"default":{"url":"https://a.example/s88"},"high":{"url":"https://a.example/s800"},"#
                + #""medium":{"url":"https://a.example/s240"}}}}]}"#)
        #expect(reading.rows.map { reading.string($0.author.avatarURL) } == ["https://a.example/s800"])
    }

    @Test(arguments: ["\"\"", "null"]) func `an original that says nothing gives way to what is shown`(
        _ original: String
    ) throws {
        let reading = try read(
            #"{"kind":"youtube#comment","id":"Ug1","snippet":{"textOriginal":\#(original),"textDisplay":"a &amp; b<br>c"}}"#
        )
        #expect(reading.rows.map { reading.string($0.text) } == ["a & b\nc"])
    }

    @Test func `handles keep their hyphens`() throws {
        let reading = try read(
            #"{"kind":"youtube#comment","id":"Ug1","snippet":{"textOriginal":"Hi @mia-travels-. ok"}}"#)
        let entity = try #require(reading.entities.first)
        #expect(reading.string(entity.value) == "mia-travels")
        #expect(entity.start == 3 && entity.end == 15)
    }

    @Test func `raw keeps the source's record where it is asked for`() throws {
        let keeping = try YouTubeTest.adapter(#"{"keep_raw":true}"#)
        let text = #"{"kind":"youtube#comment","id":"Ug1","snippet":{"textOriginal":"hi"}}"#
        let reading = try keeping.read(Document(Array(text.utf8), observedAt: Fixture.observedAt))
        #expect(reading.string(reading.rows[0].raw) == text)
    }
}

/// What the tests of this room share.
enum YouTubeTest {
    /// The adapter with settings given as JSON.
    static func adapter(_ settings: String) throws -> any Adapter {
        let kind = try #require(BuiltInAdapters.all.first { $0.name == "youtube" })
        return try make(kind, settings)
    }

    private static func make<A: Adapter>(_ kind: A.Type, _ settings: String) throws -> A {
        try A(settings: JSONDecoder().decode(A.Settings.self, from: Data(settings.utf8)))
    }
}
