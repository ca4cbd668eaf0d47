package import Earshot
internal import Foundation
package import Logging

/// Subscribes to topics at hubs, answers when they ask whether that is meant, and renews before a lease ends.
///
/// Follows WebSub (W3C Recommendation, 23 January 2018). An actor: hubs ask while a request to them is under way.
package actor WebSubSubscriber {
    /// A topic that a channel wants to be told of.
    package struct Interest: Sendable {
        /// The channel's name.
        package var channel: String
        /// The page.
        package var topic: Topic
        /// The way to the page.
        package var http: any HTTPFetching
        /// Where its content goes.
        package var intake: Intake

        /// An interest of a channel.
        package init(channel: String, topic: Topic, http: any HTTPFetching, intake: Intake) {
            self.channel = channel
            self.topic = topic
            self.http = http
            self.intake = intake
        }
    }

    /// Whom what came at an address is for.
    package enum Addressee: Sendable {
        /// A channel; the signature must be made with the secret.
        case interest(Interest, secret: String)
        /// Nobody any more: the hub may stop.
        case nobody
    }

    /// After how many seconds it is looked what is due: hubs change that meanwhile.
    private static let longestSleep: Int64 = 30

    private let callback: String
    private let interests: [Interest]
    private let makeKey: @Sendable () throws -> WebSubKey
    private let client: WebSubClient
    private let journal: any Journal
    private let clock: GatewayClock
    private let coverage: WebSubCoverage
    private let log: Logger
    private var key: WebSubKey?
    private var state = WebSubState(nil)

    /// A subscriber that hubs reach at `publicURL`; the key is asked for once there is something to subscribe to.
    package init(
        publicURL: String, interests: [Interest], key: @escaping @Sendable () throws -> WebSubKey,
        http: any HTTPFetching,
        journal: any Journal, clock: GatewayClock, coverage: WebSubCoverage, log: Logger
    ) {
        callback = publicURL + "/hooks/"
        self.interests = interests
        makeKey = key
        client = WebSubClient(http: http)
        self.journal = journal
        self.clock = clock
        self.coverage = coverage
        self.log = log
    }

    /// Subscribes and renews until cancelled.
    package func run() async throws {
        try await begin()
        while !Task.isCancelled {
            let now = clock.now().seconds
            do {
                for subscription in state.subscriptions where subscription.next <= now { try await step(subscription) }
            } catch let failure as JournalFailure {
                // It is asked again, or answered that nobody knows of it; neither loses anything.
                log.error("subscriptions could not be stored: \(failure)")
            }
            guard let next = state.subscriptions.map(\.next).min() else { return }
            try await clock.sleep(.seconds(min(max(next - clock.now().seconds, 1), WebSubSubscriber.longestSleep)))
        }
    }

    /// Takes up what an earlier run left, and compares it with what is wanted now.
    private func begin() async throws {
        guard key == nil else { return }
        let stored = WebSubState(try await journal.cursor(of: WebSubState.name)?.value)
        guard key == nil else { return }
        guard !interests.isEmpty || !stored.subscriptions.isEmpty else { return }
        key = try makeKey()
        state = stored
        let now = clock.now().seconds
        for index in state.subscriptions.indices {
            let isWanted = interest(for: state.subscriptions[index]) != nil
            if isWanted, state.subscriptions[index].address != fingerprint(of: state.subscriptions[index]) {
                // The hub would send to where nobody listens any more.
                state.subscriptions[index].until = nil
                state.subscriptions[index].next = now
            }
            guard state.subscriptions[index].isLeaving == isWanted else { continue }
            state.subscriptions[index].isLeaving = !isWanted
            state.subscriptions[index].failures = 0
            state.subscriptions[index].next = now
        }
        for interest in interests where !state.subscriptions.contains(where: { matches($0, interest) }) {
            state.subscriptions.append(WebSubSubscription(channel: interest.channel, url: interest.topic.url))
        }
        noteCoverage()
    }

    private func matches(_ subscription: WebSubSubscription, _ interest: Interest) -> Bool {
        subscription.channel == interest.channel && subscription.url == interest.topic.url
    }

    private func interest(for subscription: WebSubSubscription) -> Interest? {
        interests.first { matches(subscription, $0) }
    }

    // What we ask.

    private func step(_ due: WebSubSubscription) async throws {
        do throws(FetchFailure) {
            if due.isLeaving {
                try await leave(due)
            } else if let interest = interest(for: due) {
                try await subscribe(due, interest)
            }
        } catch {
            let name = due.channel
            log.warning("\(name): the hub cannot be asked: \(error.summary)", metadata: ["topic": "\(due.url)"])
            change(due) { subscription, now in
                subscription.failures += 1
                subscription.asked = nil
                subscription.next = now + min(300 << Int64(min(subscription.failures - 1, 8)), 86_400)
            }
        }
        state.subscriptions.removeAll { $0.isLeaving && $0.failures >= WebSubSubscription.lastFailure }
        try await save()
    }

    private func subscribe(_ due: WebSubSubscription, _ interest: Interest) async throws(FetchFailure) {
        guard let key else { return }
        let found = try await client.discover(interest.topic, over: interest.http)
        guard let hub = found.hub else {
            log.notice("\(due.channel): a page names no hub, and is only polled", metadata: ["topic": "\(due.url)"])
            change(due) { subscription, now in
                subscription.asked = nil
                subscription.next = now + 86_400
            }
            return
        }
        let topic = found.topic ?? due.url
        // Before it is asked, as a hub may ask back at once; when no answer comes it is asked again.
        change(due) { subscription, now in
            subscription.hub = hub
            subscription.topic = topic
            subscription.address = fingerprint(of: due)
            subscription.asked = now
            subscription.next = now + 600
        }
        try await client.send(
            "subscribe", topic: topic, to: hub, near: due.url, callback: address(of: due, key),
            secret: key.secret(channel: due.channel, url: due.url))
    }

    private func leave(_ due: WebSubSubscription) async throws(FetchFailure) {
        guard let key, let hub = due.hub, let topic = due.topic else {
            change(due) { subscription, _ in subscription.failures = WebSubSubscription.lastFailure }
            return
        }
        change(due) { subscription, now in
            subscription.failures += 1
            subscription.asked = now
            subscription.next = now + 600
        }
        try await client.send(
            "unsubscribe", topic: topic, to: hub, near: due.url, callback: address(of: due, key), secret: nil)
    }

    private func address(of subscription: WebSubSubscription, _ key: WebSubKey) -> String {
        callback + subscription.channel + "/" + key.token(channel: subscription.channel, url: subscription.url)
    }

    /// The digest of the address, by which it is seen that another is meant.
    private func fingerprint(of subscription: WebSubSubscription) -> String? {
        key.map { WebhookVerifier.digest(of: Array(address(of: subscription, $0).utf8)) }
    }

    private func change(_ which: WebSubSubscription, _ body: (inout WebSubSubscription, Int64) -> Void) {
        guard
            let index = state.subscriptions.firstIndex(where: {
                $0.channel == which.channel && $0.url == which.url
            })
        else { return }
        body(&state.subscriptions[index], clock.now().seconds)
        noteCoverage()
    }

    private func save() async throws {
        _ = try await journal.append(Batch(), from: WebSubState.name, advancing: state.cursor)
    }

    private func noteCoverage() {
        var ends: [String: Int64] = [:]
        for subscription in state.subscriptions where !subscription.isLeaving {
            ends[subscription.channel] = min(ends[subscription.channel, default: .max], subscription.until ?? .min)
        }
        coverage.note(ends)
    }

    // What we are asked and told.

    private func subscription(_ channel: String, _ token: String) async throws -> WebSubSubscription? {
        try await begin()
        guard let key else { return nil }
        return state.subscriptions.first { subscription in
            subscription.channel == channel
                && HMACs.isEqual(
                    Data(key.token(channel: channel, url: subscription.url).utf8), Data(token.utf8))
        }
    }

    /// The answer to a hub that asks whether something is meant; nil where it is not, and nothing was asked.
    package func answer(to query: [String: String], channel: String, token: String) async throws -> String? {
        guard let known = try await subscription(channel, token), query["hub.topic"] == known.topic else { return nil }
        switch query["hub.mode"] {
        case "denied":
            let reason = (query["hub.reason"] ?? "no reason given").prefix(200)
            log.warning("\(channel): the hub denies it: \(reason)", metadata: ["topic": "\(known.url)"])
            change(known) { subscription, now in
                subscription.asked = nil
                subscription.until = nil
                subscription.next = now + 86_400
            }
            try await save()
            return ""
        case "subscribe":
            // A hub that did not hear the answer asks once more, and old ones before a lease ends (PubSubHubbub 0.3,
            // 6.2.3).
            guard known.asked ?? known.until != nil, !known.isLeaving, let challenge = challenge(query) else {
                return nil
            }
            // A lease of less than a minute would have us ask without end.
            let lease = min(max(query["hub.lease_seconds"].flatMap { Int64($0) } ?? 864_000, 60), 315_360_000)
            change(known) { subscription, now in
                subscription.asked = nil
                subscription.failures = 0
                subscription.until = now + lease
                subscription.next = now + lease / 2
            }
            try await save()
            log.notice(
                "\(channel): the hub tells of it", metadata: ["topic": "\(known.url)", "lease": "\(lease)s"])
            return challenge
        case "unsubscribe":
            guard known.asked != nil, known.isLeaving, let challenge = challenge(query) else { return nil }
            state.subscriptions.removeAll { $0 == known }
            try await save()
            return challenge
        default: return nil
        }
    }

    private func challenge(_ query: [String: String]) -> String? {
        query["hub.challenge"].flatMap { $0.utf8.count <= 256 ? $0 : nil }
    }

    /// For whom what a hub sends to an address is.
    package func addressee(channel: String, token: String) async throws -> Addressee {
        guard let known = try await subscription(channel, token), let interest = interest(for: known), let key else {
            return .nobody
        }
        return .interest(interest, secret: key.secret(channel: known.channel, url: known.url))
    }
}
