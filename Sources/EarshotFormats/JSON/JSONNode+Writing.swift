public import Earshot

extension JSONNode {
    /// Appends the value as JSON, without white space: what a platform said, on its way to `ext` or `raw`.
    public func write(to output: inout Output) {
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
                element.write(to: &output)
            }
            output.byte(UInt8(ascii: "]"))
        case .object:
            output.byte(UInt8(ascii: "{"))
            var isFirst = true
            fields { key, value in
                if !isFirst { output.byte(UInt8(ascii: ",")) }
                isFirst = false
                output.string(key)
                output.byte(UInt8(ascii: ":"))
                value.write(to: &output)
            }
            output.byte(UInt8(ascii: "}"))
        }
    }

    /// Appends a whole number, also one that only an unsigned word holds.
    private func writeInteger(to output: inout Output) {
        if tag == UInt8(ascii: "u") {
            for digit in String(unsafe tape[index &+ 1]).utf8 { output.byte(digit) }
        } else {
            output.integer(int64)
        }
    }
}

extension Reading {
    /// Keeps a value as JSON, or nothing where there is none; for `raw` and for members of `ext`.
    public mutating func keepJSON(_ node: JSONNode) -> Kept {
        guard node.kind != .absent else { return .none }
        var output = Output()
        node.write(to: &output)
        return output.withBytes { keepJSON($0) }
    }
}

extension JSONFields {
    /// Writes a member with a value of a document, unless it is null or absent.
    public mutating func node(_ key: StaticString, _ value: JSONNode) {
        guard value.exists else { return }
        member(key) { value.write(to: &$0) }
    }

    /// Writes a member with a value of a document under a name of the document's, unless it is null or absent.
    public mutating func node(named key: Bytes, _ value: JSONNode) {
        guard value.exists, !key.isEmpty else { return }
        member(named: key) { value.write(to: &$0) }
    }
}
