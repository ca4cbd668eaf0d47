internal import Earshot

extension JournalContract {
    /// What sinks are given, and how often.
    static let delivery: [Property] = [
        Property("a sink is given everything, in order, in deliveries within its limits") { open, findings in
            let journal = try await open()
            _ = try await journal.register(sink: "desk", fromBeginning: true)
            let batch = Batch(SampleMention.numbered(0..<250), from: "brand")
            _ = try await journal.append(batch, from: "brand", advancing: nil)
            var lines: [String] = []
            var positions: [Int64] = []
            for _ in 0..<7 {
                let delivery = try await journal.next(for: "desk", limits: BatchLimits(count: 40), where: nil)
                guard let delivery else { break }
                if delivery.batch.count > 40 { findings.expect(delivery.batch.count, 40, "mentions in a delivery") }
                lines += delivery.batch.texts
                positions += delivery.batch.entries.map(\.position)
                try await journal.confirm(delivery, state: nil, dead: [])
            }
            findings.expect(lines, batch.texts, "lines")
            findings.expect(positions, Array(1...250), "positions")
        },
        Property("a line above the limit of bytes is given alone") { open, findings in
            let journal = try await open()
            _ = try await journal.register(sink: "desk", fromBeginning: true)
            let long = SampleMention("2", String(repeating: "long ", count: 1000))
            _ = try await journal.append(
                Batch([SampleMention("1"), long, SampleMention("3")], from: "brand"), from: "brand", advancing: nil)
            let limits = BatchLimits(count: 10, bytes: 1000)
            var counts: [Int] = []
            while let delivery = try await journal.next(for: "desk", limits: limits, where: nil) {
                counts.append(delivery.batch.count)
                try await journal.confirm(delivery, state: nil, dead: [])
                if delivery.upTo == 3 { break }
            }
            findings.expect(counts, [1, 1, 1], "mentions in each delivery")
        },
        Property("a delivery that was begun is given again as it was, whatever came meanwhile") { open, findings in
            let journal = try await open()
            _ = try await journal.register(sink: "desk", fromBeginning: true)
            let before = Batch(SampleMention.numbered(0..<7), from: "brand")
            _ = try await journal.append(before, from: "brand", advancing: nil)
            if let delivery = try await journal.next(for: "desk", limits: BatchLimits(), where: nil) {
                try await journal.begin(delivery)
            }
            let after = Batch(SampleMention.numbered(7..<12), from: "brand")
            _ = try await journal.append(after, from: "brand", advancing: nil)
            let again = try await open()
            for expected in [before.texts, after.texts] {
                let limits = BatchLimits(wait: .seconds(3600))
                if expected == after.texts { await again.finish() }
                guard let delivery = try await again.next(for: "desk", limits: limits, where: nil) else { break }
                findings.expect(delivery.batch.texts, expected, "what is given after a restart")
                try await again.confirm(delivery, state: nil, dead: [])
            }
            findings.expect(try await again.status().sinks["desk"], 12, "how far the sink is")
        },
        Property("what was not confirmed is given again, also after a restart") { open, findings in
            let journal = try await open()
            _ = try await journal.register(sink: "desk", fromBeginning: true)
            let batch = Batch(SampleMention.numbered(0..<3), from: "brand")
            _ = try await journal.append(batch, from: "brand", advancing: nil)
            let first = try await journal.next(for: "desk", limits: BatchLimits(), where: nil)
            let second = try await journal.next(for: "desk", limits: BatchLimits(), where: nil)
            findings.expect(second?.batch.texts, first?.batch.texts, "second time")
            let again = try await open()
            findings.expect(try await again.drain("desk"), batch.texts, "after restart")
            findings.expect(try await open().drain("desk"), [], "after it was confirmed")
        },
        Property("it is known since when the oldest mention waits that a sink has not confirmed") { open, findings in
            let journal = try await open()
            for sink in ["desk", "slow"] { _ = try await journal.register(sink: sink, fromBeginning: true) }
            findings.expect(try await journal.status().oldest, [:], "at first")
            _ = try await journal.append(
                Batch(SampleMention.numbered(0..<3), from: "brand"), from: "brand", advancing: nil)
            _ = try await journal.drain("desk")
            let again = try await open()
            findings.expect(try await again.status().oldest, ["slow": Timestamp(seconds: 1_767_225_600)], "then")
        },
        Property("what a filter refuses is passed over, and the position moves on") { open, findings in
            let journal = try await open()
            _ = try await journal.register(sink: "desk", fromBeginning: true)
            let batch = Batch(SampleMention.numbered(0..<20), from: "brand")
            _ = try await journal.append(batch, from: "brand", advancing: nil)
            let some = try await journal.next(for: "desk", limits: BatchLimits()) { line in
                String(decoding: line, as: UTF8.self).contains("7 of")
            }
            findings.expect(some?.batch.entries.map(\.position), [8, 18], "positions")
            findings.expect(some?.upTo, 20, "reach")
            let none = try await journal.next(for: "desk", limits: BatchLimits()) { _ in false }
            findings.expect(none?.batch.count, 0, "mentions where all are refused")
            findings.expect(none?.upTo, 20, "reach where all are refused")
        },
        Property("a sink that waits is woken by an append, and ends when the journal is finished") { open, findings in
            let journal = try await open()
            _ = try await journal.register(sink: "desk", fromBeginning: false)
            async let delivery = journal.next(for: "desk", limits: BatchLimits(), where: nil)
            _ = try await journal.append(Batch([SampleMention("1")], from: "brand"), from: "brand", advancing: nil)
            let found = try await delivery
            findings.expect(found?.upTo, 1, "reach")
            if let found { try await journal.confirm(found, state: nil, dead: []) }
            async let end = journal.next(for: "desk", limits: BatchLimits(), where: nil)
            await journal.finish()
            findings.expect(try await end == nil, true, "the end")
        },
        Property("a sink that waits for more is given what there is when the journal is finished") { open, findings in
            let journal = try await open()
            _ = try await journal.register(sink: "desk", fromBeginning: false)
            _ = try await journal.append(Batch([SampleMention("1")], from: "brand"), from: "brand", advancing: nil)
            let limits = BatchLimits(count: 10, wait: .seconds(3600))
            async let delivery = journal.next(for: "desk", limits: limits, where: nil)
            await journal.finish()
            findings.expect(try await delivery?.batch.count, 1, "mentions")
        },
        Property("a wait is cancelled with its task") { open, findings in
            let journal = try await open()
            _ = try await journal.register(sink: "desk", fromBeginning: false)
            let isCancelled = await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    do {
                        return try await journal.next(for: "desk", limits: BatchLimits(), where: nil) == nil
                    } catch {
                        return error is CancellationError
                    }
                }
                group.cancelAll()
                return await group.next() ?? false
            }
            findings.expect(isCancelled, true, "cancelled")
        },
        Property("a new sink begins at the end or at the beginning, as asked, and once only") { open, findings in
            let journal = try await open()
            let batch = Batch(SampleMention.numbered(0..<4), from: "brand")
            _ = try await journal.append(batch, from: "brand", advancing: nil)
            _ = try await journal.register(sink: "late", fromBeginning: false)
            _ = try await journal.register(sink: "early", fromBeginning: true)
            _ = try await journal.register(sink: "late", fromBeginning: true)
            findings.expect(try await journal.drain("late"), [], "late")
            findings.expect(try await journal.drain("early"), batch.texts, "early")
        },
    ]
}
