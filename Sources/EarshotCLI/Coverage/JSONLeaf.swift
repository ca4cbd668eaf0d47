internal import Earshot
internal import EarshotFormats

/// One value of a JSON document that says something: a truth, a number, a text that is not empty.
struct JSONLeaf {
    /// A step from a value to one within it.
    enum Step {
        case key(String)
        case index(Int)
    }

    /// The way to the value, for people: `data[].author.id`; a key that is an id is `{}`.
    var path: String
    /// The way to the value.
    var steps: [Step]
    /// The value.
    var value: JSONValue

    /// Every leaf of a document, in its order.
    static func all(in root: JSONValue) -> [JSONLeaf] {
        var found: [JSONLeaf] = []
        collect(root, path: "", steps: [], into: &found)
        return found
    }

    /// Every leaf of a document's bytes; nil where they are no JSON.
    static func all(in bytes: [UInt8]) -> [CoverageLeaf]? {
        let prefix = JSONLeaf.prefix(of: bytes)
        guard let root = try? JSON.read(Array(bytes[prefix...]), { root, _ in JSONValue(root) }) else { return nil }
        return all(in: root).map { leaf in
            var isTelling = true
            if case .boolean = leaf.value { isTelling = false }
            let text = leaf.value.text ?? leaf.value.description
            return CoverageLeaf(path: leaf.path, text: text, isTelling: isTelling) {
                leaf.others.map { Array(bytes[..<prefix]) + leaf.replaced(in: root, by: $0).bytes }
            }
        }
    }

    /// How many bytes stand before the JSON in a file that is a script, as archives have them: `window.x = `.
    private static func prefix(of bytes: [UInt8]) -> Int {
        guard bytes.withBytes({ $0.hasPrefix("window.") }), let equals = bytes.firstIndex(of: UInt8(ascii: "="))
        else { return 0 }
        return equals + 1
    }

    private static func collect(_ value: JSONValue, path: String, steps: [Step], into found: inout [JSONLeaf]) {
        switch value {
        case .null, .string(""): break
        case .boolean, .integer, .number, .string: found.append(JSONLeaf(path: path, steps: steps, value: value))
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                collect(element, path: path + "[]", steps: steps + [.index(index)], into: &found)
            }
        case .object(let members):
            for member in members {
                let name = isID(member.key) ? "{}" : member.key
                let path = path.isEmpty ? name : "\(path).\(name)"
                collect(member.value, path: path, steps: steps + [.key(member.key)], into: &found)
            }
        }
    }

    /// Whether a key names one thing among many rather than a kind of thing.
    private static func isID(_ key: String) -> Bool {
        guard let first = key.utf8.first else { return true }
        let digits = key.utf8.filter { $0 >= 0x30 && $0 <= 0x39 }.count
        return (first >= 0x30 && first <= 0x39) || digits >= 5 || key.utf8.count > 40
    }

    /// The document with another value in this place.
    func replaced(in root: JSONValue, by other: JSONValue) -> JSONValue {
        JSONLeaf.replaced(in: root, at: steps[...], by: other)
    }

    private static func replaced(in value: JSONValue, at steps: ArraySlice<Step>, by other: JSONValue) -> JSONValue {
        guard let step = steps.first else { return other }
        switch (step, value) {
        case (.key(let key), .object(var members)):
            members[key] = members[key].map { replaced(in: $0, at: steps.dropFirst(), by: other) }
            return .object(members)
        case (.index(let index), .array(var elements)) where elements.indices.contains(index):
            elements[index] = replaced(in: elements[index], at: steps.dropFirst(), by: other)
            return .array(elements)
        default: return value
        }
    }

    /// Values of the same type that this one is exchanged for, one after another.
    var others: [JSONValue] {
        switch value {
        case .boolean(let truth): [.boolean(!truth)]
        case .integer(let number): [.integer(number &+ 1)]
        case .number(let number): [.number(number + 1)]
        case .string(let text): JSONLeaf.others(of: text).map { .string($0) }
        case .null, .array, .object: []
        }
    }

    /// The text with another letter or digit at its end, in its middle, at its beginning.
    private static func others(of text: String) -> [String] {
        var scalars = Array(text.unicodeScalars)
        let places = scalars.indices.filter { isPlain(scalars[$0]) }
        guard let first = places.first, let last = places.last else { return [text + "x"] }
        return [last, places[places.count / 2], first].map { place in
            let kept = scalars[place]
            defer { scalars[place] = kept }
            scalars[place] = kept == "1" ? "2" : kept.value <= 0x39 ? "1" : kept == "x" ? "y" : "x"
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars)
            return String(view)
        }
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
    }
}
