package import Earshot

/// How much a journal keeps.
package struct Keeping: Sendable, Equatable {
    /// How many bytes of lines there are at most, whether sinks have had them or not; nil: any number.
    package var limit: Int? = 16 << 30
    /// How long lines are kept that every sink has had; nil: for good.
    package var time: Duration? = .seconds(7 * 86_400)
    /// How many bytes of lines are kept that every sink has had; nil: any number.
    package var size: Int? = 1 << 30
    /// How many dead letters a sink may have; it is blocked rather than have more.
    package var deadLetters = 100_000

    /// By default a week and a gibibyte of lines for new sinks and replays, and sixteen gibibytes in all.
    package init() {}

    /// Whether so many dead letters are four fifths of what there may be, or more.
    static func isFilling(_ count: Int, of limit: Int) -> Bool { count >= limit - limit / 5 }
}

/// What a journal's engine may be told.
package struct JournalOptions: Sendable {
    /// What becomes of what was seen before.
    package var dedupe: DedupePolicy
    /// How much is kept.
    package var keeping: Keeping
    /// Whether damaged files are set aside and a new journal begun.
    package var recovers: Bool
    /// Told when the disk has not confirmed a write, after which nothing that was read or written can be believed.
    package var broken: @Sendable (JournalFailure) -> Void

    /// Options of known parts.
    package init(
        dedupe: DedupePolicy = DedupePolicy(), keeping: Keeping = Keeping(), recovers: Bool = false,
        broken: @escaping @Sendable (JournalFailure) -> Void = { _ in }
    ) {
        self.dedupe = dedupe
        self.keeping = keeping
        self.recovers = recovers
        self.broken = broken
    }
}
