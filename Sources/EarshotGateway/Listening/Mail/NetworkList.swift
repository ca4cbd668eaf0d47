internal import Glibc
internal import NIOCore

/// Addresses and networks (`10.0.0.0/8`) that may connect, beside this machine's own.
struct NetworkList: Sendable {
    private let networks: [(bytes: [UInt8], bits: Int)]

    /// A list of networks; what is none is left out.
    init(_ texts: [String]) {
        networks = (["127.0.0.0/8", "::1"] + texts).compactMap { NetworkList.network($0) }
    }

    /// Whether a text is an address or a network.
    static func isNetwork(_ text: String) -> Bool { network(text) != nil }

    /// Whether whoever is at an address may connect; a socket in the file system guards itself.
    func takes(_ address: SocketAddress?) -> Bool {
        guard let address else { return false }
        if case .unixDomainSocket = address { return true }
        guard let text = address.ipAddress, let bytes = NetworkList.bytes(text) else { return false }
        return networks.contains { network in
            network.bytes.count == bytes.count && NetworkList.agree(network.bytes, bytes, bits: network.bits)
        }
    }

    private static func agree(_ one: [UInt8], _ other: [UInt8], bits: Int) -> Bool {
        (0..<bits).allSatisfy { bit in
            let mask = UInt8(0x80) >> UInt8(bit % 8)
            return one[bit / 8] & mask == other[bit / 8] & mask
        }
    }

    private static func network(_ text: String) -> (bytes: [UInt8], bits: Int)? {
        let (address, length) = text.cut(at: "/")
        guard let bytes = bytes(address) else { return nil }
        guard text.contains("/") else { return (bytes, bytes.count * 8) }
        guard let bits = Int(length), (0...bytes.count * 8).contains(bits) else { return nil }
        return (bytes, bits)
    }

    /// The bytes of an address; an IPv4 address within an IPv6 one is the IPv4 one.
    private static func bytes(_ text: String) -> [UInt8]? {
        var four = [UInt8](repeating: 0, count: 4)
        if unsafe inet_pton(AF_INET, text, &four) == 1 { return four }
        var sixteen = [UInt8](repeating: 0, count: 16)
        guard unsafe inet_pton(AF_INET6, text, &sixteen) == 1 else { return nil }
        let isMapped = sixteen.prefix(10).allSatisfy { $0 == 0 } && sixteen[10] == 0xFF && sixteen[11] == 0xFF
        return isMapped ? Array(sixteen[12...]) : sixteen
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
