internal import NIOCore

/// The body of a request while it comes, which is noted at the gate as far as it is kept.
struct ReceivedBody {
    /// How it came.
    enum Outcome {
        /// All of it, within the limits.
        case whole([UInt8])
        /// It is larger than is taken.
        case tooLarge
        /// There is no room for it now.
        case noRoom
    }

    /// How much more than is taken is still listened to, so that a sender hears why it was refused.
    private static let patience = 4 << 20
    /// How much room is made before the first byte came.
    private static let firstRoom = 1 << 16
    /// What a parser reads beyond the last byte.
    private static let padding = 64

    private let limit: Int
    private let gate: DeliveryGate?
    private var bytes: [UInt8] = []
    private var count = 0
    private var hasRoom = true

    /// A body of so many bytes at the most, which is said to have `length`; without a gate nothing of it is kept.
    init(upTo limit: Int, gate: DeliveryGate?, length: Int?) {
        self.limit = limit
        self.gate = gate
        guard gate != nil, let length, length > 0 else { return }
        bytes.reserveCapacity(min(length, limit, ReceivedBody.firstRoom) + ReceivedBody.padding)
    }

    /// Takes what came; false where it is so much that the rest is not listened to.
    mutating func take(_ part: ByteBuffer) -> Bool {
        count += part.readableBytes
        guard count <= limit + ReceivedBody.patience else { return false }
        guard count <= limit, hasRoom, let gate else { return true }
        hasRoom = gate.hold(part.readableBytes)
        if hasRoom { bytes.append(contentsOf: part.readableBytesView) }
        return true
    }

    /// How it came, now that no more of it comes; only what is whole stays noted at the gate.
    func end() -> Outcome {
        if hasRoom, count <= (gate == nil ? ReceivedBody.patience : limit) { return .whole(bytes) }
        letGo()
        return hasRoom ? .tooLarge : .noRoom
    }

    /// Gives back what is noted at the gate.
    func letGo() { gate?.release(bytes.count) }
}
