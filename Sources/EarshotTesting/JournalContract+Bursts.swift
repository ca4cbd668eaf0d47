public import Earshot

extension DedupePolicy {
    /// Like texts are found, and bursts of them are sampled.
    public static var sampling: DedupePolicy {
        var policy = DedupePolicy()
        policy.similarity = 0.85
        policy.bursts = .sample
        return policy
    }
}

extension JournalContract {
    /// What a journal promises whose policy is `DedupePolicy.sampling`, and which forgets what every sink has had when
    /// it is trimmed; its clock stands still.
    public static let bursts: [Property] = [
        Property("of a burst ten are told, then one each time that it has doubled, and the first again") {
            open, findings in
            var journal = try await open()
            _ = try await journal.register(sink: "desk", fromBeginning: true)
            for start in stride(from: 0, to: 90, by: 30) {
                _ = try await journal.append(copies(start..<(start + 30)), from: "brand", advancing: nil)
                journal = try await open()
            }
            let told = try await journal.drain("desk").map { summary(of: $0) }
            let expected =
                ["create 0 of -"] + (1..<10).map { "create \($0) of \($0 + 1)" } + [
                    "create 19 of 20", "update 0 of 20", "create 39 of 40", "update 0 of 40", "create 79 of 80",
                    "update 0 of 80",
                ]
            findings.expect(told, expected, "lines")
        },
        Property("what is left out of a burst is counted, and is never told later, also after a restart") {
            open, findings in
            let journal = try await open()
            findings.expect(
                try await journal.append(copies(0..<15), from: "brand", advancing: nil),
                Receipt(created: 10, sampledOut: 5), "receipt")
            _ = try await journal.register(sink: "desk", fromBeginning: false)
            let again = try await open()
            var edited = copy(12)
            edited.text += " and it is still not here"
            edited.likes = 3
            var deleted = copy(13)
            deleted.operation = .delete
            let mentions = [copy(11), edited, deleted]
            findings.expect(
                try await again.append(likened(mentions), from: "brand", advancing: nil), Receipt(repeated: 3),
                "what became of it")
            findings.expect(try await again.drain("desk"), [], "lines")
        },
        Property("the size of a burst that has grown is told once, also after a restart") { open, findings in
            let journal = try await open()
            _ = try await journal.append(copies(0..<15), from: "brand", advancing: nil)
            findings.expect(try await journal.tellBursts(finally: false), 0, "told at once")
            let again = try await open()
            _ = try await again.register(sink: "desk", fromBeginning: false)
            findings.expect(try await again.tellBursts(finally: true), 1, "told")
            findings.expect(try await again.tellBursts(finally: true), 0, "told twice")
            let third = try await open()
            findings.expect(try await third.tellBursts(finally: true), 0, "told after a restart")
            findings.expect(try await third.drain("desk").map { summary(of: $0) }, ["update 0 of 15"], "lines")
        },
        Property("the first mention of a burst is told again as it was edited last") { open, findings in
            let journal = try await open()
            var lead = copy(0)
            for (size, likes) in [(5, 7), (15, 8)] as [(Int, Int64)] {
                _ = try await journal.append(copies(0..<size), from: "brand", advancing: nil)
                lead.likes = likes
                _ = try await journal.append(likened([lead], from: "press"), from: "press", advancing: nil)
            }
            _ = try await journal.append(copies(15..<17), from: "brand", advancing: nil)
            let again = try await open()
            _ = try await again.register(sink: "desk", fromBeginning: false)
            _ = try await again.tellBursts(finally: true)
            let lines = try await again.drain("desk")
            findings.expect(lines.map { summary(of: $0) }, ["update 0 of 17"], "lines")
            let line = lines.first ?? ""
            findings.expect(line.contains("\"metrics\":{\"likes\":8}"), true, "likes in \(line)")
            findings.expect(line.contains("},\"seen_via\":[\"brand\"],\"provenance\":"), true, "seen_via in \(line)")
            findings.expect(line.ranges(of: "\"cluster\":").count, 1, "clusters in \(line)")
        },
        Property("where the first mention of a burst was deleted, a later one is told in its place") {
            open, findings in
            let journal = try await open()
            _ = try await journal.append(copies(0..<15), from: "brand", advancing: nil)
            var lead = copy(0)
            lead.operation = .delete
            _ = try await journal.append(likened([lead]), from: "brand", advancing: nil)
            let again = try await open()
            _ = try await again.register(sink: "desk", fromBeginning: false)
            _ = try await again.append(copies(15..<18), from: "brand", advancing: nil)
            _ = try await again.tellBursts(finally: true)
            findings.expect(
                try await again.drain("desk").map { summary(of: $0) }, ["create 15 of 16", "update 15 of 18"], "lines")
        },
        Property("where the first mention of a burst was forgotten, the tenth is told in its place") {
            open, findings in
            let journal = try await open()
            _ = try await journal.register(sink: "desk", fromBeginning: true)
            _ = try await journal.append(copies(0..<5), from: "brand", advancing: nil)
            _ = try await journal.drain("desk")
            _ = try await journal.trim()
            _ = try await journal.append(copies(5..<12), from: "brand", advancing: nil)
            _ = try await journal.tellBursts(finally: true)
            findings.expect(
                try await journal.drain("desk").last.map { summary(of: $0) }, "update 9 of 12", "last line")
        },
    ]

    private static func copy(_ number: Int) -> SampleMention {
        SampleMention("\(number)", "you lost my suitcase again, two hours at the desk and nobody knows anything")
    }

    private static func copies(_ range: Range<Int>) -> Batch { likened(range.map { copy($0) }) }

    /// Mentions with what their texts are like, as intake finds it.
    private static func likened(_ mentions: [SampleMention], from channel: String = "brand") -> Batch {
        var batch = Batch(mentions, from: channel)
        for (index, mention) in mentions.enumerated() where mention.operation != .delete {
            let words = mention.text.split(separator: " ").map { word in
                word.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
            }
            batch.signatures[index] = Signature(of: words)
        }
        return batch
    }

    /// What a line says: `update 0 of 20`, or `create 0 of -` where it is in no cluster.
    private static func summary(of line: String) -> String {
        func word(after mark: String, upTo end: Character) -> Substring {
            line.firstRange(of: mark).map { line[$0.upperBound...].prefix { $0 != end } } ?? "-"
        }
        return word(after: "\"op\":\"", upTo: "\"") + " " + word(after: "\"native_id\":\"", upTo: "\"") + " of "
            + word(after: "\"size\":", upTo: ",")
    }
}
