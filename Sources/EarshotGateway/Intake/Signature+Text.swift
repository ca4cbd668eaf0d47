package import Earshot

extension Signature {
    /// What a text is like; nil where it is too short to tell.
    package init?(of text: FoldedText) { self.init(of: Signature.words(of: text)) }

    /// The words of a text, without addresses, account names and what is not a word.
    private static func words(of text: FoldedText) -> [UInt64] {
        var words: [UInt64] = []
        var index = 0
        while index < text.scalars.count {
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            let start = index
            while text.isWord(at: index) {
                hash = (hash ^ UInt64(text.scalars[index].value)) &* 0x0000_0100_0000_01b3
                index += 1
            }
            if index == start {
                index = skip(from: index, in: text)
            } else if !isAddress(at: index, in: text) {
                words.append(hash)
            }
        }
        return words
    }

    /// The next place to look for a word: after a whole `@name`, `t.co` path or the like, or one scalar on.
    private static func skip(from index: Int, in text: FoldedText) -> Int {
        guard text.scalars[index] == "@" || isAddress(at: index, in: text) else { return index + 1 }
        var end = index + 1
        while end < text.scalars.count, !text.scalars[end].properties.isWhitespace { end += 1 }
        return end
    }

    /// Whether what stands before `index` is the scheme of an address.
    private static func isAddress(at index: Int, in text: FoldedText) -> Bool {
        text.scalars[index...].starts(with: "://".unicodeScalars)
    }
}
