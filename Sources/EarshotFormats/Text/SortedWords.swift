internal import Earshot

/// Words that are searched where they stand: sorted by their bytes, with one space or line end between them.
struct SortedWords {
    private let literal: StaticString
    private var text: Bytes { literal.bytes }

    /// The words of a literal.
    init(_ literal: StaticString) { self.literal = literal }

    /// Whether a word is among them.
    func contain(_ name: Bytes) -> Bool {
        var (lower, upper) = (0, text.count)
        while lower < upper {
            var start = (lower + upper) / 2
            while start > lower, text[start - 1] > 0x20 { start -= 1 }
            let word = text[start..<end(of: start)]
            switch word.compared(to: name) {
            case 0: return true
            case ..<0: lower = start + word.count + 1
            default: upper = start
            }
        }
        return false
    }

    /// Calls `body` with each word.
    func forEach(_ body: (Bytes) -> Void) {
        var start = 0
        while start < text.count {
            let end = end(of: start)
            body(text[start..<end])
            start = end + 1
        }
    }

    /// Where the word ends that begins at a place.
    private func end(of start: Int) -> Int {
        var end = start
        while end < text.count, text[end] > 0x20 { end += 1 }
        return end
    }
}

extension Bytes {
    /// Below 0, 0 or above it as these bytes stand before, at or after others in order.
    fileprivate func compared(to other: Bytes) -> Int {
        for index in 0..<Swift.min(count, other.count) where self[index] != other[index] {
            return Int(self[index]) - Int(other[index])
        }
        return count - other.count
    }
}
