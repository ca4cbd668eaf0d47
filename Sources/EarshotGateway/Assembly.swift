package import Earshot
internal import EarshotFormats
package import Logging

/// The parts of a gateway, made from a configuration and wired to one journal.
package struct Assembly: Sendable {
    /// The configuration they were made from.
    package let configuration: Configuration
    /// One listener for each channel that is not only told.
    package let listeners: [any ChannelListener]
    /// One courier for each sink.
    package let couriers: [Courier]
    /// Where the channels say how they are doing.
    package let board: StatusBoard

    private let routes: [Receiver.Route]
    private let subscriber: WebSubSubscriber?
    private let journal: any Journal
    private let clock: GatewayClock
    private let log: Logger

    /// What everything is made with.
    package struct Surroundings: Sendable {
        /// The journal.
        package var journal: any Journal
        /// The way to the network.
        package var http: any HTTPFetching
        /// The clock.
        package var clock: GatewayClock
        /// The log.
        package var log: Logger

        /// Surroundings of known parts.
        package init(journal: any Journal, http: any HTTPFetching, clock: GatewayClock, log: Logger) {
            self.journal = journal
            self.http = http
            self.clock = clock
            self.log = log
        }
    }

    /// Makes every part; throws what an adapter or sink has against its settings.
    ///
    /// With `period`, what the source says was published outside it is left out.
    package init(
        _ configuration: Configuration, in surroundings: Surroundings, period: Range<Timestamp>? = nil
    ) throws {
        self.configuration = configuration
        journal = surroundings.journal
        clock = surroundings.clock
        log = surroundings.log
        board = StatusBoard(hiding: configuration.secrets)
        let enrichment = configuration.enrichment
        let network = ChannelNetwork(configuration, in: surroundings, board: board)
        var listeners: [any ChannelListener] = []
        var routes: [Receiver.Route] = []
        var interests: [WebSubSubscriber.Interest] = []
        let coverage = WebSubCoverage()
        let hearing = PeriodJournal.over(surroundings.journal, period)
        for written in configuration.channels {
            let channel =
                period.map { written.reaching(back: $0.lowerBound, from: surroundings.clock.now()) } ?? written
            let adapter = try channel.makeAdapter()
            let leads = ListenerMaker.leads(of: channel, adapter, in: surroundings.journal, board)
            let intake = Intake(
                channel: channel.name, adapter: adapter, enrichment: enrichment, journal: hearing, period: period,
                leads: leads)
            let maker = ListenerMaker(
                channel: channel, intake: intake, surroundings: surroundings, board: board, network: network,
                directory: configuration.directory, coverage: coverage, leads: leads)
            if let listener = maker.listener(with: adapter) { listeners.append(listener) }
            if let route = try maker.route(with: adapter) { routes.append(route) }
            interests += maker.interests(with: adapter)
        }
        self.listeners = listeners
        self.routes = routes
        subscriber = Assembly.subscriber(interests, configuration, surroundings, coverage)
        couriers = try configuration.sinks.map { try Assembly.courier(for: $0, configuration, surroundings) }
    }

    /// What speaks with hubs, where those can reach us; it also leaves hubs that nobody wants to hear from any more.
    private static func subscriber(
        _ interests: [WebSubSubscriber.Interest], _ configuration: Configuration, _ surroundings: Surroundings,
        _ coverage: WebSubCoverage
    ) -> WebSubSubscriber? {
        guard configuration.receive != nil, let publicURL = configuration.publicURL else { return nil }
        let directory = configuration.dataDirectory
        return WebSubSubscriber(
            publicURL: publicURL, interests: interests, key: { try WebSubKey.load(from: directory) },
            http: surroundings.http, journal: surroundings.journal, clock: surroundings.clock, coverage: coverage,
            log: surroundings.log)
    }

    private static func courier(
        for outlet: Configuration.Outlet, _ configuration: Configuration, _ surroundings: Surroundings
    ) throws -> Courier {
        let sink = try outlet.makeSink(
            in: SinkSurroundings(
                name: outlet.name, directory: configuration.directory,
                http: MaskedClient(base: surroundings.http, secrets: configuration.secrets, sparesSuccess: false),
                now: surroundings.clock.now))
        return Courier(
            name: outlet.name, sink: sink, journal: surroundings.journal,
            filter: outlet.condition.map { Assembly.filter($0) }, fromBeginning: true,
            letterLimit: configuration.keeping.deadLetters, clock: surroundings.clock, log: surroundings.log)
    }

    /// Lets a line through where the condition holds. A line that it cannot be asked of, as one that is larger than the
    /// limits, is let through where everybody may see it, and not where that is unsaid or else.
    static func filter(_ condition: JMESPath) -> Courier.Filter {
        { line in
            do {
                return try condition.holds(forJSON: Array(line))
            } catch {
                return (try? JSONValue(parsing: Array(line)))?["visibility"]?.text == "public"
            }
        }
    }

    /// The gateway of these parts, listening also where webhooks are received and where it is looked at.
    package func gateway(version: String) -> Gateway {
        var works: [Gateway.Listener] = listeners.map { listener in { try await listener.run() } }
        works.append { try await tidy() }
        works.append { try await RoomWatch(journal: journal, clock: clock, board: board).run() }
        if configuration.dedupe.bursts == .sample { works.append { try await bursts.run() } }
        for channel in configuration.channels {
            guard let limit = channel.silentAfter else { continue }
            let watch = SilenceWatch(channel: channel.name, limit: limit, clock: clock, board: board, log: log)
            works.append { try await watch.run() }
        }
        if let receiver, let host = configuration.receive?.host {
            if let subscriber { works.append { try await subscriber.run() } }
            works.append { try await receiver.run { say("webhooks are received", at: host, $0, "/hooks/") } }
        }
        var attendants: [Gateway.Listener] = []
        if let admin = admin(version: version), let host = configuration.admin?.address.host {
            // Seen to the end, so that /readyz says that the gateway is draining.
            attendants.append { try await admin.run { say("the page for people", at: host, $0, "/") } }
        }
        let desk = JournalDesk(self, journal: journal, isRunning: true, clock: clock)
        let operators = OperatorServer(directory: configuration.dataDirectory, desk: desk, log: log)
        works.append { try await operators.run() }
        return Gateway(
            listeners: works, carriers: carriers, attendants: attendants, journal: journal, clock: clock, log: log
        ) { board.phase = $0 }
    }

    /// Forgets that sources of channels asked to be left alone, as the channels were changed.
    package func forgetWaits(of channels: [String]) async throws {
        for channel in channels {
            try await AskedWait(channel: channel, journal: journal, clock: clock).forget()
        }
    }

    /// A gateway that takes what every channel has now, and ends when the sinks have it; `failed` is told of each
    /// channel whose source could not be asked to its end.
    package func backfill(
        of channels: Set<String>? = nil, _ taken: @escaping @Sendable (String, IntakeTally) -> Void,
        failed: @escaping @Sendable (String, FetchFailure) -> Void
    ) -> Gateway {
        let chosen = listeners.filter { channels?.contains($0.channel) ?? true }
        let drains = chosen.map { PatientDrain(listener: $0, clock: clock, log: log) }
        let work: Gateway.Listener = { try await DrainQueue(drains).run(taken, failed: failed) }
        return Gateway(listeners: [work], carriers: carriers, journal: journal, clock: clock, log: log)
    }

    private func say(_ what: String, at host: String, _ port: Int, _ path: String) {
        let name = host.contains(":") ? "[\(host)]" : host
        log.info("\(what)", metadata: ["url": "http://\(name):\(port)\(path)"])
    }

    /// Lets the journal forget, every hour, what every sink has had and nobody keeps, and put its state aside every
    /// day.
    private func tidy() async throws {
        while true {
            try await clock.sleep(.seconds(3600))
            do {
                let forgotten = try await journal.trim()
                log.debug("the journal was trimmed", metadata: ["mentions": "\(forgotten)"])
                try await journal.backUp()
            } catch let failure as JournalFailure where failure.isPassing {
                log.warning("the journal was not tidied: \(failure.summary)")
            }
        }
    }

    private var bursts: BurstWatch { BurstWatch(journal: journal, clock: clock, log: log) }

    private var carriers: [Gateway.Carrier] { couriers.map { courier in { try await courier.run() } } }

    /// The receiver, if a channel is told and the configuration says where.
    private var receiver: Receiver? {
        guard let address = configuration.receive, !routes.isEmpty || subscriber != nil else { return nil }
        return Receiver(
            host: address.host, port: address.port, routes: routes, subscriber: subscriber, clock: clock,
            board: board, log: log)
    }

    private func admin(version: String) -> AdminServer? {
        guard let admin = configuration.admin else { return nil }
        return AdminServer(
            host: admin.address.host, port: admin.address.port, token: admin.token?.reveal(),
            report: { await report(version: version) }, log: log)
    }

    /// How everything stands.
    package func report(version: String) async -> StatusReport {
        let status = try? await journal.status()
        var channels = board.all
        for channel in configuration.channels where channels[channel.name] == nil { channels[channel.name] = .init() }
        var sinks: [String: StatusReport.Sink] = [:]
        for courier in couriers {
            let standing = courier.standing
            let confirmed = status?.sinks[courier.name] ?? 0
            var sink = StatusReport.Sink(
                pending: max((status?.head ?? confirmed) - confirmed, 0),
                deadLetters: status?.deadLetters[courier.name] ?? 0, standing: standing)
            sink.oldestAge = status?.oldest[courier.name].map { max(clock.now().seconds - $0.seconds, 0) } ?? 0
            sink.letterLimit = configuration.keeping.deadLetters
            sinks[courier.name] = sink
        }
        var report = StatusReport(
            channels: channels, sinks: sinks, marks: status?.marks ?? 0, phase: board.phase, version: version)
        for channel in configuration.channels { report.labels[channel.name] = channel.label }
        for sink in configuration.sinks { report.labels[sink.name] = sink.label }
        return report
    }
}

extension Configuration {
    /// What the gateway adds to mentions.
    package var enrichment: Enrichment {
        Enrichment(
            ownAccounts: ownAccounts,
            rules: watch.map { watch in
                WatchRule(
                    name: watch.name, any: watch.any, all: watch.all, none: watch.none, languages: watch.languages)
            },
            comparesTexts: dedupe.similarity != nil)
    }
}
