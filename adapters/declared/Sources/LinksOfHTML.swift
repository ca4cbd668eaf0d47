internal import Earshot
internal import EarshotFormats

extension Reading {
    /// Appends the links of sanitized HTML as entities without a place: what people see is the text, where it leads
    /// the value. Links that name an account or a tag are none, as the source says those itself.
    mutating func appendLinks(of html: Kept) {
        let bytes = withBytes(of: html) { $0.array }
        var position = 0
        var count = 0
        while count < 256, let open = bytes.first("<a href=\"", from: position) {
            let start = open + 9
            guard let quote = bytes.first("\"", from: start), let inner = bytes.first(">", from: quote),
                let end = bytes.first("</a>", from: inner)
            else { return }
            position = end
            let seen = bytes[open..<(end + 4)].withBytes { HTML.text(of: $0) }
            if seen.isEmpty || seen[0] == UInt8(ascii: "@") || seen[0] == UInt8(ascii: "#") { continue }
            var entity = EntityRow(type: .url)
            entity.text = seen.withBytes { keepText($0) }
            entity.value = bytes[start..<quote].withBytes { HTML.unescaped($0) }.withBytes { keep($0) }
            entities.append(entity)
            count += 1
        }
    }
}

extension [UInt8] {
    /// Where a run of ASCII first stands, from a position on.
    fileprivate func first(_ sought: StaticString, from start: Int) -> Int? {
        let wanted = sought.bytes.array
        guard start <= count - wanted.count else { return nil }
        for index in start...(count - wanted.count) where self[index] == wanted[0] {
            if self[index..<(index + wanted.count)].elementsEqual(wanted) { return index }
        }
        return nil
    }
}

extension ArraySlice<UInt8> {
    fileprivate func withBytes<Result>(_ body: (Bytes) -> Result) -> Result { Array(self).withBytes(body) }
}
