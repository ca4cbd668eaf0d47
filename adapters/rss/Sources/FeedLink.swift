internal import Earshot
internal import EarshotFormats

/// Judges of addresses.
enum FeedLink {
    /// The longest base, in bytes: it is written down anew for every relative link.
    static let longestBase = 400

    /// Whether an address begins with `http:` or `https:`.
    static func isWeb(_ address: Bytes) -> Bool {
        address[0..<7].isSpelled("http://") || address[0..<8].isSpelled("https://")
    }

    /// Whether an address is of a scheme that people may be sent to, or relative.
    static func isSafe(_ address: Bytes) -> Bool {
        guard let colon = address.firstIndex(of: UInt8(ascii: ":")), colon > 0, colon <= 20 else { return true }
        let scheme = address[0..<colon]
        if scheme == "https" || scheme == "http" { return true }
        for index in 0..<scheme.count {
            switch scheme[index] | 0x20 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x2B, 0x2D, 0x2E: break
            default: return true
            }
        }
        return safe.contains(scheme.string.lowercased())
    }

    private static let safe: Set<String> = [
        "http", "https", "ftp", "ftps", "sftp", "mailto", "news", "nntp", "gopher", "feed", "magnet", "sip", "tel",
        "urn", "tag", "xmpp", "irc", "webcal", "rtsp", "aim", "callto", "cvs", "ed2k", "sms", "ssh", "svn", "telnet",
    ]

    /// The host of a web address or the authority of a `tag:` URI, in lower case without `www.`; empty where there is
    /// none.
    static func host(of address: Bytes) -> String {
        var rest = address
        if rest.hasPrefix("tag:") {
            rest = rest[4..<rest.count]
        } else if let slashes = (0..<min(rest.count, 10)).first(where: { rest[$0..<rest.count].hasPrefix("://") }) {
            rest = rest[(slashes + 3)..<rest.count]
        } else {
            return ""
        }
        var end = 0
        while end < rest.count, !":/,?#".utf8.contains(rest[end]) { end += 1 }
        var host = rest[0..<end]
        if let at = host.firstIndex(of: UInt8(ascii: "@")) { host = host[(at + 1)..<host.count] }
        let name = host.string.lowercased()
        return name.hasPrefix("www.") ? String(name.dropFirst(4)) : name
    }
}

extension FeedView {
    /// What a reference in an element means, or nothing where it means no address that people may be sent to; `orHome`:
    /// also where only the feed says which its home is.
    func resolved(_ reference: Bytes, at node: Int, orHome: Bool = true) -> [UInt8] {
        let trimmed = reference.trimmed
        guard !trimmed.isEmpty, trimmed.count <= 4096, FeedLink.isSafe(trimmed) else { return [] }
        let hasBase = orHome || tree.nodes[node].base >= 0
        let address = (hasBase ? base(of: node) : []).withBytes { URLs.resolved(trimmed, base: $0) } ?? trimmed.array
        return address.withBytes { FeedLink.isSafe($0) } ? address : []
    }
}
