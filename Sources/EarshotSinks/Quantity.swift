/// A duration as settings write it, such as `"30s"`.
struct WrittenDuration: Decodable, Sendable {
    let duration: Duration

    init(from decoder: any Decoder) throws {
        let units = [
            "ms": Duration.milliseconds(1), "s": .seconds(1), "m": .seconds(60), "h": .seconds(3600),
            "d": .seconds(86_400),
        ]
        let (count, unit) = try Quantity.parts(of: decoder, units: units)
        duration = unit * count
    }
}

/// A size in bytes as settings write it, such as `"10MiB"`.
struct WrittenSize: Decodable, Sendable {
    let bytes: Int

    init(from decoder: any Decoder) throws {
        let units = ["B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30]
        let (count, unit) = try Quantity.parts(of: decoder, units: units)
        bytes = unit * count
    }
}

private enum Quantity {
    /// The number and the unit of a text such as `30s`; the number has nine digits at most.
    static func parts<Unit>(of decoder: any Decoder, units: [String: Unit]) throws -> (Int, Unit) {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int(digits), digits.count <= 9, let unit = units[String(text.dropFirst(digits.count))] else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription:
                    "\"\(text)\" is not a number with a unit of \(units.keys.sorted().joined(separator: ", "))")
        }
        return (count, unit)
    }
}
