/// Quantities with their units, as a configuration writes them.
package enum Quantity {
    /// The duration that a text such as `"250ms"`, `"30s"`, `"10m"`, `"6h"` or `"30d"` says.
    package static func duration(_ text: String) -> Duration? {
        let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
        return number(text, units).map { .milliseconds($0) }
    }

    /// The number of bytes that a text such as `"512B"`, `"64KiB"` or `"10MiB"` says.
    package static func size(_ text: String) -> Int? {
        let units: [(String, Int64)] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("B", 1)]
        return number(text, units).flatMap { Int(exactly: $0) }
    }

    /// Digits before one of the units, times what the unit stands for.
    private static func number(_ text: String, _ units: [(String, Int64)]) -> Int64? {
        for (unit, factor) in units where text.hasSuffix(unit) {
            let digits = text.dropLast(unit.count)
            guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let count = Int64(digits)
            else { continue }
            let (product, overflow) = count.multipliedReportingOverflow(by: factor)
            return overflow ? nil : product
        }
        return nil
    }
}

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
    package var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    /// The address as it is written.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
