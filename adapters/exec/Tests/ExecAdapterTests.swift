import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Testing

struct ExecAdapterTests {
    @Test(arguments: Fixture.all()) func `a fixture is read as recorded`(_ fixture: Fixture) throws {
        let read = fixture.read(with: try ExecAdapter.make())
        if Fixture.isRecording { return try fixture.record(read) }
        #expect(read.lines == fixture.expectedLines)
        #expect(read.defects == fixture.expectedDefects)
    }

    @Test(arguments: Fixture.all()) func `the adapter keeps its promises`(_ fixture: Fixture) throws {
        #expect(AdapterContract.violations(of: try ExecAdapter.make(), reading: fixture.document) == [])
    }

    @Test(arguments: [
        (#""kind":"tweet""#, "/kind"), (#""kind":"post","text":7"#, "/text"),
        (#""kind":"post","metrics":{"likes":-1}"#, "/metrics/likes"),
        (#""kind":"post","metrics":{"likes":1.5}"#, "/metrics/likes"),
        (#""kind":"post","published_at":"yesterday, or so"#, ""),
        (#""kind":"post","published_at":"soon""#, "/published_at"),
        (#""kind":"post","media":[{"type":"image"},{"url":"x"}]"#, "/media/1"),
        (#""kind":"post","media":[{"type":"image","sha256":"AB"}]"#, "/media/0/sha256"),
        (#""kind":"post","refs":[{"rel":"reply_to","id":"web:9"}]"#, "/refs/0/id"),
        (#""kind":"post","language":{"tag":"und"}"#, "/language/tag"),
        (#""kind":"post","ext":{"web":{}}"#, "/ext"), (#""kind":"post","author":[]"#, "/author"),
        (#""kind":"post","place":{"lat":91}"#, "/place/lat"), (#""text":"no kind""#, ""),
        (#""kind":"post","id":"forum:2""#, "/id"),
    ])
    func `a line that is wrong is refused with its place`(_ members: String, _ place: String) throws {
        let line = #"{"schema":"mention/1.0","network":"forum","native_id":"1",\#(members)}"#
        let adapter = try ExecAdapter.make()
        let failure = #expect(throws: MalformedDocument.self) { try adapter.read(.line(line)) }
        #expect(failure?.location == place)
    }

    @Test func `a later minor version may have members that are not known here`() throws {
        let line = #"{"schema":"mention/1.4","network":"forum","native_id":"1","kind":"post","mood":"glum"}"#
        #expect(try ExecAdapter.make().read(.line(line)).rows.count == 1)
    }

    @Test func `a document is read by the adapter that is named`() throws {
        let adapter = try ExecAdapter.make(#"{"format":"documents","adapter":"rss"}"#)
        let feed = #"<rss version=\"2.0\"><channel><item><title>Late</title><guid>1</guid></item></channel></rss>"#
        let reading = try adapter.read(.line("\"\(feed)\""))
        #expect(reading.rows.map { reading.string($0.title) } == ["Late"])
        #expect(adapter.kind.name == "rss" && adapter.kind.container == .lines)
        let json = try ExecAdapter.make(#"{"format":"documents","adapter":"twitter"}"#)
        #expect(try json.read(.line(#"{"data":[{"id":"1","text":"x"}],"meta":{}}"#)).rows.count == 1)
    }

    @Test func `a tap's records are read, of the streams that are named`() throws {
        let adapter = try ExecAdapter.make(#"{"format":"singer","adapter":"twitter","streams":["posts"]}"#)
        let record = #"{"type":"RECORD","stream":"posts","record":{"id":"1","text":"x"}}"#
        #expect(try adapter.read(.line(record)).rows.count == 1)
        let other = #"{"type":"RECORD","stream":"users","record":{"id":"1","text":"x"}}"#
        #expect(try adapter.read(.line(other)).rows.isEmpty)
        for line in [
            #"{"type":"RECORD"}"#, #"{"type":"BATCH","stream":"posts"}"#, "[]", "hello", #"{"type":"OTHER"}"#,
            #"{"type":"STATE"}"#,
        ] {
            #expect(throws: MalformedDocument.self) { try adapter.read(.line(line)) }
        }
    }

    @Test func `a line says what it is`() throws {
        let mentions = try ExecAdapter.make()
        #expect(
            mentions.message(of: Array(#"{"type": "STATE", "value": {"n": 1}}"#.utf8)) == .state(Cursor(#"{"n":1}"#)))
        #expect(mentions.message(of: Array(#"{"text":"\"STATE\""}"#.utf8)) == .document)
        #expect(mentions.message(of: Array(" \t".utf8)) == .nothing)
        let singer = try ExecAdapter.make(#"{"format":"singer","adapter":"twitter"}"#)
        #expect(singer.message(of: Array(#"{"type":"SCHEMA","stream":"s","schema":{}}"#.utf8)) == .nothing)
        #expect(singer.message(of: Array("nonsense".utf8)) == .document)
        #expect(singer.program.handover == .option("--state"))
        #expect(mentions.program.handover == .variable("EARSHOT_STATE"))
    }

    @Test(arguments: [
        (#"{"command":["python3"]}"#, "no shell looks for it"),
        (#"{"command":["/bin/x"],"format":"singer"}"#, "\"adapter\" is missing"),
        (#"{"command":["/bin/x"],"format":"documents","adapter":"telegraph"}"#, "there is no adapter \"telegraph\""),
        (#"{"command":["/bin/x"],"format":"documents","adapter":"exec"}"#, "there is no adapter \"exec\""),
        (#"{"command":["/bin/x"],"adapter":"rss"}"#, "for \"format\""),
        (#"{"command":["/bin/x"],"streams":["a"]}"#, "\"singer\" alone"),
        (#"{"command":["/bin/x"],"environment":{"A=B":"c"}}"#, "names of environment variables"),
    ])
    func `settings that cannot be are refused with what is expected`(_ settings: String, _ words: String) {
        let failure = #expect(throws: (any Error).self) { try ExecAdapter.make(settings) }
        #expect("\(String(describing: failure))".replacing("\\\"", with: "\"").contains(words))
    }
}

extension Document {
    fileprivate static func line(_ text: String) -> Document {
        Document(Array(text.utf8), observedAt: Fixture.observedAt)
    }
}

extension ExecAdapter {
    /// An adapter with settings written as JSON.
    static func make(_ settings: String = "{}") throws -> ExecAdapter {
        try ExecAdapter(settings: JSONDecoder().decode(Settings.self, from: Data(settings.utf8)))
    }
}
