import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Synchronization
import Testing

@testable import EarshotGateway

@Suite struct LeadTests {
    private static let delivery =
        #"{"object":"instagram","entry":[{"id":"1784","time":1767225600,"changes":["#
        + #"{"field":"mentions","value":{"media_id":"601","comment_id":"501"}},"#
        + #"{"field":"comments","value":{"id":"502","text":"Where is my bag?","from":{"id":"9","username":"asker"}}}]}]}"#
    private static let comment =
        #"{"mentioned_comment":{"id":"501","text":"lost again @acmeair","username":"asker","#
        + #""timestamp":"2026-01-01T00:00:00+0000","like_count":2,"media":{"id":"601"}},"id":"1784"}"#
    private static let limited =
        #"{"error":{"message":"too many calls","type":"OAuthException","code":4}}"#
    private static let gone =
        #"{"error":{"message":"does not exist","type":"GraphMethodException","code":100,"error_subcode":33}}"#

    private func adapter() throws -> InstagramAdapter {
        let settings = #"{"token":"T0KEN","user_id":"1784","app_secret":"app secret","verify_token":"v"}"#
        return try InstagramAdapter(
            settings: JSONDecoder().decode(InstagramAdapter.Settings.self, from: Data(settings.utf8)))
    }

    /// One process over what another left in a directory.
    private struct Life {
        let adapter: InstagramAdapter
        let journal: SQLiteJournal
        let board = StatusBoard()
        let box: LeadBox
        let source: ScriptedSource
        let directory: TestDirectory

        init(_ adapter: InstagramAdapter, in directory: TestDirectory, over source: ScriptedSource) throws {
            self.adapter = adapter
            self.source = source
            self.directory = directory
            journal = try SQLiteJournal.testing(directory) { source.now }
            box = LeadBox(channel: "page", journal: journal, board: board)
        }

        /// Looks up what waits, and dies in the first sleep of a length: that of who has nothing to do, if no other.
        func lookUp(dyingIn length: Duration = .seconds(60)) async throws {
            let clock = GatewayClock(
                now: { source.now },
                sleep: { duration in
                    guard duration != length else { throw CancellationError() }
                    source.pass(duration)
                }, random: { 0 })
            let intake = Intake(
                channel: "page", adapter: adapter, enrichment: Enrichment(), journal: journal, leads: box)
            let listener = LeadListener(
                ListenerContext(intake: intake, clock: clock, board: board, log: ReceiverBench.log),
                adapter: adapter, box: box, http: source)
            await #expect(throws: CancellationError.self) { try await listener.run() }
        }

        /// Has a delivery posted to a socket, and tells how it is answered.
        func receive(_ delivery: String) async throws -> Int {
            let status = Mutex(0)
            var bench = ReceiverBench(journal: journal, board: board, adapter: adapter)
            bench.leads = box
            try await bench.run { port, client in
                let answer = try await client.fetch(ReceiverBench.signed(port, delivery))
                status.withLock { $0 = answer.status }
            }
            return status.withLock { $0 }
        }

        func mentions() async throws -> [String] {
            guard try await journal.status().head > 0 else { return [] }
            let delivery = try await journal.mentions(after: 0, limits: BatchLimits())
            return delivery.map { found in
                found.batch.entries.indices.map { String(decoding: found.batch.line($0), as: UTF8.self) }
            } ?? []
        }

        func readiness() -> String {
            StatusReport(channels: board.all, sinks: [:], marks: 0, phase: .running, version: "test").readiness
        }
    }

