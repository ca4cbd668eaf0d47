internal import Earshot

/// A duration as settings write it, such as `"30s"`.
struct WrittenDuration: Decodable, Sendable {
    let duration: Duration

    init(from decoder: any Decoder) throws {
        duration = try decoder.quantity(like: "30s") { Quantity.duration($0) }
    }
}

/// A size in bytes as settings write it, such as `"10MiB"`.
struct WrittenSize: Decodable, Sendable {
    let bytes: Int

    init(from decoder: any Decoder) throws {
        bytes = try decoder.quantity(like: "10MiB") { Quantity.size($0) }
    }
}

extension Decoder {
    /// What a text says, which must be written like `example`.
    fileprivate func quantity<Value>(like example: String, _ read: (String) -> Value?) throws -> Value {
        let container = try singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = read(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\"\(text)\" is not written like \"\(example)\"")
        }
        return value
    }
}
