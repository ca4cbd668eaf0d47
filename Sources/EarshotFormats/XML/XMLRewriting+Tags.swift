internal import Earshot

extension XMLRewriting {
    /// Whether a byte can begin a name.
    static func beginsName(_ byte: UInt8) -> Bool {
        (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")) || byte == UInt8(ascii: "_")
            || byte >= 0x80
    }

    /// Whether a byte can stand in a name.
    private static func continuesName(_ byte: UInt8) -> Bool {
        beginsName(byte) || (byte >= 0x30 && byte <= 0x3A) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    /// Writes the start tag at `index` with every attribute quoted and none twice.
    mutating func startTag() {
        index &+= 1
        let name = takeName()
        written.append(UInt8(ascii: "<"))
        write(name)
        var names: [Range<Int>] = []
        var isClosed = false
        while index < bytes.count, bytes[index] != UInt8(ascii: "<") {
            let byte = bytes[index]
            if byte == UInt8(ascii: ">") {
                index &+= 1
                break
            }
            isClosed = byte == UInt8(ascii: "/")
            if XMLRewriting.beginsName(byte) { attribute(&names) } else { index &+= 1 }
        }
        if isClosed || isVoid(name) {
            written.append(contentsOf: "/>".utf8)
        } else {
            written.append(UInt8(ascii: ">"))
            open.append(name)
        }
    }

    /// Writes the end tag at `index` and those that are missing before it, or nothing where it ends nothing.
    mutating func endTag() {
        index &+= 2
        let name = takeName()
        while index < bytes.count, bytes[index] != UInt8(ascii: ">"), bytes[index] != UInt8(ascii: "<") { index &+= 1 }
        if index < bytes.count, bytes[index] == UInt8(ascii: ">") { index &+= 1 }
        // libxml2 reads no deeper than 256, so that what is further out cannot be meant.
        let reach = open.indices.suffix(256)
        guard let match = reach.last(where: { same(open[$0], name) }) else { return }
        while open.count > match, let inner = open.popLast() { writeEnd(inner) }
    }

    /// Writes an end tag.
    mutating func writeEnd(_ name: Range<Int>) {
        written.append(contentsOf: "</".utf8)
        write(name)
        written.append(UInt8(ascii: ">"))
    }

    /// Writes the attribute at `index`, unless the tag has it already.
    private mutating func attribute(_ names: inout [Range<Int>]) {
        let name = takeName()
        var next = index
        while next < bytes.count, bytes[next] <= 0x20 { next &+= 1 }
        let hasValue = next < bytes.count && bytes[next] == UInt8(ascii: "=")
        let isKnown = names.count >= XML.attributeLimit || names.contains { same($0, name) }
        let start = written.count
        written.append(UInt8(ascii: " "))
        write(name)
        written.append(contentsOf: "=\"".utf8)
        if hasValue {
            index = next + 1
            value()
        }
        written.append(UInt8(ascii: "\""))
        if isKnown { written.removeSubrange(start...) } else { names.append(name) }
    }

    /// Writes the value at `index`, which ends at its quote, at a `<`, or, where it has none, at white space or `>`.
    private mutating func value() {
        while index < bytes.count, bytes[index] <= 0x20 { index &+= 1 }
        guard index < bytes.count else { return }
        let quote = bytes[index]
        let isQuoted = quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
        if isQuoted { index &+= 1 }
        while index < bytes.count, bytes[index] != UInt8(ascii: "<") {
            let byte = bytes[index]
            if isQuoted ? byte == quote : byte <= 0x20 || byte == UInt8(ascii: ">") { break }
            if byte == UInt8(ascii: "&") {
                reference()
                continue
            }
            if byte == UInt8(ascii: "\"") {
                written.append(contentsOf: "&#34;".utf8)
            } else if byte >= 0x20 || byte == 0x09 || byte == 0x0A {
                written.append(byte)
            }
            index &+= 1
        }
        if isQuoted, index < bytes.count, bytes[index] == quote { index &+= 1 }
    }

    private mutating func takeName() -> Range<Int> {
        let start = index
        while index < bytes.count, XMLRewriting.continuesName(bytes[index]) { index &+= 1 }
        return start..<index
    }

    private mutating func write(_ name: Range<Int>) {
        written.append(bytes[name])
    }

    /// Whether two names are one but for the case of their letters.
    private func same(_ one: Range<Int>, _ other: Range<Int>) -> Bool {
        guard one.count == other.count else { return false }
        return zip(one, other).allSatisfy { left, right in
            bytes[left] == bytes[right] || (bytes[left] ^ bytes[right] == 0x20 && bytes[left] | 0x20 >= 0x61)
        }
    }

    /// Whether HTML has no end tag for an element.
    private func isVoid(_ name: Range<Int>) -> Bool {
        guard name.count <= 5 else { return false }
        return ["br", "hr", "img", "wbr", "input"].contains(bytes[name].string.lowercased())
    }
}
