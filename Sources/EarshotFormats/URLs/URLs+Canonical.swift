public import Earshot

extension URLs {
    /// The one spelling of a page's address, or nil where it is no address of the web.
    ///
    /// Scheme and host in lower case, without user, default port and trailing point; hosts for small screens and AMP
    /// folded; dot segments resolved; percent-encoding normalized; tracking parameters dropped, the others in their
    /// order; a fragment only where it is a route (`#!…`, `#/…`). A trailing slash stays, since it may be another page.
    public static func canonical(_ url: Bytes) -> [UInt8]? {
        cleaned(url) { isCanonical($0) ? $0.array : destination(of: $0) }
    }

    /// The one spelling of a page's address; see `canonical(_:)` for bytes.
    public static func canonical(_ url: String) -> String? {
        Array(url.utf8).withBytes { canonical($0).map { String(decoding: $0, as: UTF8.self) } }
    }

    /// How many redirecting addresses are gone through that stand within one another.
    private static let hopLimit = 4

    /// The one spelling of the page that an address leads to; of the address itself where it leads through too many
    /// others.
    private static func destination(of url: Bytes) -> [UInt8]? {
        var isTooDeep = false
        let found = canonical(url, hops: hopLimit, &isTooDeep)
        return isTooDeep ? canonical(url, hops: nil, &isTooDeep) : found
    }

    private static func canonical(_ url: Bytes, hops: Int?, _ isTooDeep: inout Bool) -> [UInt8]? {
        if url.firstIndex(of: UInt8(ascii: "\\")) != nil, let plain = resolved(url), plain != url.array {
            return plain.withBytes { spelled($0, hops, &isTooDeep) }
        }
        return spelled(url, hops, &isTooDeep)
    }

    private static func spelled(_ url: Bytes, _ hops: Int?, _ isTooDeep: inout Bool) -> [UInt8]? {
        let parts = URLParts(url)
        guard parts.scheme.isWeb, !parts.host.isEmpty else { return nil }
        if let hops, let target = unwrapped(parts) {
            isTooDeep = hops == 0
            if isTooDeep { return nil }
            return target.withBytes { target in cleaned(target) { canonical($0, hops: hops - 1, &isTooDeep) } }
        }
        let host = parts.host.array.map(\.lowercased)
        return host.withBytes { written(parts, host: $0) }
    }

    private static func written(_ parts: URLParts, host: Bytes) -> [UInt8]? {
        var parts = parts
        parts.host = host
        while parts.host.count > 1, parts.host.hasSuffix(".") { parts.host = parts.host[0..<(parts.host.count - 1)] }
        var writer = URLWriter(encodesAll: true, normalizes: true)
        writer.append(lowercased: parts.scheme)
        writer.append(":")
        if PageHosts.isFolded(parts.host) {
            writer.append("//")
            PageHosts.append(parts.host, to: &writer)
        } else if !writer.append(authority: parts, scheme: parts.scheme, keepsUser: false) {
            return nil
        }
        let root = writer.bytes.count
        writer.append(path: parts.path, beside: .none, slashes: true)
        writer.removeAMP(after: root)
        if let query = parts.query { append(query, on: parts.host, to: &writer) }
        if let fragment = parts.fragment, fragment.hasPrefix("!") || fragment.hasPrefix("/") {
            writer.append("#")
            writer.append(fragment, in: .fragment)
        }
        return writer.bytes
    }

    /// Appends the parameters that say what the page is.
    private static func append(_ query: Bytes, on host: Bytes, to writer: inout URLWriter) {
        let tracking = TrackingParameters(on: host)
        var mark: StaticString = "?"
        var start = 0
        while start <= query.count {
            let end = query.firstIndex(of: UInt8(ascii: "&"), from: start) ?? query.count
            let pair = query[start..<end]
            start = end + 1
            let name = pair[0..<(pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.count)]
            guard !pair.isEmpty, !tracking.contain(name) else { continue }
            writer.append(mark)
            writer.append(pair, in: .query)
            mark = "&"
        }
    }

    /// Whether an address is so plain that nothing would change: most are, and need no more than this look.
    static func isCanonical(_ url: Bytes) -> Bool {
        guard let slash = plainHostEnd(url) else { return false }
        let host = url[(url[4] == UInt8(ascii: "s") ? 8 : 7)..<slash]
        let mark = url.firstIndex(of: UInt8(ascii: "?"), from: slash)
        let path = url[slash..<(mark ?? url.count)]
        let parts = PlainParts(of: path)
        guard parts.contains(.path) || parts.contains(.pointedPath) && !hasSegmentOfPoint(path) else { return false }
        guard host[host.count - 1] != UInt8(ascii: "."), !PageHosts.isFolded(host), !path.hasSuffix("/amp"),
            !path.hasSuffix("/amp/"), !host.hasSuffix("ampproject.org"), !host.hasPrefix("www.google."),
            !host.hasPrefix("google.")
        else { return false }
        return mark.map { isCanonical(query: url[($0 + 1)..<url.count], on: host) } ?? true
    }

    /// Whether a segment of a path begins with a point, as those do that go up.
    private static func hasSegmentOfPoint(_ path: Bytes) -> Bool {
        var next = 1
        while let point = path.firstIndex(of: UInt8(ascii: "."), from: next) {
            if path[point - 1] == UInt8(ascii: "/") { return true }
            next = point + 1
        }
        return false
    }

    /// Whether a query stays as it is: nothing to encode, no parameter to drop, no address that it might lead to.
    private static func isCanonical(query: Bytes, on host: Bytes) -> Bool {
        guard PlainParts(of: query).contains(.query) else { return false }
        let tracking = TrackingParameters(on: host)
        var start = 0
        while start <= query.count {
            let end = query.firstIndex(of: UInt8(ascii: "&"), from: start) ?? query.count
            let pair = query[start..<end]
            start = end + 1
            let name = pair[0..<(pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.count)]
            guard !pair.isEmpty, !tracking.contain(name) else { return false }
        }
        return true
    }
}
