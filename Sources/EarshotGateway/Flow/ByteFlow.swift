internal import Synchronization

/// Bytes on their way from a thread that gets them to the one task that takes them, at most so many at once.
///
/// What arrives while the task is busy is taken together, so that pages grow with the load and nothing waits for a page
/// to fill.
final class ByteFlow: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var isOver = false
        var failure: (any Error)?
        var waiting: CheckedContinuation<[UInt8]?, any Error>?
        var wasFull = false
        var isAbandoned = false
    }

    private enum Outcome {
        case bytes([UInt8], wasFull: Bool)
        case over((any Error)?)
        case abandoned
    }

    private let state = Mutex(State())
    private let limit: Int
    private let drained: @Sendable () -> Void

    /// A flow of `limit` bytes at once; `drained` is called when there is room again after there was none.
    init(limit: Int, drained: @escaping @Sendable () -> Void) {
        self.limit = limit
        self.drained = drained
    }

    /// Whether `push` would take anything; where not, `drained` is called later.
    var hasRoom: Bool {
        state.withLock { state in
            state.wasFull = state.bytes.count >= limit
            return !state.wasFull
        }
    }

    /// Hands over bytes, all of them or, where there is no room, none.
    func push(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard hasRoom else { return false }
        unsafe pushLast(bytes)
        return true
    }

    /// Hands over bytes, whether there is room or not.
    func pushLast(_ bytes: UnsafeRawBufferPointer) {
        let piece = unsafe Array(bytes)
        guard !piece.isEmpty else { return }
        let woken = state.withLock { state -> (CheckedContinuation<[UInt8]?, any Error>, [UInt8])? in
            state.bytes.append(contentsOf: piece)
            guard let waiting = state.waiting.take() else { return nil }
            defer { state.bytes = [] }
            return (waiting, state.bytes)
        }
        if let (waiting, bytes) = woken { waiting.resume(returning: bytes) }
    }

    /// Nothing comes any more, as all is said or for a reason; the second call does nothing.
    func finish(_ failure: (any Error)? = nil) {
        let waiting = state.withLock { state -> CheckedContinuation<[UInt8]?, any Error>? in
            guard !state.isOver else { return nil }
            state.isOver = true
            state.failure = failure
            return state.waiting.take()
        }
        if let failure { waiting?.resume(throwing: failure) } else { waiting?.resume(returning: nil) }
    }

    /// Everything that has come, waiting until there is something; nil at the end. Once cancelled, a flow is over.
    func next() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                switch outcome(else: continuation) {
                case .bytes(let bytes, let wasFull)?:
                    continuation.resume(returning: bytes)
                    if wasFull { drained() }
                case .over(let failure?)?: continuation.resume(throwing: failure)
                case .over(nil)?: continuation.resume(returning: nil)
                case .abandoned?: continuation.resume(throwing: CancellationError())
                case nil: break
                }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                state.isAbandoned = true
                return state.waiting.take()
            }
            waiting?.resume(throwing: CancellationError())
        }
    }

    /// What can be answered at once; else the continuation waits.
    private func outcome(else continuation: CheckedContinuation<[UInt8]?, any Error>) -> Outcome? {
        state.withLock { state in
            if state.isAbandoned { return .abandoned }
            if !state.bytes.isEmpty {
                defer {
                    state.bytes = []
                    state.wasFull = false
                }
                return .bytes(state.bytes, wasFull: state.wasFull)
            }
            if state.isOver { return .over(state.failure) }
            state.waiting = continuation
            return nil
        }
    }
}
