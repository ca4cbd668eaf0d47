internal import Earshot

extension JournalContract {
    /// Random operations, restarts among them, compared with `MemoryJournal`.
    static let model = Property("random operations do what they do in memory") { open, findings in
        for seed in UInt64(1)...4 {
            var random = SeededRandom(seed: seed)
            try await Comparison(open: open, prefix: "\(seed)").run(120, &random, &findings)
            guard findings.list.isEmpty else {
                findings.list.append("seed \(seed)")
                return
            }
        }
    }
}

/// A generator of random numbers that begins the same for the same seed (SplitMix64, Steele and others, 2014).
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator with a seed.
    public init(seed: UInt64) { state = seed }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// An engine beside the model; both are told the same.
private final class Comparison {
    private let open: JournalContract.Open
    private let store = MemoryJournal.Store()
    private let prefix: String

    init(open: @escaping JournalContract.Open, prefix: String) {
        self.open = open
        self.prefix = prefix
    }

    func run(
        _ steps: Int, _ random: inout SeededRandom, _ findings: inout JournalContract.Findings
    ) async throws {
        var engine = try await open()
        let model = MemoryJournal(on: store)
        let sinks = ["\(prefix)-a", "\(prefix)-b"]
        for sink in sinks {
            _ = try await engine.register(sink: sink, fromBeginning: false)
            _ = try await model.register(sink: sink, fromBeginning: false)
        }
        for step in 0..<steps where findings.list.isEmpty {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5: try await append(engine, model, &random, &findings, step)
            case 5..<8: try await deliver(engine, model, sinks.randomElement(using: &random) ?? "", &random, &findings)
            case 8: engine = try await open()
            default: _ = try await engine.trim()
            }
        }
        for sink in sinks {
            let filter = Comparison.filter(of: sink)
            findings.expect(
                try await engine.drain(sink, where: filter), try await model.drain(sink, where: filter),
                "what is left for \(sink)")
        }
    }

    /// One sink takes everything, the other lines of odd length.
    private static func filter(of sink: String) -> (@Sendable (ArraySlice<UInt8>) -> Bool)? {
        if sink.hasSuffix("a") { return nil }
        return { line in !line.count.isMultiple(of: 2) }
    }

    private func append(
        _ engine: any Journal, _ model: any Journal, _ random: inout SeededRandom,
        _ findings: inout JournalContract.Findings, _ step: Int
    ) async throws {
        let channel = ["brand", "press", "page"].randomElement(using: &random) ?? "brand"
        let mentions = (0..<Int.random(in: 0..<12, using: &random)).map { _ in mention(&random) }
        let batch = Batch(mentions, from: channel)
        findings.expect(
            try await engine.append(batch, from: channel, advancing: Cursor("\(step)")),
            try await model.append(batch, from: channel, advancing: Cursor("\(step)")), "receipt of step \(step)")
        findings.expect(
            try await engine.cursor(of: channel)?.value, try await model.cursor(of: channel)?.value, "cursor")
    }

    private func mention(_ random: inout SeededRandom) -> SampleMention {
        var mention = SampleMention("\(prefix)-\(Int.random(in: 0..<40, using: &random))")
        mention.text = "version \(Int.random(in: 0..<3, using: &random))"
        mention.likes = Int64.random(in: 0..<3, using: &random)
        if Int.random(in: 0..<4, using: &random) == 0 {
            mention.id += "-page"
            mention.page = "https://acme.example/\(prefix)/\(Int.random(in: 0..<10, using: &random))"
            mention.feed = "feed-\(Int.random(in: 0..<3, using: &random))"
            mention.id = "\(mention.feed)/\(mention.id)"
        }
        switch Int.random(in: 0..<12, using: &random) {
        case 0: mention.operation = .delete
        case 1: mention.operation = .update
        default: break
        }
        return mention
    }

    private func deliver(
        _ engine: any Journal, _ model: any Journal, _ sink: String, _ random: inout SeededRandom,
        _ findings: inout JournalContract.Findings
    ) async throws {
        let (head, place) = try await (model.status().head, model.status().sinks[sink] ?? 0)
        guard place < head else { return }
        let limits = BatchLimits(count: Int.random(in: 1..<20, using: &random))
        let filter = Comparison.filter(of: sink)
        let found = try await engine.next(for: sink, limits: limits, where: filter)
        let expected = try await model.next(for: sink, limits: limits, where: filter)
        findings.expect(found?.batch.texts, expected?.batch.texts, "delivery to \(sink)")
        findings.expect(
            found?.batch.entries.map(\.key), expected?.batch.entries.map(\.key), "keys of a delivery to \(sink)")
        if Bool.random(using: &random), let found, let expected {
            try await engine.begin(found)
            try await model.begin(expected)
        }
        guard Bool.random(using: &random), let found, let expected else { return }
        try await engine.confirm(found, state: nil, dead: [])
        try await model.confirm(expected, state: nil, dead: [])
    }
}
