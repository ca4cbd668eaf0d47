internal import Earshot
internal import EarshotFormats

/// Changes of JSON that leave it JSON: bytes changed blindly seldom get past the parser.
struct JSONMutation {
    private var state: UInt64
    private var values: [JSONValue] = []
    private var keys: [String] = []

    /// What readers of numbers, ids, times and texts trip over.
    private static let hostile: [JSONValue] = [
        nil, true, false, 0, -1, 1, 0.5, -0.0, 1e308, 1e19, -1e19, .integer(.max), .integer(.min), .integer(1 << 53),
        [], [:],
        "", "0", "-1", "9223372036854775807", "9223372036854775808", "1e400", "null", "true", " ", "\u{0}", "\n",
        "\u{FEFF}", "e\u{301}", "\u{1F468}\u{200D}\u{1F469}", "&amp;&lt;&#128;&#x110000;", "http://", "//", "@", "#",
        "RT @acmeair: ", "https://acme.example/?a=b#c", "2026-02-30T25:61:61Z", "Mon Jan 12 08:30:00 +0000 2026",
        "1767225600", "99999999999999999", "\u{C3}\u{A9}", "a_b", ":", "/", "\\", [[]], [nil], ["": nil],
    ]

    /// Mutations that follow from a seed.
    init(seed: UInt32) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1 }

    /// A number below `limit`.
    private mutating func below(_ limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return limit <= 1 ? 0 : Int(state % UInt64(limit))
    }

    /// The text with one to three changes, or nil where it is no JSON; what stands before the JSON is kept.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8]? {
        let prefix = bytes.hasPrefix("window.") ? bytes.firstIndex(of: UInt8(ascii: "=")).map { $0 + 1 } ?? 0 : 0
        guard var root = try? JSONValue(parsing: Array(bytes[prefix...])) else { return nil }
        for _ in 0...below(3) {
            values = []
            keys = []
            gather(root)
            var place = below(values.count)
            root = changed(root, at: &place) ?? .null
        }
        return Array(bytes[..<prefix]) + root.bytes
    }

    /// Lists the values and keys under a value, as many as are worth choosing from.
    private mutating func gather(_ value: JSONValue) {
        guard values.count < 4096 else { return }
        values.append(value)
        value.elements?.forEach { gather($0) }
        for member in value.members ?? [:] {
            keys.append(member.key)
            gather(member.value)
        }
    }

    /// The value with the one at `place`, counted as they were gathered, changed; nil takes it out.
    private mutating func changed(_ value: JSONValue, at place: inout Int) -> JSONValue? {
        if place == 0 {
            place = -1
            return changed(value)
        }
        place -= 1
        switch value {
        case .array(let elements):
            var result: [JSONValue] = []
            for element in elements {
                guard place >= 0 else { result.append(element); continue }
                if let element = changed(element, at: &place) { result.append(element) }
            }
            return .array(result)
        case .object(let members):
            var result = JSONObject()
            for member in members {
                result[member.key] = place < 0 ? member.value : changed(member.value, at: &place)
            }
            return .object(result)
        default: return value
        }
    }

    private mutating func changed(_ value: JSONValue) -> JSONValue? {
        switch (below(12), value) {
        case (0, _): nil
        case (1, _), (2, _): values[below(values.count)]
        case (3, _): [value]
        case (4, .array(let elements)), (5, .array(let elements)): .array(more(elements))
        case (6, .object(let members)), (7, .object(let members)), (8, .object(let members)): .object(renamed(members))
        case (6, .string(let text)), (7, .string(let text)), (8, .string(let text)): .string(changed(text))
        case (4, .string(let text)): Int64(text).map { .integer($0) } ?? .string(text + text)
        case (4, .integer(let number)): .string(String(number))
        case (5, .integer(let number)): .integer(number &+ Int64(below(5)) &- 2)
        default: JSONMutation.hostile[below(JSONMutation.hostile.count)]
        }
    }

    /// The elements with some again.
    private mutating func more(_ elements: [JSONValue]) -> [JSONValue] {
        guard !elements.isEmpty else { return [values[below(values.count)]] }
        let again = elements[below(elements.count)]
        return elements + Array(repeating: again, count: below(16) == 0 ? 200 : 1)
    }

    /// The members with one under another's name.
    private mutating func renamed(_ members: JSONObject) -> JSONObject {
        guard !members.isEmpty, !keys.isEmpty else { return members }
        var result = members
        let from = members[below(members.count)]
        if below(2) == 0 { result[from.key] = nil }
        result[keys[below(keys.count)]] = from.value
        return result
    }

    /// The text with a hostile one put in, or cut.
    private mutating func changed(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        let place = below(scalars.count + 1)
        var result = String.UnicodeScalarView(scalars[..<place])
        if below(4) > 0 {
            let other =
                below(2) == 0 ? JSONMutation.hostile[below(JSONMutation.hostile.count)] : values[below(values.count)]
            result.append(contentsOf: (other.text ?? other.description).unicodeScalars.prefix(200))
            result.append(contentsOf: scalars[place...])
        }
        return String(result)
    }
}

extension [UInt8] {
    fileprivate func hasPrefix(_ literal: StaticString) -> Bool { withBytes { $0.hasPrefix(literal) } }
}

/// libFuzzer's own way to change bytes.
@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int) -> Int

/// Called by libFuzzer to change an input in place; gives its new length.
@_cdecl("LLVMFuzzerCustomMutator")
func mutate(_ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: UInt32) -> Int {
    guard Target.chosen?.isJSON == true, seed % 4 != 0 else { return unsafe mutateBytes(start, count, limit) }
    var mutation = JSONMutation(seed: seed)
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    guard let changed = mutation.mutated(bytes), changed.count <= limit else {
        return unsafe mutateBytes(start, count, limit)
    }
    unsafe start.update(from: changed, count: changed.count)
    return changed.count
}
