#if canImport(Glibc)
    internal import Glibc
#endif

/// A mebibyte of disk that is given up when the disk is full, so that sinks can still confirm what they have.
final class DiskReserve {
    private static let size = 1024 * 1024

    private let path: String
    private var isHeld = false
    private var pause = 0

    init(path: String) { self.path = path }

    /// Takes the reserve where it is not held; after it was given up, not at every call.
    func fill() {
        guard !isHeld else { return }
        guard pause == 0 else {
            pause -= 1
            return
        }
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { _ = close(descriptor) }
        isHeld = posix_fallocate(descriptor, 0, Int(DiskReserve.size)) == 0
        if !isHeld { pause = 1000 }
    }

    /// Gives the reserve up; false where there is none.
    func giveUp() -> Bool {
        defer {
            isHeld = false
            pause = 1000
        }
        return unsafe isHeld && unlink(path) == 0
    }
}
