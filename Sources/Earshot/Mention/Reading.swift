/// What an adapter read out of one document: mentions as rows over one arena of bytes, and what was wrong.
///
/// An adapter keeps texts with `keep`, `keepText` or `keepJSON`, appends to the side arrays, sets a row's ranges and
/// appends the row. The entries of one mention must lie side by side, so finish one mention before the next.
public struct Reading: Sendable {
    /// Every kept text, once.
    public internal(set) var arena: [UInt8] = []
    /// The mentions, in the document's order.
    public var rows: [MentionRow] = []
    /// What stands in the texts.
    public var entities: [EntityRow] = []
    /// What is attached.
    public var media: [MediaRow] = []
    /// Relations to other mentions.
    public var refs: [RefRow] = []
    /// To whom they are addressed.
    public var recipients: [RecipientRow] = []
    /// Categories and labels.
    public var tags: [Kept] = []
    /// Watch rules met.
    public var matches: [MatchRow] = []
    /// What could not be read; the rest was.
    public var defects: [Defect] = []
    /// How many known parts of the document are no mentions, such as notes that a message was read.
    public var ignored = 0
    /// Rows that only name something, in order, and how the rest of it is asked for.
    public var leads: [Lead] = []
    /// The network of every row that does not name its own.
    public let network: Kept

    /// About how many bytes of text a mention has.
    private static let textOfRow = 1024

    /// An empty reading of a network, such as `twitter`, with room for about `capacity` bytes of text.
    public init(network: String, capacity: Int = 4096) {
        arena.reserveCapacity(capacity)
        rows.reserveCapacity(capacity / Reading.textOfRow)
        arena.append(contentsOf: network.utf8)
        self.network = Kept(start: 0, count: UInt32(truncatingIfNeeded: arena.count))
    }

    /// Adds a mention; one without an id, which nobody could refer to, is a defect instead.
    public mutating func append(_ row: MentionRow) {
        if row.nativeID.isEmpty { return append(defect: "a mention without an id") }
        rows.append(row)
    }

    /// Leaves out the rows that only name something.
    public mutating func removeLeads() {
        for lead in leads.reversed() where rows.indices.contains(lead.row) { rows.remove(at: lead.row) }
        leads = []
    }

    /// Adds a tag, unless it says nothing.
    public mutating func append(tag: Kept) {
        if !tag.isEmpty { tags.append(tag) }
    }

    /// Adds a defect: what is wrong, and where within the document.
    public mutating func append(defect reason: String, at location: String = "") {
        defects.append(Defect(reason: reason, location: location))
    }

    /// The kept bytes, borrowed during `body`.
    @inlinable
    public func withBytes<Result>(of kept: Kept, _ body: (Bytes) -> Result) -> Result {
        arena.withBytes { body($0[Int(kept.start)..<(Int(kept.start) + Int(kept.count))]) }
    }

    /// The kept bytes as text.
    public func string(_ kept: Kept) -> String { withBytes(of: kept) { $0.string } }

    /// The network of a row.
    public func network(of row: MentionRow) -> Kept { row.network.isEmpty ? network : row.network }

    /// Whether two kept runs hold the same bytes.
    public func same(_ one: Kept, _ other: Kept) -> Bool {
        one == other || withBytes(of: one) { left in withBytes(of: other) { left == $0 } }
    }
}

/// Something in a document that could not be read, while the rest was.
public struct Defect: Sendable, Equatable {
    /// What is wrong, for the operator.
    public var reason: String
    /// Where: a JSON Pointer, a line, a part number.
    public var location: String

    /// A defect at a place in its document.
    public init(reason: String, location: String = "") {
        self.reason = reason
        self.location = location
    }
}
