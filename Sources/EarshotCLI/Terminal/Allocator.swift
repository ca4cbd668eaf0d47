internal import CMalloc
internal import Glibc

/// How glibc gives out memory (mallopt(3)).
enum Allocator {
    /// Pages of documents and of lines, of a few MiB each, come and go: they stay with the process instead of being
    /// asked of the kernel anew each time, and threads share heaps, so that what one has let go serves the next.
    static func prepare() {
        mallopt(M_MMAP_THRESHOLD, 8 << 20)
        mallopt(M_TRIM_THRESHOLD, 32 << 20)
        mallopt(M_ARENA_MAX, Int32(clamping: sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }
}
