internal import Earshot
internal import EarshotFormats

/// Until when a channel's source asked to be left alone: in the journal, so that a restart does not forget it.
struct AskedWait: Sendable {
    private let name: String
    private let journal: any Journal
    private let clock: GatewayClock

    /// The longest wait that outlives a restart; what asks for more is a fault, or a day's quota that is spent.
    static let longest = Duration.seconds(86_400)
    /// Shorter ones, such as the pace of a live chat, are not worth a commit.
    static let shortest = Duration.seconds(10)

    /// The wait of a channel.
    init(channel: String, journal: any Journal, clock: GatewayClock) {
        // No channel's name has a colon.
        name = "wait:\(channel)"
        self.journal = journal
        self.clock = clock
    }

    /// Notes that nothing is to be asked for a time.
    func keep(_ wait: Duration) async {
        guard wait >= AskedWait.shortest else { return }
        let until = clock.now() + min(wait, AskedWait.longest)
        let value: JSONValue = ["until": .string(until.description)]
        // Where it cannot be noted, it is still kept to until the process ends.
        _ = try? await journal.append(Batch(), from: name, advancing: Cursor(value.description))
    }

    /// Forgets it, as whoever asks is another now.
    func forget() async throws {
        guard let kept = try await journal.cursor(of: name) else { return }
        try await journal.setCursor(nil, of: name, expecting: kept.revision)
    }

    /// What is left of it, and its end; nil where it is over.
    func left() async -> (Duration, Timestamp)? {
        let now = clock.now()
        guard let kept = try? await journal.cursor(of: name)?.value, let value = try? JSONValue(parsing: kept.text),
            let until = value["until"]?.text.flatMap({ Times.parse($0) }), until > now
        else { return nil }
        let left = min(.milliseconds(until.milliseconds - now.milliseconds), AskedWait.longest)
        return (left, now + left)
    }
}
