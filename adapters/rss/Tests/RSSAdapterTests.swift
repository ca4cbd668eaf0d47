import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Testing

struct RSSAdapterTests {
    @Test(arguments: Fixture.all()) func `a fixture is read as recorded`(_ fixture: Fixture) throws {
        let read = fixture.read(with: try RSSAdapter.make())
        if Fixture.isRecording { return try fixture.record(read) }
        #expect(read.lines == fixture.expectedLines)
        #expect(read.defects == fixture.expectedDefects)
    }

    @Test(arguments: Fixture.all()) func `the adapter keeps its promises`(_ fixture: Fixture) throws {
        #expect(AdapterContract.violations(of: try RSSAdapter.make(), reading: fixture.document) == [])
    }

    @Test func `a name that is far too long is cut between letters`() throws {
        for length in 990...1_002 {
            let name = String(repeating: "a", count: length) + "ÿ€👩"
            let feeds = [
                "<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>tag:a</id><author><name>\(name)</name></author>"
                    + "</entry></feed>",
                "<rss><channel><item><guid>a</guid><author>\(name)</author></item></channel></rss>",
                #"{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"a","content_text":"b","#
                    + #""authors":[{"name":"\#(name)"}]}]}"#,
            ]
            for feed in feeds {
                let reading = try RSSAdapter.make().read(Document(Array(feed.utf8), observedAt: Timestamp(seconds: 0)))
                let author = try #require(reading.rows.first?.author.name)
                let kept = reading.string(author)
                #expect(name.hasPrefix(kept) && kept.utf8.count > 985, "\(length): \(feed.prefix(20))")
            }
        }
    }
}

extension RSSAdapter {
    /// An adapter with settings written as JSON.
    static func make(_ settings: String = "{}") throws -> RSSAdapter {
        try RSSAdapter(settings: JSONDecoder().decode(Settings.self, from: Data(settings.utf8)))
    }
}
