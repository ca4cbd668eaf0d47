package import Earshot

/// What operators ask of a gateway's journal, and do to it, whether the gateway runs or not.
package protocol OperatorDesk: Sendable {
    /// The cursor of every channel that has one, by name.
    func cursors() async throws -> [CursorRecord]

    /// Sets a channel's cursor, or with nil forgets it.
    func setCursor(_ text: String?, of channel: String) async throws

    /// The dead letters of a sink, or of every sink, oldest first.
    func deadLetters(of sink: String?) async throws -> [DeadLetter]

    /// Forgets dead letters and tells how many.
    func drop(_ choice: LetterChoice) async throws -> Int

    /// Tries dead letters once more.
    func redeliver(_ choice: LetterChoice) async throws -> Courier.Redelivery

    /// Lets a sink begin again at what was stored from a moment on, and tells how many mentions that are.
    func replay(sink: String, since moment: Timestamp) async throws -> Int64

    /// Forgets a sink that is not configured any more, and tells how many mentions waited for it.
    func retire(sink: String) async throws -> Int64

    /// What was stored after a position and is asked for, waiting for a while where there is nothing.
    func look(_ view: TapView) async throws -> TapPage
}

/// A channel's cursor, as operators see it.
package struct CursorRecord: Sendable, Equatable {
    /// The channel.
    package var channel: String
    /// How often it was written.
    package var revision: Int64
    /// The cursor's JSON text.
    package var cursor: String
}

/// Which dead letters are meant.
package struct LetterChoice: Sendable, Equatable {
    /// The sink that refused them.
    package var sink: String
    /// Their positions; nil means all of the sink's.
    package var positions: Set<Int64>?

    /// Some, or all, letters of a sink.
    package init(sink: String, positions: Set<Int64>? = nil) {
        self.sink = sink
        self.positions = positions
    }
}

/// What somebody looks at while it passes.
package struct TapView: Sendable, Equatable {
    /// The position after which to look; nil asks only where the log ends.
    package var after: Int64?
    /// Only mentions of this channel.
    package var channel: String?
    /// Only mentions that this sink takes.
    package var sink: String?
    /// Only mentions of which this JMESPath expression holds.
    package var condition: String?

    /// A view of everything.
    package init(after: Int64? = nil, channel: String? = nil, sink: String? = nil, condition: String? = nil) {
        self.after = after
        self.channel = channel
        self.sink = sink
        self.condition = condition
    }
}

/// What was seen at one look.
package struct TapPage: Sendable, Equatable {
    /// Lines, each with its newline.
    package var lines: [UInt8]
    /// The position to look on from.
    package var upTo: Int64
}

/// Why an operator's request was not fulfilled.
package enum OperatorFailure: Error, Sendable, Equatable {
    /// There is no such channel, sink or letter, or the request makes no sense.
    case wrong(String)
    /// It cannot be done now.
    case unavailable(String)

    /// The reason.
    package var reason: String {
        switch self {
        case .wrong(let reason), .unavailable(let reason): reason
        }
    }
}
