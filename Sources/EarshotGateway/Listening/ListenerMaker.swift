internal import Earshot
internal import EarshotFormats

/// Makes the ways in which one configured channel gets its documents.
struct ListenerMaker {
    let channel: Configuration.Channel
    let intake: Intake
    let surroundings: Assembly.Surroundings
    let board: StatusBoard
    let network: ChannelNetwork
    /// The configuration's folder.
    let directory: String
    let coverage: WebSubCoverage
    /// What the channel's deliveries named and is to be looked up.
    var leads: LeadBox?

    /// How often a source is asked, and files are looked at, where the operator did not say.
    private static let pollInterval = Duration.seconds(60)
    private static let filesInterval = Duration.seconds(10)

    /// What asks, or looks; nil where the channel is only told.
    func listener(with adapter: any Adapter) -> (any ChannelListener)? {
        if let path = channel.files {
            return FilesListener(
                context, paths: [path], adapter: adapter, interval: channel.every ?? ListenerMaker.filesInterval)
        }
        if channel.webhook == nil, let adapter = adapter as? any ProgramAdapter {
            return ProgramListener(
                context, adapter: adapter, directory: directory, interval: channel.every ?? ListenerMaker.pollInterval)
        }
        if let mail = (adapter as? any MailAdapter)?.mail { return listener(to: mail) }
        if let leads, let adapter = adapter as? any LookupAdapter {
            return LeadListener(context, adapter: adapter, box: leads, http: network.way(of: channel, to: adapter))
        }
        guard channel.webhook == nil, listen != "webhook", let adapter = adapter as? any PollingAdapter else {
            return nil
        }
        let http = network.way(of: channel, to: adapter)
        let poller = poller(adapter, over: http)
        guard let adapter = adapter as? any StreamingAdapter, adapter.isStreaming else { return poller }
        return StreamListener(context, adapter: adapter, poller: poller, http: http)
    }

    /// What the listener has of the gateway.
    private var context: ListenerContext {
        ListenerContext(intake: intake, clock: surroundings.clock, board: board, log: surroundings.log)
    }

    private func poller(_ adapter: any PollingAdapter, over http: any HTTPFetching) -> Poller {
        let name = channel.name
        let now = surroundings.clock.now
        return Poller(
            context, adapter: adapter, interval: channel.every ?? ListenerMaker.pollInterval,
            isTold: { [coverage] in coverage.covers(name, at: now()) }, http: http)
    }

    /// What listens to mail.
    private func listener(to mail: MailSource) -> any ChannelListener {
        let interval = channel.every ?? ListenerMaker.pollInterval
        switch mail {
        case .imap(let account, let folders, let idles):
            return IMAPListener(
                context: context, account: account.placed(in: directory), folders: folders, idles: idles,
                interval: interval)
        case .pop3(let account, let deletes):
            return POP3Listener(
                context: context, account: account.placed(in: directory), deletes: deletes, interval: interval)
        case .maildir(let path):
            return MaildirListener(
                context: context, path: Configuration.path(path, in: directory),
                interval: channel.every ?? ListenerMaker.filesInterval)
        case .lmtp(let door): return LMTPListener(context: context, door: door.placed(in: directory))
        }
    }

    /// Where the channel is told; throws where it should be and there is no secret to prove a delivery with.
    func route(with adapter: any Adapter) throws -> Receiver.Route? {
        guard channel.files == nil else { return nil }
        let webhook = channel.webhook ?? (adapter as? any ReceivingAdapter)?.webhook
        if let verifier = WebhookVerifier(webhook, http: surroundings.http) {
            let replays = ReplayGuard(
                channel: channel.name, window: verifier.replayWindow, journal: surroundings.journal)
            return Receiver.Route(channel: channel.name, verifier: verifier, replays: replays, intake: intake)
        }
        guard listen == "webhook" else { return nil }
        let problem = Problem(
            "/channels/\(JSONPointer.escape(channel.name))/settings",
            "expected a secret that proves deliveries: unsigned ones are never taken")
        throw ConfigurationFailure(problems: [problem])
    }

    /// What the channel wants hubs to tell it of.
    func interests(with adapter: any Adapter) -> [WebSubSubscriber.Interest] {
        guard channel.files == nil, channel.webhook == nil, let adapter = adapter as? any SubscribingAdapter else {
            return []
        }
        let http = network.way(of: channel, to: adapter)
        return adapter.topics.map {
            WebSubSubscriber.Interest(channel: channel.name, topic: $0, http: http, intake: intake)
        }
    }

    /// What a channel's deliveries named and is to be looked up; nil where nothing is, or the channel also polls.
    static func leads(
        of channel: Configuration.Channel, _ adapter: any Adapter, in journal: any Journal, _ board: StatusBoard
    ) -> LeadBox? {
        guard channel.files == nil, listen(of: channel) == "webhook", let adapter = adapter as? any LookupAdapter,
            adapter.looksUp
        else { return nil }
        return LeadBox(channel: channel.name, journal: journal, board: board)
    }

    private var listen: String? { ListenerMaker.listen(of: channel) }

    /// What a channel listens to: as configured, else as the adapter does by itself.
    private static func listen(of channel: Configuration.Channel) -> String? {
        if let written = (try? JSONValue(parsing: channel.settings.bytes))?["listen"]?.text { return written }
        let fallback = channel.adapter.settings.first { $0.name == "listen" }?.fallback
        return fallback?.trimmingQuotes
    }
}

extension String {
    /// The text without quotation marks around it.
    fileprivate var trimmingQuotes: String {
        hasPrefix("\"") && hasSuffix("\"") && count >= 2 ? String(dropFirst().dropLast()) : self
    }
}

extension MailAccount {
    /// The account, its paths relative to a folder.
    fileprivate func placed(in directory: String) -> MailAccount {
        var account = self
        if !authorities.isEmpty { account.authorities = Configuration.path(authorities, in: directory) }
        return account
    }
}

extension MailDoor {
    /// The place, its path relative to a folder.
    fileprivate func placed(in directory: String) -> MailDoor {
        guard address.hasPrefix("unix:") else { return self }
        var door = self
        door.address = "unix:" + Configuration.path(String(address.dropFirst(5)), in: directory)
        return door
    }
}
