import Foundation
import Synchronization

/// What must hold.
extension Bench {
    /// The words of all items that were offered.
    var offered: Set<String> {
        let (feed, api) = source.counts
        return Set((0..<feed).map { "feed-\($0)" } + (0..<api).map { "api-\($0)" })
            .union(sender.acknowledged).union(state.withLock { $0.others })
    }

    /// More items are there, but no more in the feed than it shows until they were asked for.
    func offer(feed: Int, api: Int, hooks: Int) {
        let pending = source.counts.feed - desk.taken.keys.count { $0.hasPrefix("feed") }
        source.add(feed: max(min(feed, NumberedSource.window - 50 - pending), 0), api: api)
        sender.add(hooks)
    }

    /// How many items were offered.
    var offeredCount: Int {
        let (feed, api) = source.counts
        return feed + api + sender.acknowledgedCount + state.withLock { $0.others.count }
    }

    /// How many lines the file has, roughly and quickly.
    var stored: Int {
        FileManager.default.contents(atPath: folder + "/out/all.ndjson")?.count { $0 == UInt8(ascii: "\n") } ?? 0
    }

    /// How often each item stands in the file.
    var filed: [String: Int] {
        guard let data = FileManager.default.contents(atPath: folder + "/out/all.ndjson") else { return [:] }
        return data.split(separator: UInt8(ascii: "\n")).reduce(into: [:]) { found, line in
            found[Token.find(in: line) ?? "?", default: 0] += 1
        }
    }

    /// Looks at the files of a gateway that was just killed: nothing that was acknowledged is missing (I4), the state
    /// opens (I10), and what the next start asks for leaves nothing out (I3).
    func checkAfterKill(_ acknowledged: Set<String>) throws -> JournalCopy {
        let copy = try JournalCopy(of: data)
        expect(copy.check == "ok", "I10: quick_check says \(copy.check)")
        expect(
            acknowledged.isSubset(of: copy.tokens),
            "I4: acknowledged and not stored: \(acknowledged.subtracting(copy.tokens).few)")
        return copy
    }

    /// What askers claimed to have since the last call must be in the log.
    func check(_ claims: [NumberedSource.Claim], against copy: JournalCopy) {
        for claim in claims {
            let claimed = Set((0..<claim.below).map { "\(claim.channel)-\($0)" })
            expect(
                claimed.isSubset(of: copy.tokens),
                "I3: a cursor of \(claim.channel) is before its mentions: \(claimed.subtracting(copy.tokens).few)")
        }
    }

    /// Waits until everything was delivered, which is promised within a minute, and reports.
    func finish(_ fault: String, within promised: Double = 60, except dead: Set<String> = []) -> Report {
        let seconds = isPatient ? max(promised, Bench.patience) : promised
        let began = state.withLock { $0.faultOver } ?? ProcessInfo.processInfo.systemUptime
        wait(seconds) { sender.isDone }
        expect(sender.isDone, "I7: webhooks are refused for ever: \(sender.statuses)")
        wait(seconds) { self.desk.count + dead.count >= offeredCount && self.filed.count >= offeredCount }
        var report = Report(fault: fault)
        report.drain = ProcessInfo.processInfo.systemUptime - began
        if process?.isRunning == true { stop() }
        let (offered, filed, taken) = (self.offered, self.filed, desk.taken)
        let known = offered.union(sender.tried)
        expect(Set(filed.keys) == offered, "I1: the file lacks \(offered.subtracting(filed.keys).few)")
        expect(
            Set(taken.keys).union(dead) == offered,
            "I1: the endpoint lacks \(offered.subtracting(dead).subtracting(taken.keys).few)")
        expect(Set(filed.keys).union(taken.keys).isSubset(of: known), "an item that nobody offered")
        expect(peak < 256 << 20, "I5: \(peak >> 20) MB of memory")
        let (versions, mayRepeat) = state.withLock { ($0.versions, $0.mayRepeat) }
        let wrong = filed.filter { $0.value != versions[$0.key] ?? 1 }.keys
        expect(wrong.isEmpty || mayRepeat, "I2: not once in the file: \(wrong.few)")
        let strangers = desk.strangers.filter { versions[$0] == nil }
        expect(strangers.isEmpty || mayRepeat, "I2: again under another idempotency key: \(strangers.few)")
        return state.withLock { state in
            report.offered = offered.count
            report.delivered = Set(filed.keys).intersection(Set(taken.keys).union(dead)).count
            report.duplicates = taken.values.reduce(0) { $0 + $1 - 1 }
            report.dead = dead.count
            report.peak = state.peak
            report.stall = state.stall
            report.note = state.note
            report.violations = state.violations
            return report
        }
    }
}

extension Collection<String> {
    /// How many there are, and the first five of them.
    var few: String { "\(count): \(sorted().prefix(5).joined(separator: ", "))" }
}
