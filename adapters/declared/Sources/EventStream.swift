internal import Earshot
internal import EarshotFormats

/// Server-sent events (HTML, section 9.2) as a value: `{"events": [{"event": name, "data": JSON or text}]}`.
enum EventStream {
    /// The events of a document, or nil where it is none.
    static func value(of bytes: [UInt8]) -> JSONValue? {
        guard bytes.count <= Document.sizeLimit, isLikely(bytes) else { return nil }
        var events: [JSONValue] = []
        var name = ""
        var data: [UInt8] = []
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            let line = line.last == 0x0D ? line.dropLast() : line
            if line.isEmpty {
                if !data.isEmpty { events.append(event(name, data)) }
                (name, data) = ("", [])
            } else if let rest = line.after("event:") {
                name = String(decoding: rest, as: UTF8.self)
            } else if let rest = line.after("data:") {
                if !data.isEmpty { data.append(0x0A) }
                data += rest
            }
        }
        return ["events": .array(events)]
    }

    /// "If the line starts with a colon, ignore the line": what begins so, or with a field, is a stream of events.
    private static func isLikely(_ bytes: [UInt8]) -> Bool {
        ["event:", "data:", ":", "id:", "retry:"].contains { bytes.starts(with: $0.utf8) }
    }

    private static func event(_ name: String, _ data: [UInt8]) -> JSONValue {
        let text = String(decoding: data, as: UTF8.self)
        return ["event": .string(name), "data": (try? JSONValue(parsing: data)) ?? .string(text)]
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
