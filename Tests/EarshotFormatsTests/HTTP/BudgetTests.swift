import Earshot
import EarshotFormats
import Testing

@Suite struct BudgetTests {
    private func reply(_ status: Int, _ headers: KeyValuePairs<String, String>) -> FetchResponse {
        FetchResponse(
            status: status, headers: headers.map { (name: $0.key, value: $0.value) } + [(name: "Date", value: now)],
            url: "https://api.acme.example/")
    }

    private let now = "Sun, 01 Mar 2026 09:00:00 GMT"

    @Test(arguments: [
        ("90", 90.0), ("1.5", 1.5), ("0", 0), ("Sun, 01 Mar 2026 09:02:00 GMT", 120),
        ("Sunday, 01-Mar-26 09:02:00 GMT", 120), ("Sun, 01 Mar 2026 08:00:00 GMT", 0),
        ("99999999999999999999", 604_800),
    ])
    func `Retry-After is seconds or a date`(_ field: String, _ seconds: Double) {
        #expect(reply(429, ["Retry-After": field]).retryAfter == .milliseconds(Int(seconds * 1000)))
    }

    @Test(arguments: ["-5", "soon", "", "nan", "-inf"])
    func `what Retry-After cannot mean is nothing`(_ field: String) {
        #expect(reply(429, ["Retry-After": field]).retryAfter == nil)
    }

    @Test(
        arguments: [
            (204, nil), (401, .unauthorized("HTTP status 401")), (403, .unauthorized("HTTP status 403")),
            (404, .refused("HTTP status 404")), (429, .limited("HTTP status 429", after: nil)),
            (408, .unreachable("HTTP status 408")), (503, .unreachable("HTTP status 503")),
        ] as [(Int, FetchFailure?)])
    func `a status says what to do`(_ status: Int, _ failure: FetchFailure?) {
        #expect(reply(status, [:]).failure() == failure)
    }

    @Test(arguments: [429, 500, 503])
    func `whoever says when to come again is asked then`(_ status: Int) {
        #expect(reply(status, ["retry-after": "30"]).failure("no") == .limited("no", after: .seconds(30)))
    }

    @Test(
        arguments: [
            (
                ["x-rate-limit-limit": "450", "x-rate-limit-remaining": "0", "x-rate-limit-reset": "1772356500"], 450.0,
                0.0, 900
            ),
            (
                [
                    "X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "7",
                    "X-RateLimit-Reset": "2026-03-01T09:05:00.210523Z",
                ], 300, 7, 300
            ),
            (["x-ratelimit-used": "12", "x-ratelimit-remaining": "588.0", "x-ratelimit-reset": "417"], nil, 588, 417),
            (
                ["ratelimit-limit": "3000", "ratelimit-remaining": "2998", "ratelimit-reset": "1772355700"], 3000, 2998,
                100
            ),
        ] as [(KeyValuePairs<String, String>, Double?, Double, Int64)])
    func `a window is learned from each platform's headers`(
        _ headers: KeyValuePairs<String, String>, _ limit: Double?, _ remaining: Double, _ seconds: Int64
    ) throws {
        let budget = try #require(Budget(reply(200, headers)))
        #expect(budget.limit == limit && budget.remaining == remaining && budget.unit == .requests)
        #expect(budget.reset?.components.seconds == seconds)
    }

    @Test func `the fullest of several usages counts`() throws {
        let business = #"{"700100":[{"type":"pages","call_count":10,"total_time":96,"total_cputime":1}]}"#
        let budget = try #require(
            Budget(
                reply(
                    200, ["X-App-Usage": #"{"call_count":28,"total_time":25}"#, "X-Business-Use-Case-Usage": business]))
        )
        #expect(budget == Budget(limit: 100, remaining: 4, unit: .percent, reset: nil))
        #expect(budget.wait == .seconds(900))
    }

    @Test func `access that is to be regained is waited for`() throws {
        let business = #"{"1":[{"type":"pages","call_count":1,"estimated_time_to_regain_access":10}]}"#
        let budget = try #require(Budget(reply(200, ["x-business-use-case-usage": business])))
        #expect(budget.remaining == 0 && budget.wait == .seconds(600))
    }

    @Test(arguments: [(0.0, 100), (4.0, 25), (6.0, nil)] as [(Double, Int?)])
    func `the last requests of a window are spread over it`(_ remaining: Double, _ seconds: Int?) {
        let budget = Budget(limit: 15, remaining: remaining, unit: .requests, reset: .seconds(100))
        #expect(budget.wait == seconds.map { .seconds($0) })
    }

    @Test(arguments: ["", "many", "nan", "inf"])
    func `headers that say nothing are no budget`(_ remaining: String) {
        #expect(Budget(reply(200, ["x-rate-limit-remaining": remaining, "x-app-usage": "[1"])) == nil)
    }
}
