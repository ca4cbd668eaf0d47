/// A text kept in a reading's arena: where it begins and how many bytes it has. No bytes mean "not said".
public struct Kept: Sendable, Hashable {
    /// The first byte's position in the arena.
    public let start: UInt32
    /// The number of bytes.
    public let count: UInt32

    /// Nothing kept.
    public static let none = Kept(start: 0, count: 0)

    /// The run of `count` bytes from `start`.
    @inlinable
    public init(start: UInt32, count: UInt32) {
        self.start = start
        self.count = count
    }

    /// Whether nothing was said.
    @inlinable public var isEmpty: Bool { count == 0 }
}

/// The entries of one of a reading's side arrays that belong to one mention.
public struct Entries: Sendable, Hashable {
    /// The first entry.
    public var start: UInt32
    /// The number of entries.
    public var count: UInt32

    /// No entries.
    public static let none = Entries(start: 0, count: 0)

    /// The entries from `start` up to, not including, `end`.
    @inlinable
    public init(from start: Int, to end: Int) {
        self.start = UInt32(truncatingIfNeeded: start)
        count = UInt32(truncatingIfNeeded: max(end - start, 0))
    }

    @inlinable
    init(start: UInt32, count: UInt32) {
        self.start = start
        self.count = count
    }

    /// The positions in the side array.
    @inlinable public var indices: Range<Int> { Int(start)..<(Int(start) + Int(count)) }

    /// Whether there is none.
    @inlinable public var isEmpty: Bool { count == 0 }
}
