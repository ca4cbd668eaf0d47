package import Earshot

/// What the gateway knows and a document does not say: own accounts, the language, watch rules met, like texts.
package struct Enrichment: Sendable {
    /// For each network, the lower-cased ids, handles and addresses of the brand's own accounts.
    private let ownAccounts: [String: Set<String>]
    private let rules: [WatchRule]
    private let comparesTexts: Bool
    private let detectsLanguage: Bool

    /// An enrichment by the configuration's `own_accounts`, `watch` and `dedupe.near`.
    package init(
        ownAccounts: [String: [String]] = [:], rules: [WatchRule] = [], comparesTexts: Bool = false,
        detectsLanguage: Bool = true
    ) {
        self.ownAccounts = ownAccounts.mapValues { accounts in Set(accounts.map { Enrichment.plain($0) }) }
        self.rules = rules
        self.comparesTexts = comparesTexts
        self.detectsLanguage = detectsLanguage
    }

    /// Adds to every mention of a reading what is known here, and tells for each what its text is like, where that is
    /// to be compared with others.
    @discardableResult
    package func enrich(_ reading: inout Reading) -> [Signature?] {
        var signatures = [Signature?](repeating: nil, count: reading.rows.count)
        for index in reading.rows.indices where reading.rows[index].operation != .delete {
            identify(index, in: &reading)
            if detectsLanguage { detect(index, in: &reading) }
            if !rules.isEmpty || comparesTexts { signatures[index] = compare(index, in: &reading) }
        }
        return signatures
    }

    /// Tells whether an own account wrote it, and so in which direction it went.
    private func identify(_ index: Int, in reading: inout Reading) {
        let row = reading.rows[index]
        guard let own = ownAccounts[reading.string(reading.network(of: row))] else { return }
        let isOwn = [row.author.id, row.author.handle, row.author.address]
            .contains { !$0.isEmpty && own.contains(Enrichment.plain(reading.string($0))) }
        reading.rows[index].author.own = isOwn
        reading.rows[index].direction = isOwn ? .outbound : row.direction ?? .inbound
    }

    /// Guesses the language where the source did not say it.
    private func detect(_ index: Int, in reading: inout Reading) {
        let row = reading.rows[index]
        guard row.language.tag.isEmpty, !row.text.isEmpty else { return }
        guard let guess = reading.withBytes(of: row.text, { LanguageDetector.language(of: $0) }) else { return }
        reading.rows[index].language.tag = reading.keep(guess.tag)
        reading.rows[index].language.confidence = guess.confidence
        reading.rows[index].language.by = .detector
    }

    /// Holds title and text against the watch rules, and tells what the text is like.
    private func compare(_ index: Int, in reading: inout Reading) -> Signature? {
        let row = reading.rows[index]
        let text = FoldedText(reading.string(row.text))
        let title = FoldedText(reading.string(row.title))
        let language = reading.string(row.language.tag)
        let start = reading.matches.count
        for rule in rules {
            let inText = rule.spans(in: text, language: language)
            guard inText != nil || rule.spans(in: title, language: language) != nil else { continue }
            let name = reading.keep(rule.name)
            if inText?.isEmpty ?? true { reading.matches.append(MatchRow(rule: name)) }
            for span in inText ?? [] {
                reading.matches.append(
                    MatchRow(
                        rule: name, start: Int32(truncatingIfNeeded: span.lowerBound),
                        end: Int32(truncatingIfNeeded: span.upperBound)))
            }
        }
        reading.rows[index].matches = Entries(from: start, to: reading.matches.count)
        // Private messages are like nobody's business.
        guard comparesTexts, row.visibility != .private, row.cluster == nil else { return nil }
        return Signature(of: text)
    }

    /// An account's name as it is compared: lower case, without `@` before it.
    private static func plain(_ account: String) -> String {
        let name = account.lowercased()
        return name.hasPrefix("@") ? String(name.dropFirst()) : name
    }
}
