package import Earshot
package import EarshotFormats
internal import Synchronization

/// How every channel and sink is doing, written by those who do the work and read by the admin page and the end report.
package final class StatusBoard: Sendable {
    /// How one channel is doing.
    package struct Channel: Sendable {
        /// What came in and what became of it.
        package var tally = IntakeTally()
        /// When the source last answered.
        package var heardAt: Timestamp?
        /// What is wrong, if something is.
        package var trouble: String?
        /// How it is doing, in one word.
        package var state = ChannelState.starting
        /// Whether what is wrong is that what came could not be stored, and nobody asks the source again.
        package var isUnstored = false
        /// When the source is asked again, where something is wrong.
        package var retryAt: Timestamp?
        /// How often it could not be asked, by what that made of the channel.
        package var failures: [ChannelState: Int] = [:]
        /// Whether only an operator can mend it.
        package var isBlocked: Bool { state.isBlocked }
        /// What is left of what may be asked of the source, as far as that is known.
        package var budget: Budget?
        /// When that is given anew.
        package var budgetResetAt: Timestamp?
        /// What part of the source cannot be had, while the rest can.
        package var missing: String?
        /// For how long it has brought nothing, where that is too long.
        package var silence: String?
        /// How many things that it was told of have still to be looked up.
        package var waiting = 0
        /// How many deliveries came without a right signature.
        package var refusedDeliveries = 0

        /// Nothing is wrong any more.
        fileprivate mutating func settle() {
            trouble = nil
            state = .ok
            isUnstored = false
            retryAt = nil
        }
    }

    private let channels = Mutex<[String: Channel]>([:])
    private let current = Mutex(StatusReport.Phase.starting)
    private let secrets: SecretBook

    /// A board on which nothing has happened, and which shows nothing that `secrets` hides.
    package init(hiding secrets: SecretBook = SecretBook()) { self.secrets = secrets }

    /// What the gateway is at.
    package var phase: StatusReport.Phase {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }

    /// The source answered.
    package func heard(from channel: String, at moment: Timestamp) {
        change(channel) { entry in
            entry.heardAt = moment
            entry.settle()
        }
    }

    /// Whoever has something to tell a channel can: it need not be told anything to be well.
    package func listens(_ channel: String) {
        change(channel) { entry in if entry.state == .starting { entry.state = .ok } }
    }

    /// What a sender brought could not be stored, and was not acknowledged: it is for the sender to try again.
    package func notStored(_ reason: String, from channel: String) {
        failed(channel, "what came cannot be stored: \(reason)", isBlocked: false)
        change(channel) { entry in entry.isUnstored = true }
    }

    /// Whether there is a channel of which nothing could be stored when something last came.
    package var isUnstored: Bool { channels.withLock { $0.values.contains(where: \.isUnstored) } }

    /// Whatever comes can be stored again.
    package func storesAgain() {
        channels.withLock { channels in
            for name in channels.keys where channels[name]?.isUnstored == true { channels[name]?.settle() }
        }
    }

    /// Documents were taken in.
    package func took(_ tally: IntakeTally, from channel: String) {
        change(channel) { entry in entry.tally += tally }
    }

    /// The source could not be asked; it is asked again at `moment`, if that is known.
    package func failed(_ channel: String, _ reason: String, as state: ChannelState, until moment: Timestamp? = nil) {
        let reason = secrets.masked(reason)
        change(channel) { entry in
            entry.trouble = reason
            entry.state = state
            entry.retryAt = moment
            entry.isUnstored = false
            entry.failures[state, default: 0] += 1
        }
    }

    /// The source could not be asked.
    package func failed(_ channel: String, _ reason: String, isBlocked: Bool) {
        failed(channel, reason, as: isBlocked ? .refused : .retrying)
    }

    /// It was learned what is left of what may be asked of the source.
    package func learned(_ budget: Budget, of channel: String, at moment: Timestamp) {
        change(channel) { entry in
            entry.budget = budget
            entry.budgetResetAt = budget.reset.map {
                moment + $0
            }
        }
    }

    /// A part of the channel's source cannot be had, or all of it can.
    package func noteMissing(of channel: String, _ missing: String?) {
        let missing = missing.map { secrets.masked($0) }
        change(channel) { entry in entry.missing = missing }
    }

    /// So many things that the channel was told of have still to be looked up.
    package func noteWaiting(_ count: Int, for channel: String) {
        change(channel) { entry in entry.waiting = count }
    }

    /// The channel has brought nothing for too long, or speaks again.
    package func noteSilence(of channel: String, _ silence: String?) {
        change(channel) { entry in entry.silence = silence }
    }

    /// A delivery came without a right signature.
    package func refusedDelivery(to channel: String) {
        change(channel) { entry in entry.refusedDeliveries += 1 }
    }

    /// The channels that only an operator can mend, in the order of their names.
    package var blocked: [String] { all.filter(\.value.isBlocked).keys.sorted() }

    /// Every channel that something has happened to, by name.
    package var all: [String: Channel] { channels.withLock { $0 } }

    private func change(_ channel: String, _ body: (inout sending Channel) -> Void) {
        channels.withLock { channels in
            var entry = channels[channel] ?? Channel()
            body(&entry)
            channels[channel] = entry
        }
    }
}
