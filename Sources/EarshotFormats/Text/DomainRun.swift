/// A maximal run of what domains are made of, cut into labels, with an answer for every beginning within it.
struct DomainRun {
    /// The first scalar.
    let start: Int
    /// The scalar after the last.
    private(set) var end: Int

    private let text: ScannedText
    private var labels: [Label] = []

    /// A part between dots.
    private struct Label {
        var range: Range<Int>
        /// The end of a top-level domain that the label begins with.
        var top: Int?
        /// Where the longest domain ends that begins with this whole label.
        var domainEnd: Int?
        /// The last underscore, below the range where there is none.
        var underscore = -1
    }

    /// Whether a scalar may stand in a domain, dots included.
    static func isPart(_ scalar: UInt32) -> Bool {
        scalar == 0x2E || scalar == 0x2D || scalar == 0x5F || ScalarClasses.of(scalar).contains(.domain)
    }

    /// Whether there is any domain in it.
    var hasDomain: Bool { labels.contains { $0.top != nil } }

    /// The run that begins at a position.
    init(in text: ScannedText, from start: Int) {
        self.text = text
        self.start = start
        end = start
        var first = start
        var underscore = -1
        while end < text.count, DomainRun.isPart(text[end]) {
            if text[end] == 0x5F { underscore = end }
            if text[end] == 0x2E {
                labels.append(Label(range: first..<end, underscore: underscore))
                first = end + 1
            }
            end += 1
        }
        guard !labels.isEmpty else { return }
        labels.append(Label(range: first..<end, underscore: underscore))
        judge()
    }

    /// Where the longest domain ends that begins at a position, or nil.
    func domainEnd(from position: Int) -> Int? {
        guard let index = label(at: position) else { return nil }
        return domainEnd(from: position, in: index)
    }

    /// Judges the labels from the right.
    private mutating func judge() {
        for index in labels.indices.dropFirst() {
            labels[index].top = DomainName.topEnd(text, labels[index].range.lowerBound, end)
        }
        for index in labels.indices.reversed() {
            labels[index].domainEnd = domainEnd(from: labels[index].range.lowerBound, in: index)
        }
    }

    private func domainEnd(from position: Int, in index: Int) -> Int? {
        let label = labels[index]
        guard index + 1 < labels.count, position < label.range.upperBound, isInner(position),
            isInner(label.range.upperBound - 1)
        else { return nil }
        let next = labels[index + 1]
        // As many labels as can be; only the one before the top-level domain must be without underscores.
        return next.domainEnd ?? (label.underscore < position ? next.top : nil)
    }

    private func isInner(_ position: Int) -> Bool { ScalarClasses.of(text[position]).contains(.domain) }

    private func label(at position: Int) -> Int? {
        var lower = 0
        var upper = labels.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if labels[middle].range.upperBound <= position { lower = middle + 1 } else { upper = middle }
        }
        return lower < labels.count && labels[lower].range.contains(position) ? lower : nil
    }
}

/// What makes a domain's name.
enum DomainName {
    /// The end of the top-level domain that stands at a position, or nil.
    static func topEnd(_ text: ScannedText, _ start: Int, _ limit: Int) -> Int? {
        if text.has("xn--", at: start), ScalarClasses.of(text[start + 4]).contains(.word) {
            return wordEnd(text, start + 4, limit)
        }
        let end = wordEnd(text, start, limit)
        guard end == start else {
            guard end - start <= TopLevelDomains.longest, mayFollow(text, end) else { return nil }
            let name = text.scalars[start..<end].map { UInt8(truncatingIfNeeded: ScannedText.lower($0)) }
            return TopLevelDomains.contain(name) ? end : nil
        }
        guard start < limit, text[start] >= 0x80 else { return nil }
        var lengths = TopLevelDomains.lengths(beginningWith: text[start])
        while lengths != 0 {
            let length = 63 - lengths.leadingZeroBitCount
            let last = start + length
            if last <= limit, mayFollow(text, last),
                TopLevelDomains.contain(string(text, start..<last).lowercased())
            {
                return last
            }
            lengths ^= 1 << UInt64(length)
        }
        return nil
    }

    /// Whether a name could be registered: no label above sixty-three letters once it is in ASCII.
    static func isValid(_ text: ScannedText, _ domain: Range<Int>) -> Bool {
        var start = domain.lowerBound
        for position in domain.lowerBound...domain.upperBound {
            guard position == domain.upperBound || text[position] == 0x2E else { continue }
            let label = text.scalars[start..<position]
            guard label.count <= 63 else { return false }
            if label.contains(where: { $0 >= 0x80 }) {
                guard !text.has("xn--", at: start), Punycode.length(of: label) <= 59 else { return false }
            }
            start = position + 1
        }
        return true
    }

    /// The end of the longest domain of ASCII and accented Latin letters at a position, if any, and where to go on.
    static func plainEnd(_ text: ScannedText, from start: Int, to limit: Int) -> (end: Int?, next: Int) {
        var position = start
        var end: Int?
        while true {
            let label = position
            while position < limit, isPlain(text[position]) { position += 1 }
            guard position > label, position < limit, text[position] == 0x2E else { break }
            position += 1
            if let top = topEnd(text, position, limit) { end = top }
        }
        return (end, end ?? position)
    }

    private static func isPlain(_ scalar: UInt32) -> Bool {
        scalar == 0x2D || scalar == 0x5F || !ScalarClasses.of(scalar).isDisjoint(with: [.word, .latin])
    }

    private static func wordEnd(_ text: ScannedText, _ start: Int, _ limit: Int) -> Int {
        var end = start
        while end < limit, ScalarClasses.of(text[end]).contains(.word) { end += 1 }
        return end
    }

    /// A name that goes on, or a mail address, is no top-level domain.
    private static func mayFollow(_ text: ScannedText, _ end: Int) -> Bool {
        let scalar = text[end]
        return !ScalarClasses.of(scalar).contains(.word) && scalar != 0x40 && scalar != 0x2B && scalar != 0x2D
    }

    private static func string(_ text: ScannedText, _ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        for value in text.scalars[range] { view.append(Unicode.Scalar(value) ?? "\u{FFFD}") }
        return String(view)
    }
}
