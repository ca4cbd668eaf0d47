/// Cuts what comes in pieces into lines, none longer than a limit.
struct LineCutter {
    /// A line, without its end.
    enum Line: Equatable {
        /// All of it.
        case whole([UInt8])
        /// It was longer than the limit and is passed over.
        case tooLong
    }

    private let limit: Int
    private var begun: [UInt8] = []
    private var isSkipping = false

    /// A cutter of lines of up to `limit` bytes.
    init(limit: Int) { self.limit = limit }

    /// The lines that a piece ends.
    mutating func cut(_ piece: [UInt8]) -> [Line] {
        var lines: [Line] = []
        var start = 0
        while start < piece.count {
            guard let end = piece[start...].firstIndex(of: 0x0A) else {
                begin(piece[start...])
                break
            }
            begin(piece[start..<end])
            lines.append(take())
            start = end + 1
        }
        return lines
    }

    /// What came after the last line's end; nil where nothing did.
    mutating func rest() -> Line? { begun.isEmpty && !isSkipping ? nil : take() }

    private mutating func begin(_ part: ArraySlice<UInt8>) {
        guard !isSkipping else { return }
        isSkipping = begun.count + part.count > limit
        if isSkipping { begun = [] } else { begun.append(contentsOf: part) }
    }

    private mutating func take() -> Line {
        defer {
            begun = []
            isSkipping = false
        }
        if isSkipping { return .tooLong }
        if begun.last == 0x0D { begun.removeLast() }
        return .whole(begun)
    }
}
