internal import CSimdJSON
public import Earshot

extension Bytes {
    /// Whether the bytes are UTF-8.
    public var isUTF8: Bool { unsafe buffer.baseAddress.map { unsafe csimdjson_is_utf8($0, count) } ?? true }

    /// The scalars that lie whole within the first `limit` bytes, of bytes that are UTF-8.
    public func wholeScalars(within limit: Int) -> Bytes {
        guard limit < count else { return self }
        var end = limit
        while end > 0, self[end] & 0xC0 == 0x80 { end -= 1 }
        return self[0..<end]
    }
}
