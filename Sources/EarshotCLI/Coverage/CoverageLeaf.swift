internal import Earshot
internal import EarshotFormats

/// One value of a document that says something, and the documents in which it is another.
struct CoverageLeaf {
    /// The way to the value, for people.
    var path: String
    /// The value, as text.
    var text: String
    /// Whether its text tells it from other values; `true` does not.
    var isTelling = true
    /// The document's bytes with the value exchanged for others of its type, one after another.
    var exchanges: () -> [[UInt8]]

    /// Every leaf of a document; nil where the document is neither JSON, XML nor mail.
    static func all(in document: Document, of kind: AdapterKind) -> [CoverageLeaf]? {
        if kind.container == .mbox { return MailLeaves.all(in: document.bytes) }
        if let head = document.bytes.first(where: { $0 > 0x20 }), head == UInt8(ascii: "<") || head >= 0x80 {
            return XMLLeaves.all(in: document.bytes)
        }
        return JSONLeaf.all(in: document.bytes)
    }
}

extension CoverageLeaf {
    /// The value that stands at `range`; a byte of which `isFixed` holds is never exchanged.
    init(_ path: String, at range: Range<Int>, of bytes: [UInt8], isFixed: @escaping (Int) -> Bool = { _ in false }) {
        self.path = path
        text = String(decoding: bytes[range], as: UTF8.self)
        exchanges = {
            let places = range.filter { CoverageLeaf.isPlain(bytes[$0]) && !isFixed($0) }
            guard let first = places.first, let last = places.last else {
                return [Array(bytes[..<range.upperBound]) + [UInt8(ascii: "x")] + Array(bytes[range.upperBound...])]
            }
            return [last, places[places.count / 2], first].map { place in
                var changed = bytes
                changed[place] = CoverageLeaf.another(bytes[place])
                return changed
            }
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
    }

    /// Another letter for a letter, another digit for a digit.
    private static func another(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "1"): UInt8(ascii: "2")
        case 0x30...0x39: UInt8(ascii: "1")
        case UInt8(ascii: "x"): UInt8(ascii: "y")
        default: UInt8(ascii: "x")
        }
    }
}
