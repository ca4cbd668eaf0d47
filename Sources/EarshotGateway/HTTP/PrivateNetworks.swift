internal import Foundation
internal import Glibc

/// Which private networks the addresses that an operator wrote may lead into.
///
/// A number is what it says, and a name that nobody can own on the public network is this network's own. What any other
/// name leads to is decided by who owns it, so that its network must be listed.
package struct PrivateNetworks: Sendable {
    private let ranges: [AddressRange]

    /// Networks such as `10.0.0.0/8`; what is none is left out.
    package init(_ texts: [String] = []) { ranges = texts.compactMap { AddressRange($0) } }

    /// Every network: for commands that are told an address as they are called.
    package static let all = PrivateNetworks(["0.0.0.0/0", "::/0"])

    /// Domains that are given out to nobody (RFC 6761, RFC 6762, RFC 8375, and ICANN's `internal`), or not to be.
    private static let local: Set<Substring> = [
        "localhost", "local", "internal", "test", "lan", "home", "corp", "private", "intranet",
    ]

    /// Whether a request to a host may dial an address that is not public.
    func allow(_ address: String, of host: String) -> Bool {
        PrivateNetworks.isOwn(host) || ranges.contains { $0.contains(address) }
    }

    /// Whether a host is a number, or a name that only this network gives a meaning.
    static func isOwn(_ host: String) -> Bool {
        let name = host.lowercased().drop { $0 == "[" }
        var number = in_addr()
        if unsafe name.contains(":") || inet_aton(String(name), &number) != 0 { return true }
        let labels = name.split(separator: ".")
        guard let last = labels.last else { return false }
        return labels.count == 1 || local.contains(last)
            || labels.suffix(2).elementsEqual(["home", "arpa"])
    }
}
