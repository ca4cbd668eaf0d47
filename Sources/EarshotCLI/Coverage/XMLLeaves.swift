internal import Earshot
internal import EarshotFormats

/// Finds the texts and attributes of an XML document and where they stand, as far as it can be followed.
///
/// A path is the elements' names as they are written, `rss.channel.item.title`, an attribute's ends in `@name`.
struct XMLLeaves {
    private let bytes: [UInt8]
    private var position = 0
    private var path: [String] = []
    private var leaves: [CoverageLeaf] = []

    /// How deep elements may lie in one another.
    private static let depthLimit = 200

    /// Every leaf; nil where there is no element.
    static func all(in bytes: [UInt8]) -> [CoverageLeaf]? {
        var scan = XMLLeaves(bytes: bytes)
        scan.run()
        return scan.leaves.isEmpty ? nil : scan.leaves
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func run() {
        while position < bytes.count {
            if bytes[position] != UInt8(ascii: "<") {
                let start = position
                skip(to: "<")
                add(start..<position, hasReferences: true)
            } else if at("<!--") {
                skip(past: "-->")
            } else if at("<![CDATA[") {
                let start = position + 9
                skip(past: "]]>")
                if start <= position - 3 { add(start..<(position - 3), hasReferences: false) }
            } else if at("<?") {
                skip(past: "?>")
            } else if at("<!") {
                skip(past: ">")
            } else if at("</") {
                skip(past: ">")
                if !path.isEmpty { path.removeLast() }
            } else {
                readTag()
            }
        }
    }

    private mutating func readTag() {
        position += 1
        let name = word()
        guard !name.isEmpty, path.count < XMLLeaves.depthLimit else { return }
        path.append(name)
        while position < bytes.count, bytes[position] != UInt8(ascii: ">") {
            if at("/>") {
                path.removeLast()
                position += 1
                break
            }
            let attribute = word()
            guard !attribute.isEmpty else {
                position += 1
                continue
            }
            readValue(of: attribute)
        }
        position += 1
    }

    /// Reads `= "value"`; namespaces' names are no values.
    private mutating func readValue(of attribute: String) {
        skipSpace()
        guard at("=") else { return }
        position += 1
        skipSpace()
        guard position < bytes.count, bytes[position] == 0x22 || bytes[position] == 0x27 else { return }
        let start = position + 1
        guard let end = bytes[start...].firstIndex(of: bytes[position]) else {
            position = bytes.count
            return
        }
        position = end + 1
        if !attribute.hasPrefix("xmlns") { add(start..<end, "@" + attribute, hasReferences: true) }
    }

    private mutating func add(_ range: Range<Int>, _ attribute: String = "", hasReferences: Bool) {
        guard !path.isEmpty, bytes[range].contains(where: { $0 > 0x20 }) else { return }
        let bytes = bytes
        let start = range.first { bytes[$0] > 0x20 } ?? range.lowerBound
        let end = range.last { bytes[$0] > 0x20 }.map { $0 + 1 } ?? range.upperBound
        let fixed = hasReferences ? XMLLeaves.references(in: start..<end, of: bytes) : []
        leaves.append(
            CoverageLeaf(path.joined(separator: ".") + attribute, at: start..<end, of: bytes) { place in
                fixed.contains { $0.contains(place) }
            })
    }

    /// Where character references stand.
    private static func references(in range: Range<Int>, of bytes: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var position = range.lowerBound
        while let start = bytes[position..<range.upperBound].firstIndex(of: UInt8(ascii: "&")) {
            let end = bytes[start..<range.upperBound].firstIndex(of: UInt8(ascii: ";")) ?? start
            position = max(end, start + 1)
            if end - start < 12 { found.append(start..<position) }
        }
        return found
    }

    /// A name, up to what cannot be in one.
    private mutating func word() -> String {
        let start = position
        while position < bytes.count, bytes[position] > 0x20, !Array("=/><\"'".utf8).contains(bytes[position]) {
            position += 1
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func skipSpace() {
        while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
    }

    private func at(_ text: StaticString) -> Bool {
        bytes.count - position >= text.utf8CodeUnitCount && bytes.withBytes { $0[position..<$0.count].hasPrefix(text) }
    }

    private mutating func skip(to byte: Unicode.Scalar) {
        position = bytes[position...].firstIndex(of: UInt8(ascii: byte)) ?? bytes.count
    }

    private mutating func skip(past text: StaticString) {
        while position < bytes.count, !at(text) { position += 1 }
        position = min(position + text.utf8CodeUnitCount, bytes.count)
    }
}
