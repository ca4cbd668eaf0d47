internal import Earshot
internal import EarshotFormats

/// One channel's way to the network, on which what is left of its budgets is learned, counted and shown.
struct MeteredClient: HTTPFetching {
    let channel: String
    let base: any HTTPFetching
    let board: StatusBoard
    /// What the source counts by the day and never tells of.
    let quota: DailyQuota?
    let ledger: QuotaLedger

    var now: Timestamp { base.now }

    func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        if let quota, request.units > 0 {
            let charge = await ledger.charge(request.units, to: quota)
            board.learned(charge.left, of: channel, at: now)
            if let refusal = charge.refusal { throw refusal }
        }
        let response = try await base.fetch(request)
        if quota == nil, let budget = Budget(response) { board.learned(budget, of: channel, at: now) }
        return response
    }

    func stream(_ request: FetchRequest) async throws(FetchFailure) -> HTTPStream { try await base.stream(request) }
}
