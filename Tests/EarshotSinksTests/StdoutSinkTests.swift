import Earshot
import EarshotTesting
import Foundation
import Testing

@testable import EarshotSinks

@Suite struct StdoutSinkTests {
    @Test func `a reader that goes away closes the sink without ending the program`() async throws {
        let pipe = Pipe()
        let sink = StdoutSink(writingTo: pipe.fileHandleForWriting.fileDescriptor)
        try await sink.open(resuming: nil)
        try pipe.fileHandleForReading.close()
        await #expect(throws: DeliveryFailure.closed) {
            try await sink.deliver(Batch([SampleMention("1")], from: "brand"))
        }
    }

    @Test func `every sink is listed with settings that have a meaning`() {
        #expect(BuiltInSinks.all.map { $0.name } == ["file", "http", "stdout"])
        for sink in BuiltInSinks.all {
            #expect(!sink.about.isEmpty)
            #expect(Set(sink.settings.map(\.name)).count == sink.settings.count)
        }
    }
}
