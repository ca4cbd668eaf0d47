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

@Suite struct ClustersTests {
    private let lead = "you lost my suitcase AGAIN. Two hours at the desk in Helsinki, nobody knows anything. #acmefail"

    private func place(_ clusters: Clusters, _ id: String, _ text: String) -> Clusters.Place? {
        clusters.place(of: id, text: FoldedText(text))
    }

    @Test func `a copy and a near-copy join the first, which stands alone`() {
        let clusters = Clusters(similarity: 0.7)
        #expect(place(clusters, "twitter:1", "@acmeair " + lead + " https://t.co/AbC") == nil)
        let copy = place(clusters, "twitter:2", lead)
        #expect(copy?.lead == "twitter:1")
        #expect(copy?.size == 2)
        #expect(copy?.similarity == 1)
        let near = place(clusters, "facebook:3", lead.replacing("anything.", with: "anything here."))
        #expect(near?.lead == "twitter:1")
        #expect(near?.size == 3)
        #expect(near.map { $0.similarity < 1 } == true)
    }

    @Test func `the same mention counts once however often it comes`() {
        let clusters = Clusters(similarity: 0.7)
        for _ in 0..<3 { _ = place(clusters, "twitter:1", lead) }
        for _ in 0..<3 { #expect(place(clusters, "twitter:2", lead)?.size == 2) }
    }

    @Test func `other news and short texts are nobody's copies`() {
        let clusters = Clusters(similarity: 0.7)
        _ = place(clusters, "twitter:1", lead)
        #expect(place(clusters, "twitter:2", "My flight to Split was lovely, thank you for the window seat!") == nil)
        #expect(place(clusters, "twitter:3", "so true") == nil)
        #expect(place(clusters, "twitter:4", "so true") == nil)
    }

    @Test func `a burst of seven thousand is one group`() {
        let clusters = Clusters(similarity: 0.7)
        var size: Int64 = 0
        for index in 0..<7000 { size = place(clusters, "twitter:\(index)", lead)?.size ?? 1 }
        #expect(size == 7000)
    }
}
