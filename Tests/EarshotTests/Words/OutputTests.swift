import Earshot
import Testing

@Suite struct OutputTests {
    @Test(arguments: [
        ("plain", "\"plain\""), ("", "\"\""), ("a\"b\\c", "\"a\\\"b\\\\c\""),
        ("line\nnext\ttab", "\"line\\nnext\\ttab\""),
        ("\u{1}", "\"\\u0001\""), ("ääkköset ovat täällä tänään", "\"ääkköset ovat täällä tänään\""),
        ("0123456789abcdef\"0123456789abcdef", "\"0123456789abcdef\\\"0123456789abcdef\""),
        (String(repeating: "\u{1F600}\"", count: 40), "\"" + String(repeating: "\u{1F600}\\\"", count: 40) + "\""),
    ])
    func `a string is escaped as JSON wants it and no more`(text: String, expected: String) {
        var output = Output(capacity: 1)
        output.string(text)
        #expect(output.string == expected)
    }

    @Test(arguments: 0...40)
    func `a character that needs an escape is found at every place of every length`(length: Int) {
        for place in 0..<max(length, 1) {
            for (sign, escaped) in [
                ("\"", "\\\""), ("\\", "\\\\"), ("\u{1F}", "\\u001f"), ("ä", "ä"), ("\u{7F}", "\u{7F}"),
            ] {
                let before = String(repeating: "a", count: place)
                let after = String(repeating: "z", count: max(length - place - 1, 0))
                var output = Output(capacity: 1)
                output.string(before + sign + after)
                #expect(output.string == "\"" + before + escaped + after + "\"")
            }
        }
    }

    @Test(arguments: [0, 9, 10, 15, 16, 0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210, UInt64.max])
    func `sixteen hexadecimal digits are written whatever the number`(value: UInt64) {
        var output = Output()
        output.hexadecimal(value)
        let digits = String(value, radix: 16)
        #expect(output.string == String(repeating: "0", count: 16 - digits.count) + digits)
    }

    @Test(arguments: [
        (0, "0"), (7, "7"), (10, "10"), (-1, "-1"), (Int64.max, "9223372036854775807"),
        (Int64.min, "-9223372036854775808"),
        (999_999_999_999, "999999999999"), (1_000_000_000_000_000_000, "1000000000000000000"),
    ])
    func `a whole number is written in decimal digits`(value: Int64, expected: String) {
        var output = Output()
        output.integer(value)
        #expect(output.string == expected)
    }

    @Test(arguments: [(0.5, "0.5"), (3, "3"), (-60.25, "-60.25"), (Double.nan, "0"), (1e300, "1e+300")])
    func `a number is written in its shortest form`(value: Double, expected: String) {
        var output = Output()
        output.number(value)
        #expect(output.string == expected)
    }

    @Test func `an object without members keeps as nothing`() {
        var fields = JSONFields()
        fields.string("a", "")
        fields.integer("b", unsaid)
        fields.boolean("c", nil)
        fields.object("d") { $0.string("e", "") }
        #expect(fields.withBytes { $0.isEmpty })
    }

    @Test func `members are written in order with commas between`() {
        var fields = JSONFields()
        fields.string("a", "x")
        fields.integer("b", 2)
        fields.object("c") { $0.boolean("d", true) }
        fields.strings("e", ["y", "z"])
        #expect(fields.withBytes { $0.string } == #"{"a":"x","b":2,"c":{"d":true},"e":["y","z"]}"#)
    }
}
