/// What a journal remembers of an item: enough to tell whether it has changed.
package struct Mark: Sendable, Equatable {
    /// A quarter of the digest of what people read; 0 where only its deletion was seen, 1 where next to nothing was.
    package var content: UInt32
    /// When the source said it was last edited, in seconds since 1970; 0 where it never has.
    package var version: UInt32
    /// Half of the digest of its metrics; 0 where none were said.
    package var metrics: UInt32
    /// Whether the source has deleted it.
    package var isDeleted: Bool

    /// The mark of a mention that was left out of a burst: nobody was told of it, so nothing is told of its fate
    /// either.
    package static let leftOut = Mark(content: 0, metrics: 0, isDeleted: false)

    /// What is remembered of the content of a mention that says next to nothing.
    fileprivate static let bare: UInt32 = 1

    /// Whether the mention was left out of a burst.
    package var isLeftOut: Bool { content == 0 && !isDeleted }

    /// A mark of known parts.
    package init(content: UInt32, version: UInt32 = 0, metrics: UInt32, isDeleted: Bool) {
        self.content = content
        self.version = version
        self.metrics = metrics
        self.isDeleted = isDeleted
    }

    /// The mark that `entry` leaves on an item of which `known` was remembered.
    package init(of entry: Batch.Entry, after known: Mark? = nil) {
        isDeleted = entry.operation == .delete
        content = isDeleted ? known?.content ?? 0 : entry.isBare ? known?.content ?? Mark.bare : entry.contentMark
        version = max(entry.version, known?.version ?? 0)
        let before = known?.metrics ?? 0
        metrics = entry.metricsMark == 0 || entry.isUncounted && before != 0 ? before : entry.metricsMark
    }
}

/// What a journal decides of one mention.
package enum Verdict: Sendable, Equatable {
    /// Seen for the first time.
    case new
    /// Seen before, and changed since.
    case changed(Change)
    /// Gone at its source.
    case deleted
    /// Nothing that was not known.
    case repeated
}

extension DedupePolicy {
    /// Decides what `entry` is, given what is remembered of its item.
    ///
    /// What the source says is older than what is known came late and tells nothing new. A deletion outlives late
    /// copies: what was deleted comes back only with other content than it had, or where the source itself calls it an
    /// update, and not with what it was at or before its deletion or last edit. What is pushed as it happens has counts
    /// of 0, which say nothing where others are known. What says less of an item than others do changes nothing that is
    /// known, unless that is next to nothing, and what was left out of a burst stays so.
    package func verdict(on entry: Batch.Entry, known: Mark?) -> Verdict {
        if known?.isLeftOut == true { return .repeated }
        if entry.operation == .delete { return known?.isDeleted == true ? .repeated : .deleted }
        guard let known else { return entry.operation == .update ? .changed(.content) : .new }
        if entry.isPartial {
            if known.isDeleted || entry.isBare { return .repeated }
            if known.content == Mark.bare { return .changed(.content) }
            // Where nothing better is known, its counts are news.
            if known.content != entry.contentMark { return .repeated }
        }
        if entry.version != 0 && entry.version < known.version { return .repeated }
        if known.isDeleted {
            let isSame = known.content == entry.contentMark
            if isSame, entry.version != 0 && entry.version == known.version { return .repeated }
            return entry.operation == .create && (isSame || known.content == 0) ? .repeated : .changed(.content)
        }
        var change: Change = []
        if known.content != entry.contentMark { change.insert(.content) }
        let isCounted = entry.metricsMark != 0 && !(entry.isUncounted && known.metrics != 0)
        if isCounted, entry.metricsMark != known.metrics { change.insert(.metrics) }
        if change.isEmpty || (change == .metrics && repeats == .drop) { return .repeated }
        return .changed(change)
    }
}

extension Batch.Entry {
    /// A quarter of the digest of what people read; never 0, and not that of a mention which says next to nothing.
    package var contentMark: UInt32 { max(UInt32(truncatingIfNeeded: content.low), Mark.bare + 1) }

    /// Half of the digest of the metrics; 0 only where there are none.
    package var metricsMark: UInt32 {
        metrics == 0 ? 0 : max(UInt32(truncatingIfNeeded: metrics), 1)
    }
}
