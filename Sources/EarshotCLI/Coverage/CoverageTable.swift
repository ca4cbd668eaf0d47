internal import EarshotFormats

/// A coverage as a table for people.
enum CoverageTable {
    /// A line for each path, and the sums.
    static func text(_ coverage: FieldCoverage) -> String {
        let fates = coverage.fates.sorted { $0.key < $1.key }
        let width = min(fates.map(\.key.count).max() ?? 0, 72)
        var lines = fates.map { path, fate in
            "\(path.padded(to: width))  \(String(fate.seen).padded(to: 6)) \(words(for: fate))"
        }
        let (tried, refused, unknown) = coverage.documents
        lines.append("")
        lines += coverage.silent.map { "no mention in \($0)" }
        lines.append(
            "\(tried) documents tried, \(coverage.silent.count) without mentions, \(refused) refused, \(unknown) of no known form"
        )
        for verdict in FieldCoverage.Verdict.allCases {
            let those = fates.filter { $0.value.verdict == verdict }
            let values = those.reduce(0) { $0 + $1.value.seen }
            lines.append("\(verdict.rawValue.padded(to: 9)) \(those.count) paths, \(values) values")
        }
        return lines.joined(separator: "\n")
    }

    private static func words(for fate: FieldCoverage.Fate) -> String {
        var words = fate.fields.sorted().joined(separator: ", ")
        if fate.repeated > 0, fate.fields.isEmpty { words = "repeated" }
        guard fate.dropped > 0 else { return words }
        let example = fate.example.prefix(60).split(whereSeparator: \.isNewline).joined(separator: " ")
        if words.isEmpty { return "DROPPED  \(example)" }
        return "\(words)  (dropped \(fate.dropped) of \(fate.tried), such as \(example))"
    }
}
