package import Earshot
internal import EarshotFormats

/// How the gateway stands at one moment, in the forms that people and their tools read.
package struct StatusReport: Sendable {
    /// Makes the report of the moment.
    package typealias Maker = @Sendable () async -> StatusReport

    /// How one sink is doing.
    package struct Sink: Sendable {
        /// How many mentions wait for it.
        package var pending: Int64
        /// How many it will never take.
        package var deadLetters: Int
        /// Whether only an operator can mend it.
        package var isBlocked: Bool { standing.isBlocked }
        /// What is wrong, if something is.
        package var trouble: String? { standing.trouble }
        /// How its courier is doing.
        package var standing: CourierStanding
        /// For how many seconds the oldest mention that it has not confirmed has been held.
        package var oldestAge: Int64 = 0
        /// How many dead letters it may have before it is blocked.
        package var letterLimit = Keeping().deadLetters

        /// A sink's standing.
        package init(pending: Int64, deadLetters: Int, standing: CourierStanding) {
            self.pending = pending
            self.deadLetters = deadLetters
            self.standing = standing
        }

        /// What an operator should know before something is wrong.
        package var warning: String? {
            guard Keeping.isFilling(deadLetters, of: letterLimit) else { return nil }
            return "\(deadLetters) dead letters, and \(letterLimit) are the limit"
        }
    }

    /// Every configured channel, by name.
    package var channels: [String: StatusBoard.Channel]
    /// Every configured sink, by name.
    package var sinks: [String: Sink]
    /// What people call a channel or sink, where it has such a name.
    package var labels: [String: String] = [:]
    /// How many items are known by their marks.
    package var marks: Int
    /// Whether the gateway is starting or draining.
    package var phase: Phase
    /// The program's version.
    package var version: String

    /// What the gateway is at.
    package enum Phase: String, Sendable { case starting, running, draining }

    /// A report of known parts.
    package init(
        channels: [String: StatusBoard.Channel], sinks: [String: Sink], marks: Int, phase: Phase, version: String
    ) {
        self.channels = channels
        self.sinks = sinks
        self.marks = marks
        self.phase = phase
        self.version = version
    }

    /// Whether mentions can come in and go out.
    package var isReady: Bool { phase == .running && !channels.values.contains { $0.isBlocked } }

    /// One line a channel: `ok`, or why not.
    package var readiness: String {
        var lines = ["gateway: \(phase.rawValue)"]
        for (name, channel) in channels.sorted(by: { $0.key < $1.key }) {
            lines.append("channel \(name): \(channel.readiness)")
        }
        for (name, sink) in sinks.sorted(by: { $0.key < $1.key }) {
            lines.append("sink \(name): \(sink.trouble ?? sink.warning.map { "ok, but \($0)" } ?? "ok")")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension StatusReport {
    /// The counters in Prometheus' text format; label values come from the configuration alone.
    package var prometheus: String {
        var text = ""
        let channels = self.channels.sorted { $0.key < $1.key }
        let sinks = self.sinks.sorted { $0.key < $1.key }
        func family(_ name: String, _ kind: String, _ help: String, _ samples: [(labels: String, value: Int64)]) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
            for sample in samples { text += "\(name){\(sample.labels)} \(sample.value)\n" }
        }
        family(
            "earshot_documents_total", "counter", "Documents taken in.",
            channels.map { ("channel=\"\($0.key)\"", Int64($0.value.tally.documents)) })
        family(
            "earshot_documents_malformed_total", "counter", "Documents that could not be read.",
            channels.map { ("channel=\"\($0.key)\"", Int64($0.value.tally.malformed)) })
        family(
            "earshot_defects_total", "counter", "Parts of documents that could not be read.",
            channels.map { ("channel=\"\($0.key)\"", Int64($0.value.tally.defects)) })
        family(
            "earshot_ignored_total", "counter", "Known parts of documents that are no mentions, such as reads.",
            channels.map { ("channel=\"\($0.key)\"", Int64($0.value.tally.ignored)) })
        family(
            "earshot_mentions_total", "counter", "Mentions read, by what became of them.",
            channels.flatMap { name, channel in
                channel.tally.receipt.outcomes.map { ("channel=\"\(name)\",outcome=\"\($0.name)\"", Int64($0.count)) }
            })
        family(
            "earshot_deliveries_refused_total", "counter", "Webhook deliveries without a right signature.",
            channels.map { ("channel=\"\($0.key)\"", Int64($0.value.refusedDeliveries)) })
        family(
            "earshot_channel_up", "gauge", "Whether the source answers.",
            channels.map { ("channel=\"\($0.key)\"", $0.value.trouble == nil ? 1 : 0) })
        family(
            "earshot_channel_state", "gauge", "Which state the channel is in: 1 for that one, 0 for the others.",
            channels.flatMap { name, channel in
                ChannelState.allCases.map {
                    ("channel=\"\(name)\",state=\"\($0.rawValue)\"", channel.state == $0 ? 1 : 0)
                }
            })
        family(
            "earshot_channel_failures_total", "counter",
            "How often the source could not be asked, by the state that it made of the channel.",
            channels.flatMap { name, channel in
                channel.failures.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                    ("channel=\"\(name)\",state=\"\($0.key.rawValue)\"", Int64($0.value))
                }
            })
        family(
            "earshot_channel_budget_remaining", "gauge", "What is left of what may be asked of the source.",
            channels.compactMap { name, channel in
                channel.budget.map { ("channel=\"\(name)\",unit=\"\($0.unit.rawValue)\"", $0.remaining.whole) }
            })
        family(
            "earshot_channel_budget_limit", "gauge", "What may be asked of the source in all, where it is known.",
            channels.compactMap { name, channel in
                guard let budget = channel.budget, let limit = budget.limit else { return nil }
                return ("channel=\"\(name)\",unit=\"\(budget.unit.rawValue)\"", limit.whole)
            })
        family(
            "earshot_channel_budget_reset_timestamp_seconds", "gauge", "When that is given anew.",
            channels.compactMap { name, channel in
                channel.budgetResetAt.map { ("channel=\"\(name)\"", $0.seconds) }
            })
        family(
            "earshot_lookups_waiting", "gauge", "Things that deliveries only named and that are still to be looked up.",
            channels.map { ("channel=\"\($0.key)\"", Int64($0.value.waiting)) })
        family(
            "earshot_channel_silent", "gauge", "Whether the channel has brought nothing for longer than it should.",
            channels.map { ("channel=\"\($0.key)\"", $0.value.silence == nil ? 0 : 1) })
        family(
            "earshot_sink_pending", "gauge", "Mentions that wait for a sink.",
            sinks.map { ("sink=\"\($0.key)\"", $0.value.pending) })
        family(
            "earshot_sink_oldest_pending_seconds", "gauge",
            "For how long the oldest mention that the sink has not confirmed has been held.",
            sinks.map { ("sink=\"\($0.key)\"", $0.value.oldestAge) })
        family(
            "earshot_sink_mentions_total", "counter", "Mentions that were carried to a sink, by what became of them.",
            sinks.flatMap { name, sink in
                [
                    ("delivered", sink.standing.delivered), ("filtered", sink.standing.passedOver),
                    ("dead", sink.standing.deadLettered),
                ].map { ("sink=\"\(name)\",outcome=\"\($0.0)\"", Int64($0.1)) }
            })
        family(
            "earshot_sink_failures_total", "counter", "Efforts to deliver that failed.",
            sinks.map { ("sink=\"\($0.key)\"", Int64($0.value.standing.failures)) })
        family(
            "earshot_dead_letters", "gauge", "Mentions that a sink will never take.",
            sinks.map { ("sink=\"\($0.key)\"", Int64($0.value.deadLetters)) })
        family(
            "earshot_dead_letters_limit", "gauge", "Dead letters at which the sink is blocked.",
            sinks.map { ("sink=\"\($0.key)\"", Int64($0.value.letterLimit)) })
        family(
            "earshot_sink_up", "gauge", "Whether the sink takes mentions.",
            sinks.map { ("sink=\"\($0.key)\"", $0.value.trouble == nil ? 1 : 0) })
        text += "# HELP earshot_seen_marks Marks of seen items held in memory.\n# TYPE earshot_seen_marks gauge\n"
        return text + "earshot_seen_marks \(marks)\n"
    }
}

extension StatusBoard.Channel {
    /// Its state and why, in one line: `ok`, or `unauthorized: HTTP status 401, asked again at …`.
    fileprivate var readiness: String {
        guard let trouble else {
            return silence.map { "silent: \($0)" } ?? missing.map { "ok, but \($0)" } ?? waitingWords.map {
                "ok, \($0)"
            }
                ?? "ok"
        }
        let again = retryAt.map { ", asked again at \(Timestamp(seconds: $0.seconds))" } ?? ""
        return "\(state.rawValue): \(trouble)\(again)\(waitingWords.map { ", \($0)" } ?? "")"
    }

    /// How much is still to be looked up, if something is.
    package var waitingWords: String? { waiting > 0 ? "\(waiting) to be looked up" : nil }
}

extension Double {
    /// The number without its fraction, as far as a whole number can hold it.
    fileprivate var whole: Int64 { Int64(exactly: rounded(.down)) ?? 0 }
}

extension Receipt {
    /// Each count with the word that tables and metrics use for it.
    package var outcomes: [(name: String, count: Int)] {
        [
            ("new", created), ("changed", updated), ("deleted", deleted), ("repeated", repeated),
            ("same_page", merged), ("sampled_out", sampledOut),
        ]
    }
}
