/// Takes mentions out of the gateway: to a file, an HTTP endpoint, the standard output.
///
/// The gateway calls a sink from one courier: `open` once, then `deliver` again and again, never two at a time, then
/// `close`. Returning from `deliver` is the acknowledgement; retry, backoff and dead letters are the courier's.
public protocol Sink: Sendable {
    /// What a sink's `settings` decode to; every key must be described in `settings`.
    associatedtype Settings: Decodable & Sendable

    /// The word for `"sink"` in the configuration.
    static var name: String { get }
    /// One line for the list of sinks.
    static var about: String { get }
    /// What may be set.
    static var settings: [Setting] { get }

    /// A sink; throws what is wrong with the settings beyond what `settings` can say. Opens nothing.
    init(settings: Settings, surroundings: SinkSurroundings) throws

    /// How much is taken at a time.
    var limits: BatchLimits { get }

    /// Whether what is delivered again must be the very same batch, as its reader knows it by a name for all of it.
    var repeatsBatches: Bool { get }

    /// What stands for nothing delivered yet, where the sink must know a first delivery of its own that was never
    /// confirmed from one of another journal, which this one took the place of. Kept before anything is delivered.
    var firstState: SinkState? { get }

    /// Makes ready. `state` is what the last confirmed delivery returned, or nil at first: a sink that can tell what it
    /// has makes itself hold exactly that again, so that what is delivered once more is not held twice.
    func open(resuming state: SinkState?) async throws(DeliveryFailure)

    /// Delivers all of a batch, or throws; what was delivered before a throw may be delivered again.
    func deliver(_ batch: Batch) async throws(DeliveryFailure) -> SinkState?

    /// Tries whether the sink can be reached and would take mentions, delivers nothing and changes nothing; tells in a
    /// few words what was found.
    func check() async throws(DeliveryFailure) -> String

    /// Lets go of what `open` took. Nothing is delivered afterwards.
    func close() async
}

extension Sink {
    /// A thousand mentions or a mebibyte, at once.
    public var limits: BatchLimits { BatchLimits() }

    /// Nothing is remembered before the first delivery.
    public var firstState: SinkState? { nil }

    /// Any batch will do.
    public var repeatsBatches: Bool { false }

    /// There is nothing to try.
    public func check() async throws(DeliveryFailure) -> String { "nothing to try" }
}

/// What a sink remembers of itself, kept by the journal in the transaction that confirms a delivery. JSON.
public struct SinkState: Sendable, Hashable {
    /// The JSON text.
    public var text: String

    /// A state with a JSON text.
    public init(_ text: String) { self.text = text }
}

/// What a sink finds around it.
public struct SinkSurroundings: Sendable {
    /// The sink's name in the configuration.
    public var name: String
    /// The directory that relative paths start from.
    public var directory: String
    /// The way to the network.
    public var http: any HTTPFetching
    /// The clock.
    public var now: @Sendable () -> Timestamp

    /// The surroundings of the sink `name`.
    public init(
        name: String, directory: String, http: any HTTPFetching, now: @escaping @Sendable () -> Timestamp
    ) {
        self.name = name
        self.directory = directory
        self.http = http
        self.now = now
    }
}

/// How much a sink takes at a time.
public struct BatchLimits: Sendable, Equatable {
    /// At most so many mentions.
    public var count: Int
    /// At most so many bytes, though always one mention.
    public var bytes: Int
    /// How long to wait for more before a smaller batch is delivered.
    public var wait: Duration

    /// Limits, by default a thousand mentions or a mebibyte, at once.
    public init(count: Int = 1000, bytes: Int = 1024 * 1024, wait: Duration = .zero) {
        self.count = count
        self.bytes = bytes
        self.wait = wait
    }
}

/// Why a batch was not delivered, by what the courier does next.
public enum DeliveryFailure: Error, Sendable, Equatable {
    /// Try again, not before `retryAfter` if it is known.
    case transient(reason: String, retryAfter: Duration? = nil)
    /// The sink told item by item: some will never be taken, for the reasons given by their places in the batch; some
    /// are to be tried again; all others were taken.
    case partial(refused: [Int: String], pending: [Int], reason: String, retryAfter: Duration? = nil)
    /// The batch will never be taken: it is split until the mention at fault is alone, and that is a dead letter.
    case permanent(reason: String)
    /// The sink takes nothing until an operator acts: credentials, address, certificate. Nothing is lost meanwhile.
    case blocked(reason: String)
    /// The reader went away for good; the sink ends without fault.
    case closed
}
