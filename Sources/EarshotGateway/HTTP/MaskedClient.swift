internal import Earshot

/// A way to the network on which no reply repeats a secret: what a source or sink says of a refusal is logged, shown to
/// people and kept with dead letters, often cut to its beginning.
struct MaskedClient: HTTPFetching {
    let base: any HTTPFetching
    let secrets: SecretBook
    /// Whether only replies that are no success are looked at: the others are documents, or bring new tokens.
    let sparesSuccess: Bool

    var now: Timestamp { base.now }

    func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        var response = try await base.fetch(request)
        if sparesSuccess && response.status < 300 { return response }
        let text = String(decoding: response.body, as: UTF8.self)
        let masked = secrets.masked(text)
        if masked != text { response.body = Array(masked.utf8) }
        for index in response.headers.indices {
            response.headers[index].value = secrets.masked(response.headers[index].value)
        }
        return response
    }

    func stream(_ request: FetchRequest) async throws(FetchFailure) -> HTTPStream { try await base.stream(request) }
}
