internal import Earshot

/// The members of a JSON object in the order they were written; of two equal keys the last holds.
///
/// Keys are equal where their bytes are. Look-ups in large objects go through a table, so that no document can make
/// them slow.
public struct JSONObject: Sendable {
    /// A key and its value.
    public typealias Member = (key: String, value: JSONValue)

    private var entries: [Member] = []
    private var table: [Name: Int] = [:]

    /// Objects of so many members or fewer are searched without a table.
    private static let tableSize = 12

    /// An object without members.
    public init() {}

    /// The members of a node; none where it is no object.
    public init(_ node: JSONNode) {
        node.fields { key, value in self[key.string] = JSONValue(value) }
    }

    /// Those members of a node that have one of some keys.
    init(_ node: JSONNode, keeping keys: Set<String>) {
        node.fields { key, value in
            let name = key.string
            if keys.contains(name) { self[name] = JSONValue(value) }
        }
    }

    /// The keys in order.
    public var keys: [String] { entries.map(\.key) }

    /// The values in order.
    public var values: [JSONValue] { entries.map(\.value) }

    /// The value under a key; setting nil takes the member out, setting a value keeps the member's place.
    public subscript(key: String) -> JSONValue? {
        get { position(of: key).map { entries[$0].value } }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?): entries[position].value = value
            case (nil, let value?): append((key, value))
            case (let position?, nil):
                entries.remove(at: position)
                rebuild()
            case (nil, nil): break
            }
        }
    }

    private mutating func append(_ member: Member) {
        entries.append(member)
        if entries.count == JSONObject.tableSize + 1 {
            rebuild()
        } else if entries.count > JSONObject.tableSize {
            table[Name(text: member.key)] = entries.count - 1
        }
    }

    private mutating func rebuild() {
        table.removeAll()
        guard entries.count > JSONObject.tableSize else { return }
        for (position, member) in entries.enumerated() { table[Name(text: member.key)] = position }
    }

    private func position(of key: String) -> Int? {
        if entries.count > JSONObject.tableSize { return table[Name(text: key)] }
        return entries.firstIndex { $0.key.utf8.elementsEqual(key.utf8) }
    }

    /// A key that is compared by its bytes, where `String` would hold composed and decomposed letters for the same.
    private struct Name: Hashable {
        let text: String

        static func == (one: Name, other: Name) -> Bool { one.text.utf8.elementsEqual(other.text.utf8) }

        func hash(into hasher: inout Hasher) {
            var copy = text
            copy.withUTF8 { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }
}

extension JSONObject: RandomAccessCollection {
    /// The first position.
    public var startIndex: Int { 0 }
    /// The position after the last.
    public var endIndex: Int { entries.count }
    /// The member at a position.
    public subscript(position: Int) -> Member { entries[position] }
}

extension JSONObject: Equatable {
    /// Whether both have the same members, in any order.
    public static func == (one: JSONObject, other: JSONObject) -> Bool {
        one.count == other.count && one.allSatisfy { member in other[member.key] == member.value }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// The members of a literal; of two equal keys the last holds.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (key, value) in elements { self[key] = value }
    }
}
