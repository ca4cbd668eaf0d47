internal import Earshot
internal import EarshotFormats
internal import Foundation

extension GraphListing {
    /// Fetches the page at a cursor.
    func poll(after kept: Cursor?, over http: any HTTPFetching) async throws -> Page {
        let cursor = GraphCursor(kept)
        var request = FetchRequest(address(at: cursor))
        request.headers = [("Authorization", "Bearer \(token)"), ("Accept", "application/json")]
        request.allowsPrivateNetworks = isOperators
        let response = try await http.fetch(request)
        let wait = GraphUsage.wait(after: response)
        if let failure = GraphListing.failure(of: response, wait: wait) { throw failure }
        let page: GraphPage
        do {
            page = try GraphPage(response.body, timeField: timeField)
        } catch {
            throw FetchFailure.unreachable("the answer of \(base) is \(error.reason)")
        }
        var document = Document(
            response.body, observedAt: Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)))
        document.url = request.url
        document.contentType = response["content-type"]
        document.via = .poll
        let (next, hasMore) = cursor.advanced(by: page, in: self)
        return Page([document], next: next.kept, hasMore: hasMore, wait: wait)
    }

    /// What went wrong, if anything did: by the error in the body, else by the status.
    static func failure(of response: FetchResponse, wait: Duration?) -> FetchFailure? {
        if let error = GraphError(body: response.body) { return error.failure(wait: wait) }
        let reason = "status \(response.status)"
        switch response.status {
        case 200...299: return nil
        case 401, 403: return .unauthorized(reason)
        case 429:
            let seconds = response["retry-after"].flatMap { Int64($0) }
            return .limited(reason, after: seconds.map { .seconds($0) } ?? wait)
        case 500...: return .unreachable(reason)
        default: return .refused(reason)
        }
    }
}

/// The usage headers, which say in percent how much of a budget is spent.
enum GraphUsage {
    /// From here on no more is asked.
    private static let full = 95.0
    /// From here on less is asked.
    private static let high = 80.0

    /// How long to leave the platform alone after a reply; nil where nothing presses.
    static func wait(after response: FetchResponse) -> Duration? {
        var longest: Duration?
        for name in ["x-business-use-case-usage", "x-app-usage", "x-page-usage", "x-ad-account-usage"] {
            guard let text = response[name], let usage = try? JSONValue(parsing: text) else { continue }
            for wait in waits(of: usage) { longest = max(longest ?? wait, wait) }
        }
        return longest
    }

    /// The waits that one header asks for: a business header has a list an account, the others are one object.
    private static func waits(of usage: JSONValue) -> [Duration] {
        guard let members = usage.members else { return [] }
        let lists = members.compactMap { $0.value.elements }
        return (lists.isEmpty ? [usage] : lists.flatMap(\.self)).compactMap { wait(of: $0) }
    }

    private static func wait(of budget: JSONValue) -> Duration? {
        if let minutes = budget["estimated_time_to_regain_access"]?.double, minutes > 0, minutes < 100_000 {
            return .seconds(Int64(minutes * 60))
        }
        let shares = ["call_count", "total_time", "total_cputime"].compactMap { budget[$0]?.double }
        let spent = shares.max() ?? 0
        return spent >= full ? .seconds(900) : spent >= high ? .seconds(60) : nil
    }
}
