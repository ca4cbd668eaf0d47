internal import Earshot

/// A feed's elements as rows over one arena of bytes: what stands where, not yet what it means.
struct FeedTree {
    /// A run of the arena.
    struct Run {
        var start: UInt32 = 0
        var count: UInt32 = 0
    }

    /// One element.
    struct Node {
        var name: FeedName
        /// Its place in `labels`.
        var label: Int32
        /// The node after its last descendant.
        var end: Int32 = 0
        /// The bits of its children's names.
        var inside: UInt64 = 0
        /// Its text, or its inside as markup.
        var text = Run()
        /// Its attributes, a range of `attributes`.
        var attributeStart: Int32 = 0
        var attributeCount: Int32 = 0
        /// Its base address, a place in `bases`, or below zero.
        var base: Int32
        /// Its language, as `xml:lang` says.
        var language = Run()
        /// Whether `xml:lang` takes the language back without naming another.
        var isLanguageUnsaid = false
        /// What its text is.
        var form = FeedForm.plain
    }

    /// An element's name as written.
    struct Label {
        var name: FeedName
        var family: String
        var local: String
    }

    /// Every text and attribute value.
    var arena: [UInt8] = []
    var nodes: [Node] = []
    var attributes: [(name: Run, value: Run)] = []
    var labels: [Label] = []
    var bases: [[UInt8]] = []
    /// Whether the first of `bases` is the document's own address.
    var hasAddress = false
    /// Whether it is Atom, whose plain text is never markup.
    var isAtom = false
    /// Whether there were more elements than are kept.
    var isFull = false

    /// The number of elements above which a feed is cut.
    static let limit = 1_000_000

    /// Keeps bytes in the arena.
    mutating func keep(_ bytes: Bytes) -> Run {
        guard !bytes.isEmpty, arena.count + bytes.count < Int(UInt32.max) else { return Run() }
        let run = Run(start: UInt32(arena.count), count: UInt32(bytes.count))
        arena.append(bytes)
        return run
    }
}

/// A tree while its arena is borrowed.
///
/// A class, as it is handed on for every element: each copy of a structure would count a reference to every array of the
/// tree.
final class FeedView {
    let tree: FeedTree
    let arena: Bytes
    /// The base address of what neither the document's address nor `xml:base` is one for.
    let home: [UInt8]

    /// A view of a tree whose arena is `arena`.
    init(tree: FeedTree, arena: Bytes, home: [UInt8] = []) {
        self.tree = tree
        self.arena = arena
        self.home = home
    }

    /// The bytes of a run.
    func bytes(_ run: FeedTree.Run) -> Bytes { arena[Int(run.start)..<(Int(run.start) + Int(run.count))] }

    /// What an element is.
    func name(_ node: Int) -> FeedName { tree.nodes[node].name }

    /// An element's own text, without white space at its ends.
    func text(_ node: Int) -> Bytes { bytes(tree.nodes[node].text).trimmed }

    /// The value of an attribute, by its name in lower case.
    func attribute(_ name: StaticString, of node: Int) -> Bytes {
        let start = Int(tree.nodes[node].attributeStart)
        for index in start..<(start + Int(tree.nodes[node].attributeCount))
        where bytes(tree.attributes[index].name) == name {
            return bytes(tree.attributes[index].value).trimmed
        }
        return .none
    }

    /// Whether an element has an attribute, whatever its value.
    func has(_ name: StaticString, of node: Int) -> Bool {
        let start = Int(tree.nodes[node].attributeStart)
        let end = start + Int(tree.nodes[node].attributeCount)
        return (start..<end).contains { bytes(tree.attributes[$0].name) == name }
    }

    /// Calls `body` with each child of an element.
    func each(in node: Int, _ body: (Int) -> Void) {
        var child = node + 1
        let end = Int(tree.nodes[node].end)
        while child < end {
            body(child)
            child = max(Int(tree.nodes[child].end), child + 1)
        }
    }

    /// Whether an element may have children of some names; false where it has none.
    func mayHave(_ names: UInt64, in node: Int) -> Bool { tree.nodes[node].inside & names != 0 }

    /// The first child of a name.
    func first(_ name: FeedName, in node: Int) -> Int? {
        guard mayHave(name.bit, in: node) else { return nil }
        var child = node + 1
        let end = Int(tree.nodes[node].end)
        while child < end {
            if tree.nodes[child].name == name { return child }
            child = max(Int(tree.nodes[child].end), child + 1)
        }
        return nil
    }

    /// The text of the first child of a name that has one.
    func text(of name: FeedName, in node: Int) -> Bytes {
        guard mayHave(name.bit, in: node) else { return .none }
        var child = node + 1
        let end = Int(tree.nodes[node].end)
        while child < end {
            if tree.nodes[child].name == name, case let text = text(child), !text.isEmpty { return text }
            child = max(Int(tree.nodes[child].end), child + 1)
        }
        return .none
    }

    /// The base address of an element.
    func base(of node: Int) -> [UInt8] {
        let base = Int(tree.nodes[node].base)
        return base < 0 ? home : tree.bases[base]
    }

    /// The language of an element.
    func language(of node: Int) -> Bytes { bytes(tree.nodes[node].language) }
}
