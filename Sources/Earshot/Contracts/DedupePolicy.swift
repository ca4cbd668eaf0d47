/// What a journal does with what it has seen before.
public struct DedupePolicy: Sendable, Equatable {
    /// What becomes of an item whose metrics alone have changed.
    public enum Repeats: String, Sendable, CaseIterable {
        /// It is stored as an `update`, and lines name the other channels that brought the item.
        case update
        /// It is a repeat.
        case drop
    }

    /// What becomes of a page that another feed has brought already.
    public enum SameURL: String, Sendable, CaseIterable {
        /// It is dropped, and the channel is named in the `seen_via` of later updates.
        case merge
        /// It is a mention of its own.
        case keep
    }

    /// What becomes of the mentions of a large cluster.
    public enum Bursts: String, Sendable, CaseIterable {
        /// Every one is stored.
        case keep
        /// The first ten are stored and ever fewer of the others, all are counted, and the first is told again with the
        /// size that the cluster has by then.
        case sample
    }

    /// How long an item is remembered after it was last offered; counted in whole hours, three years at most.
    public var window: Duration
    /// What becomes of changed metrics.
    public var repeats: Repeats
    /// What becomes of a page from another feed.
    public var sameURL: SameURL
    /// How alike two texts must be to be of one cluster, from 0 to 1; nil where they are not compared.
    public var similarity: Double?
    /// What becomes of the mentions of a large cluster.
    public var bursts = Bursts.keep
    /// How many marks of seen items are held; beyond it the oldest are forgotten before the window is over.
    public var capacity: Int

    /// A policy; by default thirty days, updates, merged pages and four million marks.
    public init(
        window: Duration = .seconds(30 * 86_400), repeats: Repeats = .update, sameURL: SameURL = .merge,
        capacity: Int = 4_000_000
    ) {
        self.window = window
        self.repeats = repeats
        self.sameURL = sameURL
        self.capacity = capacity
    }
}
