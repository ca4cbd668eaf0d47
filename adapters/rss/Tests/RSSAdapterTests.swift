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
}

extension RSSAdapter {
    /// An adapter with settings written as JSON.
    static func make(_ settings: String = "{}") throws -> RSSAdapter {
        try RSSAdapter(settings: JSONDecoder().decode(Settings.self, from: Data(settings.utf8)))
    }
}
