internal import Earshot
internal import Glibc

/// Bytes that come piece by piece.
protocol ByteStream: AnyObject {
    /// Appends some bytes to `buffer`; false at the end.
    func read(into buffer: inout [UInt8]) throws(MalformedDocument) -> Bool
}

/// The bytes of a file or pipe.
final class FileStream: ByteStream {
    private let descriptor: Int32
    private let isOwned: Bool
    /// How many bytes are asked for at a time, and how many at least while there is room for no more.
    private static let (share, leastShare) = (128 * 1024, 16 * 1024)
    private var head: [UInt8] = []
    /// How many bytes were read.
    private(set) var bytesRead = 0
    /// The size, where the file can be read from any place.
    let seekableSize: Int?

    /// Opens a file, not waiting for a pipe's other end.
    init(_ file: InputFile) throws(MalformedDocument) {
        if let descriptor = file.descriptor {
            self.descriptor = descriptor
            isOwned = false
            let isAtStart = file.size != nil && lseek(descriptor, 0, SEEK_CUR) == 0
            seekableSize = isAtStart ? file.size : nil
        } else {
            descriptor = unsafe Glibc.open(file.path, O_RDONLY | O_CLOEXEC)
            isOwned = true
            seekableSize = file.size
            guard descriptor >= 0 else { throw MalformedDocument.unreadable(errno) }
        }
    }

    deinit { if isOwned && descriptor >= 0 { close(descriptor) } }

    /// The first bytes, which will be read once more.
    func peek(_ count: Int) throws(MalformedDocument) -> [UInt8] {
        while head.count < count, try fetch(into: &head) {}
        return Array(head.prefix(count))
    }

    func read(into buffer: inout [UInt8]) throws(MalformedDocument) -> Bool {
        guard head.isEmpty else {
            if buffer.isEmpty { swap(&buffer, &head) } else { buffer += head }
            head = []
            return true
        }
        return try fetch(into: &buffer)
    }

    /// Everything, or nil where it is more than `limit`.
    func all(upTo limit: Int) throws(MalformedDocument) -> [UInt8]? {
        var whole: [UInt8] = []
        while whole.count <= limit, try read(into: &whole) {}
        return whole.count <= limit ? whole : nil
    }

    /// Goes to a place of a file that can be read from any place.
    func seek(to offset: Int) -> Bool {
        head = []
        return lseek(descriptor, off_t(offset), SEEK_SET) == off_t(offset)
    }

    /// So many bytes at a place of a file that can be read from any place, or nil where they are not there; what is
    /// read next is what it was.
    func bytes(at offset: Int, count: Int) -> [UInt8]? {
        guard offset >= 0, count >= 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let part = unsafe bytes.withUnsafeMutableBytes { space in
                unsafe pread(descriptor, space.baseAddress.map { unsafe $0 + done }, count - done, off_t(offset + done))
            }
            if part < 0 && errno == EINTR { continue }
            guard part > 0 else { return nil }
            done += part
        }
        return bytes
    }

    private func fetch(into buffer: inout [UInt8]) throws(MalformedDocument) -> Bool {
        if buffer.capacity - buffer.count < FileStream.leastShare {
            buffer.reserveCapacity(max(2 * buffer.capacity, buffer.count + FileStream.share))
        }
        let room = min(buffer.capacity - buffer.count, FileStream.share)
        while true {
            var (count, code) = (0, Int32(0))
            buffer.append(addingCapacity: room) { span in
                unsafe span.withUnsafeMutableBufferPointer { space, initialized in
                    count = unsafe Glibc.read(descriptor, space.baseAddress, space.count)
                    code = errno
                    initialized = max(count, 0)
                }
            }
            bytesRead += max(count, 0)
            if count >= 0 { return count > 0 }
            if code != EINTR { throw MalformedDocument.unreadable(code) }
        }
    }
}

extension MalformedDocument {
    /// What the system says of a file that cannot be read.
    static func unreadable(_ code: Int32) -> MalformedDocument {
        MalformedDocument("cannot be read: \(unsafe String(cString: strerror(code)))")
    }

    /// A document of more bytes than are read.
    static func tooLarge(_ limit: Int) -> MalformedDocument {
        MalformedDocument("larger than \(limit / 1_048_576) MiB")
    }
}
