package import Earshot

/// What a journal's engine may be told.
package struct JournalOptions: Sendable {
    /// What becomes of what was seen before.
    package var dedupe: DedupePolicy
    /// How long lines are kept that every sink has had; nil: for good.
    package var keepFor: Duration?
    /// How many bytes of lines are kept that every sink has had; nil: any number.
    package var keepBytes: Int?
    /// Whether damaged files are set aside and a new journal begun.
    package var recovers: Bool

    /// Options; by default a week and a gibibyte of lines are kept for new sinks and replays.
    package init(
        dedupe: DedupePolicy = DedupePolicy(), keepFor: Duration? = .seconds(7 * 86_400),
        keepBytes: Int? = 1 << 30, recovers: Bool = false
    ) {
        self.dedupe = dedupe
        self.keepFor = keepFor
        self.keepBytes = keepBytes
        self.recovers = recovers
    }
}
