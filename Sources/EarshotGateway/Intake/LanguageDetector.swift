internal import CCLD2
internal import Earshot

/// Guesses the language of texts whose source did not say it, on this machine, with CLD2.
enum LanguageDetector {
    /// Texts shorter than this are not guessed at: too few letters to be right about.
    private static let shortest = 12

    /// The tag and how sure the detector is, from 0 to 1, or nil where it is not.
    static func language(of text: Bytes) -> (tag: String, confidence: Double)? {
        guard text.count >= shortest else { return nil }
        let guess = unsafe text.buffer.withMemoryRebound(to: CChar.self) { buffer in
            unsafe ccld2_detect(buffer.baseAddress, buffer.count)
        }
        guard let tag = unsafe guess.tag else { return nil }
        let name = unsafe String(cString: tag)
        return (name, Double(unsafe guess.percent) / 100)
    }
}
