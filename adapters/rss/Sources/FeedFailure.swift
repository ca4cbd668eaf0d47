internal import Earshot
internal import EarshotFormats
internal import Foundation

/// A feed's failure among feeds that do not fail, handed on as a document that cannot be read.
enum FeedFailure {
    /// The media type of such a document.
    static let contentType = "text/x-earshot-failure"

    /// The document that says why a feed could not be fetched.
    static func document(_ reason: String, of feed: String) -> Document {
        var document = Document(Array("\(withoutKeys(feed)): \(reason)".utf8), observedAt: Timestamp(seconds: 0))
        document.contentType = contentType
        document.via = .poll
        return document
    }

    /// The failure that a reply is.
    static func of(_ response: FetchResponse, _ feed: String) -> FetchFailure {
        let feed = withoutKeys(feed)
        if response.status == 410 { return .refused("the feed is gone for good (410): \(feed)") }
        return response.failure("status \(response.status) from \(feed)") ?? .refused("no answer of \(feed)")
    }

    /// What happened, and how often by now.
    static func reason(_ failure: FetchFailure, times: Int64) -> String {
        let reason =
            switch failure {
            case .unreachable(let reason), .untrusted(let reason), .limited(let reason, _), .unauthorized(let reason),
                .refused(let reason):
                reason
            case .tooLarge(let limit): "larger than \(limit) bytes"
            }
        return times > 1 ? "\(reason) (\(times) times in a row)" : reason
    }

    /// An address without the name and password that it may hold, and with the keys in its query hidden.
    static func withoutKeys(_ address: String) -> String {
        let rest = withoutUser(address)
        guard let question = rest.firstIndex(of: "?") else { return rest }
        let end = rest[question...].firstIndex(of: "#") ?? rest.endIndex
        let parts = rest[rest.index(after: question)..<end].split(separator: "&", omittingEmptySubsequences: false)
        let shown = parts.map { part -> Substring in
            guard let equals = part.firstIndex(of: "="), part.index(after: equals) != part.endIndex,
                isKey(part[..<equals].lowercased())
            else { return part }
            return part[...equals] + "***"
        }
        return rest[...question] + shown.joined(separator: "&") + rest[end...]
    }

    /// Whether a parameter of an address is one by which its holder is known.
    private static func isKey(_ name: String) -> Bool {
        ["key", "apikey", "sig", "auth", "pass", "pwd", "code"].contains(name)
            || ["token", "secret", "password", "passwd", "signature", "api_key", "api-key", "access_key", "credential"]
                .contains { name.contains($0) }
    }

    private static func withoutUser(_ address: String) -> String {
        guard let slashes = address.range(of: "://"), let at = address[slashes.upperBound...].firstIndex(of: "@"),
            !address[slashes.upperBound..<at].contains("/")
        else { return address }
        return String(address[..<slashes.upperBound]) + String(address[address.index(after: at)...])
    }
}
