internal import CSimdJSON
public import Earshot

extension Bytes {
    /// Whether the bytes are UTF-8.
    public var isUTF8: Bool { unsafe buffer.baseAddress.map { unsafe csimdjson_is_utf8($0, count) } ?? true }
}
