internal import Earshot
internal import EarshotFormats

/// Tells a builder what an XML document says.
final class FeedHandler: XMLHandling {
    // One thread parses a document, and the builder never calls its handler: nothing is there to check at each element.
    @exclusivity(unchecked) private var builder: FeedTreeBuilder

    /// A handler for a document of `size` bytes that came from `url`.
    init(url: String?, size: Int) { unsafe builder = FeedTreeBuilder(url: url, size: size) }

    /// What has been built.
    var tree: FeedTree { unsafe builder.tree }

    func code(for name: XMLName) -> Int { unsafe builder.code(for: name) }
    func start(_ code: Int, _ element: XMLElement) { unsafe builder.start(code, element) }
    func text(_ bytes: Bytes) { unsafe builder.text(bytes) }
    func end() { unsafe builder.end() }
}

/// Builds a feed's tree from what an XML document says.
///
/// The inside of a title, a summary or a content is kept as one text; elements in it become markup again.
struct FeedTreeBuilder {
    private(set) var tree = FeedTree()
    /// Open elements; below zero where one is not kept.
    private var open: [Int] = []
    /// Where the text of each open element begins in `written`.
    private var starts: [Int] = []
    private var written: [UInt8] = []
    private var bases: [Int32]
    private var languages: [(run: FeedTree.Run, isUnsaid: Bool)] = [(FeedTree.Run(), false)]
    /// How many elements are open within a construct.
    private var inner = 0
    private var innerNames: [Int] = []

    /// A builder for a document of `size` bytes that came from `url`.
    init(url: String?, size: Int) {
        tree.arena.reserveCapacity(size)
        bases = [-1]
        guard let url, !url.isEmpty else { return }
        tree.bases.append(Array(url.utf8))
        tree.hasAddress = true
        bases[0] = 0
    }

    /// A label for an element's name.
    mutating func code(for name: XMLName) -> Int {
        let family = FeedFamily.named(namespace: name.namespace.string, prefix: name.prefix.string)
        let local = name.local.string
        let meaning = FeedName(family: family, local: local.lowercased())
        tree.labels.append(FeedTree.Label(name: meaning, family: family, local: local))
        return tree.labels.count - 1
    }

    /// An element begins.
    mutating func start(_ code: Int, _ element: XMLElement) {
        if isInConstruct { return startMarkup(code, element) }
        guard tree.nodes.count < FeedTree.limit else {
            tree.isFull = true
            return push(-1, bases[bases.count - 1], languages[languages.count - 1])
        }
        let name = tree.labels[code].name
        if tree.nodes.isEmpty { tree.isAtom = name == .feed }
        let base = base(of: element)
        let language =
            element.xml("lang").map { (run: tree.keep($0.trimmed), isUnsaid: $0.trimmed.isEmpty) }
            ?? languages[languages.count - 1]
        var node = FeedTree.Node(name: name, label: Int32(truncatingIfNeeded: code), base: base)
        node.language = language.run
        node.isLanguageUnsaid = language.isUnsaid
        keepAttributes(element, &node)
        if name.isConstruct { node.form = form(of: name, element) }
        if let outer = open.last, outer >= 0 { tree.nodes[outer].inside |= name.bit }
        tree.nodes.append(node)
        push(tree.nodes.count - 1, base, language)
    }

    /// A run of text.
    mutating func text(_ bytes: Bytes) {
        guard let node = open.last, node >= 0 else { return }
        if inner > 0 || (tree.nodes[node].name.isConstruct && tree.nodes[node].form == .markup) {
            FeedMarkup.escape(bytes, into: &written)
        } else {
            written.append(bytes)
        }
    }

    /// The element that began last ends.
    mutating func end() {
        if inner > 0 { return endMarkup() }
        guard let node = open.popLast(), let start = starts.popLast() else { return }
        bases.removeLast()
        languages.removeLast()
        defer { written.removeLast(written.count - start) }
        guard node >= 0 else { return }
        tree.nodes[node].end = Int32(truncatingIfNeeded: tree.nodes.count)
        tree.nodes[node].text = FeedTreeBuilder.keep(written, from: start, in: &tree)
    }

    /// Keeps the text that begins at a place of what was written, mended.
    private static func keep(_ written: [UInt8], from start: Int, in tree: inout FeedTree) -> FeedTree.Run {
        written.withBytes { written in
            let text = written[start..<written.count].trimmed
            switch FeedRepair.mended(text) {
            case .same: return tree.keep(text)
            case .other(let repaired): return repaired.withBytes { tree.keep($0) }
            }
        }
    }

    private mutating func push(_ node: Int, _ base: Int32, _ language: (run: FeedTree.Run, isUnsaid: Bool)) {
        open.append(node)
        starts.append(written.count)
        bases.append(base)
        languages.append(language)
    }

