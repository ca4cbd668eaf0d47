internal import CCLD2
internal import Earshot
internal import Synchronization

/// Guesses the language of texts whose source did not say it, on this machine, with CLD2.
enum LanguageDetector {
    /// Texts shorter than this are not guessed at: too few letters to be right about.
    private static let shortest = 12

    /// What was guessed of a text not long ago: what is shared, or delivered again, has the same text.
    private struct Memory: Sendable {
        var text = Digest(high: 0, low: 0)
        var tag = ""
        var confidence = 0.0
    }

    /// Each text has one place, by its digest, where it stays until another has the same.
    private static let memories = Mutex([Memory](repeating: Memory(), count: 8192))

    /// The tag and how sure the detector is, from 0 to 1, or nil where it is not.
    static func language(of text: Bytes) -> (tag: String, confidence: Double)? {
        guard text.count >= shortest else { return nil }
        let digest = Digest(of: text)
        let known = memories.withLock { $0[Int(digest.low % UInt64($0.count))] }
        if known.text == digest { return known.tag.isEmpty ? nil : (known.tag, known.confidence) }
        let guess = guess(text)
        let memory = Memory(text: digest, tag: guess?.tag ?? "", confidence: guess?.confidence ?? 0)
        memories.withLock { $0[Int(digest.low % UInt64($0.count))] = memory }
        return guess
    }

    private static func guess(_ text: Bytes) -> (tag: String, confidence: Double)? {
        let guess = unsafe text.buffer.withMemoryRebound(to: CChar.self) { buffer in
            unsafe ccld2_detect(buffer.baseAddress, buffer.count)
        }
        guard let tag = unsafe guess.tag else { return nil }
        let name = unsafe String(cString: tag)
        return (name, Double(unsafe guess.percent) / 100)
    }
}
