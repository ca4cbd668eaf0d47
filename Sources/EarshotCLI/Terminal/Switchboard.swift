internal import Synchronization
internal import UnixSignals

/// Hands signals to the session that is running at the moment.
final class Switchboard: Sendable {
    private struct State {
        /// The session that listens; nil while one ends and the next begins.
        var current: AsyncStream<UnixSignal>.Continuation?
        var isStopping = false
        /// Whether a reload was asked for while no session listened.
        var isReloadDue = false
    }

    private let state = Mutex(State())

    /// The signals from now on, for one session; ended at once where a signal to stop has come already, and begun with
    /// the reload that was asked for meanwhile.
    func signals() -> AsyncStream<UnixSignal> {
        let (stream, continuation) = AsyncStream<UnixSignal>.makeStream()
        state.withLock { state in
            state.current = continuation
            if state.isReloadDue { continuation.yield(.sighup) }
            state.isReloadDue = false
            if state.isStopping { continuation.finish() }
        }
        return stream
    }

    /// The session listens no more, as it has heard what ends it; what comes now is for the next one.
    func hangUp() { state.withLock { $0.current = nil } }

    /// The signals of the process, which from now on do not end it.
    static func trap() async -> UnixSignalsSequence { await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup) }

    /// Passes on what arrives until cancelled.
    func listen(to arriving: UnixSignalsSequence) async {
        for await signal in arriving {
            pass(on: signal)
        }
    }

    /// Passes a signal on to the session that listens, or remembers it for the next.
    func pass(on signal: UnixSignal) {
        state.withLock { state in
            if signal != .sighup {
                state.isStopping = true
            } else if state.current == nil {
                state.isReloadDue = true
            }
            state.current?.yield(signal)
        }
    }
}
