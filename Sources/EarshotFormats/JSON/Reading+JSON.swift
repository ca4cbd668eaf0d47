public import Earshot

extension Reading {
    /// Keeps an id: a string, or a whole number in decimal digits.
    public mutating func keepID(_ node: JSONNode) -> Kept {
        if node.isString { return keep(node.string) }
        let number = node.kind == .integer ? node.int64 : unsaid
        return number == unsaid ? .none : keep(String(number))
    }

    /// Keeps a string verbatim but for control characters.
    public mutating func keep(_ node: JSONNode) -> Kept { keep(node.string) }

    /// Keeps a string that people read.
    public mutating func keepText(
        _ node: JSONNode, escapes: Escapes = .none, moving entities: Entries = .none
    ) -> Kept {
        keepText(node.string, escapes: escapes, moving: entities)
    }
}
