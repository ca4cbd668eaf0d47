internal import Earshot

/// Where a feed begins that a program's warnings, or anything else, were written before.
enum FeedBeginning {
    /// How far down a feed may begin, in bytes.
    private static let reach = 16 * 1024

    /// A document from its XML declaration or outermost element on, and how many bytes it is shorter; nil where it
    /// begins with them, or nothing in it does.
    static func without(whatIsBeforeIt document: Document) -> (document: Document, skipped: Int)? {
        let start = document.bytes.withBytes { bytes -> Int? in
            var place = bytes.firstIndex(of: UInt8(ascii: "<"))
            while let start = place, start < reach {
                let rest = bytes[start..<bytes.count]
                let isBeginning =
                    rest.hasPrefix("<?xml ") || rest.hasPrefix("<rss") || rest.hasPrefix("<feed")
                    || rest.hasPrefix("<rdf:RDF")
                if isBeginning { return start }
                place = bytes.firstIndex(of: UInt8(ascii: "<"), from: start + 1)
            }
            return nil
        }
        guard let start, start > 0 else { return nil }
        var rest = document
        rest.bytes.removeFirst(start)
        return (rest, start)
    }
}
