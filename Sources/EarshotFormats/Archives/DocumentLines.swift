public import Earshot

/// Lines of a file that are documents each and are not cut apart yet, so that several can be cut side by side.
public struct DocumentLines: Sendable {
    /// What is known of each of the documents but its bytes.
    public var template: Document
    /// The lines, each ended by a newline.
    let bytes: [UInt8]
    /// The number of the first line in its file, counted from 1.
    let first: Int

    /// The room after a document's bytes that a parser reads into.
    private static let padding = 64

    /// How many bytes there are.
    public var size: Int { bytes.count }

    /// Calls `body` with each line that is not blank, as a document, and with its number in the file.
    public func forEach(_ body: (Document, _ line: Int) -> Void) {
        var document = template
        // A name of its own: threads that count the uses of one text hold each other up.
        document.name = String(decoding: Array(template.name.utf8), as: UTF8.self)
        var number = first
        bytes.withBytes { bytes in
            var start = 0
            while let end = bytes.firstIndex(of: 0x0A, from: start) {
                let line = bytes[start..<end].trimmedAtEnd
                if !line.isEmpty {
                    document.bytes.removeAll(keepingCapacity: true)
                    document.bytes.reserveCapacity(line.count + DocumentLines.padding)
                    document.bytes.append(line)
                    body(document, number)
                }
                start = end + 1
                number += 1
            }
        }
    }
}

extension Bytes {
    /// The bytes up to the last that is neither white space nor a control.
    fileprivate var trimmedAtEnd: Bytes {
        var end = count
        while end > 0, self[end - 1] <= 0x20 { end -= 1 }
        return self[0..<end]
    }
}
