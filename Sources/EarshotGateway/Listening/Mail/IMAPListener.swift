package import Earshot
internal import Logging

/// Listens to folders of an IMAP server: reads what is new, then waits to be told of more.
///
/// Messages are only looked at; the mailbox is as it was. Where each folder was read to is stored together with what
/// was read.
package struct IMAPListener: ChannelListener {
    /// The channel's name.
    package var channel: String { context.channel }
    private let context: ListenerContext
    private let account: MailAccount
    private let folders: [String]
    private let idles: Bool
    private let interval: Duration
    private let patience: Duration

    /// A listener to the folders that `folders` are patterns of; it looks every `interval`, told of mail or not.
    ///
    /// A server that says nothing for `patience` is given up.
    package init(
        context: ListenerContext, account: MailAccount, folders: [String], idles: Bool, interval: Duration,
        patience: Duration = .seconds(60)
    ) {
        self.context = context
        self.account = account
        self.folders = folders
        self.idles = idles
        self.interval = interval
        self.patience = patience
    }

    private var session: IMAPSession {
        IMAPSession(channel: channel, account: account, patterns: folders, patience: patience)
    }

    /// Listens until cancelled.
    package func run() async throws {
        let session = session
        try await withTaskCancellationHandler {
            try await context.keepTrying {
                await session.revive()
                let first = try await takeAll(over: session, nil)
                context.heard()
                try await rest(first, over: session)
            } afterFailure: {
                await session.close(isBroken: true)
            }
        } onCancel: {
            session.stop()
        }
    }

    /// Takes everything that the folders have now.
    package func drain(_ taken: (@Sendable (IntakeTally) -> Void)?) async throws {
        let session = session
        try await withTaskCancellationHandler {
            _ = try await takeAll(over: session, taken)
            await session.close(isBroken: false)
            context.heard()
        } onCancel: {
            session.stop()
        }
    }

    /// Logs in and opens every folder to be read; no message is.
    package func check() async throws -> String {
        let session = session
        return try await withTaskCancellationHandler {
            let (folders, canIdle) = try await session.survey()
            await session.close(isBroken: false)
            let count = folders.reduce(0) { $0 + Int($1.messages) }
            var says = "logged in as \(account.user); \(count) messages in "
            says += folders.prefix(IMAPListener.namedFolders).map { ModifiedUTF7.decode($0.name) }.joined(
                separator: ", ")
            let others = folders.count - IMAPListener.namedFolders
            if others > 0 { says += " and \(others) other folders" }
            return idles && !canIdle ? says + "; the server cannot tell of new mail (IDLE), so it is asked" : says
        } onCancel: {
            session.stop()
        }
    }

    /// How many folders a check names.
    private static let namedFolders = 5

    /// A folder, and the last message that was taken of it.
    private struct Place {
        var folder: String
        var uid: UInt32
    }

    /// Takes all folders' new messages, and tells how far the first was read.
    ///
    /// What the server has against one folder is thrown when the others have been read.
    private func takeAll(
        over session: IMAPSession, _ taken: (@Sendable (IntakeTally) -> Void)?
    ) async throws -> Place? {
        var progress = IMAPProgress(try await context.cursor())
        let names = try await session.folders()
        var first: Place?
        var refusal: FetchFailure?
        for name in names {
            do {
                let uid = try await take(name, among: names, over: session, &progress, taken)
                first = first ?? Place(folder: name, uid: uid)
            } catch let failure as FetchFailure {
                guard case .refused = failure else { throw failure }
                refusal = refusal ?? failure
            }
        }
        if let refusal { throw refusal }
        return first
    }

    /// Takes a folder's new messages page by page, and gives the last one's number.
    private func take(
        _ folder: String, among folders: [String], over session: IMAPSession, _ progress: inout IMAPProgress,
        _ taken: (@Sendable (IntakeTally) -> Void)?
    ) async throws -> UInt32 {
        let validity = try await session.open(folder)
        if progress.isRenumbered(folder, validity: validity) {
            context.log.notice("\(channel): folder \(ModifiedUTF7.decode(folder)) has new numbers, and is read anew")
        }
        var uid = progress.uid(in: folder, validity: validity)
        try await session.read(after: uid)
        while let page = try await session.page() {
            uid = page.reached
            progress.reach(uid, in: folder, validity: validity, among: folders)
            let tally = try await context.take(
                page.documents, unreadable: page.unreadable, advancing: progress.cursor)
            Failpoint.afterAck.reach()
            taken?(tally)
            try Task.checkCancellation()
        }
        return uid
    }

    /// Waits for the next time: until the server tells of mail where it can, else for the interval.
    private func rest(_ first: Place?, over session: IMAPSession) async throws {
        let pause = context.jittered(interval)
        if idles, let first, try await session.idle(in: first.folder, after: first.uid, atMost: pause) { return }
        // Nobody keeps a silent connection for long.
        if pause > .seconds(300) { await session.close(isBroken: false) }
        try await context.clock.sleep(pause)
    }
}
