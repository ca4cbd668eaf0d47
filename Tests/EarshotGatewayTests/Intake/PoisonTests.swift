import Earshot
import EarshotAdapters
import EarshotTesting
import Logging
import Testing

@testable import EarshotGateway

/// One author must never be able to hide a page of others.
@Suite struct PoisonTests {
    /// What stands in the place of one text of a page of a hundred.
    private static let poisons: [[UInt8]] =
        [
            #""\ud800""#, #""\udc00\ud83d""#, #""\ud83d\ud83d""#, #""\uD83D\u0041""#, "18446744073709551616",
            "-9223372036854775809", "1e400", "-1e400", "123456789012345678901234567890", "1E-9999",
            "null", "true", "{}", "[]", "[[[[[[[[]]]]]]]]",
        ].map { Array($0.utf8) } + [
            [0x22, 0x00, 0x22], [0x22, 0x0A, 0x22], [0x22, 0x1B, 0x5B, 0x32, 0x4A, 0x22], [0x22, 0xFF, 0x22],
            [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22],
            Array("\"".utf8) + [UInt8](repeating: 0x61, count: 1 << 20) + Array("\"".utf8),
            [UInt8](repeating: UInt8(ascii: "["), count: 900) + [UInt8](repeating: UInt8(ascii: "]"), count: 900),
        ]

    /// A page of a search on X whose fiftieth post has something for its text.
    private func page(_ poison: [UInt8]) -> [UInt8] {
        var page = Array(#"{"data":["#.utf8)
        for number in 0..<100 {
            page += Array(#"\#(number == 0 ? "" : ","){"id":"1\#(number)","author_id":"7","text":"#.utf8)
            page += number == 50 ? poison : Array("\"post \(number)\"".utf8)
            page += Array("}".utf8)
        }
        return page + Array(#"],"meta":{"result_count":100}}"#.utf8)
    }

    @Test(arguments: poisons.indices) func `one poisoned post hides no other, and the cursor goes on`(index: Int)
        async throws
    {
        let settings = #"{"query": "acme", "token": "x"}"#
        let kind = try #require(BuiltInAdapters.kinds.first { $0.name == "twitter" })
        let adapter = try kind.make(settings: Array(settings.utf8))
        let journal = MemoryJournal()
        let intake = Intake(channel: "brand", adapter: adapter, enrichment: Enrichment(), journal: journal)
        let document = Document(page(PoisonTests.poisons[index]), observedAt: Fixture.observedAt)
        let tally = try await intake.take([document], advancing: Cursor("next"))
        #expect(tally.malformed == 0 && tally.receipt.created >= 99, "\(tally.findings.prefix(3))")
        #expect(try await journal.cursor(of: "brand")?.value.text == "next")
    }
}
