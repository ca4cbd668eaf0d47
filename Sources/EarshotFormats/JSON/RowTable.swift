public import Earshot

/// The rows of a reading by their native ids: an open-addressed table of positions.
///
/// Of rows with one id the last counts.
public struct RowTable {
    /// Positions in the reading's `rows` counted from 1; 0 is free. Its size is a power of two.
    private var slots: [UInt32]
    private var count = 0

    /// An empty table with room for about `capacity` rows.
    public init(capacity: Int = 0) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        slots = [UInt32](repeating: 0, count: size)
    }

    /// The position of the last row that was added with an id, or nil.
    public func position(of id: Kept, in reading: borrowing Reading) -> Int? {
        let found = slots[slot(of: id, in: reading)]
        return found == 0 ? nil : Int(found) - 1
    }

    /// Appends a row to the reading; one without an id is a defect there and is not found here.
    public mutating func append(_ row: MentionRow, to reading: inout Reading) {
        let position = reading.rows.count
        reading.append(row)
        guard reading.rows.count > position else { return }
        if (count + 1) * 2 > slots.count { grow(reading) }
        let slot = slot(of: row.nativeID, in: reading)
        if slots[slot] == 0 { count += 1 }
        slots[slot] = UInt32(truncatingIfNeeded: position + 1)
    }

    /// The slot that an id is in, or the free one where it would go.
    private func slot(of id: Kept, in reading: borrowing Reading) -> Int {
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: reading.withBytes(of: id) { $0.seededHash }) & mask
        while slots[slot] != 0, !reading.same(reading.rows[Int(slots[slot]) &- 1].nativeID, id) {
            slot = (slot &+ 1) & mask
        }
        return slot
    }

    private mutating func grow(_ reading: borrowing Reading) {
        let taken = slots.filter { $0 != 0 }
        slots = [UInt32](repeating: 0, count: slots.count * 4)
        for position in taken {
            slots[slot(of: reading.rows[Int(position) &- 1].nativeID, in: reading)] = position
        }
    }
}
