import Earshot
import EarshotTesting
import Foundation
import Synchronization
import Testing

@testable import EarshotSinks

@Suite struct FileSinkTests {
    private let folder = TestFolder()

    private func batch(_ range: Range<Int>, from channel: String = "brand") -> Batch {
        Batch(SampleMention.numbered(range), from: channel)
    }

    @Test func `mentions go to files by network, channel and date`() async throws {
        let sink = try folder.sink("out/{network}/{channel}/{date}T{hour}.ndjson")
        try await sink.open(resuming: nil)
        var both = batch(0..<2)
        both.append(batch(2..<3, from: "press"), 0..<1)
        _ = try await sink.deliver(both)
        #expect(folder.files == ["out/twitter/brand/2026-01-01T00.ndjson", "out/twitter/press/2026-01-01T00.ndjson"])
    }

    @Test(arguments: ["../../etc/passwd", "..", ".", "/", "a/b", "\u{202E}name", "", "a\0b", ".hidden"])
    func `no name leaves the directory`(_ name: String) async throws {
        let path = try PathTemplate("out/{channel}/{network}.ndjson").path(
            network: name, channel: name, at: Fixture.observedAt)
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        #expect(parts.count == 3)
        #expect(!parts.contains("..") && !parts.contains(".") && !parts.contains("") && !path.contains("\0"))
        #expect(!parts[1].hasPrefix("."))
    }

    @Test(arguments: ["{nonsense}/x", "x/{date", "", "out/"])
    func `a template that cannot be filled in is refused`(_ template: String) {
        #expect(throws: PathTemplate.Fault.self) { try folder.sink(template) }
    }

    @Test func `a torn tail is cut off and its mentions are written once`() async throws {
        let sink = try folder.sink("all.ndjson")
        try await sink.open(resuming: nil)
        let state = try await sink.deliver(batch(0..<3))
        try folder.append("{\"schema\":\"mention/1.0\",\"op\":\"cre", to: "all.ndjson")
        let again = try folder.sink("all.ndjson")
        try await again.open(resuming: state)
        _ = try await again.deliver(batch(3..<5))
        #expect(try folder.lines(.none) == batch(0..<5).texts)
    }

    @Test func `a file that only an unconfirmed delivery made is removed`() async throws {
        let sink = try folder.sink("{channel}.ndjson")
        try await sink.open(resuming: nil)
        let state = try await sink.deliver(batch(0..<3))
        _ = try await sink.deliver(batch(3..<5, from: "press"))
        let again = try folder.sink("{channel}.ndjson")
        try await again.open(resuming: state)
        #expect(folder.files == ["brand.ndjson"])
        #expect(try folder.lines(.none) == batch(0..<3).texts)
    }

    @Test func `what was in a file before the sink is kept`() async throws {
        try folder.write("old\n", to: "all.ndjson")
        let sink = try folder.sink("all.ndjson")
        try await sink.open(resuming: nil)
        _ = try await sink.deliver(batch(0..<1))
        let again = try folder.sink("all.ndjson")
        try await again.open(resuming: nil)
        #expect(try folder.text("all.ndjson") == "old\n")
        let state = try await again.deliver(batch(0..<1))
        let third = try folder.sink("all.ndjson")
        try await third.open(resuming: state)
        #expect(try folder.text("all.ndjson") == "old\n" + batch(0..<1).texts[0] + "\n")
    }

    @Test func `a note of an earlier life does not touch a file`() async throws {
        let sink = try folder.sink("all.ndjson")
        try await sink.open(resuming: nil)
        var state = try await sink.deliver(batch(0..<1))
        state = try await sink.deliver(batch(1..<2))
        let again = try folder.sink("all.ndjson")
        try await again.open(resuming: state)
        #expect(try folder.lines(.none) == batch(0..<2).texts)
        // The journal was thrown away: what is in the files is the operator's.
        let fresh = try folder.sink("all.ndjson")
        try await fresh.open(resuming: nil)
        #expect(try folder.lines(.none) == batch(0..<2).texts)
    }

