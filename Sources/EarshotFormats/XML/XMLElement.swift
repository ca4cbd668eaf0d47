public import Earshot

/// A name in a namespace.
public struct XMLName {
    /// The namespace's address; none where there is none or its prefix is not declared.
    public let namespace: Bytes
    /// The name without its prefix.
    public let local: Bytes
    /// The prefix as written.
    public let prefix: Bytes
}

/// The start of an element: its name and attributes, borrowed during the call.
public struct XMLElement {
    /// The name.
    public let name: XMLName
    /// The attributes.
    public let attributes: XMLAttributes

    /// The value of the attribute without a namespace, or no bytes.
    public subscript(name: StaticString) -> Bytes { attributes.value(name) }

    /// The value of an attribute in the namespace of XML: `base`, `lang`, `space`; nil where it is not there.
    public func xml(_ name: StaticString) -> Bytes? {
        for index in 0..<attributes.count {
            let attribute = attributes[index]
            if attribute.name.local == name && attribute.name.prefix == "xml" { return attribute.value }
        }
        return nil
    }
}

/// One attribute.
public struct XMLAttribute {
    /// The name.
    public let name: XMLName
    /// The value, references resolved.
    public let value: Bytes
}

/// The attributes of an element, as libxml2 lays them out: name, prefix, namespace, start and end of the value.
@safe
public struct XMLAttributes {
    private let table: UnsafePointer<UnsafePointer<UInt8>?>?
    /// How many there are.
    public let count: Int

    /// A view of `count` attributes of five pointers each.
    init(_ table: UnsafePointer<UnsafePointer<UInt8>?>?, count: Int) {
        unsafe self.table = table
        self.count = unsafe table == nil ? 0 : max(count, 0)
    }

    /// The attribute at a position counted from 0.
    public subscript(index: Int) -> XMLAttribute {
        guard index >= 0, index < count, let row = unsafe table.map({ unsafe $0 + index * 5 }) else {
            return XMLAttribute(name: XMLName(namespace: .none, local: .none, prefix: .none), value: .none)
        }
        return unsafe XMLAttribute(
            name: XMLName(namespace: Bytes(c: row[2]), local: Bytes(c: row[0]), prefix: Bytes(c: row[1])),
            value: Bytes(from: row[3], to: row[4]))
    }

    /// The value of the attribute of a name and without a namespace, or no bytes.
    func value(_ name: StaticString) -> Bytes {
        for index in 0..<count {
            let attribute = self[index]
            if attribute.name.prefix.isEmpty && attribute.name.local == name { return attribute.value }
        }
        return .none
    }
}

extension Bytes {
    /// A C string of libxml2.
    @unsafe
    init(c string: UnsafePointer<UInt8>?) {
        guard let string = unsafe string else {
            self = .none
            return
        }
        var count = 0
        while unsafe string[count] != 0 { count &+= 1 }
        unsafe self.init(start: string, count: count)
    }

    /// The bytes between two pointers of libxml2.
    @unsafe
    init(from start: UnsafePointer<UInt8>?, to end: UnsafePointer<UInt8>?) {
        guard let start = unsafe start, let end = unsafe end, unsafe end > start else {
            self = .none
            return
        }
        unsafe self.init(start: start, count: end - start)
    }
}
