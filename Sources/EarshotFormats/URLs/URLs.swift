public import Earshot

/// Addresses of the web: resolved against a base as browsers do, and folded to one spelling a page.
///
/// Follows RFC 3986 and, where feeds need it, the URL standard of the web (`\`, tabs, `%2e`, missing slashes). Names
/// beyond ASCII stay as they were given.
public enum URLs {
    /// The absolute address that `reference` means on a page at `base`; nil where there is none.
    ///
    /// Without a base a relative reference has no meaning. Addresses of other schemes (`mailto:`) come back as they
    /// are.
    public static func resolved(_ reference: Bytes, base: Bytes = .none) -> [UInt8]? {
        resolved(reference, base: base, encodesAll: false)
    }

    /// The absolute address that a reference means; see `resolved(_:base:)` for bytes.
    public static func resolved(_ reference: String, base: String = "") -> String? {
        Array(reference.utf8).withBytes { reference in
            Array(base.utf8).withBytes { base in
                resolved(reference, base: base).map { String(decoding: $0, as: UTF8.self) }
            }
        }
    }

    /// As `resolved(_:base:)`, and with `encodesAll` nothing but ASCII in path, query and fragment.
    static func resolved(_ reference: Bytes, base: Bytes, encodesAll: Bool) -> [UInt8]? {
        cleaned(reference) { reference in
            if isResolved(reference, encodesAll: encodesAll) { return reference.array }
            return cleaned(base) { base in
                let base = URLParts(base)
                let parts = URLParts(reference, base: base.scheme)
                if !parts.scheme.isEmpty, !parts.isSpecial {
                    return parts.hasAuthority ? reference.array : opaque(reference)
                }
                return written(parts, base: base, encodesAll: encodesAll)
            }
        }
    }

    /// Whether an address of the web is so plain that it means itself: most are, and need no more than this look.
    static func isResolved(_ url: Bytes, encodesAll: Bool) -> Bool {
        guard let slash = plainHostEnd(url) else { return false }
        if PlainParts(of: url[slash..<url.count]).contains(.reference) { return true }
        var isQuery = false
        for index in slash..<url.count where !PlainParts(of: url[index]).contains(.reference) {
            switch url[index] {
            // A segment of dots goes up, also where they are encoded.
            case UInt8(ascii: "."), UInt8(ascii: "%"):
                if !isQuery, url[index - 1] == UInt8(ascii: "/") { return false }
            case UInt8(ascii: "?"): isQuery = true
            case 0x80...0xFF where !encodesAll: break
            default: return false
            }
        }
        return true
    }

    /// Where the path begins in `https://host/path`, if there is nothing else before it and the host is plain.
    static func plainHostEnd(_ url: Bytes) -> Int? {
        let start = url.hasPrefix("https://") ? 8 : url.hasPrefix("http://") ? 7 : 0
        guard start > 0, let slash = url.firstIndex(of: UInt8(ascii: "/"), from: start), slash > start else {
            return nil
        }
        return PlainParts(of: url[start..<slash]).contains(.host) ? slash : nil
    }

    /// Another scheme's address, with its controls left out.
    private static func opaque(_ reference: Bytes) -> [UInt8] {
        var result: [UInt8] = []
        for index in 0..<reference.count where reference[index] >= 0x20 { result.append(reference[index]) }
        return result
    }

