package import Earshot

/// A journal in which the channels of a back-fill over a period have cursors of their own: what lies outside the period
/// is left out, which says nothing of where the channels themselves got to.
package struct PeriodJournal: Journal {
    private let base: any Journal
    private let period: Range<Timestamp>

    /// A journal for a back-fill over a period, or `base` itself where there is none.
    package static func over(_ base: any Journal, _ period: Range<Timestamp>?) -> any Journal {
        period.map { PeriodJournal(base: base, period: $0) } ?? base
    }

    /// The name that the cursor of a channel has; other cursors, such as `wait:…`, keep theirs.
    private func name(of channel: String) -> String {
        guard !channel.contains(":") else { return channel }
        return "backfill:\(channel):\(period.lowerBound.milliseconds)-\(period.upperBound.milliseconds)"
    }

    package func append(_ batch: Batch, from channel: String, advancing cursor: Cursor?) async throws -> Receipt {
        let receipt = try await base.append(batch, from: channel, advancing: nil)
        if let cursor {
            // The mentions are safe: a cursor that stays behind them has them offered once more, as repeats.
            let known = try await self.cursor(of: channel)
            try await setCursor(cursor, of: channel, expecting: known?.revision ?? 0)
        }
        return receipt
    }

    package func cursor(of channel: String) async throws -> Revised<Cursor>? {
        try await base.cursor(of: name(of: channel))
    }

    package func cursors() async throws -> [String: Revised<Cursor>] { try await base.cursors() }

    package func setCursor(
        _ cursor: Cursor?, of channel: String, expecting expected: Int64
    ) async throws(JournalFailure) {
        try await base.setCursor(cursor, of: name(of: channel), expecting: expected)
    }

    package func register(sink: String, fromBeginning: Bool) async throws -> SinkState? {
        try await base.register(sink: sink, fromBeginning: fromBeginning)
    }

    package func retire(sink: String) async throws { try await base.retire(sink: sink) }

    package func rewind(sink: String, to moment: Timestamp) async throws -> Int64 {
        try await base.rewind(sink: sink, to: moment)
    }

    package func next(
        for sink: String, limits: BatchLimits, where filter: (@Sendable (ArraySlice<UInt8>) -> Bool)?
    ) async throws -> Delivery? { try await base.next(for: sink, limits: limits, where: filter) }

    package func mentions(after position: Int64, limits: BatchLimits) async throws -> Delivery? {
        try await base.mentions(after: position, limits: limits)
    }

    package func begin(_ delivery: Delivery) async throws { try await base.begin(delivery) }

    package func confirm(_ delivery: Delivery, state: SinkState?, dead: [DeadLetter]) async throws {
        try await base.confirm(delivery, state: state, dead: dead)
    }

    package func deadLetters(of sink: String) async throws -> [DeadLetter] { try await base.deadLetters(of: sink) }

    package func drop(deadLetters positions: [Int64], of sink: String) async throws {
        try await base.drop(deadLetters: positions, of: sink)
    }

    package func trim() async throws -> Int { try await base.trim() }

    package func finish() async { await base.finish() }

    package func tellBursts(finally: Bool) async throws -> Int { try await base.tellBursts(finally: finally) }

    package func probe() async throws { try await base.probe() }

    package func backUp() async throws { try await base.backUp() }

    package func status() async throws -> JournalStatus { try await base.status() }

    package func close() async throws { try await base.close() }
}
