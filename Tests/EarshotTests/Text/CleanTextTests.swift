import EarshotTesting
import Testing

@testable import Earshot

/// What is looked at by words is held against what is looked at scalar by scalar.
@Suite struct CleanTextTests {
    /// The same, read off the Unicode Standard without haste.
    private func isPlainlyClean(_ bytes: [UInt8]) -> Bool {
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        var before: UInt8 = 0
        for scalar in text.unicodeScalars {
            if CompositionRanges.isChanging(scalar.value) || CleanText.isBidirectional(scalar.value) { return false }
            let now = scalar.properties.canonicalCombiningClass.rawValue
            if now != 0 && now < before { return false }
            before = now
        }
        return true
    }

    private func isClean(_ bytes: [UInt8]) -> Bool { bytes.withBytes { CleanText.isClean($0) } }

    @Test func `every scalar is judged alike, wherever it stands in a word`() {
        var different: [UInt32] = []
        for value in UInt32(0)...0x10_FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let given = Array("ä\(scalar)ö".utf8)
            // Marks that Unicode has added since count as the runtime knows them.
            if isClean(given) != isPlainlyClean(given) { different.append(value) }
        }
        #expect(different.isEmpty, "\(different.prefix(20))")
    }

    @Test func `texts of all lengths are judged alike, whole and torn`() {
        var random = SeededRandom(seed: 15)
        let pieces = [
            "a", "Wo ist mein Paket? ", "ä", "żó", "Где ", "мой ", "ѣ", "҃", "é", "e\u{301}", "ʰ", "\u{300}", "Ω",
            "مرحبا ", "\u{64B}", "\u{651}\u{64E}", "\u{64E}\u{651}", "हिन्दी", "क\u{93C}", "ที่", "日本語", "が", "か\u{3099}",
            "한국어", "\u{1100}\u{1161}",
            "\u{202E}", "\u{2066}", "“", "…", "😀", "👩‍👩‍👧", "❤️", "\u{1D15E}", "\u{FB01}", "\u{2126}", " ", "\n",
        ]
        for _ in 0..<20_000 {
            var bytes = (0..<Int.random(in: 1...8, using: &random)).flatMap { _ in
                Array((pieces.randomElement(using: &random) ?? "").utf8)
            }
            #expect(isClean(bytes) == isPlainlyClean(bytes), "\(bytes)")
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes.remove(at: place)
            case 1: bytes[place] = UInt8.random(in: 0x80...0xFF, using: &random)
            default:
                bytes.insert(
                    [0xC3, 0xC0, 0xC1, 0x80, 0xE0, 0xED, 0xF4, 0xF5].randomElement(using: &random) ?? 0, at: place)
            }
            #expect(isClean(bytes) == isPlainlyClean(bytes), "\(bytes)")
        }
    }
}
