public import Earshot

extension URLs {
    /// The page that a redirecting address leads to, where the address says it itself: `l.facebook.com/l.php?u=…`,
    /// Google's and X's ways out, mail filters, AMP caches. Nil where it is no such address.
    public static func unwrapped(_ url: Bytes) -> [UInt8]? {
        cleaned(url) { url in
            let parts = URLParts(url)
            guard parts.scheme.isWeb, !parts.host.isEmpty else { return nil }
            return unwrapped(parts)
        }
    }

    /// The page that a redirecting address leads to; see `unwrapped(_:)` for bytes.
    public static func unwrapped(_ url: String) -> String? {
        Array(url.utf8).withBytes { unwrapped($0).map { String(decoding: $0, as: UTF8.self) } }
    }

    static func unwrapped(_ parts: URLParts) -> [UInt8]? {
        var parts = parts
        while parts.host.hasSuffix(".") { parts.host = parts.host[0..<(parts.host.count - 1)] }
        if let target = accelerated(parts) { return target }
        // Most queries hold no address; one always has a colon, as it is or encoded.
        guard let query = parts.query,
            query.firstIndex(of: UInt8(ascii: ":")) != nil || query.firstIndex(of: UInt8(ascii: "%")) != nil
        else { return nil }
        for exit in exits where isHost(parts.host, exit.host.bytes) {
            guard exit.path.bytes.isEmpty || parts.path == exit.path || parts.path.isSpelled(exit.path) else {
                continue
            }
            for name in exit.names {
                if let value = value(of: name.bytes, in: query), let target = target(value) { return target }
            }
        }
        return nil
    }

    /// The page behind `www.google.com/amp/s/…` and `….cdn.ampproject.org/c/s/…`.
    private static func accelerated(_ parts: URLParts) -> [UInt8]? {
        let (google, cache): (StaticString, StaticString) = ("google", "cdn.ampproject.org")
        var path = parts.path
        if isHost(parts.host, google.bytes), path.hasPrefix("/amp/") {
            path = path[5..<path.count]
        } else if isHost(parts.host, cache.bytes), path.count > 3, path[2] == UInt8(ascii: "/") {
            path = path[3..<path.count]
        } else {
            return nil
        }
        let isSecure = path.hasPrefix("s/")
        if isSecure { path = path[2..<path.count] }
        guard !path.isEmpty else { return nil }
        var address = Array((isSecure ? "https://" : "http://").utf8)
        address.append(path)
        if let query = parts.query {
            address.append(UInt8(ascii: "?"))
            address.append(query)
        }
        return address.withBytes { resolved($0) }
    }

    /// Whether a host is that of the list, one of its subdomains, or for a bare word any of that brand's.
    private static func isHost(_ host: Bytes, _ listed: Bytes) -> Bool {
        if listed.firstIndex(of: UInt8(ascii: ".")) != nil {
            guard host.count >= listed.count, host[(host.count - listed.count)..<host.count].isSpelled(listed) else {
                return false
            }
            return host.count == listed.count || host[host.count - listed.count - 1] == UInt8(ascii: ".")
        }
        let rest = host.count > 4 && host[0..<4].isSpelled("www.") ? host[4..<host.count] : host
        return rest.count > listed.count && rest.count <= listed.count + 7 && rest[0..<listed.count].isSpelled(listed)
            && rest[listed.count] == UInt8(ascii: ".")
    }

    /// The value of a parameter, still encoded.
    private static func value(of name: Bytes, in query: Bytes) -> Bytes? {
        var start = 0
        while start <= query.count {
            let end = query.firstIndex(of: UInt8(ascii: "&"), from: start) ?? query.count
            let pair = query[start..<end]
            if let equals = pair.firstIndex(of: UInt8(ascii: "=")), pair[0..<equals] == name {
                return pair[(equals + 1)..<pair.count]
            }
            start = end + 1
        }
        return nil
    }

    /// The address a parameter holds, if it is one of the web.
    private static func target(_ value: Bytes) -> [UInt8]? {
        var decoded = URLs.decoded(value) { _ in true }
        // In another charset than UTF-8, letters stay as they were encoded.
        if !decoded.withBytes(\.isUTF8) { decoded = URLs.decoded(value) { $0 < 0x80 } }
        return decoded.withBytes { decoded in
            guard decoded.hasPrefix("http://") || decoded.hasPrefix("https://") else { return nil }
            return resolved(decoded)
        }
    }

    /// A value with the bytes that are meant out of their percent escapes.
    private static func decoded(_ value: Bytes, _ isMeant: (UInt8) -> Bool) -> [UInt8] {
        var decoded: [UInt8] = []
        var index = 0
        while index < value.count {
            if value[index] == UInt8(ascii: "%"), index + 2 < value.count, let high = value[index + 1].hexadecimalValue,
                let low = value[index + 2].hexadecimalValue, isMeant(high << 4 | low)
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(value[index])
                index += 1
            }
        }
        return decoded
    }

    /// Hosts, paths (none: any) and parameters of addresses that only lead elsewhere.
    private static let exits: [(host: StaticString, path: StaticString, names: [StaticString])] = [
        ("facebook.com", "/l.php", ["u"]),
        ("l.instagram.com", "", ["u"]), ("l.messenger.com", "/l.php", ["u"]), ("l.threads.com", "", ["u"]),
        ("l.threads.net", "", ["u"]),
        ("google", "/url", ["url", "q"]), ("youtube.com", "/redirect", ["q"]), ("out.reddit.com", "", ["url"]),
        ("vk.com", "/away.php", ["to"]), ("t.umblr.com", "/redirect", ["z"]), ("slack-redir.net", "/link", ["url"]),
        ("linkedin.com", "/redir/redirect", ["url"]), ("disq.us", "/url", ["url"]),
        ("steamcommunity.com", "/linkfilter/", ["url", "u"]), ("safelinks.protection.outlook.com", "", ["url"]),
        ("bing.com", "/news/apiclick.aspx", ["url"]), ("news.url.google.com", "/url", ["url"]),
        ("flipboard.com", "/redirect", ["url"]), ("duckduckgo.com", "/l/", ["uddg"]),
    ]
}
