internal import Foundation

/// A record being stored: whole numbers side by side, each its lowest byte first.
@safe
struct StoredRecord {
    private let bytes: UnsafeMutableRawBufferPointer
    private var count = 0

    fileprivate init(_ bytes: UnsafeMutableRawBufferPointer) { unsafe self.bytes = bytes }

    /// Whether all of the record has been written.
    fileprivate var isWhole: Bool { unsafe count == bytes.count }

    /// Appends a number; there must be room for it.
    @inline(__always)
    mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        unsafe precondition(count &+ MemoryLayout<Value>.size <= bytes.count, "a record is longer than it is to be")
        unsafe bytes.storeBytes(of: value.littleEndian, toByteOffset: count, as: Value.self)
        count &+= MemoryLayout<Value>.size
    }
}

extension Array where Element == UInt8 {
    /// Appends a record of `length` bytes that `write` writes wholly.
    @inline(__always)
    mutating func append(record length: Int, _ write: (inout StoredRecord) -> Void) {
        unsafe withUnsafeTemporaryAllocation(byteCount: length, alignment: 8) { bytes in
            var record = unsafe StoredRecord(bytes)
            write(&record)
            precondition(record.isWhole, "a record is shorter than it is to be")
            unsafe append(contentsOf: bytes)
        }
    }

    /// Calls `body` with the same bytes as data, which must not outlive the call; nothing is copied.
    func withData<Result>(_ body: (Data) throws -> Result) rethrows -> Result {
        try unsafe withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return try body(Data()) }
            let data = unsafe Data(
                bytesNoCopy: UnsafeMutableRawPointer(mutating: start), count: bytes.count, deallocator: .none)
            return try body(data)
        }
    }
}

extension UnsafeRawBufferPointer {
    /// The whole number at an offset, its lowest byte first.
    func integer<Value: FixedWidthInteger>(at offset: Int) -> Value {
        Value(littleEndian: unsafe loadUnaligned(fromByteOffset: offset, as: Value.self))
    }
}
