import Earshot
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
}
