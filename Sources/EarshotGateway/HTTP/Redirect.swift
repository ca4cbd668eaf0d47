internal import Earshot
internal import Foundation

/// Where a reply leads a request, and what the request may take along.
struct Redirect {
    /// The address that is meant.
    let url: String
    /// Whether it is the same origin: whoever is behind another gets nothing that was meant for this one.
    let isSameOrigin: Bool

    /// How many are followed.
    static let limit = 5
    /// The fields that any origin may see.
    private static let harmless: Set<String> = ["user-agent", "accept", "accept-language"]

    /// What a `Location` means at an address. Refused is what leads out of HTTP, from `https` to `http`, to a user and
    /// password, or to a port that is neither HTTP's own nor the one that was asked for at first.
    init(to location: String, from base: String, askedFor first: String) throws(FetchFailure) {
        guard let from = URL(string: base), let target = URL(string: location, relativeTo: from)?.absoluteURL,
            let scheme = target.scheme?.lowercased(), scheme == "http" || scheme == "https", target.host != nil
        else { throw .refused("a redirect to what is no HTTP address") }
        if from.scheme?.lowercased() == "https", scheme == "http" {
            throw .refused("a redirect from https to http")
        }
        guard target.user == nil, target.password == nil else { throw .refused("a redirect with a user's name") }
        let port = Redirect.port(of: target)
        let isStated = URL(string: first).map { Redirect.port(of: $0) == port } ?? false
        guard port == 80 || port == 443 || isStated else { throw .refused("a redirect to port \(port)") }
        url = target.absoluteString
        isSameOrigin =
            scheme == from.scheme?.lowercased() && target.host?.lowercased() == from.host?.lowercased()
            && port == Redirect.port(of: from)
    }

    /// The request that follows, after a reply from an address that is public or is not.
    ///
    /// Nobody on the public network leads into a private one, not even where the operator wrote the address that was
    /// asked for: what stands there is not the operator's.
    func following(_ request: FetchRequest, repliedFromPublic isPublic: Bool) -> FetchRequest {
        var next = request
        if !isSameOrigin { next.headers = next.headers.filter { Redirect.harmless.contains($0.name.lowercased()) } }
        if isPublic { next.allowsPrivateNetworks = false }
        next.url = url
        return next
    }

    private static func port(of url: URL) -> Int { url.port ?? (url.scheme?.lowercased() == "https" ? 443 : 80) }
}
