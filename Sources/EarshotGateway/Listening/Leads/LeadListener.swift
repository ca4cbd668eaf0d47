package import Earshot
package import Logging

/// Looks up what the deliveries of one channel only named, one after another.
package struct LeadListener: ChannelListener {
    /// The channel's name.
    package let channel: String
    private let adapter: any LookupAdapter
    private let box: LeadBox
    private let poller: Poller
    private let http: any HTTPFetching
    private let clock: GatewayClock

    /// How often the box is looked into though nothing was heard to fall into it.
    private static let interval = Duration.seconds(60)

    /// A listener that looks up what is in a box.
    package init(
        channel: String, adapter: any LookupAdapter, box: LeadBox, intake: Intake, journal: any Journal,
        http: any HTTPFetching, clock: GatewayClock, board: StatusBoard, log: Logger
    ) {
        self.channel = channel
        self.adapter = adapter
        self.box = box
        self.http = http
        self.clock = clock
        poller = Poller(
            channel: channel, interval: LeadListener.interval, intake: intake, journal: journal, http: http,
            clock: clock, board: board, log: log
        ) { cursor, http, _ in
            try await box.page(after: cursor) { try await adapter.lookUp($0, over: http) }
        }
    }

    /// Looks up what waits, and what comes, until cancelled.
    package func run() async throws {
        // Shown also while nothing may be asked yet.
        _ = try await box.count()
        try await poller.restAsAsked()
        var backoff = Backoff()
        while !Task.isCancelled {
            if try await box.count() == 0 {
                try await box.wait(atMost: LeadListener.interval, by: clock)
            } else if let wait = try await poller.round(&backoff), wait > .zero {
                try await clock.sleep(wait)
            }
        }
    }

    /// Asks for something that is always there.
    package func check() async throws -> String {
        try await adapter.tryLookup(over: http)
        return "waits to be told at /hooks/\(channel), and may look up what it is told of"
    }

    /// Looks up what waits.
    package func drain(_ taken: (@Sendable (IntakeTally) -> Void)?) async throws {
        if try await box.count() > 0 { try await poller.drain(taken) }
    }
}
