import Earshot
import EarshotTesting
import Foundation
import Testing

@testable import EarshotSinks

@Suite struct SinkContractTests {
    static let files = ["all.ndjson", "{network}/{channel}-{date}.ndjson", "{channel}/{hour}/x"]

    @Test(arguments: SinkContract.properties, Compression.allCases)
    func `a file keeps its promises`(_ property: SinkContract.Property, _ compression: Compression) async throws {
        let folder = TestFolder()
        let target = SinkContract.Target(holdsOnce: true) {
            try folder.sink("all.ndjson", ["compress": compression.rawValue])
        } held: {
            try folder.lines(compression)
        }
        #expect(try await property.violation(of: target) == nil)
    }

    @Test(arguments: SinkContract.properties)
    func `files by network, channel and date keep their promises`(_ property: SinkContract.Property) async throws {
        let folder = TestFolder()
        let target = SinkContract.Target(holdsOnce: true) {
            try folder.sink("{network}/{channel}-{date}.ndjson")
        } held: {
            try folder.lines(.none)
        }
        #expect(try await property.violation(of: target) == nil)
    }

    @Test(arguments: SinkContract.properties)
    func `files in parts keep their promises`(_ property: SinkContract.Property) async throws {
        let folder = TestFolder()
        let target = SinkContract.Target(holdsOnce: true) {
            try folder.sink("all.ndjson", ["rotate_size": "1KiB"])
        } held: {
            try folder.lines(.none)
        }
        #expect(try await property.violation(of: target) == nil)
    }

    @Test(arguments: SinkContract.properties)
    func `the standard output keeps its promises`(_ property: SinkContract.Property) async throws {
        let folder = TestFolder()
        let file = folder.descriptor("out")
        let target = SinkContract.Target(holdsOnce: false) {
            StdoutSink(writingTo: file)
        } held: {
            try folder.lines(.none)
        }
        #expect(try await property.violation(of: target) == nil)
    }

    @Test(arguments: SinkContract.properties, HTTPFormat.allCases)
    func `an address keeps its promises`(_ property: SinkContract.Property, _ format: HTTPFormat) async throws {
        let desk = Desk()
        let target = SinkContract.Target(holdsOnce: false) {
            try desk.sink(["format": format.rawValue])
        } held: {
            try desk.lines(format)
        }
        #expect(try await property.violation(of: target) == nil)
    }
}
