import EarshotGateway
import Testing

@Suite struct QuantityTests {
    @Test(arguments: [
        ("250ms", Duration.milliseconds(250)), ("30s", .seconds(30)), ("10m", .seconds(600)), ("6h", .seconds(21_600)),
        ("30d", .seconds(2_592_000)), ("0s", .zero), ("1.5s", nil), ("-1s", nil), ("30", nil), ("s", nil), ("", nil),
        ("30S", nil), ("99999999999999999999s", nil), ("9223372036854775807d", nil), ("3 s", nil),
    ])
    func `a duration is a number with a unit`(_ text: String, _ duration: Duration?) {
        #expect(Quantity.duration(text) == duration)
    }

    @Test(arguments: [
        ("512B", 512), ("64KiB", 65_536), ("10MiB", 10_485_760), ("1GiB", 1_073_741_824), ("10MB", nil), ("10", nil),
        ("KiB", nil), ("9223372036854775807GiB", nil),
    ])
    func `a size is a number with a unit`(_ text: String, _ size: Int?) {
        #expect(Quantity.size(text) == size)
    }

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

    @Test(arguments: ["8080", ":80", "host:", "host:65536", "::1:80", "a b:1", "http://x:1", "host:+1"])
    func `anything else is no address`(_ text: String) {
        #expect(Address(text) == nil)
    }
}
