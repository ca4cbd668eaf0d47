import Earshot
import Testing

@testable import EarshotGateway

@Suite struct LanguageDetectorTests {
    @Test(arguments: [
        ("Where is my suitcase? I have been waiting for it for three hours now.", "en" as String?),
        ("Wo ist mein Koffer? Ich warte jetzt schon seit drei Stunden darauf.", "de"),
        ("0123 4567 8901 2345", nil),
    ])
    func `a text that comes again is in the same language`(text: String, tag: String?) {
        let guesses = (0..<3).map { _ in Array(text.utf8).withBytes { LanguageDetector.language(of: $0) } }
        for guess in guesses {
            #expect(guess?.tag == tag)
            #expect(guess?.confidence == guesses[0]?.confidence)
        }
    }
}