    @Test func `what a delivery names is looked up and delivered once, through kills and a limit`() async throws {
        let source = ScriptedSource { _, number in
            number == 1 ? .answer(400, LeadTests.limited) : .answer(200, LeadTests.comment)
        }
        let directory = TestDirectory(inMemory: true)
        let begin = source.now
        let first = try Life(adapter(), in: directory, over: source)
        #expect(try await first.receive(LeadTests.delivery) == 200)
        #expect(try await first.mentions().count == 1, "what was said whole is there, what was only named is not")
        #expect(first.readiness().contains("channel page: ok, 1 to be looked up"))
        // Killed as soon as the delivery is acknowledged.
        let afterDelivery = try directory.copy()
        let second = try Life(adapter(), in: afterDelivery, over: source)
        try await second.lookUp(dyingIn: .seconds(3600))
        #expect(source.requests.count == 1)
        #expect(second.readiness().contains("channel page: waiting: Graph API error 4: too many calls, asked again at"))
        #expect(second.readiness().contains(", 1 to be looked up"))
        // Killed in the wait that the source asked for, which is kept to.
        let inWait = try afterDelivery.copy()
        let third = try Life(adapter(), in: inWait, over: source)
        try await third.lookUp()
        #expect(source.requests.count == 2 && source.now >= Timestamp(seconds: begin.seconds + 3600))
        #expect(
            source.requests[1].url
                == "https://graph.facebook.com/v25.0/1784?fields=mentioned_comment.comment_id(501)"
                + "{id,text,timestamp,username,like_count,media{id}}")
        #expect(source.requests[1]["Authorization"] == "Bearer T0KEN")
        let mentions = try await third.mentions()
        #expect(mentions.count == 2 && mentions[1].contains(#""text":"lost again @acmeair""#))
        #expect(mentions[1].contains(#""native_id":"501""#) && mentions[1].contains(#""op":"create""#))
        #expect(third.readiness().contains("channel page: ok\n"))
        // The source does not know that it was heard, and sends it again.
        #expect(try await third.receive(LeadTests.delivery) == 200)
        try await third.lookUp()
        #expect(try await third.mentions().count == 2 && source.requests.count == 3)
        // A fourth process has nothing to do.
        let fourth = try Life(adapter(), in: try inWait.copy(), over: source)
        try await fourth.lookUp()
        #expect(source.requests.count == 3)
    }

    @Test func `of what is gone its id is told, and why`() async throws {
        let source = ScriptedSource { _, _ in .answer(400, LeadTests.gone) }
        let life = try Life(adapter(), in: TestDirectory(inMemory: true), over: source)
        #expect(try await life.box.add(["1784/601", "1784/601/501"]))
        try await life.lookUp()
        let mentions = try await life.mentions()
        #expect(mentions.count == 2 && mentions[0].contains(#""native_id":"601""#))
        #expect(mentions[1].contains(#""native_id":"501""#) && mentions[1].contains("601"))
        #expect(life.readiness().contains("ok, but the last mention could not be looked up, and is told by its id"))
    }

    @Test func `where too much waits to be looked up, deliveries are taken as they are`() async throws {
        let source = ScriptedSource { _, _ in .answer(500) }
        let life = try Life(adapter(), in: TestDirectory(inMemory: true), over: source)
        #expect(try await life.box.add((0..<LeadBox.limit).map { "1784/\(10_000 + $0)" }))
        #expect(try await life.receive(LeadTests.delivery) == 200)
        #expect(try await life.mentions().count == 2 && life.board.all["page"]?.tally.defects == 1)
        #expect(life.board.all["page"]?.waiting == LeadBox.limit)
    }

    @Test func `a lead keeps its number, whatever is forgotten`() {
        var list = LeadList(nil)
        for lead in ["a", "b", "a"] { list.add(lead) }
        #expect(list.leads == ["a", "b"] && list.lead(after: 1)?.request == "b" && list.lead(after: 2) == nil)
        list.forget(upTo: 1)
        list.add("c")
        #expect(LeadList(list.cursor) == list && list.lead(after: 1)?.number == 2 && list.count(after: 1) == 2)
        // Where the list was lost and its place was not, what comes next is still after the place.
        var lost = LeadList(nil)
        lost.forget(upTo: 7)
        lost.add("d")
        #expect(lost.lead(after: 7)?.number == 8)
        #expect(LeadList.done(LeadList.cursor(done: 8)) == 8 && LeadList.done(Cursor(#"{"since":1}"#)) == 0)
    }
}
