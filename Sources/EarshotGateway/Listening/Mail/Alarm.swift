internal import Glibc
internal import Synchronization

/// Ends the waiting of a blocked thread, from any other.
final class Alarm: Sendable {
    /// A pipe: the thread waits at one end, a byte is written into the other.
    private let ends: (waiting: Int32, ringing: Int32)
    private let rung = Atomic(false)

    init() {
        var pair: [Int32] = [-1, -1]
        _ = unsafe pipe(&pair)
        for end in pair { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        ends = (pair[0], pair[1])
    }

    deinit {
        close(ends.waiting)
        close(ends.ringing)
    }

    /// Whether the alarm was rung; it stays so.
    var isRung: Bool { rung.load(ordering: .acquiring) }

    /// Ends every wait, now and from now on.
    func ring() {
        guard !rung.exchange(true, ordering: .acquiringAndReleasing) else { return }
        var byte: UInt8 = 1
        _ = unsafe write(ends.ringing, &byte, 1)
    }

    /// Waits until something can be done with `other`, at most for `limit`; tells whether it can.
    ///
    /// Throws `CancellationError` where the alarm is rung.
    func wait(for other: Int32, _ event: Int32 = POLLIN, atMost limit: Duration) throws -> Bool {
        var polled = [
            pollfd(fd: ends.waiting, events: Int16(POLLIN), revents: 0),
            pollfd(fd: other, events: Int16(truncatingIfNeeded: event), revents: 0),
        ]
        let milliseconds = min(max(limit / .milliseconds(1), 0), 86_400_000).rounded(.up)
        let count = unsafe poll(&polled, 2, Int32(milliseconds))
        if isRung { throw CancellationError() }
        return count > 0 && polled[1].revents != 0
    }
}
