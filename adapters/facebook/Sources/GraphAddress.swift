internal import Earshot
internal import EarshotFormats

/// What Facebook does to addresses, undone.
enum GraphAddress {
    /// The address that a redirect of Facebook's or Instagram's leads to, or nil where it is none.
    static func unwrapped(_ address: Bytes) -> [UInt8]? {
        let start = address.hasPrefix("https://") ? 8 : address.hasPrefix("http://") ? 7 : 0
        let rest = address[start..<address.count]
        // Most addresses are of pictures: one look tells that they lead nowhere else.
        guard start > 0, rest.hasPrefix("l.") || rest.hasPrefix("lm.") || rest.hasPrefix("www.facebook.com/l.php")
        else { return nil }
        return URLs.unwrapped(address)
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
