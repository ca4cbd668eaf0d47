package import Earshot

/// Looks up what the deliveries of one channel only named, one after another.
package struct LeadListener: ChannelListener {
    /// The channel's name.
    package var channel: String { context.channel }
    private let context: ListenerContext
    private let adapter: any LookupAdapter
    private let box: LeadBox
    private let poller: Poller
    private let http: any HTTPFetching

    /// How often the box is looked into though nothing was heard to fall into it.
    private static let interval = Duration.seconds(60)

    /// A listener that looks up what is in a box.
    package init(
        _ context: ListenerContext, adapter: any LookupAdapter, box: LeadBox, http: any HTTPFetching
    ) {
        self.context = context
        self.adapter = adapter
        self.box = box
        self.http = http
        poller = Poller(context, interval: LeadListener.interval, http: http) { cursor, http, _ in
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
                try await box.wait(atMost: LeadListener.interval, by: context.clock)
            } else if let wait = try await poller.round(&backoff), wait > .zero {
                try await context.clock.sleep(wait)
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
