internal import Earshot
internal import EarshotFormats
internal import Foundation

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
        let response = try await base.fetch(request.proven)
        if quota == nil, let budget = Budget(response) { board.learned(budget, of: channel, at: now) }
        return response
    }

    func stream(_ request: FetchRequest) async throws(FetchFailure) -> HTTPStream {
        try await base.stream(request.proven)
    }
}

extension FetchRequest {
    /// The request with the proof of its token, where one is asked for and it shows a token.
    var proven: FetchRequest {
        let shown = headers.last { $0.name.lowercased() == "authorization" }?.value
        guard let tokenProof, let shown, shown.hasPrefix("Bearer ") else { return self }
        let code = HMACs.code(.sha256, of: Array(shown.dropFirst(7).utf8), key: Data(tokenProof.key.utf8))
        return Authorization.Presentation.query(
            name: tokenProof.parameter, value: Secret(HMACs.encoded(code, .hexadecimal))
        ).added(to: self)
    }
}
