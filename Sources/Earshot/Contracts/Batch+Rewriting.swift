/// What a journal found of an item that it had seen before.
public struct Change: OptionSet, Sendable, Hashable {
    /// One bit a sort of change.
    public let rawValue: UInt8

    /// The changes of some bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// What people read is another.
    public static let content = Change(rawValue: 1)
    /// The metrics are others.
    public static let metrics = Change(rawValue: 2)
}

extension Batch {
    /// How every line of an update begins, up to what has changed.
    private static let updateHead: StaticString = "{\"schema\":\"mention/1.0\",\"op\":\"update\",\"changed\":["

    /// Appends a line to `lines` as it stands, but for the cluster that it is in, and gives the entry that describes it
    /// there.
    package func copy(_ index: Int, in place: Clusters.Place? = nil, to lines: inout [UInt8]) -> Entry {
        var entry = entries[index]
        let end = entry.start + entry.count
        let start = lines.count
        if let place, entry.seenViaOffset <= entry.count {
            let middle = entry.start + entry.seenViaOffset
            lines.append(contentsOf: self.lines[entry.start..<middle])
            lines.append(place)
            entry.seenViaOffset = lines.count - start
            lines.append(contentsOf: self.lines[middle..<end])
            entry.count = lines.count - start
        } else {
            lines.append(contentsOf: self.lines[entry.start..<end])
        }
        lines.append(UInt8(ascii: "\n"))
        entry.start = start
        return entry
    }

    /// A line as `MentionWriter` wrote it, without what a journal has put into it, and where in it `seen_via` would
    /// stand; nil where it is no mention that can be told again.
    func plainLine(_ index: Int) -> (line: [UInt8], seenViaOffset: Int)? {
        let line = self.line(index)
        let end = line.startIndex + entries[index].seenViaOffset
        guard let start = Batch.headEnd(of: line), start <= end, end <= line.endIndex else { return nil }
        var plain = unsafe [UInt8](MentionWriter.createHead.bytes.buffer)
        plain.reserveCapacity(line.count)
        plain.append(contentsOf: line[start..<end].withoutLastMember(named: "\"cluster\":{\"id\":\""))
        let offset = plain.count
        plain.append(contentsOf: line[end...].withoutFirstMember(named: "\"seen_via\":["))
        return (plain, offset)
    }

    /// Where the head of a line ends; nil where it is none of a mention that was told whole.
    private static func headEnd(of line: ArraySlice<UInt8>) -> Int? {
        if line.starts(with: MentionWriter.createHead) {
            return line.startIndex + MentionWriter.createHead.utf8CodeUnitCount
        }
        guard line.starts(with: updateHead) else { return nil }
        return line[(line.startIndex + updateHead.utf8CodeUnitCount)...].firstIndex(of: UInt8(ascii: "]")).map {
            $0 + 2
        }
    }

    /// The `id` that a line names, as it stands in JSON; nil where the line does not begin as `MentionWriter` wrote it.
    package func identity(_ index: Int) -> ArraySlice<UInt8>? {
        let line = self.line(index)
        let key: StaticString = "\"id\":\""
        guard line.starts(with: MentionWriter.createHead) else { return nil }
        let rest = line.dropFirst(MentionWriter.createHead.utf8CodeUnitCount)
        guard rest.starts(with: key) else { return nil }
        let start = rest.startIndex + key.utf8CodeUnitCount
        var end = start
        while end < rest.endIndex, rest[end] != UInt8(ascii: "\"") { end += rest[end] == UInt8(ascii: "\\") ? 2 : 1 }
        return end <= rest.endIndex ? rest[start..<end] : nil
    }

    /// Appends a line to `lines` as an update of what had been stored, naming what has changed and which other
    /// channels brought the item, and gives the entry that describes it there.
    ///
    /// The line must be as `MentionWriter` wrote it; one that begins otherwise is copied as it stands.
    package func copy(
        _ index: Int, asUpdateOf changed: Change, in place: Clusters.Place? = nil, seenVia channels: [String],
        to lines: inout [UInt8]
    ) -> Entry {
        var entry = entries[index]
        let head = MentionWriter.createHead
        let line = self.line(index)
        let seenVia = line.startIndex + entry.seenViaOffset
        guard line.starts(with: head), entry.seenViaOffset >= head.utf8CodeUnitCount, seenVia <= line.endIndex else {
            return copy(index, in: place, to: &lines)
        }
        let start = lines.count
        lines.append(Batch.updateHead)
        lines.append(changed.words)
        lines.append("],")
        lines.append(contentsOf: line[(line.startIndex + head.utf8CodeUnitCount)..<seenVia])
        if let place { lines.append(place) }
        entry.seenViaOffset = lines.count - start
        if !channels.isEmpty {
            var fields = JSONFields()
            fields.strings("seen_via", channels)
            fields.withBytes { lines.append(contentsOf: $0[1..<($0.count - 1)].array) }
            lines.append(UInt8(ascii: ","))
        }
        lines.append(contentsOf: line[seenVia...])
        entry.count = lines.count - start
        entry.start = start
        entry.operation = .update
        lines.append(UInt8(ascii: "\n"))
        return entry
    }
}

extension Change {
    /// The words as mention v1 lists them under `changed`.
    fileprivate var words: StaticString {
        switch (contains(.content), contains(.metrics)) {
        case (true, true): "\"content\",\"metrics\""
        case (false, true): "\"metrics\""
        default: "\"content\""
        }
    }
}

extension Array where Element == UInt8 {
    /// Appends `cluster` with the comma after it.
    fileprivate mutating func append(_ place: Clusters.Place) {
        var output = Output(capacity: 160 + place.lead.count)
        output.cluster(place.id, size: place.size, similarity: place.similarity) { output in
            output.byte(UInt8(ascii: "\""))
            output.raw(place.lead)
            output.byte(UInt8(ascii: "\""))
        }
        append(contentsOf: output.array)
    }

    fileprivate mutating func append(_ literal: StaticString) {
        unsafe append(contentsOf: literal.bytes.buffer)
    }
}

extension ArraySlice where Element == UInt8 {
    /// The members of a line without `name`, where that is the last of them.
    fileprivate func withoutLastMember(named name: StaticString) -> ArraySlice {
        let count = name.utf8CodeUnitCount
        var start = endIndex - count
        while start >= startIndex, !self[start...].starts(with: name) { start -= 1 }
        return start < startIndex ? self : self[..<start]
    }

    /// The members of a line without `name`, a list of plain texts, where that is the first of them.
    fileprivate func withoutFirstMember(named name: StaticString) -> ArraySlice {
        guard starts(with: name), let end = firstIndex(of: UInt8(ascii: "]")) else { return self }
        return self[Swift.min(end + 2, endIndex)...]
    }

    fileprivate func starts(with literal: StaticString) -> Bool {
        unsafe withUnsafeBufferPointer { buffer in
            unsafe Bytes(start: buffer.baseAddress, count: buffer.count).hasPrefix(literal)
        }
    }
}
