public import Earshot
internal import Synchronization

/// Random sequences of what happens to a journal, crashes among them, each compared with a small model.
///
/// A sequence is the same for the same seed, so that one which fails can be repeated alone.
public struct JournalSequences: Sendable {
    /// Opens a journal on a sequence's storage by a clock; every call after the first opens what a crash left.
    public typealias Open = @Sendable (_ now: @escaping @Sendable () -> Timestamp) async throws -> any Journal

    private let steps: Int

    /// Sequences of so many steps.
    public init(steps: Int = 24) { self.steps = steps }

    /// How an engine departs from the model in the sequence of a seed; nothing where it does not.
    public func violations(seed: UInt64, of open: @escaping Open) async throws -> [String] {
        let sequence = try await JournalSequence(seed: seed, open: open)
        for step in 0..<steps where sequence.findings.list.isEmpty { try await sequence.take(step) }
        if sequence.findings.list.isEmpty { try await sequence.end() }
        return sequence.findings.list.map { "seed \(seed): \(sequence.story.joined(separator: ", ")): \($0)" }
    }
}

/// One sequence: an engine and the model, and both are told the same.
final class JournalSequence {
    /// The clock of a sequence, which goes on when the sequence says so.
    private final class Moment: Sendable {
        let now = Mutex(Timestamp(seconds: 1_767_225_600))
        var seconds: Int64 { now.withLock { $0.seconds } }
        func pass(hours: Int64) { now.withLock { $0.milliseconds += hours * 3_600_000 } }
    }

    private(set) var findings = JournalContract.Findings()
    /// What was done so far.
    private(set) var story: [String] = []

    private let prefix: String
    private let sinks: [String]
    private let reopen: () async throws -> any Journal
    private let moment = Moment()
    private var random: SeededRandom
    private var engine: any Journal
    private var model: JournalModel
    /// What was given last and not confirmed.
    private var late: Delivery?

    init(seed: UInt64, open: @escaping JournalSequences.Open) async throws {
        random = SeededRandom(seed: seed)
        prefix = "\(seed)"
        sinks = ["\(seed)-all", "\(seed)-odd"]
        let moment = moment
        let reopen = { try await open { moment.now.withLock { $0 } } }
        self.reopen = reopen
        engine = try await reopen()
        model = JournalModel(start: try await engine.status().head)
        for sink in sinks {
            _ = try await engine.register(sink: sink, fromBeginning: false)
            model.sinks[sink] = JournalModel.Place(position: model.head)
        }
    }

