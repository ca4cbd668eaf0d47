internal import Synchronization
internal import UnixSignals

/// Hands signals to the session that is running at the moment.
final class Switchboard: Sendable {
    private let current = Mutex<AsyncStream<UnixSignal>.Continuation?>(nil)
    private let isStopping = Mutex(false)

    /// The signals from now on, for one session; ended at once where a signal to stop has come already.
    func signals() -> AsyncStream<UnixSignal> {
        let (stream, continuation) = AsyncStream<UnixSignal>.makeStream()
        current.withLock { $0 = continuation }
        if isStopping.withLock({ $0 }) { continuation.finish() }
        return stream
    }

    /// The signals of the process, which from now on do not end it.
    static func trap() async -> UnixSignalsSequence { await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup) }

    /// Passes on what arrives until cancelled.
    func listen(to arriving: UnixSignalsSequence) async {
        for await signal in arriving {
            if signal != .sighup { isStopping.withLock { $0 = true } }
            current.withLock { $0 }?.yield(signal)
        }
    }
}
