import Earshot
import EarshotFormats
import Testing

@Suite struct JSONRepairTests {
    private func read(_ bytes: [UInt8]) throws -> (String, Bool) {
        try JSON.read(bytes) { root, isRepaired throws(MalformedDocument) in (JSONValue(root).description, isRepaired) }
    }

    @Test(arguments: [
        (#"["\ud83d"]"#, "[\"\u{FFFD}\"]"),
        (#"["\ude00\ud83d\ude00\ud83d\u0041"]"#, "[\"\u{FFFD}\u{1F600}\u{FFFD}A\"]"),
        (#"["\ud83d\ud83d\ude00"]"#, "[\"\u{FFFD}\u{1F600}\"]"),
        ("[\"a\nb\tc\u{0}\"]", #"["a\nb\tc\u0000"]"#),
        (
            "[18446744073709551616, -9223372036854775809, 1e400,-1E+999 ]",
            #"["18446744073709551616","-9223372036854775809","1e400","-1E+999"]"#
        ),
        (#"{"\ud83d": 123456789012345678901234567890}"#, "{\"\u{FFFD}\":\"123456789012345678901234567890\"}"),
    ])
    func `what platforms send is repaired`(_ text: String, _ repaired: String) throws {
        let (value, isRepaired) = try read(Array(text.utf8))
        #expect(value == repaired)
        #expect(isRepaired)
    }

    @Test(
        arguments: [
            ([0x80], 1), ([0xE2, 0x82], 1), ([0xED, 0xA0, 0x80], 3), ([0xF0, 0x9F, 0x98], 1), ([0xC0, 0xAF], 2),
            ([0xF5, 0x80], 2), ([0xE9, 0x20], 1),
        ] as [([UInt8], Int)])
    func `bytes that are no UTF-8 become U+FFFD`(_ bytes: [UInt8], _ count: Int) throws {
        let (value, isRepaired) = try read(Array("[\"ä".utf8) + bytes + Array("€😀\"]".utf8))
        #expect(value.unicodeScalars.count { $0 == "\u{FFFD}" } == count)
        #expect(value.hasPrefix("[\"ä\u{FFFD}") && value.hasSuffix("€😀\"]"))
        #expect(isRepaired)
    }

    @Test(arguments: [
        "[\"\\\u{9}\"]", #"["\ud83d\ux"]"#, #"["\ud83d"#, "{1e400: 1}", "{99999999999999999999 : 1}", "[01e400]",
        "[1e400", "[\"\n\"", "[+18446744073709551616]", "\u{1}[]", "[1e400a]",
    ])
    func `what is wrong with the structure stays wrong`(_ text: String) {
        #expect(throws: MalformedDocument.self) { try read(Array(text.utf8)) }
    }

    @Test func `what needs no repair is not touched`() throws {
        let text = #"{"a":"\\\"😀","b":[18446744073709551615,-9223372036854775808,1e308,0.1e-400]}"#
        #expect(try read(Array(text.utf8)).1 == false)
    }

    @Test func `one poisoned item does not hide the page`() throws {
        let items = (0..<100).map { $0 == 50 ? #"{"text":"\udc00"}"# : #"{"text":"hello \#($0)"}"# }
        let page = "{\"data\":[" + items.joined(separator: ",") + "]}"
        let count = try JSON.read(Array(page.utf8)) { root, _ throws(MalformedDocument) in root["data"].count }
        #expect(count == 100)
    }

    @Test func `a failure of the caller's own is not taken for the parser's`() throws {
        var calls = 0
        #expect(throws: MalformedDocument("not JSON I like")) {
            try JSON.read(Array(#"["a"]"#.utf8)) { _, _ throws(MalformedDocument) in
                calls += 1
                throw MalformedDocument("not JSON I like")
            }
        }
        #expect(calls == 1)
    }

    @Test(arguments: 0..<8)
    func `no change of bytes makes the repair trap or undo itself`(_ seed: Int) {
        var mutations = Mutations(seed: UInt64(seed))
        let page = Array(#"{"a":["\ud83d\ude00",1e308,-12345678901234567890,"é😀"],"b":{"c":"\u0041\n"}}"#.utf8)
        for _ in 0..<2000 {
            let bytes = mutations.mutated(page)
            guard let (value, isRepaired) = try? read(bytes) else { continue }
            // What was read is JSON that needs no repair.
            #expect((try? JSONValue(parsing: value)) != nil, "\(bytes)")
            if !isRepaired { #expect((try? JSONValue(parsing: bytes)) != nil) }
        }
    }
}
