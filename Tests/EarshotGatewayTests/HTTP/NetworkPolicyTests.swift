import Testing

@testable import EarshotGateway

@Suite struct NetworkPolicyTests {
    private func number(_ text: String) -> UInt32 {
        text.split(separator: ".").reduce(0) { $0 << 8 | (UInt32($1) ?? 0) }
    }

    @Test(arguments: [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
        "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.9",
        "224.0.0.1", "255.255.255.255",
    ])
    func `no private or reserved IPv4 address is public`(address: String) {
        #expect(!NetworkPolicy.isPublic(v4: number(address)))
    }

    @Test(arguments: ["1.1.1.1", "8.8.8.8", "100.63.255.255", "172.15.0.1", "172.32.0.1", "193.0.0.1"])
    func `others are`(address: String) {
        #expect(NetworkPolicy.isPublic(v4: number(address)))
    }

    @Test(
        arguments: [
            (Array(repeating: 0, count: 16), false), (Array(repeating: 0, count: 15) + [1], false),
            ([0xFE, 0x80] + Array(repeating: 0, count: 13) + [1], false),
            ([0xFD, 0x12] + Array(repeating: 0, count: 14), false),
            ([0xFF, 0x02] + Array(repeating: 0, count: 14), false),
            (Array(repeating: 0, count: 10) + [0xFF, 0xFF, 127, 0, 0, 1], false),
            (Array(repeating: 0, count: 10) + [0xFF, 0xFF, 8, 8, 8, 8], true),
            ([0x20, 0x02, 10, 0, 0, 1] + Array(repeating: 0, count: 10), false),
            ([0x00, 0x64, 0xFF, 0x9B] + Array(repeating: 0, count: 8) + [192, 168, 0, 1], false),
            ([0x26, 0x06, 0x47, 0x00] + Array(repeating: 0, count: 11) + [0x11], true),
        ] as [([UInt8], Bool)])
    func `an IPv6 address is judged by its network or the IPv4 address within`(bytes: [UInt8], isPublic: Bool) {
        #expect(NetworkPolicy.isPublic(v6: bytes) == isPublic)
    }
}
