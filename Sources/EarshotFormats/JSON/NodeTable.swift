public import Earshot

/// The objects of a page's side table, such as `includes.users`, by their ids: an open-addressed table over the page's
/// own bytes, borrowed like the nodes in it.
///
/// Of two objects with one id the first counts. The hash is seeded, so that no page can make look-ups slow.
public struct NodeTable {
    private var keys: [Bytes] = []
    /// The objects, in the order they were added.
    public private(set) var nodes: [JSONNode] = []
    /// Positions in `nodes` counted from 1; 0 is free. Its size is a power of two.
    private var slots: [UInt32] = []

    /// An empty table.
    public init() {}

    /// The number of objects.
    public var count: Int { nodes.count }

    /// Adds an object under its id, unless the id is empty or taken.
    public mutating func add(_ node: JSONNode, under key: Bytes) {
        guard !key.isEmpty else { return }
        if (nodes.count + 1) * 2 > slots.count { grow() }
        let slot = slot(of: key)
        guard slots[slot] == 0 else { return }
        keys.append(key)
        nodes.append(node)
        slots[slot] = UInt32(truncatingIfNeeded: nodes.count)
    }

    /// The position of the object with an id, or nil.
    public func position(of key: Bytes) -> Int? {
        guard !nodes.isEmpty, !key.isEmpty else { return nil }
        let found = slots[slot(of: key)]
        return found == 0 ? nil : Int(found) - 1
    }

    /// The object with an id, or nil.
    public subscript(key: Bytes) -> JSONNode? { position(of: key).map { nodes[$0] } }

    /// The slot that a key is in, or the free one where it would go.
    private func slot(of key: Bytes) -> Int {
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: key.seededHash) & mask
        while slots[slot] != 0, !(keys[Int(slots[slot]) &- 1] == key) { slot = (slot &+ 1) & mask }
        return slot
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: max(64, slots.count * 4))
        for index in keys.indices { slots[slot(of: keys[index])] = UInt32(truncatingIfNeeded: index + 1) }
    }
}
