import EarshotGateway
import Testing

@Suite struct AddressTests {
    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8080, true), ("[::1]:0", "::1", 0, true), ("localhost:1", "localhost", 1, true),
        ("0.0.0.0:65535", "0.0.0.0", 65_535, false),
    ])
    func `an address is a host and a port`(_ text: String, _ host: String, _ port: Int, _ isLoopback: Bool) throws {
        let address = try #require(Address(text))
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.isLoopback == isLoopback)
        #expect(address.description == text)
    }

    @Test(arguments: [
        "127.evil.example", "127.0.0.1.evil.example", "127.0.0.1x", "localhost.evil.example", "127.0.0", "127.0.0.256",
        "127.0.0.1.", "127.0x0.0.1", "127.-1.0.1", "2130706433", "::ffff:127.0.0.1", "0.0.0.0", "", "127..0.1",
    ]) func `a name that only begins like loopback is not`(_ host: String) {
        #expect(!Address.isLoopback(host))
    }

    @Test(arguments: ["localhost", "LOCALHOST", "127.0.0.1", "127.255.0.9", "::1"])
    func `what is loopback is`(_ host: String) {
        #expect(Address.isLoopback(host))
    }

    @Test(arguments: ["8080", ":80", "host:", "host:65536", "::1:80", "a b:1", "http://x:1", "host:+1"])
    func `anything else is no address`(_ text: String) {
        #expect(Address(text) == nil)
    }
}
