internal import CXML2
internal import Earshot

/// Rewrites a document's text so that libxml2 can read it.
enum XMLRepair {
    /// References by HTML's names as references by number, which libxml2 needs no declaration for.
    static func named(_ bytes: Bytes) -> [UInt8] {
        var repair = XMLRewriting(bytes, isThorough: false)
        return repair.run()
    }

    /// The text as what it was likely meant to be: without controls, with ampersands and less-than signs that begin
    /// nothing escaped, attributes quoted, tags closed in order, and every reference as a number, as libxml2 ignores
    /// names from the first fault on.
    static func repaired(_ bytes: Bytes) -> [UInt8] {
        var repair = XMLRewriting(bytes, isThorough: true)
        return repair.run()
    }

    /// The scalar that HTML gives a name, or XML's five; 0 where there is none.
    static func scalar(named name: Bytes) -> UInt32 {
        guard !name.isEmpty, name.count <= 10 else { return 0 }
        if name == "apos" { return 39 }
        var spelling = name.array.map { CChar(truncatingIfNeeded: $0) }
        spelling.append(0)
        return unsafe spelling.withUnsafeBytes { raw in
            unsafe htmlEntityLookup(raw.bindMemory(to: UInt8.self).baseAddress)?.pointee.value ?? 0
        }
    }
}

/// One rewriting pass.
struct XMLRewriting {
    let bytes: Bytes
    private let isThorough: Bool
    var written: [UInt8] = []
    var index = 0
    /// The names of open elements, as ranges of `bytes`.
    var open: [Range<Int>] = []

    init(_ bytes: Bytes, isThorough: Bool) {
        self.bytes = bytes
        self.isThorough = isThorough
        written.reserveCapacity(bytes.count + bytes.count / 16)
    }

    mutating func run() -> [UInt8] {
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "&") {
                reference()
            } else if byte == UInt8(ascii: "<") {
                markup()
            } else {
                plain(byte)
            }
        }
        while let name = open.popLast() { writeEnd(name) }
        return written
    }

    private mutating func plain(_ byte: UInt8) {
        index &+= 1
        if isThorough && byte < 0x20 && byte != 0x0A && byte != 0x09 && byte != 0x0D { return }
        written.append(byte)
    }

    /// Copies a section whose inside is not markup as it stands; a `<` that begins nothing is escaped.
    private mutating func markup() {
        let rest = bytes[index..<bytes.count]
        if rest.hasPrefix("<!--") { return section(until: "-->", from: 4) }
        if rest.hasPrefix("<![CDATA[") { return section(until: "]]>", from: 9) }
        if rest.hasPrefix("<?") { return section(until: "?>", from: 2) }
        let next = rest.count > 1 ? rest[1] : 0
        if isThorough && next == UInt8(ascii: "/") { return endTag() }
        if isThorough && XMLRewriting.beginsName(next) { return startTag() }
        if isThorough && next != UInt8(ascii: "!") {
            written.append(contentsOf: "&#60;".utf8)
        } else {
            written.append(UInt8(ascii: "<"))
        }
        index &+= 1
    }

    private mutating func section(until terminator: StaticString, from head: Int) {
        let last = terminator.bytes[terminator.utf8CodeUnitCount - 1]
        var end = bytes.firstIndex(of: last, from: index + head)
        while let place = end {
            if bytes[(index + head)..<(place + 1)].hasSuffix(terminator) { break }
            end = bytes.firstIndex(of: last, from: place + 1)
        }
        let stop = end.map { $0 + 1 } ?? bytes.count
        while index < stop { plain(bytes[index]) }
        // An unended section would swallow the rest without a trace of its text.
        if end == nil && isThorough { written.append(contentsOf: terminator.bytes.array) }
    }

    /// Writes what begins at an ampersand: a reference by number as it is, one by name as a number, else the sign.
    mutating func reference() {
        var end = index + 1
        let limit = min(bytes.count, index + 12)
        while end < limit, bytes[end] != UInt8(ascii: ";"), isNameByte(bytes[end]) { end &+= 1 }
        let isEnded = end < limit && bytes[end] == UInt8(ascii: ";")
        let name = bytes[(index + 1)..<end]
        if isEnded, name.hasPrefix("#"), let scalar = XMLRewriting.number(name) {
            write(scalar)
            index = end + 1
        } else if isEnded, case let scalar = XMLRepair.scalar(named: name), scalar != 0 {
            write(scalar)
            index = end + 1
        } else {
            written.append(UInt8(ascii: "&"))
            if isThorough { written.append(contentsOf: "#38;".utf8) }
            index &+= 1
        }
    }

    private mutating func write(_ scalar: UInt32) {
        written.append(contentsOf: "&#\(scalar);".utf8)
    }

    private func isNameByte(_ byte: UInt8) -> Bool {
        (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")) || (byte >= 0x30 && byte <= 0x39)
            || byte == UInt8(ascii: "#")
    }

    /// The scalar of `#123` or `#x7B`, where XML allows it.
    private static func number(_ name: Bytes) -> UInt32? {
        let isHexadecimal = name.count > 1 && name[1] | 0x20 == UInt8(ascii: "x")
        let digits = name[(isHexadecimal ? 2 : 1)..<name.count]
        guard let value = UInt32(digits.string, radix: isHexadecimal ? 16 : 10),
            value >= 0x20 || value == 9
                || value == 10 || value == 13, Unicode.Scalar(value) != nil, value != 0xFFFE, value != 0xFFFF
        else { return nil }
        return value
    }
}
