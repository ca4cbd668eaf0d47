public import Earshot

/// A JSON value of its own memory, for what is looked at more than once: configurations, expressions, mentions.
///
/// Two numbers are equal where their values are, however they were written; two objects where their members are, in
/// any order; two strings where their bytes are.
public enum JSONValue: Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A number without fraction or exponent that fits 64 bits with a sign; a larger one is a text of its digits, as
    /// it is an id and no amount.
    case integer(Int64)
    /// A number with a fraction or an exponent.
    case number(Double)
    /// A text.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object; its members keep their order.
    case object(JSONObject)

    /// What a node says; an absent node says `null`.
    ///
    /// The parser bounds how deep a text may nest, and with it the recursion here.
    public init(_ node: JSONNode) {
        switch node.kind {
        case .absent, .null: self = .null
        case .boolean: self = .boolean(node.boolean ?? false)
        case .integer: self = node.unsigned.map { .string(String($0)) } ?? .integer(node.int64)
        case .number: self = .number(node.double ?? 0)
        case .string: self = .string(node.string.string)
        case .array: self = .array(JSONValue.elements(of: node))
        case .object: self = .object(JSONObject(node))
        }
    }

    /// The value of a JSON text; throws where it is none.
    public init(parsing bytes: [UInt8]) throws(MalformedDocument) {
        self = try JSON.parse(bytes) { (root) throws(MalformedDocument) in JSONValue(root) }
    }

    /// The value of a JSON text; throws where it is none.
    public init(parsing text: String) throws(MalformedDocument) {
        try self.init(parsing: Array(text.utf8))
    }

    /// The value without the members of objects that are `null`, at any depth.
    public var withoutNulls: JSONValue {
        switch self {
        case .array(let elements): return .array(elements.map(\.withoutNulls))
        case .object(let members):
            var said = JSONObject()
            for (key, value) in members where !value.isNull { said[key] = value.withoutNulls }
            return .object(said)
        default: return self
        }
    }

    private static func elements(of node: JSONNode) -> [JSONValue] {
        var elements: [JSONValue] = []
        node.each { elements.append(JSONValue($0)) }
        return elements
    }
}

extension JSONValue {
    /// The text, where it is one.
    public var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The truth, where it is one.
    public var truth: Bool? {
        guard case .boolean(let truth) = self else { return nil }
        return truth
    }

    /// The whole number, where it is one, also one written with a fraction of zeros.
    public var wholeNumber: Int64? {
        switch self {
        case .integer(let whole): whole
        case .number(let number): Int64(exactly: number)
        default: nil
        }
    }

    /// The number, where it is one.
    public var double: Double? {
        switch self {
        case .integer(let whole): Double(whole)
        case .number(let number): number
        default: nil
        }
    }

    /// The elements, where it is an array.
    public var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The members, where it is an object.
    public var members: JSONObject? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// Whether it is `null`.
    public var isNull: Bool {
        guard case .null = self else { return false }
        return true
    }

    /// The value under a key, where it is an object that has the key.
    public subscript(key: String) -> JSONValue? { members?[key] }

    /// The element at a position counted from 0, where it is an array that has so many.
    public subscript(position: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(position) else { return nil }
        return elements[position]
    }

    /// The value that a JSON Pointer (RFC 6901) leads to, or nil.
    public func value(at pointer: String) -> JSONValue? {
        if pointer.isEmpty { return self }
        guard pointer.utf8.first == UInt8(ascii: "/") else { return nil }
        var value = self
        for token in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let next = value.step(JSONPointer.unescape(token)) else { return nil }
            value = next
        }
        return value
    }

    private func step(_ token: String) -> JSONValue? {
        switch self {
        case .object(let members): return members[token]
        case .array:
            // "the array index must be digits without leading zeros" (RFC 6901, section 4)
            guard let position = Int(token), position >= 0, String(position) == token else { return nil }
            return self[position]
        default: return nil
        }
    }
}

/// The tokens of a JSON Pointer (RFC 6901).
public enum JSONPointer {
    /// A key as a token: `~` and `/` escaped.
    public static func escape(_ key: String) -> String {
        var token = ""
        for scalar in key.unicodeScalars {
            switch scalar {
            case "~": token += "~0"
            case "/": token += "~1"
            default: token.unicodeScalars.append(scalar)
            }
        }
        return token
    }

    /// The key that a token stands for.
    public static func unescape(_ token: some StringProtocol) -> String {
        guard token.utf8.contains(UInt8(ascii: "~")) else { return String(token) }
        var key = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in token.unicodeScalars {
            switch (isEscaped, scalar) {
            case (false, "~"): isEscaped = true
            case (false, _): key.append(scalar)
            case (true, _):
                key.append(scalar == "0" ? "~" : scalar == "1" ? "/" : scalar)
                isEscaped = false
            }
        }
        return String(key)
    }
}

extension JSONValue: Equatable {
    /// Whether two values are the same to JSON.
    public static func == (one: JSONValue, other: JSONValue) -> Bool {
        switch (one, other) {
        case (.null, .null): true
        case (.boolean(let left), .boolean(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.integer(let whole), .number(let number)), (.number(let number), .integer(let whole)):
            Int64(exactly: number) == whole
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }
}

extension JSONValue: CustomStringConvertible {
    /// Writes the value as JSON, without white space.
    public func write(to output: inout Output) {
        switch self {
        case .null: output.literal("null")
        case .boolean(let truth): output.boolean(truth)
        case .integer(let whole): output.integer(whole)
        case .number(let number): output.number(number)
        case .string(let text): output.string(text)
        case .array(let elements):
            output.byte(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                if position > 0 { output.byte(UInt8(ascii: ",")) }
                element.write(to: &output)
            }
            output.byte(UInt8(ascii: "]"))
        case .object(let members):
            output.byte(UInt8(ascii: "{"))
            for (position, member) in members.enumerated() {
                if position > 0 { output.byte(UInt8(ascii: ",")) }
                output.string(member.key)
                output.byte(UInt8(ascii: ":"))
                member.value.write(to: &output)
            }
            output.byte(UInt8(ascii: "}"))
        }
    }

    /// The value as a JSON text.
    public var bytes: [UInt8] {
        var output = Output()
        write(to: &output)
        return output.array
    }

    /// The value as a JSON text.
    public var description: String {
        var output = Output()
        write(to: &output)
        return output.string
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    /// A text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A truth.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// An array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// An object; of two equal keys the last holds.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        var members = JSONObject()
        for (key, value) in elements { members[key] = value }
        self = .object(members)
    }
    /// `null`.
    public init(nilLiteral: ()) { self = .null }
}
