internal import Glibc
internal import Synchronization

/// How much the receiver lets others do to it.
package struct ReceiverLimits: Sendable {
    /// How many connections are open at once; further ones wait to be accepted. Fewer where few files may be open, as
    /// libdispatch ends a process that cannot open one more when it looks after its threads.
    package var connections = ReceiverLimits.connections(among: ReceiverLimits.descriptors)
    /// How long a connection may take to send the fields of a request, or stay without one.
    package var idle = Duration.seconds(10)
    /// How long the body of a request may take.
    package var body = Duration.seconds(15)
    /// How many deliveries of one channel may wait for the journal.
    package var deliveries = 64
    /// How many bytes of all deliveries may wait for the journal.
    package var bytes = 64 << 20
    /// How many seconds a sender is asked to wait when there are more.
    package var retryAfter = 5

    /// The limits as they are unless told otherwise.
    package init() {}

    /// How many connections there may be among so many descriptors: what the rest of the gateway needs is kept free.
    static func connections(among descriptors: Int) -> Int { min(256, max(8, (descriptors - 48) / 2)) }

    /// How many descriptors the process may have.
    private static var descriptors: Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }
}

/// Counts what waits for the journal, so that a journal that is behind is told to senders instead of filling memory.
final class DeliveryGate: Sendable {
    private struct Load {
        var deliveries: [String: Int] = [:]
        var bytes = 0
    }

    private let load = Mutex(Load())
    private let limits: ReceiverLimits

    init(_ limits: ReceiverLimits) { self.limits = limits }

    /// Takes a place for a delivery of a channel; false where there is none.
    func enter(_ channel: String) -> Bool {
        load.withLock { load in
            guard load.deliveries[channel, default: 0] < limits.deliveries else { return false }
            load.deliveries[channel, default: 0] += 1
            return true
        }
    }

    /// Notes bytes that came; false where there are too many, and then they are not noted.
    func hold(_ count: Int) -> Bool {
        load.withLock { load in
            guard load.bytes + count <= limits.bytes else { return false }
            load.bytes += count
            return true
        }
    }

    /// Gives back bytes that were noted.
    func release(_ count: Int) { load.withLock { $0.bytes -= count } }

    /// Gives a place back.
    func leave(_ channel: String) { load.withLock { $0.deliveries[channel, default: 1] -= 1 } }
}
