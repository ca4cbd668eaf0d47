internal import Glibc

/// Which addresses may be dialled: judged on the address that was really resolved, so that neither a spelling, a
/// redirect nor a name that changes its address gets around it.
enum NetworkPolicy {
    /// Whether a socket address lies outside every private, local and reserved network.
    static func isPublic(_ address: UnsafePointer<sockaddr>) -> Bool {
        switch Int32(unsafe address.pointee.sa_family) {
        case AF_INET:
            return unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
                isPublic(v4: UInt32(bigEndian: unsafe address.pointee.sin_addr.s_addr))
            }
        case AF_INET6:
            return unsafe address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
                var bytes = unsafe address.pointee.sin6_addr
                return unsafe withUnsafeBytes(of: &bytes) { unsafe isPublic(v6: Array($0)) }
            }
        default: return false
        }
    }

    /// A socket address as numbers, without its interface; nil where it is none of the network.
    static func text(of address: UnsafePointer<sockaddr>) -> String? {
        let length = Int32(unsafe address.pointee.sa_family) == AF_INET6 ? MemoryLayout<sockaddr_in6>.size : 16
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let code = unsafe getnameinfo(
            address, socklen_t(length), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
        guard code == 0 else { return nil }
        return String(decoding: text.prefix { $0 != 0 && $0 != 0x25 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether an address that is written as numbers is public.
    static func isPublic(_ text: String) -> Bool {
        var v4 = in_addr()
        if unsafe inet_pton(AF_INET, text, &v4) == 1 { return isPublic(v4: UInt32(bigEndian: v4.s_addr)) }
        var v6 = in6_addr()
        // What follows a percent sign names an interface.
        guard unsafe inet_pton(AF_INET6, String(text.prefix { $0 != "%" }), &v6) == 1 else { return false }
        return unsafe withUnsafeBytes(of: &v6) { unsafe isPublic(v6: Array($0)) }
    }

    /// Whether an IPv4 address is public.
    static func isPublic(v4 address: UInt32) -> Bool {
        !reserved.contains { network in address >> (32 - network.bits) == network.prefix >> (32 - network.bits) }
    }

    /// Whether an IPv6 address, sixteen bytes, is public; an address that holds an IPv4 one is judged by that.
    static func isPublic(v6 bytes: [UInt8]) -> Bool {
        guard bytes.count == 16 else { return false }
        if let inner = embedded(in: bytes) { return isPublic(v4: inner) }
        let first = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        // Only 2000::/3 is given out for hosts: not ::1, 100::/64, fc00::/7, fe80::/10, fec0::/10, ff00::/8.
        guard first & 0xE000 == 0x2000 else { return false }
        if first == 0x2001 && bytes[2] < 2 { return false }  // 2001::/23
        if first == 0x2001 && bytes[2] == 0x0D && bytes[3] == 0xB8 { return false }  // documentation
        return !(first == 0x3FFF && bytes[2] & 0xF0 == 0)  // documentation
    }

    /// The IPv4 address within a mapped, compatible, translated or 6to4 address.
    private static func embedded(in bytes: [UInt8]) -> UInt32? {
        func number(at offset: Int) -> UInt32 {
            bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
        }
        if bytes.prefix(10).allSatisfy({ $0 == 0 }) && bytes[10] == 0xFF && bytes[11] == 0xFF { return number(at: 12) }
        if bytes.prefix(8).allSatisfy({ $0 == 0 }) && bytes[8] == 0xFF && bytes[9] == 0xFF { return number(at: 12) }
        if bytes.prefix(12).allSatisfy({ $0 == 0 }) { return number(at: 12) }
        // 64:ff9b:1::/48 is for private translation, and holds the address in other places.
        if bytes.prefix(6) == [0, 0x64, 0xFF, 0x9B, 0, 0] { return number(at: 12) }
        if bytes[0] == 0x20 && bytes[1] == 0x02 { return number(at: 2) }
        return nil
    }

    /// The IPv4 networks that no public host is in (IANA special-purpose registry).
    private static let reserved: [(prefix: UInt32, bits: UInt32)] = [
        (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16),
        (0xAC10_0000, 12), (0xC000_0000, 24), (0xC000_0200, 24), (0xC058_6300, 24), (0xC0A8_0000, 16),
        (0xC612_0000, 15), (0xC633_6400, 24), (0xCB00_7100, 24), (0xE000_0000, 4), (0xF000_0000, 4),
    ]
}
