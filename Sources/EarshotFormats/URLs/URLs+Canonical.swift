public import Earshot

extension URLs {
    /// The one spelling of a page's address, or nil where it is no address of the web.
    ///
    /// Scheme and host in lower case, without user, default port and trailing point; hosts for small screens and AMP
    /// folded; dot segments resolved; percent-encoding normalized; tracking parameters dropped, the others in their
    /// order; a fragment only where it is a route (`#!…`, `#/…`). A trailing slash stays, since it may be another page.
    public static func canonical(_ url: Bytes) -> [UInt8]? {
        cleaned(url) { isCanonical($0) ? $0.array : canonical($0, depth: 4) }
    }

    /// The one spelling of a page's address; see `canonical(_:)` for bytes.
    public static func canonical(_ url: String) -> String? {
        Array(url.utf8).withBytes { canonical($0).map { String(decoding: $0, as: UTF8.self) } }
    }

    private static func canonical(_ url: Bytes, depth: Int) -> [UInt8]? {
        if depth > 0, url.firstIndex(of: UInt8(ascii: "\\")) != nil, let plain = resolved(url), plain != url.array {
            return plain.withBytes { canonical($0, depth: depth - 1) }
        }
        let parts = URLParts(url)
        guard parts.scheme.isWeb, !parts.host.isEmpty else { return nil }
        if depth > 0, let target = unwrapped(parts) {
            return target.withBytes { target in cleaned(target) { canonical($0, depth: depth - 1) } }
        }
        let host = Array(parts.host.array.map(\.lowercased))
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
        var mark: StaticString = "?"
        var start = 0
        while start <= query.count {
            let end = query.firstIndex(of: UInt8(ascii: "&"), from: start) ?? query.count
            let pair = query[start..<end]
            start = end + 1
            let name = pair[0..<(pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.count)]
            guard !pair.isEmpty, !TrackingParameters.contain(name, on: host) else { continue }
            writer.append(mark)
            writer.append(pair, in: .query)
            mark = "&"
        }
    }

    /// Whether an address is so plain that nothing would change: most are, and need no more than this look.
    static func isCanonical(_ url: Bytes) -> Bool {
        let start = url.hasPrefix("https://") ? 8 : url.hasPrefix("http://") ? 7 : 0
        guard start > 0, let slash = url.firstIndex(of: UInt8(ascii: "/"), from: start), slash > start else {
            return false
        }
        let host = url[start..<slash]
        for index in 0..<host.count where !ByteSet.plainHost.contains(host[index]) { return false }
        for index in slash..<url.count where !ByteSet.plainPath.contains(url[index]) {
            guard url[index] == UInt8(ascii: "."), url[index - 1] != UInt8(ascii: "/") else { return false }
        }
        return !host.hasSuffix(".") && !PageHosts.isFolded(host) && !url.hasSuffix("/amp") && !url.hasSuffix("/amp/")
            && !host.hasSuffix("ampproject.org") && !(host.hasPrefix("www.google.") || host.hasPrefix("google."))
    }
}

/// A set of ASCII bytes, asked without a branch.
private struct ByteSet {
    private let low: UInt64
    private let high: UInt64

    init(_ members: StaticString) {
        var (low, high): (UInt64, UInt64) = (0, 0)
        for index in 0..<members.bytes.count {
            let byte = members.bytes[index]
            if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte & 63) }
        }
        (self.low, self.high) = (low, high)
    }

    func contains(_ byte: UInt8) -> Bool {
        byte < 128 && ((byte < 64 ? low : high) >> UInt64(byte & 63)) & 1 == 1
    }

    static let plainHost = ByteSet("abcdefghijklmnopqrstuvwxyz0123456789-.")
    static let plainPath = ByteSet("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/_~@:+,=")
}