    /// Does one thing to both, and looks whether they agree.
    func take(_ step: Int) async throws {
        let sink = sinks.randomElement(using: &random) ?? ""
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<6: try await append(step, isAnswered: true)
        case 6: try await append(step, isAnswered: false)
        case 7..<10: try await deliver(to: sink, .deliver)
        case 10, 11: try await deliver(to: sink, .nack)
        case 12, 13: try await deliver(to: sink, .giveUp)
        case 14: try await confirmLate()
        case 15: try await crash()
        case 16: try await rewind(sink)
        case 17: try await trim()
        case 18: try await letters(of: sink)
        default: expire()
        }
    }

    /// Gives both sinks all that is left, and lets nothing of the sequence hold anything back.
    func end() async throws {
        for sink in sinks {
            let (filter, place) = (self.filter(of: sink), model.sinks[sink]?.position ?? 0)
            let left = model.waiting(after: place, upTo: model.head) { filter(Array($0.utf8)[...]) }
            compare(try await engine.drain(sink, where: filter), left.map(\.line), "what is left for \(sink)")
            try await engine.retire(sink: sink)
        }
    }

    /// One sink takes everything, the other lines of odd length.
    private func filter(of sink: String) -> @Sendable (ArraySlice<UInt8>) -> Bool {
        let isOdd = sink.hasSuffix("odd")
        return { line in !isOdd || !line.count.isMultiple(of: 2) }
    }

    // What is stored.

    private func append(_ step: Int, isAnswered: Bool) async throws {
        moment.pass(hours: Int64.random(in: 0..<3, using: &random))
        let channel = prefix + (["brand", "press", "page"].randomElement(using: &random) ?? "")
        let mentions = (0..<Int.random(in: 0..<8, using: &random)).map { _ in mention() }
        story.append("append \(mentions.count)")
        let cursor = isAnswered || Bool.random(using: &random) ? "\(step)" : nil
        let receipt = try await engine.append(
            Batch(mentions, from: channel), from: channel, advancing: cursor.map { Cursor($0) })
        let expected = model.append(mentions, from: channel, at: moment.seconds)
        if let cursor { model.cursors[channel] = cursor }
        // Where it is not, its source will offer all of it again.
        if isAnswered { findings.expect(receipt, expected, "receipt") } else { try await crash() }
    }

    private func mention() -> SampleMention {
        var mention = SampleMention("\(prefix)-\(Int.random(in: 0..<16, using: &random))")
        mention.text = ["one", "three", "seven!"].randomElement(using: &random) ?? ""
        mention.likes = Int64.random(in: 0..<3, using: &random)
        if Int.random(in: 0..<4, using: &random) == 0 {
            mention.page = "https://acme.example/\(prefix)/\(Int.random(in: 0..<5, using: &random))"
            mention.feed = "feed-\(Int.random(in: 0..<3, using: &random))"
            mention.id = "\(mention.feed)/\(mention.id)"
        }
        switch Int.random(in: 0..<10, using: &random) {
        case 0:
            mention.operation = .delete
            mention.likes = 0
        case 1: mention.operation = .update
        default: break
        }
        return mention
    }

    private func expire() {
        story.append("expire")
        moment.pass(hours: 2 * 720 + 1)
        model.expire()
    }

    private func trim() async throws {
        story.append("trim")
        _ = try await engine.trim()
        model.trim()
    }

    private func crash() async throws {
        story.append("crash")
        engine = try await reopen()
        let status = try await engine.status()
        findings.expect(status.head, model.head, "head after a crash")
        for sink in sinks {
            let place = model.sinks[sink]
            findings.expect(status.sinks[sink], place?.position, "position of \(sink) after a crash")
            findings.expect(
                Set(try await engine.deadLetters(of: sink).map(\.position)), place?.dead, "dead letters of \(sink)")
            let state = try await engine.register(sink: sink, fromBeginning: true)
            findings.expect(state?.text, place?.state, "state of \(sink)")
        }
        let cursors = try await engine.cursors().filter { $0.key.hasPrefix(prefix) }
        findings.expect(cursors.mapValues(\.value.text), model.cursors, "cursors after a crash")
    }

    // What is delivered.

    /// What a sink does with what it is given: takes it all, takes nothing, or refuses the first for good.
    private enum Answer: String { case deliver, nack, giveUp = "give up" }

    /// Gives a sink what comes next.
    private func deliver(to sink: String, _ answer: Answer) async throws {
        story.append("\(answer.rawValue) \(sink.dropFirst(prefix.count + 1))")
        guard let place = model.sinks[sink], place.position < model.head else { return }
        let count = Int.random(in: 1..<9, using: &random)
        let filter = self.filter(of: sink)
        let expected = model.next(for: sink, count) { filter(Array($0.utf8)[...]) }
        guard let found = try await engine.next(for: sink, limits: BatchLimits(count: count), where: filter) else {
            return findings.list.append("nothing is given to \(sink)")
        }
        compare(found.batch.texts, expected.map(\.line), "lines for \(sink)")
        findings.expect(found.batch.entries.map(\.position), expected.map(\.position), "positions for \(sink)")
        let passed = model.waiting(after: expected.last?.position ?? place.position, upTo: found.upTo) {
            filter(Array($0.utf8)[...])
        }
        findings.expect(passed.map(\.position), [], "what is passed over for \(sink)")
        findings.expect(found.upTo >= expected.last?.position ?? place.position, true, "reach for \(sink)")
        if Bool.random(using: &random) {
            try await engine.begin(found)
            model.sinks[sink]?.reach = found.upTo
        }
        switch (answer, found.batch.entries.first?.position) {
        case (.nack, _): late = found
        case (.giveUp, let first?): try await confirm(found, first, first)
        default: try await confirm(found, found.upTo, nil)
        }
    }

    /// Notes the first line that is not as it should be.
    private func compare(_ found: [String], _ expected: [String], _ what: String) {
        findings.expect(found.count, expected.count, "number of \(what)")
        guard let place = zip(found, expected).enumerated().first(where: { $1.0 != $1.1 })?.offset else { return }
        findings.expect(found[place], expected[place], "\(what), the one at \(place)")
    }

    private func confirm(_ delivery: Delivery, _ end: Int64, _ dead: Int64?) async throws {
        let sink = delivery.sink
        let letters = dead.map { position in
            DeadLetter(
                sink: sink, position: position, reason: "400: no", attempts: 1, at: Timestamp(seconds: 1),
                line: Array(delivery.batch.line(0)))
        }
        let part = Delivery(sink: sink, batch: Batch(), after: delivery.after, upTo: end)
        let state = Bool.random(using: &random) ? "\(story.count)" : nil
        try await engine.confirm(part, state: state.map { SinkState($0) }, dead: letters.map { [$0] } ?? [])
        model.confirm(sink, after: delivery.after, upTo: end)
        if let state { model.sinks[sink]?.state = state }
        if let dead { model.sinks[sink]?.dead.insert(dead) }
        findings.expect(try await engine.status().sinks[sink], model.sinks[sink]?.position, "position of \(sink)")
    }

    /// Confirms what was given once, whatever has become of the sink since.
    private func confirmLate() async throws {
        story.append("confirm late")
        guard let late else { return }
        try await confirm(late, late.upTo, nil)
    }

    private func rewind(_ sink: String) async throws {
        story.append("rewind")
        let moment = moment.seconds - Int64.random(in: 0..<12, using: &random) * 3600
        let rest = try await engine.rewind(sink: sink, to: Timestamp(seconds: moment))
        let expected = model.rest(of: sink, since: moment)
        if !expected.contains(rest) { findings.list.append("rewind: expected \(expected), found \(rest)") }
        let place = model.head - rest
        model.sinks[sink]?.position = place
        model.sinks[sink]?.reach = 0
    }

    private func letters(of sink: String) async throws {
        story.append("drop letters")
        let dead = model.sinks[sink]?.dead ?? []
        let dropped = dead.filter { _ in Bool.random(using: &random) }
        try await engine.drop(deadLetters: Array(dropped), of: sink)
        model.sinks[sink]?.dead = dead.subtracting(dropped)
        findings.expect(
            Set(try await engine.deadLetters(of: sink).map(\.position)), model.sinks[sink]?.dead, "dead letters")
    }
}
