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

/// Both ends of every network that no public host is in, and the addresses beside them.
@Suite struct NetworkRangeTests {
    @Test(arguments: [
        ("0.0.0.0", "0.255.255.255"), ("10.0.0.0", "10.255.255.255"), ("100.64.0.0", "100.127.255.255"),
        ("127.0.0.0", "127.255.255.255"), ("169.254.0.0", "169.254.255.255"), ("172.16.0.0", "172.31.255.255"),
        ("192.0.0.0", "192.0.0.255"), ("192.0.2.0", "192.0.2.255"), ("192.88.99.0", "192.88.99.255"),
        ("192.168.0.0", "192.168.255.255"), ("198.18.0.0", "198.19.255.255"), ("198.51.100.0", "198.51.100.255"),
        ("203.0.113.0", "203.0.113.255"), ("224.0.0.0", "239.255.255.255"), ("240.0.0.0", "255.255.255.255"),
    ]) func `a network is closed from its first address to its last, as it is and within IPv6`(
        _ first: String, _ last: String
    ) throws {
        for address in [first, last] {
            for form in [address, "::ffff:\(address)", "::\(address)", "64:ff9b::\(address)", "::ffff:0:\(address)"] {
                #expect(!NetworkPolicy.isPublic(form), "\(form)")
            }
        }
    }

    @Test(arguments: [
        "::", "::1", "::2", "100::", "100::ffff:ffff:ffff:ffff", "2001::", "2001:1ff:ffff::", "2001:db8::",
        "2001:db8:ffff::", "3fff::", "fc00::", "fdff::", "fe80::", "febf::", "fec0::", "feff::", "ff00::", "ff02::1",
        "64:ff9b:1::808:808", "2002:7f00:1::", "2002:a00:1::", "4000::", "5f00::1", "8000::1", "fe80::1%lo",
        "", "x", "1.2.3", "1.2.3.4.5",
    ]) func `what is not given out to hosts is not public`(_ address: String) {
        #expect(!NetworkPolicy.isPublic(address))
    }

    @Test(arguments: [
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "128.0.0.0", "223.255.255.255", "2606:4700::1111", "2a00::1",
        "2001:200::1",
        "2003::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::", "2001:4860:4860::8888",
    ]) func `what is given out is`(_ address: String) {
        #expect(NetworkPolicy.isPublic(address))
    }
}
