internal import Earshot

/// The parts of an address, as they stand in it.
struct URLParts {
    /// The scheme without its colon; none for a relative reference.
    var scheme = Bytes.none
    /// Whether an authority was written, `//` and what follows.
    var hasAuthority = false
    var user: Bytes?
    var host = Bytes.none
    var port = Bytes.none
    var path = Bytes.none
    var query: Bytes?
    var fragment: Bytes?

    /// Splits an address the way browsers do; `base` decides what `http:page` means.
    init(_ bytes: Bytes, base: Bytes = .none) {
        var rest = bytes
        if let colon = URLParts.schemeEnd(bytes) {
            scheme = bytes[0..<colon]
            rest = bytes[(colon + 1)..<bytes.count]
        }
        if let hash = rest.firstIndex(of: UInt8(ascii: "#")) {
            fragment = rest[(hash + 1)..<rest.count]
            rest = rest[0..<hash]
        }
        if scheme.isEmpty || isSpecial || rest.hasPrefix("/") {
            if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
                query = rest[(mark + 1)..<rest.count]
                rest = rest[0..<mark]
            }
        }
        splitAuthority(rest, base: base)
    }

    /// Whether the scheme is one whose addresses always have a host and whose `\` is a `/`.
    var isSpecial: Bool { scheme.isWeb || scheme.isSpelled("ftp") || scheme.isSpelled("ws") || scheme.isSpelled("wss") }

    private mutating func splitAuthority(_ rest: Bytes, base: Bytes) {
        let slashes = isSpecial || scheme.isEmpty
        var start = 0
        while start < rest.count, rest[start] == UInt8(ascii: "/") || (slashes && rest[start] == UInt8(ascii: "\\")) {
            start += 1
        }
        if isSpecial, start < 2, !base.isEmpty, scheme.isSpelled(base) {
            scheme = .none
            path = rest
            return
        }
        guard isSpecial || start >= 2 else {
            path = rest
            return
        }
        hasAuthority = true
        if !slashes { start = 2 }
        var end = start
        while end < rest.count, rest[end] != UInt8(ascii: "/"), !(slashes && rest[end] == UInt8(ascii: "\\")) {
            end += 1
        }
        path = rest[end..<rest.count]
        splitHost(rest[start..<end])
    }

    private mutating func splitHost(_ authority: Bytes) {
        var start = 0
        var colon: Int?
        for index in 0..<authority.count {
            switch authority[index] {
            case UInt8(ascii: "@"):
                user = authority[0..<index]
                start = index + 1
                colon = nil
            case UInt8(ascii: ":"): colon = index
            case UInt8(ascii: "]"): colon = nil
            default: break
            }
        }
        host = authority[start..<(colon ?? authority.count)]
        if let colon { port = authority[(colon + 1)..<authority.count] }
    }

    /// The position of the colon behind a scheme, if the bytes begin with one.
    static func schemeEnd(_ bytes: Bytes) -> Int? {
        for index in 0..<min(bytes.count, 64) {
            let byte = bytes[index]
            if byte == UInt8(ascii: ":") { return index > 0 ? index : nil }
            let isLetter = byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A
            let isOther = (byte >= 0x30 && byte <= 0x39) || byte == 0x2B || byte == 0x2D || byte == 0x2E
            guard isLetter || (index > 0 && isOther) else { return nil }
        }
        return nil
    }
}
