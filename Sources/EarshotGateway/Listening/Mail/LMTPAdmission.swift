internal import Synchronization

/// How many clients are connected, and how much of what they say is in memory: both have an end.
final class LMTPAdmission: Sendable {
    private struct Count {
        var connections = 0
        var bytes = 0
    }

    private let count = Mutex(Count())
    private let connectionLimit: Int
    private let byteLimit: Int

    /// Room for so many clients at once, and for so many bytes of all their messages.
    init(connections: Int = 64, bytes: Int = 256 << 20) {
        connectionLimit = connections
        byteLimit = bytes
    }

    /// Lets one more in, where there is room.
    func enter() -> Bool {
        count.withLock { count in
            guard count.connections < connectionLimit else { return false }
            count.connections += 1
            return true
        }
    }

    /// One has gone.
    func leave() { count.withLock { $0.connections -= 1 } }

    /// Counts bytes that came to be held, or went; false where there are too many.
    @discardableResult
    func hold(_ bytes: Int) -> Bool {
        count.withLock { count in
            count.bytes += bytes
            return count.bytes <= byteLimit
        }
    }
}