    private var isInConstruct: Bool {
        guard let node = open.last, node >= 0 else { return false }
        return tree.nodes[node].name.isConstruct
    }

    /// The base address within an element; `xml:base` is relative to what holds outside.
    private mutating func base(of element: XMLElement) -> Int32 {
        let outer = bases[bases.count - 1]
        guard let said = element.xml("base"), !said.trimmed.isEmpty, tree.bases.count < 10_000
        else {
            return outer
        }
        let before = outer < 0 ? [] : tree.bases[Int(outer)]
        guard let base = before.withBytes({ URLs.resolved(said, base: $0) }), base.count <= FeedLink.longestBase,
            base.withBytes({ FeedLink.isSafe($0) })
        else { return outer }
        if base == before { return outer }
        tree.bases.append(base)
        return Int32(truncatingIfNeeded: tree.bases.count - 1)
    }

    private mutating func keepAttributes(_ element: XMLElement, _ node: inout FeedTree.Node) {
        node.attributeStart = Int32(truncatingIfNeeded: tree.attributes.count)
        for index in 0..<element.attributes.count {
            let attribute = element.attributes[index]
            guard !(attribute.name.prefix == "xml") else { continue }
            let start = tree.arena.count
            for byte in 0..<attribute.name.local.count {
                let letter = attribute.name.local[byte]
                tree.arena.append(letter >= 0x41 && letter <= 0x5A ? letter | 0x20 : letter)
            }
            let name = FeedTree.Run(
                start: UInt32(truncatingIfNeeded: start), count: UInt32(truncatingIfNeeded: tree.arena.count - start))
            tree.attributes.append((name: name, value: tree.keep(attribute.value)))
        }
        node.attributeCount = Int32(truncatingIfNeeded: tree.attributes.count) - node.attributeStart
    }

    /// What a construct's text is: what `type` says, else what the element is for.
    private func form(of name: FeedName, _ element: XMLElement) -> FeedForm {
        let written = element["type"]
        if written.isEmpty { return name.form }
        if written.isSpelled("html") { return .html }
        let type = written.string.lowercased().split(separator: ";").first.map { String($0) } ?? ""
        switch type {
        case "text", "text/plain", "plain": return .plain
        case "html", "text/html": return .html
        case "xhtml", "application/xhtml+xml", "application/xhtml", "text/xhtml": return .markup
        case "": return name.form
        default:
            if type.hasSuffix("/xml") || type.hasSuffix("+xml") { return .markup }
            return type.hasPrefix("text/") || !type.contains("/") ? name.form : .opaque
        }
    }

    private mutating func startMarkup(_ code: Int, _ element: XMLElement) {
        guard let node = open.last, let start = starts.last else { return }
        if inner == 0 && tree.nodes[node].form == .plain {
            let plain = Array(written[start...])
            written.removeSubrange(start...)
            plain.withBytes { FeedMarkup.escape($0, into: &written) }
        }
        if inner == 0 { tree.nodes[node].form = .markup }
        inner += 1
        innerNames.append(code)
        FeedMarkup.open(tree.labels[code].local, element, into: &written)
    }

    private mutating func endMarkup() {
        inner -= 1
        guard let code = innerNames.popLast() else { return }
        FeedMarkup.close(tree.labels[code].local, into: &written)
    }
}

/// Writes elements down as HTML again.
enum FeedMarkup {
    /// A start tag.
    static func open(_ name: String, _ element: XMLElement, into written: inout [UInt8]) {
        written.append(UInt8(ascii: "<"))
        written.append(contentsOf: name.utf8)
        for index in 0..<element.attributes.count {
            let attribute = element.attributes[index]
            guard attribute.name.prefix.isEmpty else { continue }
            written.append(UInt8(ascii: " "))
            written.append(attribute.name.local)
            written.append(contentsOf: "=\"".utf8)
            escape(attribute.value, into: &written)
            written.append(UInt8(ascii: "\""))
        }
        written.append(UInt8(ascii: ">"))
    }

    /// An end tag, unless the element never has one in HTML.
    static func close(_ name: String, into written: inout [UInt8]) {
        switch name {
        case "br", "img", "hr", "input", "wbr", "col", "area", "source", "track", "embed", "param", "meta", "link":
            return
        default:
            written.append(contentsOf: "</".utf8)
            written.append(contentsOf: name.utf8)
            written.append(UInt8(ascii: ">"))
        }
    }

    /// Text as it stands in markup.
    static func escape(_ bytes: Bytes, into written: inout [UInt8]) {
        for index in 0..<bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "&"): written.append(contentsOf: "&amp;".utf8)
            case UInt8(ascii: "<"): written.append(contentsOf: "&lt;".utf8)
            case UInt8(ascii: ">"): written.append(contentsOf: "&gt;".utf8)
            case UInt8(ascii: "\""): written.append(contentsOf: "&quot;".utf8)
            case let byte: written.append(byte)
            }
        }
    }
}
