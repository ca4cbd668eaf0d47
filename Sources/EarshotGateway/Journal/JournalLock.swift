internal import Earshot

#if canImport(Glibc)
    internal import Glibc
#endif

/// The lock file that keeps a second process away from a journal; the system lets it go when the process ends.
struct JournalLock: ~Copyable {
    private let descriptor: Int32

    /// Takes the lock `state.lock` of a directory, which is made where it is missing.
    init(directory: String) throws {
        try DataDirectory.prepare(directory)
        descriptor = try JournalLock.take(directory)
    }

    deinit {
        // A program that is just being started shares the descriptor until it runs, and the lock with it.
        _ = flock(descriptor, LOCK_UN)
        _ = Glibc.close(descriptor)
    }

    /// Whether another process has the journal of a directory at this moment.
    static func isTaken(_ directory: String) throws -> Bool {
        do {
            _ = Glibc.close(try take(directory))
            return false
        } catch JournalFailure.inUse {
            return true
        }
    }

    private static func take(_ directory: String) throws -> Int32 {
        let path = directory + "/state.lock"
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw JournalLock.failure("cannot open \(path)") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            _ = Glibc.close(descriptor)
            guard code == EWOULDBLOCK else { throw JournalLock.failure("cannot lock \(path)", code) }
            throw JournalFailure.inUse(
                "another earshot is running on \(directory); ask it through its admin page, or stop it first")
        }
        return descriptor
    }

    /// Makes an empty file that only its owner may read, unless it is there.
    static func create(_ path: String) throws {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot open \(path)") }
        _ = Glibc.close(descriptor)
    }

    private static func failure(_ what: String, _ code: Int32 = errno) -> JournalFailure {
        let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        return .unavailable("\(what): \(reason)")
    }
}
