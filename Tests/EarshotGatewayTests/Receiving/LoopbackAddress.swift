import Glibc

/// A port of this machine as `bind` and `connect` want it (`ip(7)`), byte by byte: the members of the C structure are
/// seen through another module where a file of the same batch imports SwiftNIO.
struct LoopbackAddress {
    private var bytes: [UInt8]

    init(port: Int) {
        let number = UInt16(truncatingIfNeeded: port).bigEndian
        bytes = memory(of: UInt16(AF_INET)) + memory(of: number) + [127, 0, 0, 1]
        bytes += [UInt8](repeating: 0, count: 8)
    }

    /// The port.
    var port: Int { Int(bytes[2]) << 8 | Int(bytes[3]) }

    /// Gives a socket the address, and learns the port that the kernel chose; false where that fails.
    mutating func bind(_ descriptor: Int32) -> Bool {
        var length = socklen_t(bytes.count)
        return unsafe bytes.withUnsafeMutableBytes { bytes in
            guard let address = unsafe bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
            return unsafe Glibc.bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
        }
    }

    /// Connects a socket to it; false where nobody is there.
    func connect(_ descriptor: Int32) -> Bool {
        unsafe bytes.withUnsafeBytes { bytes in
            guard let address = unsafe bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
            return unsafe Glibc.connect(descriptor, address, socklen_t(bytes.count)) == 0
        }
    }
}

/// The bytes of a number as they lie in memory.
private func memory(of number: UInt16) -> [UInt8] { unsafe withUnsafeBytes(of: number) { unsafe Array($0) } }
