public import Earshot

extension JSONNode {
    /// Appends the value as JSON, without white space: what a platform said, on its way to `ext` or `raw`; on the way
    /// to `ext` without the members of objects that say nothing.
    public func write(to output: inout Output, withoutNulls: Bool = false) {
        switch kind {
        case .absent, .null: output.literal("null")
        case .boolean: output.boolean(boolean == true)
        case .integer: writeInteger(to: &output)
        case .number: output.number(double ?? 0)
        case .string: output.string(string)
        case .array:
            output.byte(UInt8(ascii: "["))
            var isFirst = true
            each { element in
                if !isFirst { output.byte(UInt8(ascii: ",")) }
                isFirst = false
                element.write(to: &output, withoutNulls: withoutNulls)
            }
            output.byte(UInt8(ascii: "]"))
        case .object:
            output.byte(UInt8(ascii: "{"))
            var isFirst = true
            fields { key, value in
                if withoutNulls, value.kind == .null { return }
                if !isFirst { output.byte(UInt8(ascii: ",")) }
                isFirst = false
                output.string(key)
                output.byte(UInt8(ascii: ":"))
                value.write(to: &output, withoutNulls: withoutNulls)
            }
            output.byte(UInt8(ascii: "}"))
        }
    }

    /// Appends a whole number, also one that only an unsigned word holds.
    private func writeInteger(to output: inout Output) {
        if let unsigned {
            for digit in String(unsigned).utf8 { output.byte(digit) }
        } else {
            output.integer(int64)
        }
    }
}

extension Reading {
    /// Keeps a value as JSON, or nothing where there is none; for `raw` and, without nulls, for members of `ext`.
    public mutating func keepJSON(_ node: JSONNode, withoutNulls: Bool = false) -> Kept {
        guard node.kind != .absent else { return .none }
        var output = Output()
        node.write(to: &output, withoutNulls: withoutNulls)
        return output.withBytes { keepJSON($0) }
    }
}

extension JSONFields {
    /// Writes a member with a value of a document, unless it is null or absent.
    public mutating func node(_ key: StaticString, _ value: JSONNode) {
        guard value.exists else { return }
        member(key) { value.write(to: &$0, withoutNulls: true) }
    }

    /// Writes a member with a value of a document under a name of the document's, unless it is null or absent.
    public mutating func node(named key: Bytes, _ value: JSONNode) {
        guard value.exists, !key.isEmpty else { return }
        member(named: key) { value.write(to: &$0, withoutNulls: true) }
    }
}
