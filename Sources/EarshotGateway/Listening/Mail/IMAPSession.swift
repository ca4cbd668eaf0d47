internal import Earshot

/// One channel's connection to an IMAP server, on a thread of its own; made when it is first needed.
actor IMAPSession {
    private let account: MailAccount
    private let patterns: [String]
    private let patience: Duration
    private let alarm = Alarm()
    private let executor: BlockingExecutor
    private var client: IMAPClient?
    private var reader: IMAPReader?
    private var openFolder: String?
    /// How many messages the next page may have: few after a failure, so that one bad message holds up no other.
    private var pageCount = IMAPReader.pageCount

    /// How many folders are listened to at most.
    private static let folderLimit = 1000

    init(channel: String, account: MailAccount, patterns: [String], patience: Duration) {
        executor = BlockingExecutor(label: "earshot-mail-\(channel)")
        self.account = account
        self.patterns = patterns
        self.patience = patience
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Ends every call, now and from now on.
    nonisolated func stop() { alarm.ring() }

    /// The folders that the patterns mean, those of patterns with `!` before them left out.
    func folders() throws -> [String] {
        let client = try connected()
        var chosen: [String] = []
        for pattern in patterns where !pattern.hasPrefix("!") {
            let found = try client.folders(matching: pattern)
            guard !found.isEmpty else { throw FetchFailure.refused("no folder is named \"\(pattern)\"") }
            for name in found where !chosen.contains(name) { chosen.append(name) }
        }
        for pattern in patterns where pattern.hasPrefix("!") {
            let left = Set(try client.folders(matching: String(pattern.dropFirst())))
            chosen.removeAll { left.contains($0) }
        }
        return Array(chosen.prefix(IMAPSession.folderLimit))
    }

    /// Opens a folder to be read; gives the number of its numbering.
    func open(_ folder: String) throws -> UInt32 {
        let client = try connected()
        openFolder = nil
        reader = nil
        let opened = try client.examine(folder)
        openFolder = folder
        self.opened = opened
        return opened.validity
    }

    private var opened = IMAPClient.Opened()

    /// Opens every folder once; tells how many messages each has, and whether the server can tell of new ones.
    func survey() throws -> (folders: [(name: String, messages: UInt32)], canIdle: Bool) {
        var folders: [(name: String, messages: UInt32)] = []
        for name in try self.folders() {
            _ = try open(name)
            folders.append((name, opened.messages))
        }
        return (folders, try connected().capabilities.contains("IDLE"))
    }

    /// Begins to read the open folder after a message.
    func read(after uid: UInt32) throws {
        guard let folder = openFolder else { return }
        reader = try IMAPReader(connected(), opened, folder: folder, at: account.url, after: uid)
    }

    /// The next page of the open folder; nil where it has no more.
    func page() throws -> MailPage? {
        let page = try reader?.page(of: pageCount)
        pageCount = min(pageCount * 2, IMAPReader.pageCount)
        return page
    }

    /// Waits for a new message in `folder`, at most for `limit`; false at once where the server cannot tell of one.
    func idle(in folder: String, after uid: UInt32, atMost limit: Duration) throws -> Bool {
        let client = try connected()
        guard client.capabilities.contains("IDLE") else { return false }
        if openFolder != folder {
            _ = try open(folder)
            // What came while other folders were read is there already.
            if let next = opened.next, next > uid, next - uid > 1 { return true }
        }
        // Servers may close what is silent for half an hour.
        try client.idle(atMost: min(limit, .seconds(28 * 60)))
        return true
    }

    /// Ends the connection, politely unless it is broken.
    func close(isBroken: Bool) {
        if isBroken {
            pageCount = 1
        } else {
            client?.logout()
        }
        (client, reader, openFolder) = (nil, nil, nil)
    }

    /// The open connection, or a new one.
    private func connected() throws -> IMAPClient {
        if let client { return client }
        let wire = try MailWire(to: account, patience: patience, alarm: alarm)
        let client = IMAPClient(wire)
        try client.login(account)
        self.client = client
        return client
    }

    /// Whether the connection, if there is one, still answers.
    func revive() {
        guard let client, (try? client.demand("NOOP")) == nil else { return }
        (self.client, reader, openFolder) = (nil, nil, nil)
    }
}
