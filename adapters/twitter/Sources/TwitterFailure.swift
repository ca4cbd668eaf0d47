internal import Earshot
internal import EarshotFormats

/// What X's status codes and headers mean for the next request.
enum TwitterFailure {
    /// Why a reply is no page, or nil where it is one.
    static func of(_ response: FetchResponse) -> FetchFailure? {
        let status = response.status
        guard !(200..<300).contains(status) else { return nil }
        let words = reason(response)
        // The cap on posts a month, or credits that are spent, are not given anew at the end of a window.
        if status == 402 || words.contains("usage-capped") || words.contains("UsageCapExceeded") {
            return .limited(words, after: .seconds(6 * 3600))
        }
        if status == 429, response.askedWait == nil { return .limited(words, after: .seconds(60)) }
        return response.failure(words)
    }

    /// Whether X refuses the place that the channel got to: an id older than its search reaches, a token that is too
    /// old.
    static func isOfPosition(_ response: FetchResponse) -> Bool {
        guard response.status == 400 else { return false }
        let words = String(decoding: response.body.prefix(10_000), as: UTF8.self)
        return ["since_id", "next_token", "pagination_token"].contains { words.contains($0) }
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
