internal import Earshot

extension JournalContract {
    /// What is new, changed or a repeat.
    static let dedupe: [Property] = [
        Property("a repeated mention is stored once, also after a restart") { open, findings in
            let first = try await open()
            let batch = Batch(SampleMention.numbered(0..<10), from: "brand")
            findings.expect(
                try await first.append(batch, from: "brand", advancing: nil), Receipt(created: 10), "first offering")
            findings.expect(
                try await first.append(batch, from: "brand", advancing: nil), Receipt(repeated: 10), "second offering")
            let second = try await open()
            findings.expect(
                try await second.append(batch, from: "brand", advancing: nil), Receipt(repeated: 10), "after restart")
            findings.expect(try await second.status().head, 10, "head")
        },
        Property("a mention that stands twice in one batch is stored once") { open, findings in
            let journal = try await open()
            let batch = Batch([SampleMention("1"), SampleMention("2"), SampleMention("1")], from: "brand")
            findings.expect(
                try await journal.append(batch, from: "brand", advancing: nil), Receipt(created: 2, repeated: 1),
                "receipt")
        },
        Property("other content and other metrics are updates that say what has changed") { open, findings in
            var mention = SampleMention("1", "Where is my bag?")
            mention.likes = 1
            var edited = mention
            edited.text = "Where is my bag? Edit: found"
            var liked = edited
            liked.likes = 2
            var both = liked
            both.text = "Where is my bag? Edit: found. Thanks"
            both.likes = 3
            let journal = try await open()
            _ = try await journal.register(sink: "desk", fromBeginning: true)
            for step in [mention, edited, liked, both] {
                _ = try await journal.append(Batch([step], from: "brand"), from: "brand", advancing: nil)
            }
            let changes = try await journal.drain("desk").map { line in
                line.split(separator: "\"id\"").first?.split(separator: "\"op\":").last.map(String.init) ?? ""
            }
            findings.expect(
                changes,
                [
                    "\"create\",", "\"update\",\"changed\":[\"content\"],", "\"update\",\"changed\":[\"metrics\"],",
                    "\"update\",\"changed\":[\"content\",\"metrics\"],",
                ], "what the lines say")
        },
        Property("the lines of updates are the lines that were written, with another head") { open, findings in
            let journal = try await open()
            _ = try await journal.register(sink: "desk", fromBeginning: true)
            let original = Batch([SampleMention("1", "one")], from: "brand")
            let edited = Batch([SampleMention("1", "two")], from: "brand")
            _ = try await journal.append(original, from: "brand", advancing: nil)
            _ = try await journal.append(edited, from: "brand", advancing: nil)
            let head = "{\"schema\":\"mention/1.0\",\"op\":\"create\","
            let update = "{\"schema\":\"mention/1.0\",\"op\":\"update\",\"changed\":[\"content\"],"
            findings.expect(
                try await journal.drain("desk"),
                [original.texts[0], update + edited.texts[0].dropFirst(head.count)], "lines")
        },
        Property("other channels are named in an update, before its provenance") { open, findings in
            let journal = try await open()
            _ = try await journal.register(sink: "desk", fromBeginning: true)
            let mention = SampleMention("1", "one")
            _ = try await journal.append(Batch([mention], from: "brand"), from: "brand", advancing: nil)
            _ = try await journal.append(Batch([mention], from: "press"), from: "press", advancing: nil)
            let again = try await open()
            _ = try await again.append(
                Batch([SampleMention("1", "two")], from: "press"), from: "press", advancing: nil)
            let line = try await again.drain("desk").last ?? ""
            findings.expect(line.contains(",\"seen_via\":[\"brand\"],\"provenance\":"), true, "seen_via of \(line)")
        },
        Property("an older version that comes late changes nothing, also after a restart") { open, findings in
            let journal = try await open()
            var versions = ["one", "two", "three"].map { SampleMention("1", $0) }
            versions[1].edited = 2000
            versions[2].edited = 3000
            for (place, expected) in [
                (0, Receipt(created: 1)), (2, Receipt(updated: 1)), (1, Receipt(repeated: 1)),
            ] {
                let batch = Batch([versions[place]], from: "brand")
                findings.expect(try await journal.append(batch, from: "brand", advancing: nil), expected, "\(place)")
            }
            let again = try await open()
            findings.expect(
                try await again.append(Batch([versions[1]], from: "brand"), from: "brand", advancing: nil),
                Receipt(repeated: 1), "after restart")
            // Who never says when may be newer.
            versions[0].text = "four"
            findings.expect(
                try await again.append(Batch([versions[0]], from: "brand"), from: "brand", advancing: nil),
                Receipt(updated: 1), "without a moment")
        },
        Property("a deletion is stored once, and late copies do not undo it") { open, findings in
            let journal = try await open()
            let mention = SampleMention("1", "one")
            var deletion = mention
            deletion.operation = .delete
            for (step, expected) in [
                (mention, Receipt(created: 1)), (deletion, Receipt(deleted: 1)), (deletion, Receipt(repeated: 1)),
                (mention, Receipt(repeated: 1)), (SampleMention("1", "other"), Receipt(updated: 1)),
                (deletion, Receipt(deleted: 1)),
            ] {
                let batch = Batch([step], from: "brand")
                findings.expect(try await journal.append(batch, from: "brand", advancing: nil), expected, "\(step)")
            }
        },
        Property("what was deleted does not come back as it was before") { open, findings in
            let journal = try await open()
            func version(_ operation: Earshot.Operation, _ text: String, at moment: Int64) -> SampleMention {
                var mention = SampleMention("1", text)
                mention.operation = operation
                mention.edited = moment
                return mention
            }
            for (step, expected) in [
                (version(.create, "one", at: 10), Receipt(created: 1)),
                (version(.update, "two", at: 20), Receipt(updated: 1)),
                (version(.delete, "", at: 40), Receipt(deleted: 1)),
                (version(.update, "two", at: 20), Receipt(repeated: 1)),
                (version(.update, "three", at: 30), Receipt(repeated: 1)),
                (version(.update, "three", at: 50), Receipt(updated: 1)),
            ] {
                let batch = Batch([step], from: "brand")
                findings.expect(try await journal.append(batch, from: "brand", advancing: nil), expected, "\(step)")
            }
        },
        Property("an update of something unknown stays an update") { open, findings in
            let journal = try await open()
            var mention = SampleMention("1", "one")
            mention.operation = .update
            let batch = Batch([mention], from: "brand")
            findings.expect(
                try await journal.append(batch, from: "brand", advancing: nil), Receipt(updated: 1), "first")
            findings.expect(
                try await journal.append(batch, from: "brand", advancing: nil), Receipt(repeated: 1), "second")
        },
        Property("a page from a second feed is merged, one of the same feed is not") { open, findings in
            var first = SampleMention("feed-1/a", "Acme Air opens a route")
            first.page = "https://acme.example/news/a"
            first.feed = "feed-1"
            var second = first
            second.id = "feed-2/x"
            second.feed = "feed-2"
            var sibling = first
            sibling.id = "feed-1/b"
            let journal = try await open()
            for (step, expected) in [
                (first, Receipt(created: 1)), (second, Receipt(merged: 1)), (sibling, Receipt(created: 1)),
            ] {
                let batch = Batch([step], from: "press")
                findings.expect(try await journal.append(batch, from: "press", advancing: nil), expected, "\(step.id)")
            }
            let again = try await open()
            findings.expect(
                try await again.append(Batch([second], from: "press"), from: "press", advancing: nil),
                Receipt(merged: 1), "after restart")
        },
    ]
}
