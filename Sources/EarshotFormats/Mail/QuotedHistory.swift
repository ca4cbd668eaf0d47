public import Earshot

/// Tells what a mail says itself from the mails it quotes.
///
/// Knows `>`, the lines that introduce quotes in English, Finnish, Polish, Croatian, German and their neighbours, and
/// the header blocks of Outlook. Nothing is cut: the newest part is a place in the text.
public struct QuotedHistory {
    private let text: Bytes
    private let lines: [MailLine]

    /// The newest part of a text as half-open offsets in Unicode scalars, or nil where all of it, or none, is new.
    public static func newestPart(in text: Bytes) -> Range<Int>? {
        let history = QuotedHistory(text)
        guard let lines = history.newestLines(), let first = lines.first, let last = lines.last else { return nil }
        let start = history.lines[first].start
        let end = history.lines[last].end
        guard start < end else { return nil }
        let before = scalars(text[0..<start])
        return before..<(before + scalars(text[start..<end]))
    }

    private static func scalars(_ bytes: Bytes) -> Int {
        var count = 0
        for index in 0..<bytes.count where bytes[index] & 0xC0 != 0x80 { count += 1 }
        return count
    }

    private init(_ text: Bytes) {
        self.text = text
        var lines: [MailLine] = []
        var position = 0
        while position < text.count {
            let line = MailLine(of: text, at: position, before: text.count)
            lines.append(line)
            position = line.next
        }
        self.lines = lines
    }

    /// The first to the last line of the newest part.
    private func newestLines() -> ClosedRange<Int>? {
        guard let mark = firstMark() else { return nil }
        let before = span(of: lines.indices.prefix(mark).filter { !isBlank($0) })
        guard let quote = lines.indices.dropFirst(mark).prefix(4).first(where: isQuoted) else { return before }
        // Below the first quote: an answer that follows it, or answers between quotes.
        let quoteEnd = lines.indices.dropFirst(quote).first { !isQuoted($0) } ?? lines.count
        let limit = lines.indices.dropFirst(quoteEnd).first(where: isFooter) ?? lines.count
        let after = span(of: (quoteEnd..<max(limit, quoteEnd)).filter { isAnswer($0) })
        guard let after else { return before }
        return before.map { $0.lowerBound...after.upperBound } ?? after
    }

    private func span(of indices: [Int]) -> ClosedRange<Int>? {
        guard let first = indices.first, let last = indices.last else { return nil }
        return first...last
    }

    /// The line where history begins.
    private func firstMark() -> Int? {
        for index in lines.indices {
            if isQuoted(index) || isSeparator(index) || isHeaderBlock(index) { return index }
            if let start = introduction(endingAt: index) { return start }
        }
        return nil
    }

    private func line(_ index: Int) -> Bytes {
        index < lines.count ? text[lines[index].range].trimmed : .none
    }

    private func isBlank(_ index: Int) -> Bool { line(index).isEmpty }

    /// Whether a line is quoted; `>From ` was only quoted by a mailbox.
    private func isQuoted(_ index: Int) -> Bool {
        let line = line(index)
        return line.hasPrefix(">") && !line.hasPrefix(">From ")
    }

    private func isFooter(_ index: Int) -> Bool {
        let raw = text[lines[index].range]
        return raw == "-- " || raw == "--" || raw.hasPrefix("__________")
    }

    private func isAnswer(_ index: Int) -> Bool {
        !isBlank(index) && !isQuoted(index) && !isIntroduction(line(index))
            && !(isQuoted(index + 1) && isIntroduction(line(index)))
    }

    // Lines that introduce what is quoted.

    /// The first line of the introduction that ends at `index`: `On Monday, Jan wrote:`, in one line or two.
    private func introduction(endingAt index: Int) -> Int? {
        let last = line(index)
        guard last.count < 400, last.hasSuffix(":") else { return nil }
        guard isIntroduction(last) else {
            // The verb may stand before a name whose address is in the next line: `Am …, schrieb Ann <`.
            let isAddress = last.hasSuffix(">:") && hasAddress(last)
            return (isAddress || last == "je:") && index > 0 && QuoteWords.introduces(line(index - 1)) ? index - 1 : nil
        }
        // What is quoted in HTML has no `>` in the text: the time of day tells.
        if QuoteWords.opens(last) || QuoteWords.hasTime(last) || QuoteWords.quotes(last) { return index }
        if index > 0, QuoteWords.opens(line(index - 1)) { return index - 1 }
        return isQuotedSoon(after: index) ? index : nil
    }

    private func isIntroduction(_ line: Bytes) -> Bool {
        guard line.hasSuffix(":"), line.count < 400 else { return false }
        if QuoteWords.tells(line) { return true }
        // Without a verb: `Quoting Jan <jan@example.org>:`, or a date, a time and an address.
        return hasAddress(line) && (QuoteWords.quotes(line) || (line[0].isDecimalDigit && QuoteWords.hasTime(line)))
    }

    private func isIndented(_ index: Int) -> Bool { text[lines[index].range].hasPrefix(" ") }

    private func hasAddress(_ line: Bytes) -> Bool { line.firstIndex(of: UInt8(ascii: "@")) != nil }

    private func isQuotedSoon(after index: Int) -> Bool {
        isQuoted(index + 1) || (isBlank(index + 1) && isQuoted(index + 2))
    }

    /// `-----Original Message-----` and its like.
    private func isSeparator(_ index: Int) -> Bool {
        let line = line(index)
        if line.hasPrefix("____") {
            return line.count >= 20 && isHeaderBlock(isBlank(index + 1) ? index + 2 : index + 1)
        }
        if QuoteWords.forwards(line) { return true }
        guard line.hasPrefix("---"), line.hasSuffix("---"), line.count < 400 else { return false }
        // Zoho writes `---- On Mon, 12 Jan 2026 10:00:00 +0200 Jan <jan@example.org> wrote ----`.
        return (line.count < 80 && QuoteWords.separates(line)) || (QuoteWords.hasTime(line) && QuoteWords.tells(line))
    }

    /// Outlook's block of `From:`, `Sent:`, `To:`, `Subject:` in the sender's language; other programs begin it with
    /// the date or the subject. People write such lines, too, but not with an address and all the others around.
    private func isHeaderBlock(_ index: Int) -> Bool {
        guard index < lines.count else { return false }
        let first = line(index)
        guard QuoteWords.mayHaveLabel(first) else { return false }
        let next = (1...3).map { line(index + $0) }
        if QuoteWords.isSender(first) {
            guard next.contains(where: QuoteWords.isDate) else { return false }
            // `From:`, `To:` and `Date:` are the lines of a journey, too.
            return QuoteWords.isSenderAlone(first) || next.contains(where: QuoteWords.isDateSent) || hasAddress(first)
                || (1...6).contains { QuoteWords.isSubject(line(index + $0)) }
        }
        guard QuoteWords.isDate(first) || QuoteWords.isSubject(first) else { return false }
        let block = [first] + next
        return next.contains { QuoteWords.isSender($0) && hasAddress($0) }
            && block.contains { QuoteWords.isDate($0) }
            && block.contains { QuoteWords.isRecipient($0) } && !isIndented(index)
    }
}
