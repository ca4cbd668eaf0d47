internal import Earshot
internal import EarshotFormats
internal import Foundation

/// What X's status codes and headers mean for the next request.
enum TwitterFailure {
    /// Why a reply is no page, or nil where it is one.
    static func of(_ response: FetchResponse) -> FetchFailure? {
        let status = response.status
        guard !(200..<300).contains(status) else { return nil }
        let words = reason(response)
        switch status {
        case 429:
            // The cap on posts a month is not lifted at the end of a window.
            if words.contains("usage-capped") || words.contains("UsageCapExceeded") {
                return .limited(words, after: .seconds(6 * 3600))
            }
            return .limited(words, after: reset(response) ?? .seconds(60))
        case 401, 403: return .unauthorized(words)
        case 402: return .limited(words, after: .seconds(6 * 3600))
        case 408, 500...599: return .unreachable(words)
        default: return .refused(words)
        }
    }

    /// Whether X refuses the place that the channel got to: an id older than its search reaches, a token that is too old.
    static func isOfPosition(_ response: FetchResponse) -> Bool {
        guard response.status == 400 else { return false }
        let words = String(decoding: response.body.prefix(10_000), as: UTF8.self)
        return ["since_id", "next_token", "pagination_token"].contains { words.contains($0) }
    }

    /// How long to wait before the next request, where the window has none left.
    static func wait(_ response: FetchResponse) -> Duration? {
        response["x-rate-limit-remaining"] == "0" ? reset(response) : nil
    }

    /// How long it is until the window ends: an epoch in seconds, on the clock of the server that said so.
    private static func reset(_ response: FetchResponse) -> Duration? {
        guard let header = response["x-rate-limit-reset"], let end = Int64(header) else { return nil }
        let date = response["date"].flatMap { Times.parse($0)?.seconds }
        let now = date ?? Int64(Date().timeIntervalSince1970)
        let (rest, overflow) = end.subtractingReportingOverflow(now)
        return overflow ? nil : .seconds(min(max(rest, 1), 24 * 3600))
    }

    /// The status and what the body says.
    private static func reason(_ response: FetchResponse) -> String {
        var words = ""
        _ = try? JSON.read(response.body) { (root, _) throws(MalformedDocument) in
            words = TwitterReader.explain(root["errors"][0].isObject ? root["errors"][0] : root)
        }
        return words.isEmpty ? "HTTP status \(response.status)" : "HTTP status \(response.status): \(words)"
    }
}
