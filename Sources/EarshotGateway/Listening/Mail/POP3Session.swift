internal import Earshot

/// One visit to a mailbox of a POP3 server, on a thread of its own. While it lasts the mailbox is locked for others.
actor POP3Session {
    private let account: MailAccount
    private let patience: Duration
    private let alarm: Alarm
    private let executor: BlockingExecutor
    private var client: POP3Client?
    private var waiting: ArraySlice<(number: Int, name: String, size: Int)> = []

    /// How many messages, and how many of their bytes, make a page.
    private static let pageCount = 256
    private static let pageSize = 16 << 20

    init(channel: String, account: MailAccount, patience: Duration, alarm: Alarm) {
        executor = BlockingExecutor(label: "earshot-mail-\(channel)")
        self.account = account
        self.patience = patience
        self.alarm = alarm
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Some messages, and the names of those that are done with.
    struct Page: Sendable {
        var mail = MailPage()
        var names: [String] = []
    }

    /// Opens the mailbox; gives the names of its messages.
    func open() throws -> [String] {
        let client = POP3Client(try MailWire(to: account, patience: patience, alarm: alarm))
        try client.login(account)
        self.client = client
        let messages = try client.messages()
        waiting = messages[...]
        // What is too large to be taken is not to be removed either.
        let whole = messages.filter { $0.size <= POP3Client.messageLimit }
        numbers = Dictionary(whole.map { ($0.name, $0.number) }) { first, _ in first }
        return messages.map(\.name)
    }

    private var numbers: [String: Int] = [:]

    /// The next messages of which `seen` says no; nil where there are none.
    func page(without seen: SeenNames) throws -> Page? {
        guard let client else { return nil }
        var page = Page()
        var size = 0
        while let next = waiting.first, page.names.count < POP3Session.pageCount {
            if !seen.contains(next.name), !page.names.contains(next.name) {
                guard page.names.isEmpty || size + next.size <= POP3Session.pageSize else { break }
                size += try take(next, from: client, into: &page)
            }
            waiting.removeFirst()
        }
        return page.names.isEmpty && page.mail.unreadable.isEmpty ? nil : page
    }

    private func take(
        _ message: (number: Int, name: String, size: Int), from client: POP3Client, into page: inout Page
    ) throws -> Int {
        guard message.size <= POP3Client.messageLimit else {
            page.names.append(message.name)
            page.mail.leaveOut(message.name, "larger than \(POP3Client.messageLimit >> 20) MiB")
            return 0
        }
        switch try client.message(message.number, size: message.size) {
        case .failure(let failure):
            // It is asked for again the next time.
            page.mail.leaveOut(message.name, failure.reason)
            return 0
        case .success(let bytes):
            page.names.append(message.name)
            var document = Document(bytes, observedAt: Timestamp(seconds: 0))
            document.name = message.name
            document.url = account.url
            document.via = .poll
            page.mail.documents.append(document)
            return bytes.count
        }
    }

    /// Has messages removed, and says goodbye.
    func close(deleting names: [String]) throws {
        guard let client else { return }
        try client.delete(names.compactMap { numbers[$0] })
        try client.quit()
        self.client = nil
    }
}
