import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Synchronization
import Testing

@testable import EarshotGateway

/// POP3 and Maildir.
@Suite(.timeLimit(.minutes(1))) struct MailboxListenerTests {
    private let journal = MemoryJournal()
    private let board = StatusBoard()

    private func message(_ number: Int) -> String {
        "From: a@example.org\r\nMessage-ID: <m\(number)@example.org>\r\nSubject: \(number)\r\n\r\n.dot \(number)\r\n"
    }

    private func desk() throws -> MailDesk {
        let kind = try #require(BuiltInAdapters.kinds.first { $0.name == "email" })
        return try MailDesk.test(kind.make(), journal, board)
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
        let listener = POP3Listener(desk: try desk(), account: account, deletes: true, interval: .seconds(20))
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

    @Test func `a Maildir is watched, and its messages stay where they are`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("earshot-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["new", "cur", "tmp"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        func write(_ number: Int, _ name: String) throws {
            try Data(message(number).utf8).write(to: folder.appendingPathComponent(name))
        }
        for number in 0..<300 { try write(number, "new/\(number).host") }
        try write(900, "tmp/900.host")
        try FileManager.default.createSymbolicLink(
            atPath: folder.appendingPathComponent("new/link").path, withDestinationPath: "/etc/passwd")
        let listener = MaildirListener(desk: try desk(), path: folder.path, interval: .seconds(1))
        try await listener.drain(nil)
        #expect(try await head() == 300)
        #expect(board.all["mail"]?.tally.malformed == 1)
        // It was read by somebody else, and another has come.
        try FileManager.default.moveItem(
            at: folder.appendingPathComponent("new/7.host"), to: folder.appendingPathComponent("cur/7.host:2,S"))
        try write(301, "cur/301.host:2,")
        try await listener.drain(nil)
        #expect(try await head() == 301)
        #expect(board.all["mail"]?.tally.documents == 302)
        #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent("new/8.host").path))
    }

    @Test func `a folder that is no Maildir is said so`() async throws {
        let listener = MaildirListener(desk: try desk(), path: "/nowhere/at/all", interval: .seconds(1))
        let failure = await #expect(throws: FetchFailure.self) { try await listener.drain(nil) }
        #expect(failure?.summary.contains("no Maildir") == true)
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
}
