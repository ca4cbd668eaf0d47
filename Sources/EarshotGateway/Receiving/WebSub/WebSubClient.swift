internal import Earshot
internal import Foundation

/// Speaks to pages and their hubs.
struct WebSubClient: Sendable {
    let http: any HTTPFetching

    /// How long a lease is asked for, in seconds: ten days; the hub decides.
    private static let lease = 864_000
    private static let redirectLimit = 3

    /// The hub of a page, and the page's name there.
    func discover(
        _ topic: Topic, over http: any HTTPFetching
    ) async throws(FetchFailure) -> (hub: String?, topic: String?) {
        if let hub = topic.hub { return (hub, topic.url) }
        var request = FetchRequest(topic.url)
        request.headers = topic.headers
        request.allowsPrivateNetworks = true
        let response = try await http.fetch(request)
        guard (200..<300).contains(response.status) else {
            throw .unreachable("status \(response.status) from \(topic.url)")
        }
        let found = WebSubDiscovery(response)
        return (found.hub, found.topic)
    }

    /// Asks a hub for something (WebSub, section 5.1); throws where it says no at once.
    func send(
        _ mode: String, topic: String, to hub: String, near page: String, callback: String, secret: String?
    ) async throws(FetchFailure) {
        var fields = [("hub.callback", callback), ("hub.mode", mode), ("hub.topic", topic)]
        if let secret { fields += [("hub.lease_seconds", "\(WebSubClient.lease)"), ("hub.secret", secret)] }
        var request = FetchRequest(hub)
        request.method = "POST"
        request.headers = [("Content-Type", "application/x-www-form-urlencoded")]
        request.body = Array(fields.map { "\($0)=\(WebSubClient.escaped($1))" }.joined(separator: "&").utf8)
        request.sizeLimit = 65_536
        request.timeout = .seconds(30)
        for _ in 0...WebSubClient.redirectLimit {
            // A page of the operator's own network may have its hub beside it, and nowhere else in there.
            request.allowsPrivateNetworks = URL(string: request.url)?.host == URL(string: page)?.host
            let response = try await http.fetch(request)
            switch response.status {
            case 200..<300: return
            case 307, 308:
                guard let location = response["Location"],
                    let target = URL(string: location, relativeTo: URL(string: request.url))?.absoluteURL,
                    target.scheme == "https" || !request.url.hasPrefix("https:")
                else { throw .refused("a redirect to nowhere from \(hub)") }
                request.url = target.absoluteString
            case 429, 503: throw .limited("status \(response.status) from \(hub)", after: nil)
            case 500..<600: throw .unreachable("status \(response.status) from \(hub)")
            default:
                let text = String(decoding: response.body.prefix(200), as: UTF8.self)
                throw .refused("status \(response.status) from \(hub): \(text)")
            }
        }
        throw .refused("more than \(WebSubClient.redirectLimit) redirects from \(hub)")
    }

    private static func escaped(_ text: String) -> String {
        var allowed = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        allowed.insert(charactersIn: "-._~")
        return text.addingPercentEncoding(withAllowedCharacters: allowed) ?? text
    }
}
