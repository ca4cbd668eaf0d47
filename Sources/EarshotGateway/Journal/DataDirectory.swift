internal import Earshot

#if canImport(Glibc)
    internal import Glibc
#endif

/// The directory in which a gateway keeps what it knows: its owner's alone.
enum DataDirectory {
    /// Makes the directory where it is missing, and those above it; refuses one into which others could put something,
    /// and closes one that others could only look into.
    static func prepare(_ path: String) throws {
        try make(path)
        let status = try status(of: path)
        if let reason = refusal(of: path, status) { throw JournalFailure.unavailable(reason) }
        let isClosed = unsafe status.st_mode & 0o077 == 0 || chmod(path, 0o700) == 0
        guard isClosed else { throw failure("cannot close \(path) to others") }
    }

    /// Why a directory would be refused; nil where it would not, or is not there yet. Nothing is changed.
    static func refusal(of path: String) -> String? {
        guard let status = try? status(of: path) else { return nil }
        return refusal(of: path, status)
    }

    private static func refusal(of path: String, _ status: stat) -> String? {
        guard status.st_mode & S_IFMT == S_IFDIR else { return "\(path) is no directory" }
        guard status.st_uid == geteuid() else {
            return
                "\(path) belongs to another user (\(status.st_uid)), who could change what is in it: run as that user, "
                + "or give it to yours (\(geteuid())) with chown -R"
        }
        guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            return "others can write to \(path): chmod 700 \(path) keeps it to its owner"
        }
        return nil
    }

    private static func status(of path: String) throws -> stat {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw failure("cannot look at \(path)") }
        return status
    }

    private static func make(_ directory: String) throws {
        if unsafe mkdir(directory, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = directory.lastIndex(of: "/"), slash > directory.startIndex else {
            throw failure("cannot make \(directory)")
        }
        try make(String(directory[..<slash]))
        guard unsafe mkdir(directory, 0o700) == 0 || errno == EEXIST else { throw failure("cannot make \(directory)") }
    }

    private static func failure(_ what: String, _ code: Int32 = errno) -> JournalFailure {
        let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        return .unavailable("\(what): \(reason)")
    }
}
