package import Earshot
package import Logging
internal import Synchronization

/// The machine: channels bring documents to the journal, couriers carry mentions from the journal to sinks.
///
/// Start here. `Intake` is the way in, `Courier` the way out, and the journal between them the only thing that lasts.
package struct Gateway: Sendable {
    /// One piece of work that listens to channels until it is cancelled.
    package typealias Listener = @Sendable () async throws -> Void
    /// One piece of work that carries mentions to a sink until the journal is finished.
    package typealias Carrier = @Sendable () async throws -> Void

    private let listeners: [Listener]
    private let attendants: [Listener]
    private let announce: @Sendable (StatusReport.Phase) -> Void
    private let carriers: [Carrier]
    private let journal: any Journal
    private let clock: GatewayClock
    private let log: Logger

    /// Why a gateway ends.
    package enum Ending: Sendable {
        /// Nothing follows: sinks are given what is left.
        case stop
        /// Another gateway goes on with the same journal at once.
        case handOver
    }

    /// Every sink has come to an end by itself: nobody takes anything any more.
    package struct Abandoned: Error, CustomStringConvertible {
        package let description = "no sink is left that takes anything: those who read have gone away"
    }

    /// How long sinks may take to end what they are at before another gateway goes on.
    private static let handOverLimit = Duration.seconds(1)
    /// How long sinks may take to be given what is left once listening has stopped.
    package static let drainLimit = Duration.seconds(8)

    /// A gateway of given parts; `attendants` work until its very end, and `announce` is told what it is at.
    package init(
        listeners: [Listener], carriers: [Carrier], attendants: [Listener] = [], journal: any Journal,
        clock: GatewayClock, log: Logger, announce: @escaping @Sendable (StatusReport.Phase) -> Void = { _ in }
    ) {
        self.listeners = listeners
        self.attendants = attendants
        self.announce = announce
        self.carriers = carriers
        self.journal = journal
        self.clock = clock
        self.log = log
    }

    /// Runs until `stop` returns, then stops listening, gives sinks what is left unless another
    /// gateway follows, and stops.
    package func run(until stop: @escaping @Sendable () async -> Ending) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for attendant in attendants { group.addTask { try await attendant() } }
            group.addTask { try await work(until: stop) }
            try await group.next()
            group.cancelAll()
        }
    }

    /// Listens and carries until there is nothing left to carry, or no time.
    private func work(until stop: @escaping @Sendable () async -> Ending) async throws {
        let door = Door()
        try await withThrowingTaskGroup(of: Void.self) { group in
            if isCarrying {
                group.addTask {
                    try await carry()
                    if door.isOpen { throw Abandoned() }
                }
            }
            group.addTask {
                announce(.running)
                let ending = try await listen(until: stop)
                door.isOpen = false
                announce(.draining)
                await finish()
                guard isCarrying else { return }
                if ending == .handOver { return try await clock.sleep(Gateway.handOverLimit) }
                log.info("stopped listening; giving sinks what is left")
                try await clock.sleep(Gateway.drainLimit)
                log.warning("some sinks are not done; what they have not taken waits in the journal for the next start")
            }
            // Whichever is first: every sink has had everything, or the time for that is over.
            try await group.next()
            group.cancelAll()
        }
    }

    /// Lets every listener run to its own end, as a back-fill does, then gives sinks what they take.
    ///
    /// Returns false where a sink took nothing for `drainLimit`; what it has not taken waits in the journal.
    package func runOnce() async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            if isCarrying {
                group.addTask {
                    try await carry()
                    return true
                }
            }
            group.addTask {
                try await Gateway.all(listeners)
                await finish()
                guard isCarrying else { return true }
                try await waitWhileSinksMove()
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? true
        }
    }

    /// Nothing comes any more: says how large bursts have become, and closes the journal for appending.
    private func finish() async {
        do {
            try await journal.tellBursts(finally: true)
        } catch {
            let reason = (error as? JournalFailure)?.summary ?? "\(error)"
            log.warning("the sizes of bursts could not be stored, and are told after the next start: \(reason)")
        }
        await journal.finish()
    }

    /// Returns when no sink has confirmed anything for `drainLimit`.
    private func waitWhileSinksMove() async throws {
        var before: [String: Int64]?
        while true {
            let confirmed = try await journal.status().sinks
            guard confirmed != before else { return }
            before = confirmed
            try await clock.sleep(Gateway.drainLimit)
        }
    }

    /// Listens to all channels until `stop` returns or one of them breaks.
    private func listen(until stop: @escaping @Sendable () async -> Ending) async throws -> Ending {
        try await withThrowingTaskGroup(of: Ending.self) { group in
            group.addTask { await stop() }
            group.addTask {
                try await Gateway.all(listeners)
                // Channels that have all come to an end are no reason to stop: an operator is.
                return await stop()
            }
            defer { group.cancelAll() }
            return try await group.next() ?? .stop
        }
    }

    /// Whether there is a sink; without one the end of carrying, which is at once, says nothing.
    private var isCarrying: Bool { !carriers.isEmpty }

    private func carry() async throws { try await Gateway.all(carriers) }

    private static func all(_ works: [@Sendable () async throws -> Void]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for work in works { group.addTask { try await work() } }
            // Not `waitForAll`, which tells of one that broke only when all the others have come to an end.
            for try await _ in group {}
        }
    }
}

/// Whether a gateway listens.
private final class Door: Sendable {
    private let state = Mutex(true)

    var isOpen: Bool {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
