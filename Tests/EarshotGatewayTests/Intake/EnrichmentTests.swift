import Earshot
import EarshotGateway
import Testing

@Suite struct EnrichmentTests {
    private func enriched(_ enrichment: Enrichment, _ fill: (inout Reading, inout MentionRow) -> Void) -> Reading {
        var reading = Reading(network: "twitter")
        var row = MentionRow(kind: .post)
        row.nativeID = reading.keep("1")
        fill(&reading, &row)
        reading.append(row)
        enrichment.enrich(&reading)
        return reading
    }

    @Test(arguments: ["AcmeAir", "@acmeair", "acmeair"])
    func `a mention by an own account is outbound and says so`(configured: String) {
        let reading = enriched(Enrichment(ownAccounts: ["twitter": [configured]])) { reading, row in
            row.author.handle = reading.keep("acmeair")
        }
        #expect(reading.rows[0].author.own)
        #expect(reading.rows[0].direction == .outbound)
    }

    @Test func `a mention by anybody else is inbound`() {
        let reading = enriched(Enrichment(ownAccounts: ["twitter": ["acmeair"]])) { reading, row in
            row.author.handle = reading.keep("anna")
        }
        #expect(!reading.rows[0].author.own)
        #expect(reading.rows[0].direction == .inbound)
    }

    @Test(arguments: [
        ("Missä minun matkalaukkuni on? Lensin eilen Helsingistä Ouluun.", "fi"),
        ("Gdzie jest mój bagaż? Czekam już drugi dzień na lotnisku.", "pl"),
        ("Mein Koffer ist seit fünf Tagen verschwunden und niemand hilft mir.", "de"),
        ("Where is my suitcase? I have been waiting for two days now.", "en"),
    ])
    func `a language that the source did not say is detected`(text: String, expected: String) {
        let reading = enriched(Enrichment()) { reading, row in row.text = reading.keepText(text) }
        #expect(reading.string(reading.rows[0].language.tag) == expected)
        #expect(reading.rows[0].language.by == .detector)
    }

    @Test(arguments: ["", "ok", "😡😡😡😡😡😡", "xq zzyv 12345 67890 !!"])
    func `what cannot be told is not guessed`(text: String) {
        let reading = enriched(Enrichment()) { reading, row in row.text = reading.keepText(text) }
        #expect(reading.rows[0].language.tag.isEmpty)
    }

    @Test func `what the source said of the language stands`() {
        let reading = enriched(Enrichment()) { reading, row in
            row.text = reading.keepText("Where is my suitcase? I have been waiting for two days now.")
            row.language.tag = reading.keep("fi")
        }
        #expect(reading.string(reading.rows[0].language.tag) == "fi")
    }
}

@Suite struct WatchRuleTests {
    private func spans(_ rule: WatchRule, _ text: String, language: String = "") -> [Range<Int>]? {
        rule.spans(in: FoldedText(text), language: language)
    }

    @Test(
        arguments: [
            ("lost luggage", "My LOST Luggage, please", [3..<15]), ("lost luggage", "lost luggages", nil),
            ("#acmefail", "so #AcmeFail again #acmefail", [3..<12, 19..<28]), ("@acmeair", "hi @acmeair!", [3..<11]),
            ("laukku*", "Missä laukkuni on", [6..<14]), ("koffer", "Der KOFFER", [4..<10]), ("air", "chair", nil),
            ("ääni", "ÄÄNI kuuluu", [0..<4]),
        ] as [(String, String, [Range<Int>]?)])
    func `a term is met as words of its own, in any letter case`(term: String, text: String, expected: [Range<Int>]?) {
        #expect(spans(WatchRule(name: "r", any: [term]), text) == expected)
    }

    @Test func `all of all and none of none`() {
        let rule = WatchRule(name: "r", any: ["suitcase", "bag"], all: ["acme"], none: ["giveaway"])
        #expect(spans(rule, "Acme lost my bag") != nil)
        #expect(spans(rule, "Contoso lost my bag") == nil)
        #expect(spans(rule, "Acme giveaway: win a bag") == nil)
    }

    @Test func `a rule for languages lets through what has none or one of them`() {
        let rule = WatchRule(name: "r", any: ["bag"], languages: ["en", "fi"])
        #expect(spans(rule, "bag", language: "en-GB") != nil)
        #expect(spans(rule, "bag", language: "") != nil)
        #expect(spans(rule, "bag", language: "de") == nil)
    }
}
