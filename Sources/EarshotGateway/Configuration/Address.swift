/// A host and a port to listen at.
package struct Address: Sendable, Hashable, CustomStringConvertible {
    /// The host's name or address, without brackets.
    package var host: String
    /// The port; 0 lets the kernel choose.
    package var port: Int

    /// The address that `host:port` or `[host]:port` says, or nil.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard digits.first != "+", let port = UInt16(digits) else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("[") && host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, !host.utf8.contains(where: { $0 <= 0x20 || $0 == UInt8(ascii: "/") }) else { return nil }
        self.host = String(host)
        self.port = Int(port)
    }

    /// Whether only this machine can reach it.
    package var isLoopback: Bool { Address.isLoopback(host) }

    /// Whether a host, without brackets, is this machine's own: `localhost`, or a number. A name that only begins like
    /// one, as `127.0.0.1.evil.example`, is anybody's.
    package static func isLoopback(_ host: String) -> Bool {
        if host.lowercased() == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { $0.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } && UInt8($0) != nil }
    }

    /// The address as it is written.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
