internal import Earshot

/// What Facebook does to addresses, undone.
enum GraphAddress {
    /// The address that a redirect of `l.facebook.com` or `l.instagram.com` leads to, or nil where it is none.
    static func unwrapped(_ address: Bytes) -> [UInt8]? {
        guard let host = host(of: address) else { return nil }
        let name = address[host]
        guard name == "l.facebook.com" || name == "lm.facebook.com" || name == "l.instagram.com" else { return nil }
        guard let query = address.firstIndex(of: UInt8(ascii: "?"), from: host.upperBound) else { return nil }
        var start = query + 1
        while start < address.count {
            let end = address.firstIndex(of: UInt8(ascii: "&"), from: start) ?? address.count
            let part = address[start..<end]
            if part.hasPrefix("u=") { return decoded(part[2..<part.count]) }
            start = end + 1
        }
        return nil
    }

    private static func host(of address: Bytes) -> Range<Int>? {
        let start = address.hasPrefix("https://") ? 8 : address.hasPrefix("http://") ? 7 : 0
        guard start > 0, let end = address.firstIndex(of: UInt8(ascii: "/"), from: start) else { return nil }
        return start..<end
    }

    /// The bytes with `%XX` undone, or nil where they give no web address of UTF-8.
    private static func decoded(_ bytes: Bytes) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = digit(bytes[index + 1]), let low = digit(bytes[index + 2])
            {
                output.append(high << 4 | low)
                index += 3
            } else {
                output.append(bytes[index])
                index += 1
            }
        }
        let isWeb = output.withBytes { $0.hasPrefix("https://") || $0.hasPrefix("http://") }
        return isWeb && String(validating: output, as: UTF8.self) != nil ? output : nil
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}

extension GraphReader {
    /// Keeps an address: redirects undone, an address without a host put under `www.facebook.com`.
    mutating func keepAddress(_ address: Bytes) -> Kept {
        if address.isEmpty { return .none }
        if address[0] == UInt8(ascii: "/"), address.count > 1, address[1] != UInt8(ascii: "/") {
            return reading.keep(joining: ("https://www.facebook.com" as StaticString).bytes, address)
        }
        guard let target = GraphAddress.unwrapped(address) else { return reading.keep(address) }
        return target.withBytes { reading.keep($0) }
    }
}
