/// Quantities with their units, as a configuration writes them.
public enum Quantity {
    /// The duration that a text such as `"250ms"`, `"30s"`, `"10m"`, `"6h"` or `"30d"` says.
    public static func duration(_ text: String) -> Duration? {
        let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
        return number(text, units).map { .milliseconds($0) }
    }

    /// The number of bytes that a text such as `"512B"`, `"64KiB"` or `"10MiB"` says.
    public static func size(_ text: String) -> Int? {
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
