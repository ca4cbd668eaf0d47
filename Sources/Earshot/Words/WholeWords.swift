extension StringProtocol {
    /// The beginning of a text, of so many scalars at most and cut between two words: half of a secret would be told,
    /// as masks know whole ones.
    package func wholeWords(within limit: Int) -> String {
        let scalars = unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex),
            end < scalars.endIndex
        else { return String(self) }
        let space = scalars[..<scalars.index(after: end)].lastIndex { $0.value <= 0x20 }
        return String(String.UnicodeScalarView(scalars[..<(space ?? scalars.startIndex)])) + " …"
    }
}
