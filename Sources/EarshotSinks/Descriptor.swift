internal import Earshot

#if canImport(Glibc)
    internal import Glibc
#endif

/// An open file, closed with its owner.
struct Descriptor: ~Copyable {
    let number: Int32

    /// Opens a file with flags of open(2); nil where `O_CREAT` is not among them and the file is not there.
    init?(_ path: String, _ flags: Int32, mode: mode_t = 0o644) throws(DeliveryFailure) {
        number = unsafe open(path, flags | O_CLOEXEC, mode)
        if number < 0 {
            guard errno == ENOENT, flags & O_CREAT == 0 else { throw DeliveryFailure(at: path) }
            return nil
        }
    }

    deinit { _ = close(number) }

    /// The file's length.
    func length(_ path: String) throws(DeliveryFailure) -> Int {
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else { throw DeliveryFailure(at: path) }
        return Int(status.st_size)
    }

    /// One byte of the file; nil where there is none.
    func byte(at offset: Int) -> UInt8? {
        var byte: UInt8 = 0
        return unsafe pread(number, &byte, 1, off_t(offset)) == 1 ? byte : nil
    }

    /// Writes all of `bytes`.
    func write(_ bytes: [UInt8], _ path: String) throws(DeliveryFailure) {
        try Descriptor.write(bytes, to: number, path)
    }

    /// Writes all of `bytes` to an open file or pipe.
    static func write(_ bytes: [UInt8], to number: Int32, _ path: String) throws(DeliveryFailure) {
        var offset = 0
        while offset < bytes.count {
            let written = unsafe bytes.withUnsafeBytes { raw in
                unsafe Glibc.write(number, raw.baseAddress.map { unsafe $0 + offset }, raw.count - offset)
            }
            if written > 0 {
                offset += written
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN: wait(number)
            default: throw DeliveryFailure(at: path)
            }
        }
    }

    /// Waits until an open pipe that does not block takes more.
    private static func wait(_ number: Int32) {
        var poll = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        _ = unsafe Glibc.poll(&poll, 1, 1000)
    }

    /// Returns once what was written is on the disk.
    func sync(_ path: String) throws(DeliveryFailure) {
        guard fdatasync(number) == 0 else { throw DeliveryFailure(at: path) }
    }

    /// Cuts the file.
    func truncate(to length: Int, _ path: String) throws(DeliveryFailure) {
        guard ftruncate(number, length) == 0 else { throw DeliveryFailure(at: path) }
    }
}

/// What a file sink does to directories.
enum Directory {
    /// Makes the directory that a file is in, and those above it.
    static func make(for path: String) throws(DeliveryFailure) {
        let parent = parent(of: path)
        guard unsafe access(parent, F_OK) != 0 else { return }
        try make(for: parent)
        guard unsafe mkdir(parent, 0o755) == 0 || errno == EEXIST else { throw DeliveryFailure(at: parent) }
        try sync(for: parent)
    }

    /// Whether a path leads to a directory.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Returns once a new or removed name is on the disk.
    static func sync(for path: String) throws(DeliveryFailure) {
        let parent = parent(of: path)
        guard let directory = try Descriptor(parent, O_RDONLY | O_DIRECTORY) else { return }
        guard fsync(directory.number) == 0 || errno == EINVAL else { throw DeliveryFailure(at: parent) }
    }

    /// Makes a file in a directory and removes it again, to see whether that can be done.
    static func attempt(in directory: String, _ name: String) throws(DeliveryFailure) {
        let number = unsafe open(directory + "/" + name, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard number >= 0 else { throw DeliveryFailure(at: directory) }
        _ = close(number)
        try remove(directory + "/" + name)
    }

    /// Removes a file that may be missing.
    static func remove(_ path: String) throws(DeliveryFailure) {
        guard unsafe unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR else { throw DeliveryFailure(at: path) }
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

extension DeliveryFailure {
    /// What the system's last error means: an operator must act, or it may pass.
    init(at path: String, _ code: Int32 = errno) {
        let text = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        let reason = "\(path): \(text)"
        switch code {
        case EACCES, EPERM, EROFS, ENOTDIR, EISDIR, ELOOP, ENAMETOOLONG: self = .blocked(reason: reason)
        case EPIPE: self = .closed
        default: self = .transient(reason: reason)
        }
    }
}
