/// Paths in which `{…}` stands for any text without a slash.
enum PathPattern {
    /// Whether some path is meant by both.
    static func overlap(_ one: String, _ other: String) -> Bool {
        guard one.contains("{") || other.contains("{") else { return one == other }
        let (one, other) = (pieces(of: one), pieces(of: other))
        // `reached[j]`: whether what was looked at of `one` and the first `j` pieces of `other` can be one text.
        var reached = [Bool](repeating: false, count: other.count + 1)
        reached[0] = true
        for j in other.indices where other[j] == nil { reached[j + 1] = reached[j] }
        for piece in one {
            var next = [Bool](repeating: false, count: other.count + 1)
            next[0] = piece == nil && reached[0]
            for j in other.indices {
                let mark = other[j]
                if piece == nil {
                    // Nothing, or one byte more of the other; two texts that may be anything may end as they like.
                    next[j + 1] =
                        reached[j + 1] || (next[j] && mark != UInt8(ascii: "/")) || (mark == nil && reached[j])
                } else if mark == nil {
                    next[j + 1] = next[j] || (reached[j + 1] && piece != UInt8(ascii: "/"))
                } else {
                    next[j + 1] = reached[j] && piece == mark
                }
            }
            reached = next
        }
        return reached[other.count]
    }

    /// The bytes of a path, nil for each `{…}`.
    private static func pieces(of path: String) -> [UInt8?] {
        var pieces: [UInt8?] = []
        var isWithin = false
        for byte in path.utf8 {
            if byte == UInt8(ascii: "{") {
                isWithin = true
            } else if byte == UInt8(ascii: "}") && isWithin {
                isWithin = false
                pieces.append(nil)
            } else if !isWithin {
                pieces.append(byte)
            }
        }
        return pieces
    }
}
