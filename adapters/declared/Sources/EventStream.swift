internal import Earshot
internal import EarshotFormats

/// Server-sent events (HTML, section 9.2) as a value: `{"events": [{"event": name, "data": JSON or text}]}`.
struct EventStream {
    /// The events.
    private(set) var value: JSONValue = [:]
    /// What is wrong with some of them, and which.
    private(set) var defects: [(place: String, reason: String)] = []

    /// The events of a document, or nil where it is none.
    init?(_ bytes: [UInt8]) {
        let isMarked = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        let bytes = bytes.dropFirst(isMarked ? 3 : 0)
        guard bytes.count <= Document.sizeLimit, EventStream.isLikely(bytes) else { return nil }
        var events: [JSONValue] = []
        var name = ""
        var data: [UInt8] = []
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            let line = line.last == 0x0D ? line.dropLast() : line
            if line.isEmpty {
                if !data.isEmpty { events.append(event(name, data, at: "events[\(events.count)]")) }
                (name, data) = ("", [])
            } else if let rest = line.after("event:") {
                name = String(decoding: rest, as: UTF8.self)
            } else if let rest = line.after("data:") {
                if !data.isEmpty { data.append(0x0A) }
                data += rest
            }
        }
        value = ["events": .array(events)]
    }

    /// "If the line starts with a colon, ignore the line": what begins so, or with a field, is a stream of events.
    private static func isLikely(_ bytes: ArraySlice<UInt8>) -> Bool {
        ["event:", "data:", ":", "id:", "retry:"].contains { bytes.starts(with: $0.utf8) }
    }

    private mutating func event(_ name: String, _ data: [UInt8], at place: String) -> JSONValue {
        do throws(MalformedDocument) {
            let (value, isRepaired) = try JSON.read(data) { (JSONValue($0), $1) }
            if isRepaired { defects.append((place, "recovered: not JSON as it was sent")) }
            return ["event": .string(name), "data": value]
        } catch {
            // A word, such as the id that is all of a deletion, is none either, and right so.
            if [UInt8(ascii: "{"), UInt8(ascii: "[")].contains(data[0]) { defects.append((place, error.reason)) }
            return ["event": .string(name), "data": .string(String(decoding: data, as: UTF8.self))]
        }
    }
}

extension ArraySlice<UInt8> {
    /// What follows a field's name and one space at most, or nil where the line begins with something else.
    fileprivate func after(_ field: String) -> ArraySlice<UInt8>? {
        guard starts(with: field.utf8) else { return nil }
        let rest = dropFirst(field.utf8.count)
        return rest.first == 0x20 ? rest.dropFirst() : rest
    }
}