    @Test func `a file that was moved away is begun anew, and still holds nothing twice`() async throws {
        let sink = try folder.sink("all.ndjson")
        try await sink.open(resuming: nil)
        let state = try await sink.deliver(batch(0..<5))
        try FileManager.default.removeItem(atPath: folder.path + "/all.ndjson")
        let again = try folder.sink("all.ndjson")
        try await again.open(resuming: state)
        _ = try await again.deliver(batch(5..<6))
        let third = try folder.sink("all.ndjson")
        try await third.open(resuming: state)
        _ = try await third.deliver(batch(5..<6))
        #expect(try folder.lines(.none) == batch(5..<6).texts)
    }

    @Test func `a file that is rotated away under the sink, and written anew, is undone with its delivery`()
        async throws
    {
        let sink = try folder.sink("all.ndjson")
        try await sink.open(resuming: nil)
        let state = try await sink.deliver(batch(0..<5))
        try FileManager.default.moveItem(atPath: folder.path + "/all.ndjson", toPath: folder.path + "/all.ndjson.1")
        // Longer than what the state knows of the file that was moved.
        _ = try await sink.deliver(batch(5..<30))
        let again = try folder.sink("all.ndjson")
        try await again.open(resuming: state)
        _ = try await again.deliver(batch(5..<30))
        #expect(
            try folder.text("all.ndjson.1") + folder.text("all.ndjson")
                == batch(0..<30).texts.map { $0 + "\n" }.joined())
    }

    @Test func `a note that cannot be read blocks the sink`() async throws {
        let sink = try folder.sink("a.ndjson")
        try await sink.open(resuming: nil)
        _ = try await sink.deliver(batch(0..<2))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let note = try #require(names.first { $0.hasSuffix(".pending") })
        try folder.write("{", to: note)
        let again = try folder.sink("a.ndjson")
        await #expect(throws: DeliveryFailure.self) { try await again.open(resuming: nil) }
        #expect(try folder.lines(.none) == batch(0..<2).texts)
    }

    @Test func `a sink of the same name for other files undoes nothing`() async throws {
        let sink = try folder.sink("a.ndjson")
        try await sink.open(resuming: nil)
        _ = try await sink.deliver(batch(0..<2))
        let other = try folder.sink("b.ndjson")
        try await other.open(resuming: nil)
        _ = try await other.deliver(batch(2..<3))
        #expect(folder.files == ["a.ndjson", "b.ndjson"])
    }

    @Test func `a part follows when a file is large or old enough`() async throws {
        let moment = Mutex(Fixture.observedAt)
        let folder = TestFolder(now: { moment.withLock { $0 } })
        let sink = try folder.sink("all.ndjson", ["rotate_size": "400B", "rotate_every": "1h"])
        try await sink.open(resuming: nil)
        var state: SinkState?
        for number in 0..<3 { state = try await sink.deliver(batch(number..<(number + 1))) }
        #expect(folder.files == ["all.ndjson", "all.1.ndjson"])
        moment.withLock { $0.milliseconds += 3_600_000 }
        let again = try folder.sink("all.ndjson", ["rotate_size": "400B", "rotate_every": "1h"])
        try await again.open(resuming: state)
        _ = try await again.deliver(batch(3..<4))
        #expect(folder.files == ["all.ndjson", "all.1.ndjson", "all.2.ndjson"])
        #expect(try folder.lines(.none) == batch(0..<4).texts)
    }

    @Test func `a directory that cannot be written blocks the sink at its start and names the path`() async throws {
        try folder.write("", to: "out")
        let sink = try folder.sink("out/all.ndjson")
        let found = [
            await #expect(throws: DeliveryFailure.self) { try await sink.open(resuming: nil) },
            await #expect(throws: DeliveryFailure.self) { try await sink.check() },
            await #expect(throws: DeliveryFailure.self) { try await sink.deliver(batch(0..<1)) },
        ]
        for failure in found {
            guard case .blocked(let reason) = failure else {
                Issue.record("not blocked: \(String(describing: failure))")
                continue
            }
            #expect(reason.contains(folder.path + "/out"))
        }
    }

    @Test func `a path of a folder is refused`() throws {
        try FileManager.default.createDirectory(
            atPath: folder.path + "/out/all.ndjson", withIntermediateDirectories: true)
        let fault = #expect(throws: PathTemplate.Fault.self) { try folder.sink("out/all.ndjson") }
        #expect(fault?.description == "\(folder.path)/out/all.ndjson is a folder; expected the path of a file")
        #expect(throws: Never.self) { try folder.sink("out/all.ndjson", ["compress": "gzip"]) }
    }

    @Test(arguments: [0, 1, 2]) func `a line without its end is no part of the next one`(_ known: Int) async throws {
        let sink = try folder.sink("all.ndjson")
        try await sink.open(resuming: nil)
        let state = known > 0 ? try await sink.deliver(batch(0..<known)) : nil
        try folder.write("{\"torn\":", to: "all.ndjson")
        let again = try folder.sink("all.ndjson")
        try await again.open(resuming: state)
        // What was not confirmed is undone and done once more.
        _ = try await again.deliver(batch(5..<6))
        try await again.open(resuming: state)
        _ = try await again.deliver(batch(5..<7))
        #expect(try folder.lines(.none) == ["{\"torn\":"] + batch(5..<7).texts)
    }

    @Test func `what is tried at the start leaves nothing`() async throws {
        try FileManager.default.createDirectory(atPath: folder.path + "/out", withIntermediateDirectories: true)
        let sink = try folder.sink("out/new/{date}.ndjson")
        try await sink.open(resuming: nil)
        #expect(try await sink.check() == "\(folder.path)/out may be written to")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/out") == [])
    }

    @Test func `a delivery that failed in the middle leaves nothing behind`() async throws {
        try FileManager.default.createDirectory(
            atPath: folder.path + "/press.ndjson", withIntermediateDirectories: true)
        let sink = try folder.sink("{channel}.ndjson")
        try await sink.open(resuming: nil)
        var both = batch(0..<2)
        both.append(batch(2..<3, from: "press"), 0..<1)
        await #expect(throws: DeliveryFailure.self) { try await sink.deliver(both) }
        try FileManager.default.removeItem(atPath: folder.path + "/press.ndjson")
        _ = try await sink.deliver(both)
        #expect(try folder.lines(.none) == both.texts)
    }

    @Test func `crashes at any delivery leave every mention exactly once`() async throws {
        for seed in UInt64(1)...12 {
            var random = SeededRandom(seed: seed)
            try await crashes(&random, folder: TestFolder())
        }
    }

    /// Delivers a hundred mentions over sinks that crash, some of them before the journal knew.
    private func crashes(_ random: inout SeededRandom, folder: TestFolder) async throws {
        let channels = ["brand", "press", "page"]
        var settings = ["fsync": "never"]
        if Bool.random(using: &random) { settings["rotate_size"] = "900B" }
        var confirmed: SinkState?
        var next = 0
        var sink = try folder.sink("{channel}.ndjson", settings)
        try await sink.open(resuming: nil)
        while next < 100 {
            let count = Int.random(in: 1..<6, using: &random)
            var part = Batch()
            for number in next..<(next + count) {
                part.append(batch(number..<(number + 1), from: channels.randomElement(using: &random) ?? ""), 0..<1)
            }
            let state = try await sink.deliver(part)
            if Int.random(in: 0..<3, using: &random) > 0 {
                confirmed = state
                next += count
                guard Int.random(in: 0..<4, using: &random) == 0 else { continue }
            }
            // Only the last part of a file is ever written, so only that can be torn.
            let last = Dictionary(folder.files.map { ($0.prefix { $0 != "." }, $0) }) { $1 }.values.sorted()
            if let torn = last.randomElement(using: &random) { try folder.append("{\"torn", to: torn) }
            sink = try folder.sink("{channel}.ndjson", settings)
            try await sink.open(resuming: confirmed)
        }
        let ids = try folder.lines(.none).map { line in
            line.split(separator: "\"native_id\":\"").last.map { $0.prefix { $0 != "\"" } }.map(String.init) ?? ""
        }
        #expect(Set(ids).count == ids.count)
        #expect(Set((0..<next).map(String.init)) == Set(ids))
    }
}
