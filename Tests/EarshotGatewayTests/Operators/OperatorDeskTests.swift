import Earshot
import EarshotFormats
import EarshotTesting
import Foundation
import Logging
import Testing

@testable import EarshotGateway

/// A gateway's desk, asked on the spot and through its socket.
@Suite struct OperatorDeskTests {
    private let journal = MemoryJournal()
    private let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// The desk of a configuration with a channel and a sink, neither of which does anything.
    private func desk() async throws -> JournalDesk {
        var configuration = Configuration(directory: "/nowhere", dataDirectory: "/nowhere")
        configuration.sinks = [
            Configuration.Outlet(
                name: "desk", sink: IdleSink.self, settings: SettingsText(members: []),
                condition: try JMESPath(compiling: "contains(text, '1')"))
        ]
        let assembly = try Assembly(
            configuration, in: .init(journal: journal, http: CurlClient.patient(agent: "test"), clock: .fixed, log: log)
        )
        _ = try await journal.register(sink: "desk", fromBeginning: true)
        return JournalDesk(assembly, journal: journal, isRunning: false, clock: .fixed)
    }

    /// Runs `body` with the desk itself, then with the same desk through a socket.
    private func both(_ body: @escaping @Sendable (any OperatorDesk) async throws -> Void) async throws {
        let desk = try await desk()
        try await body(desk)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("earshot-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (starts, start) = AsyncStream<Void>.makeStream()
        let server = OperatorServer(directory: folder.path, desk: desk, log: log)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { start.yield() } }
            group.addTask {
                for await _ in starts {
                    let attributes = try FileManager.default.attributesOfItem(
                        atPath: OperatorServer.path(in: folder.path))
                    #expect(attributes[.posixPermissions] as? Int == 0o600)
                    let remote = RemoteDesk(directory: folder.path, http: CurlClient.patient(agent: "test"))
                    return try await body(try #require(remote))
                }
            }
            try await group.next()
            group.cancelAll()
        }
        #expect(RemoteDesk(directory: folder.path, http: CurlClient.patient(agent: "test")) == nil)
    }

    @Test func `a sink is retired once it is not configured any more`() async throws {
        try await both { desk in
            _ = try await journal.register(sink: "gone", fromBeginning: true)
            let batch = Batch(SampleMention.numbered(0..<3), from: "\(UUID())")
            _ = try await journal.append(batch, from: "brand", advancing: nil)
            let head = try await journal.status().head
            #expect(try await desk.retire(sink: "gone") == head)
            #expect(try await journal.status().sinks.keys.sorted() == ["desk"])
            await fails("sink \"desk\" is configured: take it out of the configuration first") {
                _ = try await desk.retire(sink: "desk")
            }
        }
    }

    private func fails(_ reason: String, _ effort: () async throws -> Void) async {
        do {
            try await effort()
            Issue.record("was not refused: \(reason)")
        } catch let failure as OperatorFailure {
            #expect(failure == .wrong(reason))
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test func `cursors are seen, set and forgotten`() async throws {
        try await journal.setCursor(Cursor(#"{"id":7}"#), of: "a b/ä", expecting: 0)
        try await both { desk in
            #expect(try await desk.cursors().map(\.cursor) == [#"{"id":7}"#])
            try await desk.setCursor(#"{"id":9}"#, of: "a b/ä")
            #expect(try await desk.cursors().map(\.channel) == ["a b/ä"])
            #expect(try await desk.cursors().map(\.cursor) == [#"{"id":9}"#])
            await fails("a cursor is JSON, and this is none: {") { try await desk.setCursor("{", of: "a b/ä") }
            await fails("there is no cursor of \"nobody\"; there are a b/ä") {
                try await desk.setCursor(nil, of: "nobody")
            }
            try await desk.setCursor(#"{"id":7}"#, of: "a b/ä")
        }
        let desk = try await desk()
        try await desk.setCursor(nil, of: "a b/ä")
        #expect(try await desk.cursors().isEmpty)
    }

    @Test func `dead letters are seen whole and dropped`() async throws {
        let batch = Batch(SampleMention.numbered(0..<4), from: "brand")
        _ = try await journal.append(batch, from: "brand", advancing: nil)
        let letters = (1...4).map { position in
            DeadLetter(
                sink: "desk", position: Int64(position), reason: "status 422: \"no\"", attempts: 2,
                at: Fixture.observedAt, line: Array(batch.line(position - 1)))
        }
        _ = try await desk()
        try await journal.confirm(Delivery(sink: "desk", batch: batch, upTo: 4), state: nil, dead: letters)
        try await both { desk in
            let found = try await desk.deadLetters(of: "desk")
            #expect(found == Array(letters.suffix(found.count)))
            #expect(try await desk.deadLetters(of: nil) == found)
            #expect(try await desk.drop(LetterChoice(sink: "desk", positions: [found[0].position])) == 1)
            await fails("the sink \"desk\" has no dead letter at 1, 77") {
                _ = try await desk.drop(LetterChoice(sink: "desk", positions: [1, 77]))
            }
            await fails("the journal knows no sink \"nobody\"; it knows desk") {
                _ = try await desk.deadLetters(of: "nobody")
            }
        }
        #expect(try await desk().redeliver(LetterChoice(sink: "desk")) == Courier.Redelivery(delivered: 2))
        #expect(try await journal.deadLetters(of: "desk") == [])
    }

    @Test func `a sink is set back, and what passes is seen`() async throws {
        let batch = Batch(SampleMention.numbered(0..<20), from: "brand")
        _ = try await journal.append(batch, from: "brand", advancing: nil)
        let lines = batch.texts
        try await both { desk in
            #expect(try await desk.replay(sink: "desk", since: .earliest) == 20)
            await fails("the journal knows no sink \"nobody\"; it knows desk") {
                _ = try await desk.replay(sink: "nobody", since: .earliest)
            }
            #expect(try await desk.look(TapView()) == TapPage(lines: [], upTo: 20))
            let all = try await desk.look(TapView(after: 17))
            #expect(String(decoding: all.lines, as: UTF8.self) == lines[17...].map { $0 + "\n" }.joined())
            #expect(all.upTo == 20)
            let chosen = try await desk.look(TapView(after: 0, sink: "desk", condition: "contains(text, '15')"))
            #expect(String(decoding: chosen.lines, as: UTF8.self) == lines[15] + "\n")
            #expect(try await desk.look(TapView(after: 99)) == TapPage(lines: [], upTo: 20))
            await fails("there is no sink \"nobody\"; there are desk") {
                _ = try await desk.look(TapView(after: 0, sink: "nobody"))
            }
            await fails("there is no channel \"nobody\"; there are none") {
                _ = try await desk.look(TapView(after: 0, channel: "nobody"))
            }
        }
    }
}

/// A sink that takes everything.
private struct IdleSink: Sink {
    struct Settings: Decodable, Sendable {}

    static let name = "idle"
    static let about = "For tests."
    static let settings: [Setting] = []

    init(settings: Settings, surroundings: SinkSurroundings) throws {}

    func open(resuming state: SinkState?) async throws(DeliveryFailure) {}
    func deliver(_ batch: Batch) async throws(DeliveryFailure) -> SinkState? { nil }
    func close() async {}
}
