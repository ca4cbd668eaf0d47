internal import Earshot

extension JournalContract {
    /// What is kept beside the log: cursors, states, dead letters.
    static let keeping: [Property] = [
        Property("a cursor is stored with the mentions of its page, and with none") { open, findings in
            let journal = try await open()
            findings.expect(try await journal.cursor(of: "brand") == nil, true, "at first")
            let batch = Batch(SampleMention.numbered(0..<2), from: "brand")
            _ = try await journal.append(batch, from: "brand", advancing: Cursor("1"))
            _ = try await journal.append(Batch(), from: "brand", advancing: Cursor("2"))
            _ = try await journal.append(batch, from: "press", advancing: Cursor("9"))
            let again = try await open()
            findings.expect(try await again.cursor(of: "brand")?.value, Cursor("2"), "brand")
            findings.expect(try await again.cursors().mapValues(\.value.text), ["brand": "2", "press": "9"], "all")
        },
        Property("a cursor is set only by who knows its revision") { open, findings in
            let journal = try await open()
            try await journal.setCursor(Cursor("1"), of: "brand", expecting: 0)
            let first = try await journal.cursor(of: "brand")?.revision ?? 0
            await findings.expect(.revisionConflict(expected: 0, found: first), "a second beginning") {
                try await journal.setCursor(Cursor("2"), of: "brand", expecting: 0)
            }
            try await journal.setCursor(nil, of: "brand", expecting: first)
            findings.expect(try await journal.cursor(of: "brand") == nil, true, "forgotten")
            try await journal.setCursor(Cursor("3"), of: "brand", expecting: 0)
            let last = try await journal.cursor(of: "brand")
            findings.expect(last?.value, Cursor("3"), "set anew")
            findings.expect(last?.revision ?? 0 > first, true, "the revision rises")
        },
        Property("what a sink remembers and its dead letters are stored with its position") { open, findings in
            let journal = try await open()
            _ = try await journal.register(sink: "desk", fromBeginning: true)
            let batch = Batch(SampleMention.numbered(0..<3), from: "brand")
            _ = try await journal.append(batch, from: "brand", advancing: nil)
            let delivery = Delivery(sink: "desk", batch: batch, upTo: 2)
            let letter = DeadLetter(
                sink: "desk", position: 2, reason: "400: no", attempts: 3,
                at: Timestamp(milliseconds: 1_767_225_600_001),
                line: Array(batch.line(1)))
            try await journal.confirm(delivery, state: SinkState("{\"length\":7}"), dead: [letter])
            let again = try await open()
            findings.expect(
                try await again.register(sink: "desk", fromBeginning: true), SinkState("{\"length\":7}"), "state")
            findings.expect(try await again.deadLetters(of: "desk"), [letter], "dead letters")
            findings.expect(try await again.status().deadLetters["desk"], 1, "how many")
            findings.expect(try await again.drain("desk"), [batch.texts[2]], "the rest")
            findings.expect(
                try await again.register(sink: "desk", fromBeginning: true), SinkState("{\"length\":7}"),
                "state after a delivery that gave none")
            try await again.drop(deadLetters: [2], of: "desk")
            findings.expect(try await again.deadLetters(of: "desk"), [], "dropped")
        },
        Property("a sink that is set back is not moved on by what was under way") { open, findings in
            let journal = try await open()
            _ = try await journal.register(sink: "desk", fromBeginning: true)
            let batch = Batch(SampleMention.numbered(0..<3), from: "brand")
            _ = try await journal.append(batch, from: "brand", advancing: nil)
            if let first = try await journal.next(for: "desk", limits: BatchLimits(count: 2), where: nil) {
                try await journal.confirm(first, state: nil, dead: [])
            }
            let underWay = try await journal.next(for: "desk", limits: BatchLimits(), where: nil)
            findings.expect(try await journal.rewind(sink: "desk", to: .earliest), 3, "how many")
            if let underWay { try await journal.confirm(underWay, state: nil, dead: []) }
            findings.expect(try await journal.drain("desk"), batch.texts, "all of them again")
            await findings.expect(.unavailable("no sink is registered as nobody"), "an unknown sink") {
                try await journal.rewind(sink: "nobody", to: .earliest)
            }
        },
        Property("those who only look on see what is stored and hold nothing back") { open, findings in
            let journal = try await open()
            let batch = Batch(SampleMention.numbered(0..<3), from: "brand")
            async let first = journal.mentions(after: 0, limits: BatchLimits(count: 2))
            _ = try await journal.append(batch, from: "brand", advancing: nil)
            findings.expect(try await first?.batch.texts, Array(batch.texts.prefix(2)), "the first")
            let rest = try await journal.mentions(after: 2, limits: BatchLimits())
            findings.expect(rest?.batch.texts, [batch.texts[2]], "the rest")
            findings.expect(rest?.upTo, 3, "up to")
            findings.expect(try await journal.status().sinks, [:], "no sink is known")
            await journal.finish()
            findings.expect(try await journal.mentions(after: 3, limits: BatchLimits()) == nil, true, "at the end")
        },
        Property("nothing is trimmed that a sink has not had, and marks outlive lines") { open, findings in
            let journal = try await open()
            _ = try await journal.register(sink: "quick", fromBeginning: true)
            _ = try await journal.register(sink: "slow", fromBeginning: true)
            let batch = Batch(SampleMention.numbered(0..<5), from: "brand")
            _ = try await journal.append(batch, from: "brand", advancing: nil)
            _ = try await journal.drain("quick")
            findings.expect(try await journal.trim(), 0, "while one sink waits")
            findings.expect(try await journal.drain("slow"), batch.texts, "the slow sink")
            _ = try await journal.trim()
            let again = try await open()
            findings.expect(try await again.status().head, 5, "head")
            findings.expect(
                try await again.append(batch, from: "brand", advancing: nil), Receipt(repeated: 5), "marks")
            _ = try await again.append(Batch([SampleMention("9")], from: "brand"), from: "brand", advancing: nil)
            findings.expect(try await again.status().head, 6, "positions go on")
        },
        Property("a sink that is retired holds nothing back and begins anew") { open, findings in
            let journal = try await open()
            _ = try await journal.register(sink: "old", fromBeginning: true)
            _ = try await journal.append(Batch([SampleMention("1")], from: "brand"), from: "brand", advancing: nil)
            try await journal.retire(sink: "old")
            findings.expect(try await journal.status().sinks, [:], "sinks")
            _ = try await journal.register(sink: "old", fromBeginning: false)
            findings.expect(try await journal.drain("old"), [], "what waits")
        },
        Property("a sink that is rewound is given again what is still there") { open, findings in
            let journal = try await open()
            _ = try await journal.register(sink: "desk", fromBeginning: true)
            let batch = Batch(SampleMention.numbered(0..<3), from: "brand")
            _ = try await journal.append(batch, from: "brand", advancing: nil)
            _ = try await journal.drain("desk")
            try await journal.rewind(sink: "desk", to: Timestamp(seconds: 0))
            findings.expect(try await journal.drain("desk"), batch.texts, "from the beginning")
            try await journal.rewind(sink: "desk", to: .latest)
            findings.expect(try await journal.drain("desk"), [], "from the future")
            let late = Batch(SampleMention.numbered(3..<6), from: "brand")
            _ = try await journal.append(late, from: "brand", advancing: nil)
            findings.expect(try await journal.rewind(sink: "desk", to: .latest), 3, "how many wait")
            findings.expect(try await journal.drain("desk"), late.texts, "what waited")
        },
        Property("many appends at once are each stored once") { open, findings in
            let journal = try await open()
            let total = try await withThrowingTaskGroup(of: Receipt.self) { group in
                for part in 0..<64 {
                    group.addTask {
                        let mentions = SampleMention.numbered((part / 2 * 5)..<(part / 2 * 5 + 5))
                        let channel = "channel-\(part % 4)"
                        return try await journal.append(
                            Batch(mentions, from: channel), from: channel, advancing: Cursor("\(part)"))
                    }
                }
                return try await group.reduce(into: Receipt()) { $0 += $1 }
            }
            findings.expect(total, Receipt(created: 160, repeated: 160), "receipts")
            findings.expect(try await open().status().head, 160, "head after restart")
        },
    ]
}