    /// RFC 3986 5.2.2 and 5.3.
    private static func written(_ parts: URLParts, base: URLParts, encodesAll: Bool) -> [UInt8]? {
        let isAbsolute = !parts.scheme.isEmpty
        guard isAbsolute || !base.scheme.isEmpty else { return nil }
        var writer = URLWriter(encodesAll: encodesAll, normalizes: false)
        let scheme = isAbsolute ? parts.scheme : base.scheme
        let slashes = isAbsolute ? parts.isSpecial : base.isSpecial
        writer.append(lowercased: scheme)
        writer.append(":")
        let authority = parts.hasAuthority ? parts : base
        if authority.hasAuthority {
            guard writer.append(authority: authority, scheme: scheme, keepsUser: true) else { return nil }
        } else if !parts.path.hasPrefix("/") {
            return nil
        }
        var query = parts.query
        if parts.hasAuthority {
            writer.append(path: parts.path, beside: .none, slashes: slashes)
        } else if parts.path.isEmpty {
            writer.append(path: base.path, beside: .none, slashes: slashes)
            query = parts.query ?? base.query
        } else if parts.path[0] == UInt8(ascii: "/") || (slashes && parts.path[0] == UInt8(ascii: "\\")) {
            writer.append(path: parts.path, beside: .none, slashes: slashes)
        } else {
            writer.append(path: parts.path, beside: base.path, slashes: slashes)
        }
        if let query {
            writer.append("?")
            writer.append(query, in: .query)
        }
        if let fragment = parts.fragment {
            writer.append("#")
            writer.append(fragment, in: .fragment)
        }
        return writer.bytes
    }

    /// Calls `body` with the address as browsers read it: no white space at its ends, no tab or line end within.
    static func cleaned<Result>(_ bytes: Bytes, _ body: (Bytes) -> Result) -> Result {
        let trimmed = bytes.trimmed
        for index in 0..<trimmed.count where isBreak(trimmed[index]) {
            var copy: [UInt8] = []
            copy.reserveCapacity(trimmed.count)
            for index in 0..<trimmed.count where !isBreak(trimmed[index]) { copy.append(trimmed[index]) }
            return copy.withBytes { body($0) }
        }
        return body(trimmed)
    }

    private static func isBreak(_ byte: UInt8) -> Bool { byte == 0x09 || byte == 0x0A || byte == 0x0D }
}

extension URLWriter {
    /// Appends `//host:port`, or tells that no host can be meant.
    mutating func append(authority parts: URLParts, scheme: Bytes, keepsUser: Bool) -> Bool {
        let special = parts.isSpecial || scheme.isWeb
        guard !parts.host.isEmpty || !special else { return false }
        append("//")
        if keepsUser, let user = parts.user, !user.isEmpty {
            append(user, in: .path)
            append("@")
        }
        for index in 0..<parts.host.count where URLWriter.isForbidden(parts.host, index) { return false }
        append(lowercased: parts.host)
        var port = parts.port
        while port.count > 1, port[0] == UInt8(ascii: "0") { port = port[1..<port.count] }
        guard port.count <= 5, (0..<port.count).allSatisfy({ port.digit($0) != nil }) else { return false }
        if port.isEmpty || (scheme.isSpelled("http") && port == "80") || (scheme.isSpelled("https") && port == "443")
            || (scheme.isSpelled("ftp") && port == "21")
        {
            return true
        }
        guard port.count < 5 || (0..<5).reduce(0, { $0 * 10 + (port.digit($1) ?? 0) }) <= 65_535 else { return false }
        append(":")
        append(lowercased: port)
        return true
    }

    /// Code points that no host has, also percent-encoded.
    private static func isForbidden(_ host: Bytes, _ index: Int) -> Bool {
        let byte = host[index]
        if byte == UInt8(ascii: "%") {
            guard index + 2 < host.count, let high = host[index + 1].hexadecimalValue,
                let low = host[index + 2].hexadecimalValue
            else { return true }
            let value = high << 4 | low
            return isForbidden(value) || value == 0x25 || value == 0x3A || value == 0x5B || value == 0x5D
        }
        if byte == 0x3A || byte == 0x5B || byte == 0x5D {
            return host[0] != UInt8(ascii: "[") || host[host.count - 1] != UInt8(ascii: "]")
        }
        return isForbidden(byte)
    }

    private static func isForbidden(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, 0x7F, 0x22, 0x23, 0x2F, 0x3C, 0x3E, 0x3F, 0x40, 0x5C, 0x5E, 0x60, 0x7C: true
        default: false
        }
    }
}
