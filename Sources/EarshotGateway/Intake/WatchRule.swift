/// Words that the brand looks out for.
///
/// A term is met without regard to letter case where it stands as words of its own; a `*` at its end stands for any
/// ending, as inflected languages need.
package struct WatchRule: Sendable {
    /// The rule's name.
    package let name: String
    private let any: [WatchTerm]
    private let all: [WatchTerm]
    private let none: [WatchTerm]
    private let languages: [String]

    /// A rule met by at least one of `any` (if there are some), all of `all` and none of `none`, in one of `languages`
    /// (if there are some; a mention whose language nobody knows is let through).
    package init(
        name: String, any: [String], all: [String] = [], none: [String] = [], languages: [String] = []
    ) {
        self.name = name
        self.any = any.compactMap { WatchTerm($0) }
        self.all = all.compactMap { WatchTerm($0) }
        self.none = none.compactMap { WatchTerm($0) }
        self.languages = languages.map { $0.lowercased() }
    }

    /// Where a text meets the rule, in scalars; nil where it does not.
    package func spans(in text: FoldedText, language: String) -> [Range<Int>]? {
        if !languages.isEmpty, !language.isEmpty {
            let tag = language.lowercased()
            guard languages.contains(where: { tag == $0 || tag.hasPrefix($0 + "-") }) else { return nil }
        }
        guard !none.contains(where: { !$0.places(in: text).isEmpty }) else { return nil }
        let required = all.map { $0.places(in: text) }
        guard !required.contains(where: \.isEmpty) else { return nil }
        let found = any.flatMap { $0.places(in: text) }
        guard any.isEmpty || !found.isEmpty else { return nil }
        return (found + required.joined()).sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    }
}

/// A text in lower case, scalar by scalar, so that places in it are places in the original.
package struct FoldedText: Sendable {
    /// The scalars.
    let scalars: [Unicode.Scalar]

    /// The folded form of a text.
    package init(_ text: String) { scalars = text.unicodeScalars.map { FoldedText.fold($0) } }

    /// A scalar in lower case where that is one scalar too.
    private static func fold(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        if scalar.isASCII {
            return scalar.value >= 65 && scalar.value <= 90 ? Unicode.Scalar(UInt8(scalar.value + 32)) : scalar
        }
        let mapping = scalar.properties.lowercaseMapping.unicodeScalars
        return mapping.count == 1 ? mapping[mapping.startIndex] : scalar
    }

    /// Whether a word has a letter, a digit or a mark at `index`.
    func isWord(at index: Int) -> Bool {
        guard scalars.indices.contains(index) else { return false }
        let scalar = scalars[index]
        if scalar.isASCII {
            return (scalar.value >= 97 && scalar.value <= 122) || (scalar.value >= 48 && scalar.value <= 57)
        }
        return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
}

/// One term of a rule, folded.
private struct WatchTerm: Sendable {
    private let scalars: [Unicode.Scalar]
    private let isPrefix: Bool
    private let beginsWithWord: Bool
    private let endsWithWord: Bool

    /// The most places that are noted of one term in one text.
    private static let placeLimit = 100

    init?(_ term: String) {
        isPrefix = term.hasSuffix("*")
        let folded = FoldedText(isPrefix ? String(term.dropLast()) : term)
        guard !folded.scalars.isEmpty else { return nil }
        scalars = folded.scalars
        beginsWithWord = folded.isWord(at: 0)
        endsWithWord = folded.isWord(at: scalars.count - 1)
    }

    /// Every place where the term stands in `text` as words of its own.
    func places(in text: FoldedText) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start = 0
        while start + scalars.count <= text.scalars.count, found.count < WatchTerm.placeLimit {
            guard let end = end(in: text, from: start) else {
                start += 1
                continue
            }
            found.append(start..<end)
            start = end
        }
        return found
    }

    /// Where the term ends if it stands at `start`.
    private func end(in text: FoldedText, from start: Int) -> Int? {
        for offset in scalars.indices where text.scalars[start + offset] != scalars[offset] { return nil }
        var end = start + scalars.count
        if beginsWithWord && text.isWord(at: start - 1) { return nil }
        if isPrefix {
            while text.isWord(at: end) { end += 1 }
        } else if endsWithWord && text.isWord(at: end) {
            return nil
        }
        return end
    }
}
