internal import Earshot
internal import EarshotFormats
internal import Foundation

/// Asks the Data API, and says by its reasons what an error means.
struct YouTubeClient {
    let http: any HTTPFetching
    let settings: YouTubeAdapter.Settings

    /// One answer.
    struct Answer {
        /// The answer as a document, its address without the key.
        var document: Document
        /// The next page, where there is one.
        var next: String?
    }

    /// Sends a request for a list; parameters without a value are left out.
    func list(_ path: String, _ parameters: KeyValuePairs<String, String?>) async throws -> Answer {
        let query = parameters.compactMap { name, value in value.map { "\(name)=\(YouTubeClient.encoded($0))" } }
        let base = settings.baseURL ?? "https://www.googleapis.com/youtube/v3"
        let address = "\(base.hasSuffix("/") ? String(base.dropLast()) : base)/\(path)?\(query.joined(separator: "&"))"
        var request = FetchRequest(address)
        if let key = settings.key { request.url += "&key=\(YouTubeClient.encoded(key))" }
        request.allowsPrivateNetworks = settings.baseURL != nil
        request.units = YouTubeClient.units(of: path)
        let reply = try await http.fetch(request)
        guard reply.status == 200 else { throw YouTubeClient.failure(reply) }
        var document = Document(reply.body, observedAt: Timestamp(seconds: 0))
        document.url = address
        document.contentType = reply["content-type"]
        document.via = .poll
        // An answer that was cut off is no end of a list.
        let next = try JSON.read(reply.body) { root, _ in root["nextPageToken"].string.string }
        return Answer(document: document, next: next.isEmpty ? nil : next)
    }

    /// What an answer that is no success means for the channel.
    static func failure(_ reply: FetchResponse) -> any Error {
        let error = YouTubeError(body: reply.body)
        let words = "\(reply.status) \(error.description)"
        switch error.reason {
        case "quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg":
            return FetchFailure.limited(words, after: untilReset(reply["date"]))
        case "rateLimitExceeded", "userRateLimitExceeded":
            return FetchFailure.limited(words, after: reply.askedWait)
        case "backendError", "processingFailure", "SERVICE_UNAVAILABLE", "internalError":
            return FetchFailure.unreachable(words)
        case "keyInvalid", "keyExpired", "API_KEY_INVALID", "authError", "accessNotConfigured", "ipRefererBlocked":
            return FetchFailure.unauthorized(words)
        case "invalidPageToken": return YouTubeRefusal(kind: .token, reason: words)
        case "commentsDisabled", "videoNotFound", "commentThreadNotFound", "commentNotFound", "liveChatDisabled",
            "liveChatEnded", "liveChatNotFound":
            return YouTubeRefusal(kind: .target, reason: words)
        default: break
        }
        if reply.status == 400, error.message.contains("API key") { return FetchFailure.unauthorized(words) }
        return reply.failure(words) ?? FetchFailure.refused(words)
    }

    /// What a call costs of the daily quota, whether it succeeds or not.
    private static func units(of path: String) -> Int {
        switch path {
        case "search": 100
        case "liveChat/messages": 5
        default: 1
        }
    }

    /// The time until quotas are given anew, at midnight in Los Angeles, from the moment that the source says it is.
    static func untilReset(_ date: String?) -> Duration? {
        guard let now = date.flatMap({ Times.parse($0) }) else { return nil }
        return .seconds(YouTubeAdapter.day(of: 0, account: "").reset(after: now).seconds - now.seconds)
    }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    // RFC 3986, 2.3, and the comma between ids.
    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~,")
}

/// An answer that concerns one page or one video, not the channel.
struct YouTubeRefusal: Error {
    /// What has to be given up.
    enum Kind { case token, target }

    var kind: Kind
    var reason: String
}
