import Earshot
import EarshotFormats
import EarshotTesting
import Testing

@testable import EarshotGateway

@Suite struct QuotaLedgerTests {
    private let quota = DailyQuota(account: "youtube-1", units: 250, timeZone: "America/Los_Angeles")

    @Test(arguments: [
        ("2026-01-05T07:00:00Z", "2026-01-05T08:00:00Z"), ("2026-01-05T08:00:00Z", "2026-01-06T08:00:00Z"),
        // The clocks of Los Angeles go forward on 8 March 2026 and back on 1 November.
        ("2026-03-08T09:00:00Z", "2026-03-09T07:00:00Z"), ("2026-07-01T06:59:59Z", "2026-07-01T07:00:00Z"),
        ("2026-11-01T07:30:00Z", "2026-11-02T08:00:00Z"),
    ])
    func `a day ends at midnight where the source is`(_ now: String, _ midnight: String) throws {
        let now = try #require(Times.parse(now))
        #expect(quota.reset(after: now).description == midnight)
    }

    @Test func `calls are made until the day's units are spent, and again from midnight on`() async throws {
        let journal = MemoryJournal()
        let source = ScriptedSource { _, _ in .answer(200) }
        let ledger = QuotaLedger(journal, now: { source.now })
        #expect(await ledger.charge(100, to: quota).left.remaining == 150)
        #expect(await ledger.charge(100, to: quota).left.remaining == 50)
        let refused = await ledger.charge(100, to: quota)
        #expect(refused.refusal == .limited("200 of the day's 250 units are spent", after: .seconds(8 * 3600)))
        #expect(await ledger.charge(50, to: quota).refusal == nil)
        // A restart forgets nothing.
        let again = QuotaLedger(journal, now: { source.now })
        #expect(await again.charge(1, to: quota).refusal != nil)
        source.pass(.seconds(8 * 3600))
        #expect(await again.charge(1, to: quota).left.remaining == 249)
    }

    @Test func `channels of one account share what there is, and what fails is charged too`() async throws {
        let board = StatusBoard()
        let source = ScriptedSource { _, _ in .answer(500) }
        let ledger = QuotaLedger(MemoryJournal(), now: { source.now })
        func client(_ channel: String) -> MeteredClient {
            MeteredClient(channel: channel, base: source, board: board, quota: quota, ledger: ledger)
        }
        var request = FetchRequest("https://api.acme.example/search")
        request.units = 100
        _ = try await client("one").fetch(request)
        _ = try await client("two").fetch(request)
        await #expect(throws: FetchFailure.self) { try await client("one").fetch(request) }
        #expect(source.requests.count == 2)
        #expect(board.all["two"]?.budget?.remaining == 50)
        let report = StatusReport(channels: board.all, sinks: [:], marks: 0, phase: .running, version: "test")
        #expect(report.prometheus.contains("earshot_channel_budget_remaining{channel=\"two\",unit=\"units\"} 50\n"))
        #expect(report.prometheus.contains("earshot_channel_budget_limit{channel=\"two\",unit=\"units\"} 250\n"))
        #expect(report.page.contains("50 of 250 units"))
    }

    @Test func `what a source says is left is shown`() async throws {
        let board = StatusBoard()
        let headers = [("x-rate-limit-limit", "450"), ("x-rate-limit-remaining", "438"), ("x-rate-limit-reset", "900")]
        let source = ScriptedSource { _, _ in .answer(200, "{}", headers) }
        let ledger = QuotaLedger(MemoryJournal(), now: { source.now })
        _ = try await MeteredClient(channel: "c", base: source, board: board, quota: nil, ledger: ledger)
            .fetch(FetchRequest("https://api.acme.example/"))
        let report = StatusReport(channels: board.all, sinks: [:], marks: 0, phase: .running, version: "test")
        #expect(report.prometheus.contains("earshot_channel_budget_remaining{channel=\"c\",unit=\"requests\"} 438\n"))
        #expect(
            report.prometheus.contains("earshot_channel_budget_reset_timestamp_seconds{channel=\"c\"} 1767226500\n"))
        #expect(report.page.contains("438 of 450 requests"))
    }
}
