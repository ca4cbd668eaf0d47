/// What goes wrong in a week between a gateway and its source, made of a seed.
struct ReplayWeather: Sendable {
    /// What happens to one request.
    enum Fault: Hashable, Sendable, CaseIterable {
        /// The source is down: a status of 5xx, whatever its body.
        case down
        /// Nothing comes back.
        case silent
        /// The reply ends in the middle.
        case cut
        /// The source asks to be left alone.
        case limited
        /// The source does not accept the token.
        case unauthorized
    }

    private var spells: [(during: Range<Int64>, fault: Fault)] = []
    private var numbers: SeededNumbers

    init(of platform: any ReplayPlatform, seed: UInt64) {
        hasToken = platform.hasToken
        numbers = SeededNumbers(seed: seed &+ 2000)
        var faults: [Fault] = [.down, .silent, .cut, .limited]
        if hasToken { faults += [.unauthorized] }
        for fault in faults {
            // Longer than a round, so that each is met.
            let length = Int64.random(in: platform.interval * 1200...platform.interval * 2500, using: &numbers)
            let start = Int64.random(in: ReplayTimeline.begin..<ReplayTimeline.quiet - length, using: &numbers)
            spells.append((start..<start + length, fault))
        }
    }

    private let hasToken: Bool

    /// What happens to a request at a moment.
    mutating func fault(at now: Int64) -> Fault? {
        let spells = spells.filter { $0.during.contains(now) }
        if let spell = spells.randomElement(using: &numbers) { return spell.fault }
        switch Int.random(in: 0..<300, using: &numbers) {
        case 0..<4: return .down
        case 4..<6: return .silent
        case 6..<9: return .cut
        case 9..<12: return .limited
        case 12 where hasToken: return .unauthorized
        default: return nil
        }
    }

    /// How long a source asks to be left alone, in seconds.
    mutating func pause() -> Int64 { Int64.random(in: 30...1500, using: &numbers) }

    /// How long a request takes, in milliseconds.
    mutating func latency() -> Int64 { Int64.random(in: 80...900, using: &numbers) }

    /// A part of a body.
    mutating func cut(_ body: [UInt8]) -> [UInt8] {
        body.count < 4 ? [] : Array(body.prefix(Int.random(in: 1..<body.count - 1, using: &numbers)))
    }

    /// Which 5xx it is.
    mutating func status() -> Int { [500, 502, 503, 504].randomElement(using: &numbers) ?? 503 }
}
