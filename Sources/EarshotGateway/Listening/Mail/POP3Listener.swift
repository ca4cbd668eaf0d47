package import Earshot

/// Listens to the mailbox of a POP3 server: visits it again and again, and takes what it has not taken before.
///
/// Messages stay where they are, or with `deletes` are removed once they are safe: the server is told to, and does it,
/// only after the journal has them.
package struct POP3Listener: ChannelListener {
    /// The channel's name.
    package var channel: String { context.channel }
    private let context: ListenerContext
    private let account: MailAccount
    private let deletes: Bool
    private let interval: Duration
    private let patience: Duration

    /// A listener to a mailbox, visited every `interval`; a server that says nothing for `patience` is given up.
    package init(
        context: ListenerContext, account: MailAccount, deletes: Bool, interval: Duration,
        patience: Duration = .seconds(60)
    ) {
        self.context = context
        self.account = account
        self.deletes = deletes
        self.interval = interval
        self.patience = patience
    }

    /// Listens until cancelled.
    package func run() async throws {
        try await context.keepTrying {
            try await drain(nil)
            try await context.clock.sleep(context.jittered(interval))
        }
    }

    /// Takes everything that the mailbox has now.
    package func drain(_ taken: (@Sendable (IntakeTally) -> Void)?) async throws {
        let alarm = Alarm()
        try await withTaskCancellationHandler {
            let session = POP3Session(channel: channel, account: account, patience: patience, alarm: alarm)
            try await visit(over: session, taken)
            context.heard()
        } onCancel: {
            alarm.ring()
        }
    }

    /// Logs in and lists the messages; none is read, and none removed.
    package func check() async throws -> String {
        let alarm = Alarm()
        return try await withTaskCancellationHandler {
            let session = POP3Session(channel: channel, account: account, patience: patience, alarm: alarm)
            let count = try await session.open().count
            try await session.close(deleting: [])
            guard deletes || count <= SeenNames.limit else { throw POP3Listener.tooMany }
            return "logged in as \(account.user); \(count) messages"
        } onCancel: {
            alarm.ring()
        }
    }

    private static let tooMany = FetchFailure.refused(
        "more than \(SeenNames.limit) messages: use IMAP, or \"delete\": true")

    private func visit(over session: POP3Session, _ taken: (@Sendable (IntakeTally) -> Void)?) async throws {
        var seen = SeenNames(try await context.cursor())
        let names = try await session.open()
        // An empty mailbox may be one that is being filled anew; its names are worth keeping until there are others.
        if !names.isEmpty { _ = seen.keep(only: names) }
        var refusal: FetchFailure?
        while let page = try await session.page(without: seen) {
            for name in page.names { seen.insert(name) }
            let tally = try await context.take(
                page.mail.documents, unreadable: page.mail.unreadable, advancing: seen.cursor)
            taken?(tally)
            if seen.isFull {
                refusal = POP3Listener.tooMany
                break
            }
        }
        try await session.close(deleting: deletes ? names.filter { seen.contains($0) } : [])
        Failpoint.afterAck.reach()
        if let refusal { throw refusal }
    }
}
