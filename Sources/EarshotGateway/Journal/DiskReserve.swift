#if canImport(Glibc)
    internal import Glibc
#endif

/// Some disk that is given up when the disk is full, so that sinks can still confirm what they have.
///
/// Mentions are stored only while it is held: what it frees is for the small writes of sinks alone.
final class DiskReserve {
    static let size = 2 * 1024 * 1024

    private let path: String
    private var isHeld = false

    init(path: String) { self.path = path }

    /// Takes the reserve where it is not held; false where there is no room for it.
    func fill() -> Bool {
        guard !isHeld else { return true }
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        // Whatever else is wrong, the write itself will tell.
        guard descriptor >= 0 else { return errno != ENOSPC && errno != EDQUOT }
        defer { _ = close(descriptor) }
        let code = posix_fallocate(descriptor, 0, Int(DiskReserve.size))
        isHeld = code == 0
        // A part of it must not keep what is left from the sinks.
        if !isHeld { _ = unsafe unlink(path) }
        return ![ENOSPC, EDQUOT, EFBIG].contains(code)
    }

    /// Gives the reserve up; false where there is none.
    func giveUp() -> Bool {
        defer { isHeld = false }
        return unsafe isHeld && unlink(path) == 0
    }
}
