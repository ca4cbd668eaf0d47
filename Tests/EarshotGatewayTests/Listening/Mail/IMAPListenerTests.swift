import Earshot
import EarshotAdapters
import EarshotFormats
import EarshotTesting
import Logging
import Synchronization
import Testing

@testable import EarshotGateway

@Suite(.timeLimit(.minutes(15))) struct IMAPListenerTests {
    private let journal = MemoryJournal()
    private let board = StatusBoard()

    private func message(_ number: Int) -> String {
        "From: a@example.org\r\nMessage-ID: <m\(number)@example.org>\r\nSubject: \(number)\r\n\r\nSuitcase \(number)\r\n"
    }

    private func folder(_ numbers: ClosedRange<Int>, fault: FakeIMAP.Fault = .nothing) -> FakeIMAP {
        FakeIMAP(Dictionary(uniqueKeysWithValues: numbers.map { (UInt32($0), message($0)) }), fault: fault)
    }

    private func listener(
        to server: LineServer, patience: Duration = .seconds(30), clock: GatewayClock = .fixed
    ) throws -> IMAPListener {
        let kind = try #require(BuiltInAdapters.kinds.first { $0.name == "email" })
        let account = MailAccount(
            url: "imap://127.0.0.1:\(server.port)", user: "care", proof: .password("a\"b\\c"), isEncrypted: false)
        return IMAPListener(
            context: try ListenerContext.test(kind.make(), journal, board, clock), account: account, folders: ["INBOX"],
            idles: true,
            interval: .seconds(20), patience: patience)
    }

    private func head() async throws -> Int64 { try await journal.status().head }

    @Test func `messages are taken once, and the next time only what is new`() async throws {
        let folder = folder(1...700)
        let server = try folder.server()
        let listener = try listener(to: server)
        try await listener.drain(nil)
        #expect(try await head() == 700)
        #expect(try await journal.cursor(of: "mail")?.value.text == #"{"folders":{"INBOX":{"validity":1,"uid":700}}}"#)
        folder.change { $0.messages[900] = message(900) }
        try await listener.drain(nil)
        #expect(try await head() == 701)
        #expect(board.all["mail"]?.tally.mentions == 701)
        #expect(folder.commands.allSatisfy { !$0.contains("BODY[") && !$0.contains("SELECT") && !$0.contains("STORE") })
        #expect(folder.commands.count { $0.contains("BODY.PEEK[]") } == 4)
    }

    @Test func `numbers far apart are found in a few steps`() async throws {
        let folder = FakeIMAP([1: message(1), 4_000_000_000: message(2)])
        let server = try folder.server()
        try await listener(to: server).drain(nil)
        #expect(try await head() == 2)
        #expect(folder.commands.count { $0.contains("SIZE") } < 20)
    }

    @Test func `a folder with new numbers is read anew, and nothing comes twice`() async throws {
        let folder = folder(1...30)
        let server = try folder.server()
        let listener = try listener(to: server)
        try await listener.drain(nil)
        folder.change { folder in
            folder.validity = 2
            folder.messages = [1: message(99), 2: message(3), 3: message(4)]
        }
        try await listener.drain(nil)
        #expect(try await head() == 31)
        #expect(board.all["mail"]?.tally.receipt.repeated == 2)
    }

    @Test func `a connection that ends in the midst of a message loses nothing and takes nothing half`() async throws {
        let folder = folder(1...40, fault: .hangsUpInMessage(20))
        let server = try folder.server()
        let listener = try listener(to: server)
        await #expect(throws: FetchFailure.unreachable("the server closed the connection")) {
            try await listener.drain(nil)
        }
        #expect(try await head() == 0)
        #expect(try await journal.cursor(of: "mail") == nil)
        try await listener.drain(nil)
        #expect(try await head() == 40)
        #expect(board.all["mail"]?.tally.defects == 0)
    }

    @Test(arguments: [
        FakeIMAP.Fault.wrongLiteral(7), .wrongLiteral(-7), .hugeLiteral("99999999999999"), .hugeLiteral("-1"),
        .hugeLiteral("18446744073709551617"), .endlessLine, .endlessData, .saysGoodbye, .garbage([0, 1, 2, 13, 10]),
        .garbage(Array("* 1 FETCH ((((((\r\n* 2 FETCH )\r\n* 3 FETCH (UID x BODY[] \"\r\n".utf8)),
        .garbage([0xFF, 0xFE, 0x2A]),
    ])
    func `a server that talks nonsense is given up, and the cursor stays`(_ fault: FakeIMAP.Fault) async throws {
        let folder = folder(1...3, fault: fault)
        let server = try folder.server()
        let failure = await #expect(throws: FetchFailure.self) {
            try await listener(to: server, patience: .milliseconds(300)).drain(nil)
        }
        #expect(failure?.isUnreachable == true)
        #expect(try await journal.cursor(of: "mail") == nil)
    }

    @Test func `a silent server is given up after a while`() async throws {
        let folder = folder(1...3, fault: .silent)
        let server = try folder.server()
        let failure = await #expect(throws: FetchFailure.self) {
            try await listener(to: server, patience: .milliseconds(50)).drain(nil)
        }
        #expect(failure?.summary.contains("says nothing") == true)
    }

    @Test func `a message that is too large is a defect, and the others are taken`() async throws {
        let folder = folder(1...3, fault: .lyingSizes(MailLimits.message + 1))
        let server = try folder.server()
        try await listener(to: server).drain(nil)
        let tally = board.all["mail"]?.tally
        #expect(tally?.malformed == 3)
        #expect(tally?.findings.first?.defect.reason == "larger than 64 MiB")
        #expect(!folder.commands.contains { $0.contains("PEEK") })
        #expect(try await journal.cursor(of: "mail")?.value.text.contains("\"uid\":3") == true)
    }

    @Test func `sizes that are too small do no harm`() async throws {
        let folder = folder(1...300, fault: .lyingSizes(0))
        let server = try folder.server()
        try await listener(to: server).drain(nil)
        #expect(try await head() == 300)
    }

    @Test func `a wrong password blocks the channel, and shows`() async throws {
        let folder = folder(1...3, fault: .refusesLogin("[AUTHENTICATIONFAILED] wrong"))
        let server = try folder.server()
        let pauses = Pauses(limit: 3)
        let listener = try listener(to: server, clock: pauses.clock)
        await #expect(throws: CancellationError.self) { try await listener.run() }
        #expect(pauses.all == [.seconds(5), .seconds(600), .seconds(1200)])
        #expect(board.all["mail"]?.isBlocked == true)
        #expect(board.all["mail"]?.trouble == "[AUTHENTICATIONFAILED] wrong")
    }

    @Test func `a server without STARTTLS is told nothing`() async throws {
        let folder = folder(1...3)
        let server = try folder.server()
        let account = MailAccount(url: "imap://127.0.0.1:\(server.port)", user: "care", proof: .password("p"))
        let kind = try #require(BuiltInAdapters.kinds.first { $0.name == "email" })
        let listener = IMAPListener(
            context: try ListenerContext.test(kind.make(), journal, board), account: account, folders: ["INBOX"],
            idles: true,
            interval: .seconds(20))
        await #expect(throws: FetchFailure.refused("the server offers no encryption (STARTTLS)")) {
            try await listener.drain(nil)
        }
        #expect(!folder.commands.contains { $0.contains("AUTHENTICATE") || $0.contains("LOGIN") })
    }

    @Test func `a server that cannot say who is who at the moment is asked again soon`() async throws {
        let folder = folder(1...3, fault: .refusesLogin("[UNAVAILABLE] directory is down"))
        let server = try folder.server()
        let failure = await #expect(throws: FetchFailure.self) { try await listener(to: server).drain(nil) }
        #expect(failure?.isUnreachable == true)
    }

    @Test func `after a failure pages are small, so that one bad message holds up no other`() async throws {
        let folder = folder(1...40, fault: .refusesMessage(7))
        let server = try folder.server()
        let pauses = Pauses(limit: 8)
        let listener = try listener(to: server, clock: pauses.clock)
        await #expect(throws: CancellationError.self) { try await listener.run() }
        #expect(try await head() == 6)
        #expect(board.all["mail"]?.trouble?.contains("messages 7 to 7 of INBOX: [SERVERBUG]") == true)
        folder.change { $0.fault = .nothing }
        try await listener.drain(nil)
        #expect(try await head() == 40)
    }

    @Test func `one connection serves round after round`() async throws {
        let folder = folder(1...3)
        let server = try folder.server()
        let pauses = Pauses(limit: 5) { count in
            folder.change { $0.messages[UInt32(10 + count)] = self.message(10 + count) }
        }
        let listener = try listener(to: server, clock: pauses.clock)
        await #expect(throws: CancellationError.self) { try await listener.run() }
        #expect(try await head() == 7)
        #expect(folder.connections == 1)
        #expect(pauses.all.allSatisfy { $0 >= .seconds(20) && $0 <= .seconds(22) })
    }

    @Test func `a check logs in and opens the folders, and reads nothing`() async throws {
        let folder = folder(1...3)
        let server = try folder.server()
        let says = try await listener(to: server).check()
        #expect(
            says == "logged in as care; 3 messages in INBOX; the server cannot tell of new mail (IDLE), so it is asked")
        #expect(!folder.commands.contains { $0.contains("FETCH") || $0.contains("SELECT") })
        #expect(try await journal.cursor(of: "mail") == nil)
    }

    @Test(arguments: [
        (FakeIMAP.Fault.refusesLogin("[AUTHENTICATIONFAILED] wrong"), "unauthorized: [AUTHENTICATIONFAILED] wrong"),
        (.saysGoodbye, "failed: the server says goodbye: shutting down"),
    ])
    func `a check says what the server has against it`(_ fault: FakeIMAP.Fault, _ said: String) async throws {
        let folder = folder(1...3, fault: fault)
        let server = try folder.server()
        let failure = await #expect(throws: FetchFailure.self) { try await listener(to: server).check() }
        #expect(failure?.summary == said)
    }

    @Test func `names of folders are written as IMAP writes them`() {
        #expect(ModifiedUTF7.encode("Entwürfe & Müll") == "Entw&APw-rfe &- M&APw-ll")
        for name in ["INBOX", "Entwürfe & Müll", "日本語/メール", "a😀b", "&", ""] {
            #expect(ModifiedUTF7.decode(ModifiedUTF7.encode(name)) == name)
        }
        for broken in ["&", "a&b", "&*-", "&2AA-"] { #expect(ModifiedUTF7.decode(broken) == broken) }
    }

    @Test func `flags go along as in a Maildir, and sets of numbers are short`() throws {
        var parts: [IMAPAnswer.Part] = []
        var scanner = IMAPScanner(Array(#"* 1 FETCH (FLAGS (\Seen \Draft $x) UID 7 BODY[] "a\"b")"#.utf8), from: 2)
        #expect(scanner.scan(into: &parts) == nil)
        let fetched = try #require(IMAPFetched(parts))
        #expect(fetched.uid == 7 && fetched.flags == "DS" && fetched.body == .text(Array("a\"b".utf8)))
        #expect(IMAPReader.set([1, 2, 3, 7, 9, 10]) == "1:3,7,9:10")
    }
}

/// Counts the waits of a listener, and ends it after some of them.
final class Pauses: Sendable {
    private let taken = Mutex<[Duration]>([])
    private let limit: Int
    private let between: @Sendable (Int) -> Void

    init(limit: Int, between: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.limit = limit
        self.between = between
    }

    /// How long was waited, time after time.
    var all: [Duration] { taken.withLock { $0 } }

    /// A clock that notes waits and does not wait.
    var clock: GatewayClock {
        var clock = GatewayClock.fixed
        clock.sleep = { pause in
            let count = self.taken.withLock { taken in
                taken.append(pause)
                return taken.count
            }
            if count >= self.limit { throw CancellationError() }
            self.between(count)
        }
        return clock
    }
}

extension ListenerContext {
    /// The context of the channel `mail`, which says nothing to the log.
    static func test(
        _ adapter: any Adapter, _ journal: any Journal, _ board: StatusBoard, _ clock: GatewayClock = .fixed
    ) -> ListenerContext {
        var log = Logger(label: "test")
        log.logLevel = .critical
        let intake = Intake(channel: "mail", adapter: adapter, enrichment: Enrichment(), journal: journal)
        return ListenerContext(intake: intake, clock: clock, board: board, log: log)
    }
}

extension FetchFailure {
    /// Whether it may pass by itself.
    var isUnreachable: Bool {
        if case .unreachable = self { true } else { false }
    }
}
