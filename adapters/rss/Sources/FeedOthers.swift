internal import Earshot
internal import EarshotFormats

/// Elements of namespaces that nothing here knows, as JSON under their own names: `ht:approx_traffic`.
///
/// One that holds text alone is that text; one with attributes or elements is an object of them, attributes as `@name`,
/// its text as `#text`. Of several with one name there is an array.
extension FeedView {
    /// How many of a name, how many names and how deep.
    private static let others = (ofName: 32, names: 64, depth: 4)

    /// Writes the children of an element that nothing here knows.
    func writeOthers(_ node: Int, _ fields: inout JSONFields) {
        writeOthers(node, depth: 0, &fields)
    }

    private func writeOthers(_ node: Int, depth: Int, _ fields: inout JSONFields) {
        guard depth > 0 || mayHave(FeedName.other.bit, in: node) else { return }
        var names: [String] = []
        var found: [String: [Int]] = [:]
        each(in: node) { child in
            guard tree.nodes[child].name == .other || depth > 0, let name = othersName(of: child, depth: depth) else {
                return
            }
            if found[name] == nil, names.count < FeedView.others.names { names.append(name) }
            if found[name, default: []].count < FeedView.others.ofName { found[name, default: []].append(child) }
        }
        for name in names {
            var output = Output()
            for child in found[name] ?? [] {
                let value = othersValue(child, depth: depth)
                guard !value.isEmpty else { continue }
                if output.count > 0 { output.byte(UInt8(ascii: ",")) }
                output.raw(value)
            }
            guard output.count > 0 else { continue }
            let isList = (found[name] ?? []).count > 1
            let value = isList ? [UInt8(ascii: "[")] + output.array + [UInt8(ascii: "]")] : output.array
            Array(name.utf8).withBytes { name in value.withBytes { fields.json(named: name, $0) } }
        }
    }

    /// The name an element is written under; nil where it must not be.
    private func othersName(of child: Int, depth: Int) -> String? {
        let label = tree.labels[Int(tree.nodes[child].label)]
        let name = label.family.isEmpty ? label.local : "\(label.family):\(label.local)"
        return name.utf8.count > 100 || (depth == 0 && FeedView.reserved.contains(name)) ? nil : name
    }

    /// What one element says, as JSON; nothing where it says nothing.
    private func othersValue(_ child: Int, depth: Int) -> [UInt8] {
        var fields = JSONFields()
        writeAttributes(of: child, mark: "@", &fields)
        if depth + 1 < FeedView.others.depth { writeOthers(child, depth: depth + 1, &fields) }
        let text = text(child)
        if fields.withBytes({ $0.isEmpty }) {
            guard !text.isEmpty else { return [] }
            var output = Output()
            output.string(text)
            return output.array
        }
        fields.string("#text", text)
        return fields.withBytes { $0.array }
    }

    /// Writes an element's attributes, addresses made whole, each under its name with `mark` before it.
    func writeAttributes(of child: Int, mark: StaticString = "", _ fields: inout JSONFields) {
        var written: [Bytes] = []
        let start = Int(tree.nodes[child].attributeStart)
        for index in start..<(start + Int(tree.nodes[child].attributeCount)) {
            let attribute = tree.attributes[index]
            let name = bytes(attribute.name)
            // Two namespaces may have an attribute of one name.
            guard written.count < 64, !written.contains(where: { $0 == name }) else { continue }
            written.append(name)
            let isAddress = name == "url" || name == "href" || name == "image" || name == "img" || name == "resource"
            let value =
                isAddress ? resolved(bytes(attribute.value), at: child, orHome: false) : bytes(attribute.value).array
            let key = mark.bytes.array + name.array
            key.withBytes { key in value.withBytes { fields.string(named: key, $0) } }
        }
    }

    /// Whether an element of a name says more of its medium than the fields of a mention hold.
    func hasDetails(_ name: FeedName, in node: Int) -> Bool {
        let held: [StaticString] = ["url", "type", "medium", "filesize", "fileSize", "width", "height", "duration"]
        var found = false
        each(in: node) { child in
            guard self.name(child) == name else { return }
            let start = Int(tree.nodes[child].attributeStart)
            for index in start..<(start + Int(tree.nodes[child].attributeCount)) {
                let attribute = bytes(tree.attributes[index].name)
                if !held.contains(where: { attribute == $0 }) { found = true }
            }
        }
        return found
    }
}
