internal import CZlib
internal import CZstd
internal import Earshot

/// How lines are packed in a file.
///
/// Every delivery is a gzip member or a zstd frame of its own: any tool reads several as one, and a file can be cut
/// between them.
package enum Compression: String, Decodable, Sendable, CaseIterable {
    /// As they are.
    case none
    /// RFC 1952.
    case gzip
    /// RFC 8878.
    case zstd

    /// What a file's name ends with.
    var suffix: String {
        switch self {
        case .none: ""
        case .gzip: ".gz"
        case .zstd: ".zst"
        }
    }

    /// The bytes as they are written to the file.
    func pack(_ bytes: [UInt8]) throws(DeliveryFailure) -> [UInt8] {
        let packed =
            switch self {
            case .none: bytes
            case .gzip: Compression.gzip(bytes)
            case .zstd: Compression.zstd(bytes)
            }
        guard let packed else { throw .transient(reason: "the lines could not be compressed") }
        return packed
    }

    private static func gzip(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = unsafe z_stream()
        guard unsafe earshot_gzip_begin(&stream, 6) == Z_OK, let count = UInt32(exactly: bytes.count) else {
            return nil
        }
        defer { unsafe deflateEnd(&stream) }
        let room = unsafe Int(deflateBound(&stream, UInt(bytes.count)))
        var input = bytes
        let packed = unsafe [UInt8](unsafeUninitializedCapacity: room) { output, written in
            unsafe input.withUnsafeMutableBufferPointer { source in
                unsafe stream.next_in = source.baseAddress
                unsafe stream.avail_in = count
                unsafe stream.next_out = output.baseAddress
                unsafe stream.avail_out = UInt32(truncatingIfNeeded: room)
                written = unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END ? room - Int(stream.avail_out) : 0
            }
        }
        return packed.isEmpty ? nil : packed
    }

    private static func zstd(_ bytes: [UInt8]) -> [UInt8]? {
        let room = ZSTD_compressBound(bytes.count)
        let packed = unsafe [UInt8](unsafeUninitializedCapacity: room) { output, written in
            unsafe bytes.withUnsafeBytes { source in
                let count = unsafe ZSTD_compress(output.baseAddress, room, source.baseAddress, source.count, 3)
                written = ZSTD_isError(count) == 0 ? count : 0
            }
        }
        return packed.isEmpty ? nil : packed
    }
}
