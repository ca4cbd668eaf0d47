internal import NIOCore

/// Addresses and networks (`10.0.0.0/8`) that may connect, beside this machine's own.
struct NetworkList: Sendable {
    private let networks: [AddressRange]

    /// A list of networks; what is none is left out.
    init(_ texts: [String]) {
        networks = (["127.0.0.0/8", "::1"] + texts).compactMap { AddressRange($0) }
    }

    /// Whether whoever is at an address may connect; a socket in the file system guards itself.
    func takes(_ address: SocketAddress?) -> Bool {
        guard let address else { return false }
        if case .unixDomainSocket = address { return true }
        guard let text = address.ipAddress else { return false }
        return networks.contains { $0.contains(text) }
    }
}

/// A pattern in which `*` stands for anything, matched in any letter case.
enum NamePattern {
    /// Whether a text is one that the pattern means, in time bounded by the product of their lengths.
    static func matches(_ pattern: String, _ text: String) -> Bool {
        let (pattern, text) = (Array(pattern.lowercased().utf8), Array(text.lowercased().utf8))
        var (place, at) = (0, 0)
        var star: (place: Int, at: Int)?
        while at < text.count {
            if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                star = (place, at)
                place += 1
            } else if place < pattern.count, pattern[place] == text[at] {
                place += 1
                at += 1
            } else if let last = star {
                place = last.place + 1
                at = last.at + 1
                star = (last.place, at)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
