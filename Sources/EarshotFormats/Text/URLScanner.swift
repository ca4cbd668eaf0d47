internal import Earshot

/// Finds addresses with a scheme (`https://example.com/page`) and without (`example.com/page`).
///
/// Works through the maximal runs of what domains are made of. Each run's labels are judged once, from the right, so
/// that every possible beginning within it is answered at once.
struct URLScanner {
    private let text: ScannedText
    private var found: [EntitySpan] = []
    /// The end of the last address; nothing before it may be looked at again.
    private var consumed = 0

    /// The longest address, in scalars; longer ones are passed over.
    private static let longest = 4096

    /// The addresses in a text.
    static func urls(in text: ScannedText) -> [EntitySpan] {
        var scanner = URLScanner(text: text)
        scanner.scan()
        return scanner.found
    }

    private init(text: ScannedText) { self.text = text }

    private mutating func scan() {
        var position = 0
        // No domain is without a dot, so that only runs around one are looked at.
        while position < text.count, let dot = text.scalars[position...].firstIndex(of: 0x2E) {
            guard DomainRun.isPart(text[dot + 1]) else {
                position = dot + 1
                continue
            }
            var start = dot
            while start > position, DomainRun.isPart(text[start - 1]) { start -= 1 }
            let run = DomainRun(in: text, from: start)
            if run.hasDomain { scan(run) }
            position = max(run.end, consumed)
        }
    }

    /// Tries each beginning within a run until the run is used up.
    private mutating func scan(_ run: DomainRun) {
        var position = run.start
        if let scheme = schemeStart(before: run.start), let end = run.domainEnd(from: run.start) {
            take(scheme..<end, domain: run.start..<end, hasScheme: true)
            position = consumed
        }
        while position < run.end {
            if mayBegin(position), let end = run.domainEnd(from: position) {
                let before = position > consumed ? text[position - 1] : 0
                let isJoined = [0x2D, 0x5F, 0x2E, 0x2F].contains(before)
                take(position..<end, domain: position..<end, hasScheme: false, isCounted: !isJoined)
                position = consumed
            } else {
                position += 1
            }
        }
    }

    /// Where `http://` or `https://` right before a position begins, if it may begin there.
    private func schemeStart(before position: Int) -> Int? {
        for length in [7, 8] where text.has(length == 7 ? "http://" : "https://", at: position - length) {
            return mayBegin(position - length) ? position - length : nil
        }
        return nil
    }

    /// Whether an address may begin at a position, judged by what stands before it.
    private func mayBegin(_ position: Int) -> Bool {
        if position == 0 { return true }
        let before = text[position - 1]
        if before == 0x0A { return position >= consumed }
        guard position > consumed else { return false }
        switch before {
        case 0x40, 0xFF20, 0x24, 0x23, 0xFF03, 0xFFFE, 0xFEFF, 0xFFFF: return false
        default: return !ScalarClasses.of(before).contains(.word)
        }
    }

    /// Takes an address whose domain ends where `start` does, and what follows the domain.
    private mutating func take(_ start: Range<Int>, domain: Range<Int>, hasScheme: Bool, isCounted: Bool = true) {
        let port = portEnd(from: domain.upperBound)
        let path = pathEnd(from: port)
        let end = queryEnd(from: path)
        consumed = end
        guard isCounted else { return }
        if hasScheme {
            let whole = start.lowerBound..<end
            guard let last = shortLinkEnd(domain, end), whole.count <= URLScanner.longest,
                DomainName.isValid(text, domain)
            else { return }
            found.append(EntitySpan(type: .url, range: start.lowerBound..<last, hasScheme: true))
        } else {
            takePlain(domain, path: path > port ? end : nil)
        }
    }

    /// Takes the ASCII domains within a domain that has no scheme, the last with the path that follows.
    private mutating func takePlain(_ domain: Range<Int>, path: Int?) {
        var position = domain.lowerBound
        while position < domain.upperBound {
            let (end, next) = DomainName.plainEnd(text, from: position, to: domain.upperBound)
            if let end, DomainName.isValid(text, position..<end) {
                let last = end == domain.upperBound ? path ?? end : end
                if last - position <= URLScanner.longest {
                    found.append(EntitySpan(type: .url, range: position..<last))
                }
            }
            position = max(next, position + 1)
        }
    }

    /// The end of an address at `t.co`, which has a name of at most forty letters and a query; nil for a longer name.
    private func shortLinkEnd(_ domain: Range<Int>, _ end: Int) -> Int? {
        guard domain.count == 4, text.has("t.co", at: domain.lowerBound), text[domain.upperBound] == 0x2F else {
            return end
        }
        var last = domain.upperBound + 1
        while ScalarClasses.of(text[last]).contains(.word) { last += 1 }
        let length = last - domain.upperBound - 1
        if length == 0 { return end }
        return length > 40 ? nil : queryEnd(from: last)
    }

    private func portEnd(from start: Int) -> Int {
        guard text[start] == 0x3A else { return start }
        var end = start + 1
        while (0x30...0x39).contains(text[end]) { end += 1 }
        return end > start + 1 ? end : start
    }

    /// The end of the longest path that ends as paths may end.
    private func pathEnd(from start: Int) -> Int {
        guard text[start] == 0x2F else { return start }
        var last = start + 1
        var position = last
        while position < text.count {
            let classes = ScalarClasses.of(text[position])
            if classes.contains(.path) {
                position += 1
                if classes.contains(.pathEnd) { last = position }
            } else if text[position] == 0x28, let closed = parenthesesEnd(from: position) {
                position = closed
                last = closed
            } else {
                break
            }
        }
        return last
    }

    /// The end of balanced parentheses of at most two levels, as in `/Primer_(film)`.
    private func parenthesesEnd(from start: Int) -> Int? {
        var position = pathRunEnd(from: start + 1)
        var isEmpty = position == start + 1
        if text[position] == 0x28 {
            let inner = pathRunEnd(from: position + 1)
            guard inner > position + 1, text[inner] == 0x29 else { return nil }
            position = pathRunEnd(from: inner + 1)
            isEmpty = false
        }
        return !isEmpty && text[position] == 0x29 ? position + 1 : nil
    }

    private func pathRunEnd(from start: Int) -> Int {
        var end = start
        while end < text.count, ScalarClasses.of(text[end]).contains(.path) { end += 1 }
        return end
    }

    /// The end of the longest query that ends as queries may end.
    private func queryEnd(from start: Int) -> Int {
        guard text[start] == 0x3F else { return start }
        var last = start
        var position = start + 1
        while position < text.count {
            let classes = ScalarClasses.of(text[position])
            guard classes.contains(.query) else { break }
            position += 1
            if classes.contains(.queryEnd) { last = position }
        }
        return last
    }
}
