import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Synchronization
import Testing

@testable import EarshotGateway

/// POP3, and what is remembered of mailboxes without numbers.
@Suite(.timeLimit(.minutes(15))) struct MailboxListenerTests {
    private let journal = MemoryJournal()
    private let board = StatusBoard()

    private func message(_ number: Int) -> String {
        "From: a@example.org\r\nMessage-ID: <m\(number)@example.org>\r\nSubject: \(number)\r\n\r\n.dot \(number)\r\n"
    }

    private func context() throws -> ListenerContext {
        let kind = try #require(BuiltInAdapters.kinds.first { $0.name == "email" })
        return try ListenerContext.test(kind.make(), journal, board)
    }

    private func head() async throws -> Int64 { try await journal.status().head }

    @Test func `messages of POP3 are taken once, and removed only when they are safe`() async throws {
        let commands = Mutex<[String]>([])
        let server = try LineServer(greeting: "+OK ready\r\n") { line, connection in
            commands.withLock { $0.append(line) }
            switch line.prefix(4) {
            case "CAPA": return .say("+OK\r\nUSER\r\nUIDL\r\n.\r\n")
            case "UIDL": return .say("+OK\r\n1 one\r\n2 two\r\n3 three\r\n.\r\n")
            case "LIST": return .say("+OK\r\n1 90\r\n2 90\r\n3 99999999\r\n.\r\n")
            case "RETR":
                // The first visit ends in the midst of the second message.
                if line == "RETR 2", connection == 0 { return .hangUp(Array("+OK\r\nFrom: a@exam".utf8)) }
                let text = message(Int(line.dropFirst(5)) ?? 0).replacing("\r\n.dot", with: "\r\n..dot")
                return .say("+OK\r\n\(text).\r\n")
            default: return .say("+OK\r\n")
            }
        }
        let account = MailAccount(
            url: "pop3://127.0.0.1:\(server.port)", user: "care", proof: .password("p"), isEncrypted: false)
        let listener = POP3Listener(context: try context(), account: account, deletes: true, interval: .seconds(20))
        await #expect(throws: FetchFailure.self) { try await listener.drain(nil) }
        #expect(try await head() == 0)
        #expect(commands.withLock { $0.allSatisfy { !$0.hasPrefix("DELE") } })
        try await listener.drain(nil)
        try await listener.drain(nil)
        #expect(try await head() == 2)
        #expect(board.all["mail"]?.tally.malformed == 1)
        let said = commands.withLock { $0 }
        #expect(said.count { $0.hasPrefix("RETR") } == 4)
        #expect(said.filter { $0.hasPrefix("DELE") } == ["DELE 1", "DELE 2", "DELE 1", "DELE 2"])
        let first = try #require(said.firstIndex(of: "DELE 1"))
        let last = try #require(said[..<first].lastIndex { $0.hasPrefix("RETR") })
        #expect(last < first)
    }

    /// A mailbox of one message, whose server takes tokens, says what it was told to `heard`, and ends with `reply`.
    private func tokenServer(
        _ reply: String, _ heard: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> LineServer {
        let message = message(1).replacing("\r\n.dot", with: "\r\n..dot")
        return try LineServer(greeting: "+OK ready\r\n") { line, _ in
            heard(line)
            switch line.prefix(4) {
            case "CAPA": return .say("+OK\r\nSASL PLAIN XOAUTH2\r\nUIDL\r\n.\r\n")
            case "AUTH": return .say("+ \r\n")
            case "UIDL", "LIST": return .say("+OK\r\n1 90\r\n.\r\n")
            case "RETR": return .say("+OK\r\n\(message).\r\n")
            case "QUIT": return .say("+OK\r\n")
            // The proof, or the empty line that asks for the reason.
            default: return .say(line.isEmpty ? "-ERR [AUTH] the token has expired\r\n" : reply)
            }
        }
    }

    private func tokenListener(to server: LineServer) throws -> POP3Listener {
        let account = MailAccount(
            url: "pop3://127.0.0.1:\(server.port)", user: "care@acme.example", proof: .token("t0ken"),
            isEncrypted: false)
        return POP3Listener(context: try context(), account: account, deletes: false, interval: .seconds(20))
    }

    @Test func `a token opens a mailbox of POP3`() async throws {
        let said = Mutex<[String]>([])
        let server = try tokenServer("+OK Logged in.\r\n") { line in said.withLock { $0.append(line) } }
        try await tokenListener(to: server).drain(nil)
        #expect(try await head() == 1)
        let lines = said.withLock { $0 }
        let at = try #require(lines.firstIndex(of: "AUTH XOAUTH2"))
        let proof = Data(base64Encoded: lines[at + 1]).map { String(decoding: $0, as: UTF8.self) }
        #expect(proof == "user=care@acme.example\u{1}auth=Bearer t0ken\u{1}\u{1}")
        #expect(!lines.contains { $0.hasPrefix("USER") || $0.hasPrefix("PASS") })
    }

    // A server that answers with a question has a reason to tell, in base64; one that does not answers at once.
    @Test(arguments: [
        ("+ eyJzdGF0dXMiOiI0MDAifQ==\r\n", "unauthorized: [AUTH] the token has expired"),
        ("-ERR Authentication failed.\r\n", "unauthorized: Authentication failed."),
        ("-ERR [SYS/TEMP] come again\r\n", "failed: [SYS/TEMP] come again"),
    ])
    func `a token that is not taken is told from a server that is not well`(
        _ reply: String, _ said: String
    ) async throws {
        let server = try tokenServer(reply)
        let failure = await #expect(throws: FetchFailure.self) { try await tokenListener(to: server).check() }
        #expect(failure?.summary == said)
        #expect(failure?.summary.contains("t0ken") == false)
    }

    @Test func `a check of POP3 counts the messages, and reads and removes none`() async throws {
        let said = Mutex<[String]>([])
        let server = try tokenServer("+OK\r\n") { line in said.withLock { $0.append(line) } }
        #expect(try await tokenListener(to: server).check() == "logged in as care@acme.example; 1 messages")
        #expect(said.withLock { !$0.contains { $0.hasPrefix("RETR") || $0.hasPrefix("DELE") } })
    }

    @Test func `names that were taken are remembered in a cursor`() {
        var seen = SeenNames(nil)
        for number in 0..<100 { seen.insert("name-\(number)") }
        var again = SeenNames(seen.cursor)
        #expect(again.contains("name-0") && again.contains("name-99") && !again.contains("name-100"))
        let isShorter = again.keep(only: ["name-5", "other"])
        #expect(isShorter)
        #expect(again.contains("name-5") && !again.contains("name-0"))
        for broken in ["", "{}", #"{"seen":"zz"}"#, #"{"seen":"zzzzzzzzzzzzzzzz"}"#] {
            #expect(SeenNames(Cursor(broken)).isFull == false)
        }
    }
    @Test func `of more names than can be remembered the lower ones are known by the last of them`() {
        let names = (100..<130).map { "\($0)" }
        var seen = SeenNames(nil, limit: 10)
        for name in names {
            if seen.isFull {
                let hasRoom = seen.makeRoom(among: names)
                #expect(hasRoom)
            }
            seen.insert(name)
        }
        seen = SeenNames(seen.cursor, limit: 10)
        #expect(names.allSatisfy { seen.contains($0) } && !seen.contains("130"))
        // Some go, and nothing is new; one that comes among them is noticed, and then nothing below is taken for
        // granted.
        let fewer = names.filter { $0 != "101" && $0 != "129" }
        let isSettled = seen.settle(among: fewer)
        #expect(isSettled && fewer.allSatisfy { seen.contains($0) })
        let isSettledAgain = seen.settle(among: ["1001"] + fewer)
        #expect(!isSettledAgain && !seen.contains("1001") && !seen.contains("100") && seen.contains("128"))
        // Nothing is passed over that was not taken.
        var gapped = SeenNames(nil, limit: 2)
        gapped.insert("2")
        gapped.insert("3")
        let hasRoom = gapped.makeRoom(among: ["1", "2", "3", "4"])
        #expect(!hasRoom)
    }
}
