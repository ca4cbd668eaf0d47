internal import Foundation
internal import Glibc

/// Tells when something comes into a Maildir, as the kernel tells it (inotify): nothing is told of what other machines
/// do on a network file system.
final class MaildirWatch: Sendable {
    /// Why a Maildir cannot be watched.
    struct Failure: Error { let reason: String }

    private let alarm = Alarm()

    /// What tells of a message: it was moved in, or written there to its end. One that is delivered by a link is there
    /// when its name in `tmp` goes; the link itself would tell of files that are only begun as well.
    private static let events: [(folder: String, mask: Int32)] = [
        ("new", IN_MOVED_TO | IN_CLOSE_WRITE), ("cur", IN_MOVED_TO | IN_CLOSE_WRITE), ("tmp", IN_DELETE),
    ]

    /// Watches the Maildir at `path` until it is let go, on a thread of its own; `tell` is called there.
    init(_ path: String, _ tell: @escaping @Sendable () -> Void) throws(Failure) {
        let number = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard number >= 0 else { throw MaildirWatch.failure() }
        for (folder, mask) in MaildirWatch.events {
            let watch = unsafe inotify_add_watch(number, "\(path)/\(folder)", UInt32(mask | IN_ONLYDIR))
            // Not every program that writes a Maildir has its `tmp`.
            guard watch >= 0 || folder == "tmp" else {
                defer { close(number) }
                throw MaildirWatch.failure()
            }
        }
        let alarm = alarm
        let thread = Thread {
            var events = [UInt8](repeating: 0, count: 1 << 14)
            // The wait throws when the alarm is rung.
            while let hasNews = try? alarm.wait(for: number, atMost: .seconds(3600)) {
                guard hasNews else { continue }
                while unsafe read(number, &events, events.count) > 0 {}
                tell()
            }
            close(number)
        }
        thread.name = "earshot-maildir"
        thread.stackSize = 1 << 18
        thread.start()
    }

    deinit { alarm.ring() }

    private static func failure() -> Failure {
        let isFull = errno == ENOSPC || errno == EMFILE
        let hint = isFull ? ": raise fs.inotify.max_user_watches and max_user_instances" : ""
        return Failure(reason: unsafe String(cString: strerror(errno)) + hint)
    }
}
