internal import EarshotFormats
internal import Glibc

/// An address, or a network of them (`10.0.0.0/8`).
struct AddressRange: Sendable, Equatable {
    private let bytes: [UInt8]
    private let bits: Int

    /// The range that a text says, or nil.
    init?(_ text: String) {
        let (address, length) = text.cut(at: "/")
        guard let bytes = AddressRange.bytes(address) else { return nil }
        self.bytes = bytes
        guard text.contains("/") else {
            bits = bytes.count * 8
            return
        }
        guard let bits = Int(length), (0...bytes.count * 8).contains(bits) else { return nil }
        self.bits = bits
    }

    /// Whether an address, written as numbers, is within it.
    func contains(_ address: String) -> Bool {
        guard let other = AddressRange.bytes(address), other.count == bytes.count else { return false }
        return (0..<bits).allSatisfy { bit in
            let mask = UInt8(0x80) >> UInt8(bit % 8)
            return bytes[bit / 8] & mask == other[bit / 8] & mask
        }
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
