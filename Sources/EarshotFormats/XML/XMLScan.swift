internal import Earshot

/// One linear look at a document before libxml2 sees it, as C code cannot be interrupted.
///
/// libxml2 compares each attribute of a tag with every other, so that a tag of 40,000 costs 19 seconds. A tag is taken
/// to begin at every `<` and to end at the next `<` or at a `>` outside quotes: never less than what libxml2, which
/// gives up a tag at a `<` in a value or a quote outside one, takes for a tag, whatever stands in comments or CDATA.
struct XMLScan {
    /// The number of attributes of the tag that has the most.
    private(set) var mostAttributes = 0
    /// Whether there may be a reference to an entity other than the five of XML.
    private(set) var hasNamedReferences = false

    /// Looks at every tag and reference.
    init(_ bytes: Bytes) {
        var next = bytes.firstIndex(of: UInt8(ascii: "<"))
        while let start = next {
            next = bytes.firstIndex(of: UInt8(ascii: "<"), from: start + 1)
            // What is so short has fewer signs of equality than a tag may have attributes.
            if (next ?? bytes.count) - start > XML.attributeLimit { count(in: bytes, from: start + 1) }
        }
        var reference = bytes.firstIndex(of: UInt8(ascii: "&"))
        while let start = reference, !hasNamedReferences {
            hasNamedReferences = !XMLScan.isOfXML(bytes[(start + 1)..<(start + 6)])
            reference = bytes.firstIndex(of: UInt8(ascii: "&"), from: start + 1)
        }
    }

    /// Counts the attributes of the tag whose name begins at `start`.
    private mutating func count(in bytes: Bytes, from start: Int) {
        var quote: UInt8 = 0
        var attributes = 0
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "<") { break }
            if quote != 0 {
                if byte == quote { quote = 0 }
            } else if byte == UInt8(ascii: ">") {
                break
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: "=") {
                attributes &+= 1
            }
            index &+= 1
        }
        mostAttributes = max(mostAttributes, attributes)
    }

    /// Whether what follows an ampersand is a character reference or one of XML's five.
    private static func isOfXML(_ bytes: Bytes) -> Bool {
        bytes.hasPrefix("amp;") || bytes.hasPrefix("lt;") || bytes.hasPrefix("gt;") || bytes.hasPrefix("#")
            || bytes.hasPrefix("quot;") || bytes.hasPrefix("apos;")
    }
}
